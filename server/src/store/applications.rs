//! Applications and service principals by their client id.

use super::{
    Error, ReadTx, WriteTx,
    engine::params,
    numbers,
    objects::{self, Object, RowNumber},
};
use crate::model::{application::APPLICATION, ids::AppId, kinds::ObjectKind, names, values::Document};
use std::ops::ControlFlow;

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
