//! Groups by the names that must be unique.

use super::{Error, ReadTx, engine::params, objects, objects::Object};
use crate::model::names;

/// The Microsoft 365 group that has this mail nickname, in any spelling that has the same key.
pub fn find_by_mail_nickname(tx: &ReadTx<'_>, nickname: &str) -> Result<Option<Object>, Error> {
    let sql = objects::select_objects!(
        " FROM objects o WHERE o.tenant = ?1 AND o.mail_nickname = ?2 AND o.group_kind = 1 AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, &names::key(nickname)], objects::read)
}

/// The group that has this unique name, in any spelling that has the same key.
pub fn find_by_unique_name(tx: &ReadTx<'_>, name: &str) -> Result<Option<Object>, Error> {
    let sql = objects::select_objects!(
        " FROM objects o WHERE o.tenant = ?1 AND o.unique_name = ?2
         AND o.kind = 2 AND o.deleted_at IS NULL AND o.unique_name IS NOT NULL"
    );
    tx.one(sql, params![tx.tenant().number, &names::key(name)], objects::read)
}
