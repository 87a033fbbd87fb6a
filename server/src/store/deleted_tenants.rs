//! Deleting tenants: at once nothing finds a deleted one any more. What it held is taken away in batches, which hold up no other
//! write for long, by the process that comes to it: the command that deleted it, or a server.

use super::{
    Error, Progress, Store, Tenant, app_role_assignments, credentials, engine::params, federated_issuers,
    identifier_uris, managed_identity, oauth2_permission_grants, passwords, relations::RELATIONS, resources,
    sign_in_grants, transaction::SystemTx, used_assertions,
};

/// Rows of objects and pairs that one batch deletes at most, and as many changes.
const BATCH: usize = 1_000;

/// The rest of an object, itself last.
const TAKE_OBJECT: [&str; 12] = [
    resources::TAKE,
    identifier_uris::TAKE,
    credentials::TAKE[0],
    credentials::TAKE[1],
    passwords::TAKE,
    sign_in_grants::TAKE,
    "DELETE FROM counts WHERE what = 0 AND of_row = ?1",
    "DELETE FROM unfinished_deletions WHERE object_row = ?1",
    "DELETE FROM rule_runs WHERE group_row = ?1",
    "DELETE FROM unfinished_restorations WHERE object_row = ?1",
    "DELETE FROM unfinished_purges WHERE object_row = ?1",
    "DELETE FROM objects WHERE row = ?1",
];

/// What a tenant has besides its objects, but the change log. There is little of it: what belongs to objects went with them.
const TAKE_OTHERS: [&str; 7] = [
    "DELETE FROM resources WHERE tenant = ?1",
    "DELETE FROM older_grants WHERE tenant = ?1",
    "DELETE FROM counts WHERE what > 0 AND of_row = ?1",
    federated_issuers::TAKE_OF_TENANT,
    managed_identity::TAKE_OF_TENANT,
    sign_in_grants::TAKE_OF_TENANT,
    used_assertions::TAKE_OF_TENANT,
];

impl Store {
    /// Deletes a tenant. `false`: it is deleted already.
    pub async fn delete_tenant(&self, tenant: Tenant) -> Result<bool, Error> {
        let principals = self.principals.clone();
        self.write(move |tx| {
            principals.expect_change();
            if tx.run("DELETE FROM tenants WHERE number = ?1", params![tenant.number])? == 0 {
                return Ok(false);
            }
            // Its domains at once, so that others can have them.
            for sql in
                ["INSERT INTO deleted_tenants (number) VALUES (?1)", "DELETE FROM domains WHERE tenant = ?1"]
            {
                tx.run(sql, params![tenant.number])?;
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a batch of what deleted tenants held.
    pub async fn clear_deleted_tenants(&self) -> Result<Progress, Error> {
        self.write(|tx| {
            for deleted in all(tx)? {
                if deleted.clear_batch(tx)? == Progress::Unfinished {
                    return Ok(Progress::Unfinished);
                }
            }
            Ok(Progress::Finished)
        })
        .await
    }
}

/// A deleted tenant of which something may be left.
struct DeletedTenant {
    number: i64,
    changes_cleared: i64,
}

fn all(tx: &SystemTx<'_>) -> Result<Vec<DeletedTenant>, Error> {
    let sql = "SELECT number, changes_cleared FROM deleted_tenants ORDER BY number";
    tx.all(sql, params![], |row| Ok(DeletedTenant { number: row.get(0)?, changes_cleared: row.get(1)? }))
}

impl DeletedTenant {
    fn clear_batch(&self, tx: &SystemTx<'_>) -> Result<Progress, Error> {
        if self.clear_objects(tx)? == Progress::Unfinished {
            return Ok(Progress::Unfinished);
        }
        for part in TAKE_OTHERS {
            tx.run(part, params![self.number])?;
        }
        if self.clear_changes(tx)? == Progress::Unfinished {
            return Ok(Progress::Unfinished);
        }
        self.forget(tx)?;
        Ok(Progress::Finished)
    }

    /// Nothing of it is left, and nothing is written for it any more. Where the newest change is its, that one is left.
    fn forget(&self, tx: &SystemTx<'_>) -> Result<(), Error> {
        let sql = "DELETE FROM deleted_tenants WHERE number = ?1
                   AND number IS DISTINCT FROM (SELECT tenant FROM changes ORDER BY position DESC LIMIT 1)";
        tx.run(sql, params![self.number]).map(drop)
    }

    fn clear_objects(&self, tx: &SystemTx<'_>) -> Result<Progress, Error> {
        let mut left = BATCH;
        let sql = "SELECT row FROM objects WHERE tenant = ?1 LIMIT ?2";
        for row in tx.all(sql, params![self.number, size(left)], |row| row.get::<i64>(0))? {
            for relation in RELATIONS {
                left -= relation.clear(tx, row, left)?.min(left);
            }
            for clear in [app_role_assignments::clear, oauth2_permission_grants::clear] {
                left -= clear(tx, row, left)?.min(left);
            }
            if left == 0 {
                return Ok(Progress::Unfinished);
            }
            for part in TAKE_OBJECT {
                tx.run(part, params![row])?;
            }
            left -= 1;
        }
        Ok(if left == 0 { Progress::Unfinished } else { Progress::Finished })
    }

    /// The change log is looked through once, as it knows no tenants. Its newest change stays, whichever tenant it is of:
    /// the next position is above it.
    fn clear_changes(&self, tx: &SystemTx<'_>) -> Result<Progress, Error> {
        let sql = "SELECT position FROM changes
                   WHERE tenant = ?1 AND position > ?2 AND position < (SELECT max(position) FROM changes)
                   ORDER BY position LIMIT ?3";
        let parameters = params![self.number, self.changes_cleared, size(BATCH)];
        let found = tx.all(sql, parameters, |row| row.get::<i64>(0))?;
        for position in &found {
            tx.run("DELETE FROM changes WHERE position = ?1", params![*position])?;
        }
        let is_full = found.len() == BATCH;
        let newest = "SELECT coalesce(max(position) - 1, 0) FROM changes";
        let cleared = match found.last() {
            Some(last) if is_full => *last,
            _ => tx.one(newest, params![], |row| row.get(0))?.unwrap_or_default(),
        };
        let sql =
            "UPDATE deleted_tenants SET changes_cleared = ?2 WHERE number = ?1 AND changes_cleared <> ?2";
        tx.run(sql, params![self.number, cleared])?;
        Ok(if is_full { Progress::Unfinished } else { Progress::Finished })
    }
}

fn size(batch: usize) -> i64 {
    i64::try_from(batch).unwrap_or(i64::MAX)
}
