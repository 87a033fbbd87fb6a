//! Applications by their client id, and the digests of their secrets.

use super::{
    Error, ReadTx, Store, WriteTx,
    engine::params,
    numbers,
    objects::{self, Object, RowNumber},
    transaction::Queries,
};
use crate::{
    auth::secrets::SecretDigest,
    model::{application::APPLICATION, ids::AppId, kinds::ObjectKind, names, values::Document},
};
use std::ops::ControlFlow;

impl Store {
    /// Whether this is the secret of an application, of whatever tenant.
    pub async fn has_secret(&self, digest: SecretDigest) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM application_secrets s
                   JOIN objects o ON o.row = s.application_row AND o.deleted_at IS NULL
                   JOIN tenants t ON t.number = o.tenant WHERE s.digest = ?1)";
        let has = move |queries: &Queries<'_>| queries.one(sql, params![&digest[..]], |row| row.get(0));
        Ok(self.read(has).await?.unwrap_or_default())
    }
}

/// The object of this kind (application or service principal) that has this client id.
pub fn find(tx: &ReadTx<'_>, kind: ObjectKind, app_id: &str) -> Result<Option<Object>, Error> {
    let sql = objects::select_objects!(
        " FROM objects o WHERE o.tenant = ?1 AND o.kind = ?2 AND o.app_id = ?3
         AND o.app_id IS NOT NULL AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, numbers::of_kind(kind), &names::key(app_id)], objects::read)
}

/// The client ids of the applications that have this name.
pub fn named(tx: &ReadTx<'_>, name: &str) -> Result<Vec<AppId>, Error> {
    // Each is looked at: an index of names would cost every object, and only the command line asks.
    let sql =
        "SELECT document, rest, app_id FROM objects WHERE tenant = ?1 AND kind = ?2 AND deleted_at IS NULL";
    let mut found = Vec::new();
    tx.each(sql, params![tx.tenant().number, APPLICATION.number], |row| {
        let document = Document { default: row.get(0)?, rest: row.get(1)? };
        let values =
            document.values().ok_or(Error::Corrupt("an application whose documents can't be read"))?;
        if values.get("displayName").is_some_and(|own| own == name) {
            let app_id = row.get::<String>(2)?.parse();
            found.push(app_id.map_err(|_| Error::Corrupt("an application without a client id"))?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Keeps what is kept of an application's secret.
pub fn add_secret(tx: &WriteTx<'_>, application: RowNumber, digest: &SecretDigest) -> Result<(), Error> {
    let sql = "INSERT INTO application_secrets (application_row, digest, created_at) VALUES (?1, ?2, ?3)";
    tx.run(sql, params![application.0, &digest[..], tx.now().timestamp()]).map(drop)
}

/// What is kept of an application's secrets.
pub fn secrets(tx: &ReadTx<'_>, application: RowNumber) -> Result<Vec<SecretDigest>, Error> {
    let sql = "SELECT digest FROM application_secrets WHERE application_row = ?1";
    tx.all(sql, params![application.0], |row| row.get(0))
}

/// Forgets what is kept of an application's secrets.
pub fn forget_secrets(tx: &WriteTx<'_>, application: RowNumber) -> Result<(), Error> {
    tx.run("DELETE FROM application_secrets WHERE application_row = ?1", params![application.0]).map(drop)
}

/// The roles of Graph's that were granted to service principals of this tenant before these were assigned, each with the row of its
/// holder. They are forgotten.
pub fn take_older_grants(tx: &WriteTx<'_>) -> Result<Vec<(RowNumber, String)>, Error> {
    let (tenant, sql) =
        (tx.tenant().number, "SELECT service_principal_row, role FROM older_grants WHERE tenant = ?1");
    let granted = tx.all(sql, params![tenant], |row| Ok((RowNumber(row.get(0)?), row.get(1)?)))?;
    if !granted.is_empty() {
        tx.run("DELETE FROM older_grants WHERE tenant = ?1", params![tenant])?;
    }
    Ok(granted)
}
