//! Who may join a group, who may leave it, and who sees its members.

use super::{
    Error, Found, Policy, Refusal,
    lookup::{self, Group, find_group},
};
use crate::{
    model::{
        ids::{ObjectId, Sent},
        kinds::MemberKind,
        permissions::{self, CHANGE_ROLE_ASSIGNABLE, Grants, READ_HIDDEN_MEMBERS},
    },
    odata::reference::Reference,
    store::{
        ReadTx, WriteTx,
        changes::{self, Change},
        members::{self, Insert, Remove},
        objects::{self, Object, RowNumber},
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
    may_be_changed_by_hand(policy, &group)?;
    let member = lookup::resolve(tx, reference)?;
    match join(tx, by, &group, &member)? {
        Insert::New => Ok(()),
        Insert::AlreadyThere => Err(Refusal::AlreadyMember.into()),
    }
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
    may_be_changed_by_hand(policy, &group)?;
    may_change_role_assignable(by, &group)?;
    let absent = || Refusal::NotFound(group_id.text.clone());
    let member = objects::find(tx, member)?.ok_or_else(absent)?;
    match members::remove(tx, group.object.row, member.row)? {
        Remove::Gone => Ok(changes::append(tx, &group.object, Change::MemberRemoved(member.row))?),
        Remove::NotThere => Err(absent().into()),
    }
}

/// A page of members, and where the next one begins.
#[derive(Debug)]
pub struct MemberPage {
    /// The members. Those of a kind that the caller may not read have no texts.
    pub members: Vec<Found>,
    /// After which member the next page begins. `None`: this is the last.
    pub next: Option<RowNumber>,
}

/// Members of a group after a position, at most `limit`.
pub fn list(
    tx: &ReadTx<'_>,
    by: &Grants,
    group: &Sent<ObjectId>,
    after: RowNumber,
    limit: usize,
) -> Result<MemberPage, Error> {
    let group = find_group(tx, group)?;
    may_see_members(by, &group)?;
    let mut rows = members::page(tx, group.object.row, after, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(last, _)| last.row);
    let show = |(object, document): (Object, _)| {
        let readable = permissions::read(object.kind).covers(by, object.id);
        Found { kind: object.kind, id: object.id, document: readable.then_some(document) }
    };
    Ok(MemberPage { members: rows.into_iter().map(show).collect(), next })
}

/// How many members a group has.
pub fn count(tx: &ReadTx<'_>, by: &Grants, group: &Sent<ObjectId>) -> Result<u64, Error> {
    let group = find_group(tx, group)?;
    may_see_members(by, &group)?;
    Ok(members::count(tx, group.object.row)?)
}

/// Puts an object into a group that takes members by hand, if the caller may and the kinds fit.
pub(super) fn join(tx: &WriteTx<'_>, by: &Grants, group: &Group, member: &Object) -> Result<Insert, Error> {
    let kind = member.member_kind()?;
    if permissions::add_member(kind).reach(by).is_none() {
        return Err(Refusal::NotPermitted.into());
    }
    may_change_role_assignable(by, group)?;
    if group.traits.role_assignable && matches!(kind, MemberKind::Group(_)) {
        return Err(Refusal::NoNesting.into());
    }
    if !group.traits.kind.may_contain(kind) {
        return Err(Refusal::KindNotAllowed { group: group.traits.kind, member: kind }.into());
    }
    let inserted = members::insert(tx, group.object.row, member.row)?;
    if inserted == Insert::New {
        changes::append(tx, &group.object, Change::MemberAdded(member.row))?;
    }
    Ok(inserted)
}

fn may_be_changed_by_hand(policy: Policy, group: &Group) -> Result<(), Refusal> {
    if !policy.lets_change(group.traits.kind) {
        return Err(Refusal::ManagedByExchange);
    }
    if group.traits.dynamic { Err(Refusal::NotPermitted) } else { Ok(()) }
}

fn may_change_role_assignable(by: &Grants, group: &Group) -> Result<(), Refusal> {
    let may = !group.traits.role_assignable || CHANGE_ROLE_ASSIGNABLE.reach(by).is_some();
    may.then_some(()).ok_or(Refusal::NotPermitted)
}

fn may_see_members(by: &Grants, group: &Group) -> Result<(), Refusal> {
    let may = !group.traits.hidden_membership || READ_HIDDEN_MEMBERS.reach(by).is_some();
    may.then_some(()).ok_or(Refusal::NotPermitted)
}
