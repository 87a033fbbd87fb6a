//! Users by their sign-in name.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::{names, user::USER, values::Document};
use std::sync::LazyLock;

static FIND: LazyLock<String> = LazyLock::new(|| finding(objects::select_objects!("")));
static FIND_WITH_DOCUMENT: LazyLock<String> =
    LazyLock::new(|| finding(objects::select_objects!(", o.document, o.rest")));

/// The statement that finds the user with a sign-in name. It has the kind's number as the index has it.
fn finding(select: &str) -> String {
    format!(
        "{select} FROM objects o
         WHERE o.tenant = ?1 AND o.user_principal_name = ?2 AND o.kind = {} AND o.deleted_at IS NULL",
        USER.number
    )
}

/// The user with this sign-in name, in any spelling that has the same key, unless deleted.
pub fn find_by_principal_name(tx: &ReadTx<'_>, name: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND, params![tx.tenant().number, &names::key(name)], objects::read)
}

/// The same with its documents.
pub fn find_by_principal_name_with_document(
    tx: &ReadTx<'_>,
    name: &str,
) -> Result<Option<(Object, Document)>, Error> {
    let key = names::key(name);
    tx.one(&FIND_WITH_DOCUMENT, params![tx.tenant().number, &key], objects::read_with_document)
}
