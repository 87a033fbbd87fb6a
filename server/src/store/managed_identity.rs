//! The service principal that programs on this machine get tokens of, without a secret of their own.

use super::{Error, Store, Tenant, WriteTx, engine::params, objects::Object, tenants, transaction::Queries};
use crate::{
    auth::secrets::SecretDigest,
    model::ids::{AppId, ObjectId},
};

/// Which service principal it is.
#[derive(Debug, Clone)]
pub struct ManagedIdentity {
    /// Its tenant.
    pub tenant: Tenant,
    /// Its client id.
    pub app_id: AppId,
    /// Its id.
    pub service_principal: ObjectId,
    /// What is kept of the secret that the App Service form asks for.
    pub secret: SecretDigest,
}

impl Store {
    /// The managed identity. `None`: there is none, or it was deleted.
    pub async fn managed_identity(&self) -> Result<Option<ManagedIdentity>, Error> {
        self.read(find).await
    }

    /// Has there be no managed identity. `false`: there was none.
    pub async fn unset_managed_identity(&self) -> Result<bool, Error> {
        self.write(|tx| Ok(tx.run("DELETE FROM managed_identity", params![])? > 0)).await
    }
}

fn find(queries: &Queries<'_>) -> Result<Option<ManagedIdentity>, Error> {
    let sql = "SELECT t.number, t.id, o.app_id, o.id, m.secret FROM managed_identity m
               JOIN objects o ON o.row = m.service_principal_row AND o.deleted_at IS NULL
               JOIN tenants t ON t.number = o.tenant";
    queries.one(sql, params![], |row| {
        let app_id: String = row.get(2)?;
        let app_id = app_id.parse().map_err(|_| Error::Corrupt("a service principal without a client id"))?;
        let service_principal = ObjectId::from_uuid(row.get(3)?);
        Ok(ManagedIdentity {
            tenant: tenants::read_from(row, 0)?,
            app_id,
            service_principal,
            secret: row.get(4)?,
        })
    })
}

/// Makes this service principal the managed identity.
pub fn set(tx: &WriteTx<'_>, service_principal: &Object, secret: &SecretDigest) -> Result<(), Error> {
    let sql =
        "INSERT INTO managed_identity (one, tenant, service_principal_row, secret) VALUES (1, ?1, ?2, ?3)
               ON CONFLICT (one) DO UPDATE SET tenant = excluded.tenant,
               service_principal_row = excluded.service_principal_row, secret = excluded.secret";
    tx.run(sql, params![tx.tenant().number, service_principal.row.0, &secret[..]]).map(drop)
}

/// Takes away a tenant's.
pub(super) const TAKE_OF_TENANT: &str = "DELETE FROM managed_identity WHERE tenant = ?1";
