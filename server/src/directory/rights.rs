//! The rights of signed-in users, where roles are enforced: whether what a user holds, owns or is lets it do what the token's permissions
//! do. What needs to know the object is asked in the object's own rules, in the transaction that changes it.

use super::{Error, Policy, Refusal, RoleEnforcement, lookup};
use crate::{
    model::{
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::{
            Grants, Need, Principal, Reach, Right, Roles, Standing, WRITE_MANAGER, lets_act_upon, parts,
        },
        user::USER,
        values::Values,
    },
    odata::reference::Key,
    store::{ReadTx, WriteTx, objects, objects::Object, relations::OWNERS, rights},
};

/// The grants of a caller with the caller's standing, where that counts. Refuses what the caller has no right to, whatever the object is.
pub fn admit(tx: &ReadTx<'_>, policy: Policy, by: &Grants, need: &Need) -> Result<Grants, Error> {
    let standing = match (policy.roles, by.principal) {
        (RoleEnforcement::Enforced, Principal::User(id)) => Some(standing(tx, id)?),
        _ => None,
    };
    let by = Grants { standing, ..*by };
    allow(by.have_right(need))?;
    Ok(by)
}

fn standing(tx: &ReadTx<'_>, user: Option<ObjectId>) -> Result<Standing, Error> {
    let user = user.map(|id| objects::find(tx, id)).transpose()?.flatten();
    Ok(match user.filter(|user| user.kind() == ObjectKind::User) {
        Some(user) => Standing { is_guest: user.is_guest, roles: rights::roles_of(tx, &user)? },
        None => Standing { is_guest: true, roles: Roles::NONE },
    })
}

/// Refuses what a caller may do with no object.
pub(super) fn may(by: &Grants, need: &Need) -> Result<(), Refusal> {
    allow(by.have_right(need))
}

/// Refuses to show what is related to the object with this id, for which this is needed. Users see of themselves whatever there is.
pub(super) fn may_follow(by: &Grants, need: &Need, id: ObjectId) -> Result<(), Refusal> {
    if is_oneself(by, id) { Ok(()) } else { may(by, need) }
}

/// Refuses to make an object of these traits.
pub(super) fn may_make(
    by: &Grants,
    right: impl Into<&'static Right>,
    traits: ObjectTraits,
) -> Result<(), Refusal> {
    allow(by.standing.is_none_or(|standing| right.into().reaches(standing, traits)))
}

/// Whether a caller holds a role that is enough for objects of these traits.
pub(super) fn holds_role_for(by: &Grants, right: impl Into<&'static Right>, traits: ObjectTraits) -> bool {
    by.standing.is_some_and(|standing| right.into().is_held(standing, traits))
}

/// Refuses to do with an object what needs this, where permissions reach only what the caller owns and this isn't, or where
/// [`may_do`] refuses it.
pub(super) fn may_act(
    tx: &ReadTx<'_>,
    by: &Grants,
    need: &'static Need,
    object: &Object,
) -> Result<(), Error> {
    if need.reach(by) == Some(Reach::Owned) && !owns(tx, by, object)? {
        return Err(Refusal::lacks(need, by).into());
    }
    may_do(tx, by, need.into(), object)
}

/// Refuses to do something with an object for which neither a role of the caller's, nor that it is the caller's own, is enough.
pub(super) fn may_do(
    tx: &ReadTx<'_>,
    by: &Grants,
    right: &'static Right,
    object: &Object,
) -> Result<(), Error> {
    let Some(standing) = by.standing else { return Ok(()) };
    let may = right.reaches(standing, object.traits)
        || right.is_oneself() && is_oneself(by, object.id)
        || right.is_owners(object.traits) && owns(tx, by, object)?;
    Ok(allow(may)?)
}

/// The same as [`may_act`] with the object of this kind and key. It isn't looked up where that doesn't count.
pub(super) fn may_act_on(
    tx: &ReadTx<'_>,
    by: &Grants,
    need: &'static Need,
    kind: ObjectKind,
    key: &Key,
) -> Result<(), Error> {
    if by.standing.is_none() && need.reach(by) != Some(Reach::Owned) {
        return Ok(());
    }
    may_act(tx, by, need, &lookup::of_kind(tx, kind, key)?)
}

/// Refuses to do something sensitive with a user who holds roles that the caller's don't let act upon.
pub(super) fn may_act_upon(
    tx: &ReadTx<'_>,
    by: &Grants,
    right: impl Into<&'static Right>,
    user: &Object,
) -> Result<(), Error> {
    let Some(standing) = by.standing else { return Ok(()) };
    let right = right.into();
    if right.is_oneself() && is_oneself(by, user.id) {
        return Ok(());
    }
    let roles = right.held_by(standing);
    Ok(allow(!roles.is_empty() && lets_act_upon(roles, rights::target(tx, user)?))?)
}

/// Refuses to change what these changes of a user name, and to assign a manager.
pub(super) fn may_change_user(
    tx: &WriteTx<'_>,
    by: &Grants,
    user: &Object,
    changes: &Values,
    assigns_manager: bool,
) -> Result<(), Error> {
    if by.standing.is_none() {
        return Ok(());
    }
    if assigns_manager {
        may_act(tx, by, &WRITE_MANAGER, user)?;
    }
    let own = is_oneself(by, user.id);
    let names = changes.keys().map(String::as_str);
    for name in names.filter(|name| !(own && is_own_property(name))) {
        match name {
            "passwordProfile" | "businessPhones" | "mobilePhone" | "otherMails" => {
                may_act_upon(tx, by, &parts::PASSWORDS, user)?;
            }
            "accountEnabled" | "userPrincipalName" => may_act_upon(tx, by, &parts::ACCOUNTS, user)?,
            "identities" | "onPremisesImmutableId" => may_act_upon(tx, by, &parts::SENSITIVE, user)?,
            "usageLocation" => may_do(tx, by, &parts::USAGE_LOCATION, user)?,
            _ => may_do(tx, by, &parts::BASICS, user)?,
        }
    }
    Ok(())
}

/// Whether users change this property of themselves: their mobile phone, and what their profile holds.
fn is_own_property(name: &str) -> bool {
    name == "mobilePhone" || USER.is_from_other_service(name)
}

fn is_oneself(by: &Grants, id: ObjectId) -> bool {
    by.principal == Principal::User(Some(id))
}

/// Whether the signed-in user, or the application by itself, owns an object.
fn owns(tx: &ReadTx<'_>, by: &Grants, object: &Object) -> Result<bool, Error> {
    let Some(id) = by.principal.id() else { return Ok(false) };
    let Some(caller) = objects::find(tx, id)? else { return Ok(false) };
    Ok(OWNERS.contains(tx, object, &caller)?)
}

fn allow(may: bool) -> Result<(), Refusal> {
    if may { Ok(()) } else { Err(Refusal::NotPermitted) }
}
