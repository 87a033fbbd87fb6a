//! Whom a token speaks for: its tenant, and whether its user or service principal may still act.

use super::{
    Error, Store, Tenant,
    driver::{OptionalExtension, params},
};
use crate::model::ids::{ObjectId, TenantId};

/// Whether a user or a service principal may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may, for all that is known of it.
    Good,
    /// It is disabled.
    Disabled,
    /// It was deleted.
    Deleted,
}

impl Store {
    /// The tenant of this id, and how the principal of this id stands in it. Of an id that no object ever had nothing
    /// is known, nor is of none.
    pub async fn find_principal(
        &self,
        tenant: TenantId,
        principal: Option<ObjectId>,
    ) -> Result<Option<(Tenant, Standing)>, Error> {
        let sql = "SELECT t.number, o.deleted_at IS NOT NULL,
                          coalesce(o.document ->> '$.accountEnabled', o.rest ->> '$.accountEnabled', 1)
                   FROM tenants t LEFT JOIN objects o ON o.tenant = t.number AND o.id = ?2 WHERE t.id = ?1";
        let find = |connection: &super::driver::Connection| -> Result<_, Error> {
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_row(params![tenant.uuid(), principal.map(ObjectId::uuid)], |row| {
                let standing = match (row.get(1)?, row.get(2)?) {
                    (true, _) => Standing::Deleted,
                    (false, false) => Standing::Disabled,
                    (false, true) => Standing::Good,
                };
                Ok((Tenant { id: tenant, number: row.get(0)? }, standing))
            });
            Ok(found.optional()?)
        };
        self.readers.read(None, find).await
    }
}
