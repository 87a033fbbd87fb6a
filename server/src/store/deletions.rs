//! Soft deletion, and purging: of what was deleted long ago, and of what is not to be restored. Both take an object out of sight at
//! once; its pairs go in batches that hold up no other write for long.
//!
//! What a deleted object was a target of is set aside in the same write, up to a batch of each relation. The object of which more is
//! left has a row in `unfinished_deletions` until the rest is set aside too. A purged object of which pairs are left has one in
//! `unfinished_purges`. `restorations.rs` undoes a deletion.

use super::{
    Error, Progress, Store, Tenant, WriteTx, app_role_assignments,
    changes::{self, Change},
    counts, credentials,
    engine::params,
    identifier_uris, oauth2_permission_grants,
    objects::{self, NEXT_COLUMN, Object, RowNumber, select_objects},
    passwords,
    relations::RELATIONS,
    resources, sign_in_grants, tenants,
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
        tx.leave_unfinished();
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

/// Does one batch of the deletion of this object, where that was left unfinished.
pub fn finish(tx: &WriteTx<'_>, object: &Object) -> Result<Progress, Error> {
    if !is_unfinished(tx, object)? {
        return Ok(Progress::Finished);
    }
    let batch = set_aside_batch(tx, object.row)?;
    if batch == Progress::Finished {
        tx.run("DELETE FROM unfinished_deletions WHERE object_row = ?1", params![object.row.0])?;
    }
    Ok(batch)
}

fn is_unfinished(tx: &WriteTx<'_>, object: &Object) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM unfinished_deletions WHERE object_row = ?1";
    Ok(tx.one(sql, params![object.row.0], |_| Ok(()))?.is_some())
}

/// Deletes a deleted object for good: nothing of it can be read any more, and it can't be restored.
pub fn purge(tx: &WriteTx<'_>, object: &Object) -> Result<(), Error> {
    let own = [resources::TAKE, identifier_uris::TAKE, passwords::TAKE, sign_in_grants::TAKE];
    for strip in own.into_iter().chain(credentials::TAKE) {
        tx.run(strip, params![object.row.0])?;
    }
    let sql = "UPDATE objects SET purged_at = ?2, document = '{}', rest = '{}', user_principal_name = NULL,
               mail_nickname = NULL, unique_name = NULL, app_id = NULL, device_id = NULL, account_enabled = NULL,
               sessions_valid_from = NULL, is_guest = FALSE WHERE row = ?1";
    tx.run(sql, params![object.row.0, tx.now().timestamp()])?;
    // Pairs that aren't set aside yet would be left.
    if is_unfinished(tx, object)? || purge_batch(tx, object)? == Progress::Unfinished {
        tx.run("INSERT INTO unfinished_purges (object_row) VALUES (?1)", params![object.row.0])?;
        tx.leave_unfinished();
    }
    changes::append(tx, object, Change::Purged)
}

/// Takes away a batch of the pairs of a purged object, and with the last of them its count.
fn purge_batch(tx: &WriteTx<'_>, object: &Object) -> Result<Progress, Error> {
    let mut batch = Progress::Finished;
    for relation in RELATIONS {
        if relation.purge(tx, object, BATCH)? == Progress::Unfinished {
            batch = Progress::Unfinished;
        }
    }
    for purge in [app_role_assignments::purge, oauth2_permission_grants::purge] {
        if purge(tx, object.row, BATCH)? == Progress::Unfinished {
            batch = Progress::Unfinished;
        }
    }
    if batch == Progress::Finished {
        counts::forget_members(tx, object)?;
    }
    Ok(batch)
}

impl Store {
    /// Waits until a write of this process has left a deletion, a restoration or a purge unfinished since this was last asked.
    pub async fn left_unfinished(&self) {
        self.unfinished.notified().await;
    }

    /// Does one batch of a deletion that was left unfinished, by whatever process, in whatever tenant.
    pub async fn finish_deletions(&self) -> Result<Progress, Error> {
        self.write(|tx| {
            let Some((tenant, object)) = unfinished(tx, DELETIONS)? else {
                return Ok(Progress::Finished);
            };
            finish(&tx.of(tenant)?, &object)?;
            Ok(Progress::Unfinished)
        })
        .await
    }

    /// Does one batch of purging what was left unfinished, likewise.
    pub async fn finish_purges(&self) -> Result<Progress, Error> {
        self.write(finish_purge).await
    }

    /// Does one batch of purging, for good, of what was deleted before this time, in whatever tenant.
    pub async fn purge(&self, deleted_before: DateTime<Utc>) -> Result<Progress, Error> {
        self.write(move |tx| {
            if finish_purge(tx)? == Progress::Unfinished {
                return Ok(Progress::Unfinished);
            }
            let Some((tenant, object)) = due(tx, deleted_before)? else {
                return Ok(Progress::Finished);
            };
            purge(&tx.of(tenant)?, &object)?;
            Ok(Progress::Unfinished)
        })
        .await
    }
}

/// Does one batch of a purge that was left unfinished. Finished: there is none, but of objects whose deletion is unfinished.
fn finish_purge(tx: &SystemTx<'_>) -> Result<Progress, Error> {
    let Some((tenant, object)) = unfinished(tx, PURGES)? else {
        return Ok(Progress::Finished);
    };
    if purge_batch(&tx.of(tenant)?, &object)? == Progress::Finished {
        tx.run("DELETE FROM unfinished_purges WHERE object_row = ?1", params![object.row.0])?;
    }
    Ok(Progress::Unfinished)
}

/// The first object of this table. Those of deleted tenants go with their tenants.
macro_rules! first_of {
    ($table:literal) => {
        select_objects!(
            ", t.number, t.id FROM ",
            $table,
            " u CROSS JOIN objects o ON o.row = u.object_row JOIN tenants t ON t.number = o.tenant"
        )
    };
}
pub(super) use first_of;

const DELETIONS: &str = concat!(first_of!("unfinished_deletions"), " ORDER BY u.object_row LIMIT 1");

/// The pairs of an object whose deletion is unfinished aren't all set aside yet.
const PURGES: &str = concat!(
    first_of!("unfinished_purges"),
    " WHERE NOT EXISTS (SELECT 1 FROM unfinished_deletions d WHERE d.object_row = o.row)
      ORDER BY u.object_row LIMIT 1"
);

/// The object that such a statement finds, and its tenant.
pub(super) fn unfinished(tx: &SystemTx<'_>, sql: &str) -> Result<Option<(Tenant, Object)>, Error> {
    tx.one(sql, params![], |row| Ok((tenants::read_from(row, NEXT_COLUMN)?, objects::read(row)?)))
}

/// The object that was deleted first, if it was before this time. One whose deletion is unfinished isn't due.
fn due(tx: &SystemTx<'_>, before: DateTime<Utc>) -> Result<Option<(Tenant, Object)>, Error> {
    let sql = select_objects!(
        ", t.number, t.id FROM objects o JOIN tenants t ON t.number = o.tenant
         WHERE o.deleted_at IS NOT NULL AND o.purged_at IS NULL AND o.deleted_at < ?1
         AND NOT EXISTS (SELECT 1 FROM unfinished_deletions d WHERE d.object_row = o.row)
         ORDER BY o.deleted_at LIMIT 1"
    );
    tx.one(sql, params![before.timestamp()], |row| {
        Ok((tenants::read_from(row, NEXT_COLUMN)?, objects::read(row)?))
    })
}
