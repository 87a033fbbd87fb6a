//! Who may join a group, who may leave it, and who sees its members.

use super::{
    Error, Found, Policy, Refusal,
    lookup::{self, Group, find_group},
    objects::{Page, check_listed},
};
use crate::{
    model::{
        ENTITIES,
        ids::{ObjectId, Sent},
        kinds::{GroupTraits, MemberKind, Relationship},
        permissions::{self, CHANGE_ROLE_ASSIGNABLE, Grants, READ_HIDDEN_MEMBERS},
        values::Document,
    },
    odata::{listing::Listing, reference::Reference},
    store::{
        ReadTx, WriteTx,
        changes::{self, Change},
        members::MEMBERS,
        objects::{self, Object},
        pairs::{Insert, Remove},
    },
};

/// Adds an object to a group and records the change. Costs the same in an empty group and in one of a million.
pub fn add(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    group: &Sent<ObjectId>,
    reference: &Reference,
) -> Result<(), Error> {
    let group = find_group(tx, group)?;
    policy.may_change(&group)?;
    may_be_changed_by_hand(&group)?;
    let member = lookup::resolve(tx, reference)?;
    may_add(by, &member)?;
    may_change_role_assignable(by, &group)?;
    may_join(group.traits, &member)?;
    join(tx, &group, &member)
}

/// Removes an object from a group and records the change. Whoever isn't a member is reported by the
/// group's id, as Graph does.
pub fn remove(
    tx: &WriteTx<'_>,
    policy: Policy,
    by: &Grants,
    group_id: &Sent<ObjectId>,
    member: ObjectId,
) -> Result<(), Error> {
    let group = find_group(tx, group_id)?;
    policy.may_change(&group)?;
    may_be_changed_by_hand(&group)?;
    may_change_role_assignable(by, &group)?;
    let absent = || Refusal::NotFound(group_id.text.clone());
    let member = objects::find(tx, member)?.ok_or_else(absent)?;
    match MEMBERS.remove(tx, &group.object, member.row)? {
        Remove::Gone => Ok(changes::append(tx, &group.object, Change::MemberRemoved(member.row))?),
        Remove::NotThere => Err(absent().into()),
    }
}

/// A page of a group's members.
pub fn list(tx: &ReadTx<'_>, by: &Grants, group: &Sent<ObjectId>, listing: &Listing) -> Result<Page, Error> {
    check_listed(by, &ENTITIES, listing)?;
    let group = find_group(tx, group)?;
    may_see_members(by, &group)?;
    let page = MEMBERS.page(tx, group.object.row, listing)?;
    Ok(Page::of(page, |row| show_where_readable(by, row)))
}

/// An object with its texts where the caller may read its kind, else without (*limited information*).
pub(super) fn show_where_readable(by: &Grants, (object, document): (Object, Document)) -> Found {
    let readable = permissions::read(object.kind).covers(by, object.id);
    Found { kind: object.kind, id: object.id, document: readable.then_some(document) }
}

/// How many members a group has.
pub fn count(tx: &ReadTx<'_>, by: &Grants, group: &Sent<ObjectId>) -> Result<u64, Error> {
    let group = find_group(tx, group)?;
    may_see_members(by, &group)?;
    Ok(MEMBERS.count(tx, &group.object)?)
}

/// Adding needs a permission on what is added too.
pub(super) fn may_add(by: &Grants, member: &Object) -> Result<(), Error> {
    let need = permissions::add_member(member.member_kind()?);
    Ok(need.reach(by).map(|_| ()).ok_or_else(|| Refusal::lacks(need, by))?)
}

/// Refuses members of kinds that such a group doesn't take.
pub(super) fn may_join(group: GroupTraits, member: &Object) -> Result<(), Error> {
    let kind = member.member_kind()?;
    if group.role_assignable && matches!(kind, MemberKind::Group(_)) {
        return Err(Refusal::NoNesting.into());
    }
    if !group.kind.may_contain(kind) {
        return Err(Refusal::KindNotAllowed { group: group.kind, member: kind }.into());
    }
    Ok(())
}

/// Puts an object into a group, and records the change. Whether it may be there is asked before ([`may_join`]).
pub(super) fn join(tx: &WriteTx<'_>, group: &Group, member: &Object) -> Result<(), Error> {
    match MEMBERS.insert(tx, &group.object, member.row)? {
        Insert::New => Ok(changes::append(tx, &group.object, Change::MemberAdded(member.row))?),
        Insert::AlreadyThere => Err(Refusal::AlreadyRelated(Relationship::Members).into()),
    }
}

/// The members of a dynamic group follow a rule.
pub(super) fn may_be_changed_by_hand(group: &Group) -> Result<(), Refusal> {
    if group.traits.dynamic { Err(Refusal::NotPermitted) } else { Ok(()) }
}

/// What directory roles can be assigned to is changed by few.
pub(super) fn may_change_role_assignable(by: &Grants, group: &Group) -> Result<(), Refusal> {
    let may = !group.traits.role_assignable || CHANGE_ROLE_ASSIGNABLE.reach(by).is_some();
    may.then_some(()).ok_or_else(|| Refusal::lacks(&CHANGE_ROLE_ASSIGNABLE, by))
}

fn may_see_members(by: &Grants, group: &Group) -> Result<(), Refusal> {
    let may = !group.traits.hidden_membership || READ_HIDDEN_MEMBERS.reach(by).is_some();
    may.then_some(()).ok_or_else(|| Refusal::lacks(&READ_HIDDEN_MEMBERS, by))
}
