//! Who owns a group: users and service principals, at most a hundred. The last user isn't taken away, and goes
//! only by being deleted.

use super::{
    Error, Found, Policy, Refusal,
    follows::Follows,
    group_settings::may_take,
    lookup,
    members::may_change_role_assignable,
    navigation::Navigation,
    objects::{relate, related, unrelate},
    rights,
};
use crate::{
    model::{
        ids::{AsWritten, ObjectId},
        kinds::ObjectKind,
        navigation::NavigationProperty,
        permissions::{CHANGE_OWNERS, Grants, parts, right},
    },
    odata::reference::{Key, Reference},
    store::{ReadTx, WriteTx, objects::Object, owners, relations},
};

/// Owners that an object has at most.
pub(super) const MAX_OWNERS: u64 = 100;

/// Makes an object an owner of a group, and records the change.
pub fn add(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    group: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let (group, traits) = lookup::group(tx, group)?;
    policy.may_change(traits)?;
    may_change_role_assignable(by, traits)?;
    let owner = lookup::resolve(tx, reference)?;
    may_change(tx, by, &group, &owner)?;
    may_own(&owner)?;
    may_take(tx, Some(group.row), traits, [&owner])?;
    own(tx, &group, &owner)?;
    check_quota(tx, &group)
}

/// Ends an ownership, and records the change. The last user of the owners stays.
pub fn remove(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let (group, traits) = lookup::group(tx, key)?;
    policy.may_change(traits)?;
    may_change_role_assignable(by, traits)?;
    // Who may change no owners doesn't learn who is one.
    rights::may_do(tx, by, &parts::OWNERS_WHO_ARE_USERS, &group)?;
    let owner = unrelate(tx, &relations::OWNERS, (&group, key), reference)?;
    may_change(tx, by, &group, &owner)?;
    if owner.kind() == ObjectKind::User && owners::count_users(tx, group.row)? == 0 {
        return Err(Refusal::LastOwner.into());
    }
    Ok(())
}

/// The owners of a group.
pub static OWNERS: Navigation<Key> = Navigation {
    follows: Follows::of(NavigationProperty::Owners),
    source: |tx, _, group| Ok(lookup::group(tx, group)?.0),
};

/// The owner of a group with this id.
pub fn find(tx: &ReadTx<'_>, by: &Grants, group: &Key, owner: &AsWritten<ObjectId>) -> Result<Found, Error> {
    let group = (OWNERS.source)(tx, by, group)?;
    related(tx, &relations::OWNERS, &group, owner)
}

/// Refuses to make this an owner of a group, and to end that, where the caller has no right to: some change only owners who are users.
pub(super) fn may_change(tx: &ReadTx<'_>, by: &Grants, group: &Object, owner: &Object) -> Result<(), Error> {
    let is_user = owner.kind() == ObjectKind::User;
    let right = if is_user { &parts::OWNERS_WHO_ARE_USERS } else { right(&CHANGE_OWNERS) };
    rights::may_do(tx, by, right, group)
}

/// Refuses owners of kinds that own nothing.
pub(super) fn may_own(owner: &Object) -> Result<(), Refusal> {
    match owner.kind() {
        ObjectKind::User | ObjectKind::ServicePrincipal => Ok(()),
        _ => Err(Refusal::NoOwner(owner.traits)),
    }
}

/// Makes an object an owner, and records the change. Whether it can be one is asked before ([`may_own`]), and whether
/// there are too many afterwards ([`check_quota`]).
pub(super) fn own(tx: &WriteTx<'_>, owned: &Object, owner: &Object) -> Result<(), Error> {
    relate(tx, &relations::OWNERS, owned, owner)
}

/// Refuses where an object has come to have too many owners.
pub(super) fn check_quota(tx: &ReadTx<'_>, owned: &Object) -> Result<(), Error> {
    let count = relations::OWNERS.count_targets(tx, owned)?;
    if count > MAX_OWNERS {
        return Err(Refusal::TooManyOwners { count, quota: MAX_OWNERS }.into());
    }
    Ok(())
}
