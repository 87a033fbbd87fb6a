//! The URIs that name applications as resources. A URI is one application's in a tenant.

use super::{
    Error, ReadTx, WriteTx,
    engine::params,
    objects::{self, Object},
};
use crate::model::names;

/// The application that this URI names.
pub fn find(tx: &ReadTx<'_>, uri: &str) -> Result<Option<Object>, Error> {
    let sql = objects::select_objects!(
        " FROM identifier_uris u CROSS JOIN objects o
         WHERE u.tenant = ?1 AND u.uri = ?2 AND o.row = u.application_row AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, &names::key(uri)], objects::read)
}

/// Has these name an application, and no others. `false`: one names another application.
pub fn put<'u>(
    tx: &WriteTx<'_>,
    application: &Object,
    uris: impl IntoIterator<Item = &'u str>,
) -> Result<bool, Error> {
    forget(tx, application)?;
    let sql = "INSERT INTO identifier_uris (tenant, uri, application_row) VALUES (?1, ?2, ?3)
               ON CONFLICT DO NOTHING";
    for uri in uris {
        let key = names::key(uri);
        if tx.run(sql, params![tx.tenant().number, &key, application.row.0])? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Has none name an application any more.
pub fn forget(tx: &WriteTx<'_>, application: &Object) -> Result<(), Error> {
    tx.run(TAKE, params![application.row.0]).map(drop)
}

/// Takes away what an application has.
pub(super) const TAKE: &str = "DELETE FROM identifier_uris WHERE application_row = ?1";
