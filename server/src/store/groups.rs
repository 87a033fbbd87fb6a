//! Groups by the names that must be unique.

use super::{Error, ReadTx, engine::params, numbers, objects, objects::Object};
use crate::model::{group::GROUP, kinds::GroupKind, names};
use std::sync::LazyLock;

/// These have the numbers of kinds as the indexes have them.
static FIND_BY_MAIL_NICKNAME: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} FROM objects o
         WHERE o.tenant = ?1 AND o.mail_nickname = ?2 AND o.group_kind = {} AND o.deleted_at IS NULL",
        objects::select_objects!(""),
        numbers::of_group_kind(GroupKind::Microsoft365)
    )
});
static FIND_BY_UNIQUE_NAME: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} FROM objects o WHERE o.tenant = ?1 AND o.unique_name = ?2
         AND o.kind = {} AND o.deleted_at IS NULL AND o.unique_name IS NOT NULL",
        objects::select_objects!(""),
        GROUP.number
    )
});

/// The Microsoft 365 group that has this mail nickname, in any spelling that has the same key.
pub fn find_by_mail_nickname(tx: &ReadTx<'_>, nickname: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND_BY_MAIL_NICKNAME, params![tx.tenant().number, &names::key(nickname)], objects::read)
}

/// The group that has this unique name, in any spelling that has the same key.
pub fn find_by_unique_name(tx: &ReadTx<'_>, name: &str) -> Result<Option<Object>, Error> {
    tx.one(&FIND_BY_UNIQUE_NAME, params![tx.tenant().number, &names::key(name)], objects::read)
}
