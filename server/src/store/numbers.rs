//! The numbers that stand for tenants, objects and kinds in the tables.

use super::Error;
use crate::model::{
    entity, entity_of_number,
    ids::TenantId,
    kinds::{GroupKind, ObjectKind},
};

/// A tenant: its id, and the number that stands for it in the store. A reset tenant has another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// Its id, a token's `tid`.
    pub id: TenantId,
    pub(super) number: i64,
}

/// An object's number in the store. Numbers rise and are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNumber(pub(super) i64);

pub(super) const fn of_kind(kind: ObjectKind) -> i64 {
    entity(kind).number
}

pub(super) fn kind(number: i64) -> Result<ObjectKind, Error> {
    Ok(entity_of_number(number).ok_or(Error::Corrupt("an unknown kind of object"))?.kind)
}

pub(super) const fn of_group_kind(kind: GroupKind) -> i64 {
    match kind {
        GroupKind::Microsoft365 => 1,
        GroupKind::Security => 2,
        GroupKind::MailEnabledSecurity => 3,
        GroupKind::Distribution => 4,
    }
}

pub(super) fn group_kind(number: i64) -> Result<GroupKind, Error> {
    Ok(match number {
        1 => GroupKind::Microsoft365,
        2 => GroupKind::Security,
        3 => GroupKind::MailEnabledSecurity,
        4 => GroupKind::Distribution,
        _ => return Err(Error::Corrupt("an unknown kind of group")),
    })
}
