//! Users by their sign-in name.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::{names, values::Document};

/// The user with this sign-in name, in any spelling that has the same key, unless deleted.
pub fn find_by_principal_name(tx: &ReadTx<'_>, name: &str) -> Result<Option<Object>, Error> {
    let sql = objects::select_objects!(
        " FROM objects o WHERE o.tenant = ?1 AND o.user_principal_name = ?2 AND o.kind = 1 AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, &names::key(name)], objects::read)
}

/// The same with its documents.
pub fn find_by_principal_name_with_document(
    tx: &ReadTx<'_>,
    name: &str,
) -> Result<Option<(Object, Document)>, Error> {
    let sql = objects::select_objects!(
        ", o.document, o.rest FROM objects o
         WHERE o.tenant = ?1 AND o.user_principal_name = ?2 AND o.kind = 1 AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, &names::key(name)], objects::read_with_document)
}
