//! Soft deletion, and purging what was deleted long ago in pieces that hold up no other write for long.

use super::{
    Error, Piece, Store, WriteTx,
    changes::{self, Change},
    counts,
    engine::params,
    objects::{self, Object},
    tenants::{self, Tenant},
    transaction::SystemTx,
};
use crate::model::{entity, values::Values};
use chrono::{DateTime, Utc};

/// Pairs of one table that one piece of purging takes away.
const PIECE: usize = 500;

/// Deletes an object, whose values say when. What it was a member or an owner of is set aside; what it contains
/// stays with it.
pub fn delete(tx: &WriteTx<'_>, object: &Object, values: &Values) -> Result<(), Error> {
    tx.change_standing();
    let document = entity(object.kind()).document(values);
    let row = object.row.0;
    tx.count_objects(object.kind(), -1);
    tx.count_out_of_groups(object.row)?;
    for set_aside in [
        "INSERT INTO deleted_memberships (group_row, member_row)
         SELECT group_row, member_row FROM memberships WHERE member_row = ?1",
        "DELETE FROM memberships WHERE member_row = ?1",
        "INSERT INTO deleted_ownerships (group_row, owner_row)
         SELECT group_row, owner_row FROM ownerships WHERE owner_row = ?1",
        "DELETE FROM ownerships WHERE owner_row = ?1",
    ] {
        tx.run(set_aside, params![row])?;
    }
    let sql = "UPDATE objects SET deleted_at = ?2, document = ?3, rest = ?4 WHERE row = ?1";
    tx.run(sql, params![row, tx.now().timestamp(), &document.default, document.rest.as_deref()])?;
    changes::append(tx, object, Change::Deleted)
}

impl Store {
    /// Does one piece of purging, for good, of what was deleted before this time, in whatever tenant.
    pub async fn purge(&self, deleted_before: DateTime<Utc>) -> Result<Piece, Error> {
        self.write(move |tx| {
            let Some((tenant, object)) = due(tx, deleted_before)? else {
                return Ok(Piece::Finished);
            };
            purge_piece(&tx.of(tenant)?, &object)?;
            Ok(Piece::Unfinished)
        })
        .await
    }
}

/// The object that was deleted first, if it was before this time.
fn due(tx: &SystemTx<'_>, before: DateTime<Utc>) -> Result<Option<(Tenant, Object)>, Error> {
    let sql = objects::select_objects!(
        ", t.number, t.id FROM objects o JOIN tenants t ON t.number = o.tenant
         WHERE o.deleted_at IS NOT NULL AND o.purged_at IS NULL AND o.deleted_at < ?1
         ORDER BY o.deleted_at LIMIT 1"
    );
    tx.one(sql, params![before.timestamp()], |row| {
        Ok((tenants::read_from(row, objects::NEXT_COLUMN)?, objects::read(row)?))
    })
}

fn purge_piece(tx: &WriteTx<'_>, object: &Object) -> Result<(), Error> {
    let limit = i64::try_from(PIECE).unwrap_or(i64::MAX);
    let members = "DELETE FROM memberships WHERE (group_row, member_row) IN
                   (SELECT group_row, member_row FROM memberships WHERE group_row = ?1 LIMIT ?2)";
    let mut taken = tx.run(members, params![object.row.0, limit])?;
    tx.count_members(object, -i64::try_from(taken).unwrap_or_default());
    for take in [
        "DELETE FROM ownerships WHERE (group_row, owner_row) IN
         (SELECT group_row, owner_row FROM ownerships WHERE group_row = ?1 LIMIT ?2)",
        "DELETE FROM deleted_memberships WHERE (member_row, group_row) IN
         (SELECT member_row, group_row FROM deleted_memberships WHERE member_row = ?1 OR group_row = ?1 LIMIT ?2)",
        "DELETE FROM deleted_ownerships WHERE (owner_row, group_row) IN
         (SELECT owner_row, group_row FROM deleted_ownerships WHERE owner_row = ?1 OR group_row = ?1 LIMIT ?2)",
    ] {
        taken += tx.run(take, params![object.row.0, limit])?;
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
