//! Who may join a group, who may leave it, and who sees its members.

use super::{
    Error, Found, Policy, Refusal,
    access::may_see_members,
    follows::Follows,
    group_settings::may_take,
    lookup,
    navigation::Navigation,
    objects::{relate, related, unrelate},
    rights,
};
use crate::{
    model::{
        entity,
        ids::{AsWritten, ObjectId},
        kinds::{GroupTraits, ObjectTraits},
        navigation::NavigationProperty,
        permissions::{ADD_MEMBER, CHANGE_ROLE_ASSIGNABLE, Grants, REMOVE_MEMBER},
    },
    odata::reference::{Key, Reference},
    store::{ReadTx, WriteTx, objects::Object, relations},
};

/// Adds an object to a group and records the change. Costs the same in an empty group and in one of a million.
pub fn add(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    group: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let (group, traits) = lookup::group(tx, group)?;
    policy.may_change(traits)?;
    may_be_changed_by_hand(traits)?;
    let member = lookup::resolve(tx, reference)?;
    may_add(by, &member)?;
    may_change_role_assignable(by, traits)?;
    rights::may_act(tx, by, &ADD_MEMBER, &group)?;
    may_join(traits, &member)?;
    may_take(tx, Some(group.row), traits, [&member])?;
    join(tx, &group, &member)
}

/// Removes an object from a group and records the change.
pub fn remove(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let (group, traits) = lookup::group(tx, key)?;
    policy.may_change(traits)?;
    may_be_changed_by_hand(traits)?;
    may_change_role_assignable(by, traits)?;
    rights::may_act(tx, by, &REMOVE_MEMBER, &group)?;
    unrelate(tx, &relations::MEMBERS, (&group, key), reference).map(drop)
}

/// The members of a group.
pub static MEMBERS: Navigation<Key> = Navigation {
    follows: Follows::of(NavigationProperty::Members),
    source: |tx, by, group| {
        let (group, _) = lookup::group(tx, group)?;
        may_see_members(by, group.traits)?;
        Ok(group)
    },
};

/// The members of a group and of the groups in it.
pub static TRANSITIVE_MEMBERS: Navigation<Key> =
    Navigation { follows: Follows::of(NavigationProperty::TransitiveMembers), ..MEMBERS };

/// The member of a group with this id.
pub fn find(tx: &ReadTx<'_>, by: &Grants, group: &Key, member: &AsWritten<ObjectId>) -> Result<Found, Error> {
    let group = (MEMBERS.source)(tx, by, group)?;
    related(tx, &relations::MEMBERS, &group, member)
}

/// Adding needs a permission on what is added too.
pub(super) fn may_add(by: &Grants, member: &Object) -> Result<(), Refusal> {
    let need = entity(member.kind()).add_to_group;
    need.reach(by).map(|_| ()).ok_or_else(|| Refusal::lacks(need, by))
}

/// Refuses members of kinds that such a group doesn't take.
pub(super) fn may_join(group: GroupTraits, member: &Object) -> Result<(), Refusal> {
    if group.role_assignable && matches!(member.traits, ObjectTraits::Group(_)) {
        return Err(Refusal::NoNesting);
    }
    if !group.kind.may_contain(member.traits) {
        return Err(Refusal::KindNotAllowed { group: group.kind, member: member.traits });
    }
    Ok(())
}

/// Puts an object into a group, and records the change. Whether it may be there is asked before ([`may_join`]).
pub(super) fn join(tx: &WriteTx<'_>, group: &Object, member: &Object) -> Result<(), Error> {
    relate(tx, &relations::MEMBERS, group, member)
}

/// The members of a dynamic group follow a rule.
pub(super) fn may_be_changed_by_hand(group: GroupTraits) -> Result<(), Refusal> {
    if group.dynamic { Err(Refusal::NotPermitted) } else { Ok(()) }
}

/// What directory roles can be assigned to is changed by few.
pub(super) fn may_change_role_assignable(by: &Grants, group: GroupTraits) -> Result<(), Refusal> {
    let may = !group.role_assignable || CHANGE_ROLE_ASSIGNABLE.reach(by).is_some();
    may.then_some(()).ok_or_else(|| Refusal::lacks(&CHANGE_ROLE_ASSIGNABLE, by))
}
