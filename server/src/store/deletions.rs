//! Soft deletion, and purging what was deleted long ago. Both go in batches that hold up no other write for long.
//!
//! A deletion itself takes an object out of every list, count and reference. What it was a target of is set aside in the same
//! write, up to a batch of each relation. The object of which more is left has a row in `unfinished_deletions` until the
//! rest is set aside too.

use super::{
    Error, Progress, Store, Tenant, WriteTx,
    changes::{self, Change},
    counts,
    engine::params,
    objects::{self, Object, RowNumber},
    relations::RELATIONS,
    tenants,
    transaction::SystemTx,
};
use crate::model::{entity, values::Values};
use chrono::{DateTime, Utc};

/// Pairs of one table that one batch sets aside or takes away.
const BATCH: usize = 500;

/// Deletes an object, whose values say when. What it contains stays with it.
pub fn delete(tx: &WriteTx<'_>, object: &Object, values: &Values) -> Result<(), Error> {
    tx.mark_principals_changed();
    let document = entity(object.kind()).document(values);
    let row = object.row.0;
    tx.count_objects(object.kind(), -1);
    let sql = "UPDATE objects SET deleted_at = ?2, document = ?3, rest = ?4 WHERE row = ?1";
    tx.run(sql, params![row, tx.now().timestamp(), &document.default, document.rest.as_deref()])?;
    if set_aside_batch(tx, object.row)? == Progress::Unfinished {
        tx.run("INSERT INTO unfinished_deletions (object_row) VALUES (?1)", params![row])?;
        tx.leave_deletion_unfinished();
    }
    changes::append(tx, object, Change::Deleted)
}

/// Sets aside a batch of what a deleted object was a target of.
fn set_aside_batch(tx: &WriteTx<'_>, object: RowNumber) -> Result<Progress, Error> {
    let mut batch = Progress::Finished;
    for relation in RELATIONS {
        if relation.set_aside(tx, object, BATCH)? == BATCH {
            batch = Progress::Unfinished;
        }
    }
    Ok(batch)
}

impl Store {
    /// Waits until a write of this process has left a deletion unfinished since this was last asked.
    pub async fn deletion_left_unfinished(&self) {
        self.unfinished_deletion.notified().await;
    }

    /// Does one batch of a deletion that was left unfinished, by whatever process, in whatever tenant.
    pub async fn finish_deletions(&self) -> Result<Progress, Error> {
        self.write(|tx| {
            let Some((tenant, object)) = unfinished(tx)? else {
                return Ok(Progress::Finished);
            };
            if set_aside_batch(&tx.of(tenant)?, object)? == Progress::Finished {
                tx.run("DELETE FROM unfinished_deletions WHERE object_row = ?1", params![object.0])?;
            }
            Ok(Progress::Unfinished)
        })
        .await
    }

    /// Does one batch of purging, for good, of what was deleted before this time, in whatever tenant.
    pub async fn purge(&self, deleted_before: DateTime<Utc>) -> Result<Progress, Error> {
        self.write(move |tx| {
            let Some((tenant, object)) = due(tx, deleted_before)? else {
                return Ok(Progress::Finished);
            };
            purge_batch(&tx.of(tenant)?, &object)?;
            Ok(Progress::Unfinished)
        })
        .await
    }
}

/// An object whose deletion is unfinished. Those of deleted tenants go with their tenants.
fn unfinished(tx: &SystemTx<'_>) -> Result<Option<(Tenant, RowNumber)>, Error> {
    let sql = "SELECT o.row, t.number, t.id FROM unfinished_deletions d
               JOIN objects o ON o.row = d.object_row JOIN tenants t ON t.number = o.tenant
               ORDER BY d.object_row LIMIT 1";
    tx.one(sql, params![], |row| Ok((tenants::read_from(row, 1)?, RowNumber(row.get(0)?))))
}

/// The object that was deleted first, if it was before this time. One whose deletion is unfinished isn't due.
fn due(tx: &SystemTx<'_>, before: DateTime<Utc>) -> Result<Option<(Tenant, Object)>, Error> {
    let sql = objects::select_objects!(
        ", t.number, t.id FROM objects o JOIN tenants t ON t.number = o.tenant
         WHERE o.deleted_at IS NOT NULL AND o.purged_at IS NULL AND o.deleted_at < ?1
         AND NOT EXISTS (SELECT 1 FROM unfinished_deletions d WHERE d.object_row = o.row)
         ORDER BY o.deleted_at LIMIT 1"
    );
    tx.one(sql, params![before.timestamp()], |row| {
        Ok((tenants::read_from(row, objects::NEXT_COLUMN)?, objects::read(row)?))
    })
}

fn purge_batch(tx: &WriteTx<'_>, object: &Object) -> Result<(), Error> {
    let mut taken = 0;
    for relation in RELATIONS {
        taken += relation.purge(tx, object, BATCH)?;
    }
    if taken > 0 {
        return Ok(());
    }
    counts::forget_members(tx, object)?;
    for strip in [
        "DELETE FROM application_secrets WHERE application_row = ?1",
        "DELETE FROM granted_roles WHERE service_principal_row = ?1",
    ] {
        tx.run(strip, params![object.row.0])?;
    }
    let sql = "UPDATE objects SET purged_at = ?2, document = '{}', rest = '{}', user_principal_name = NULL,
               mail_nickname = NULL, unique_name = NULL, app_id = NULL, device_id = NULL, account_enabled = NULL WHERE row = ?1";
    tx.run(sql, params![object.row.0, tx.now().timestamp()])?;
    changes::append(tx, object, Change::Purged)
}
