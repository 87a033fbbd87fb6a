//! Who manages users: one user or contact each. A chain of managers may lead back to where it began.

use super::{Error, Found, Policy, Refusal, access, lookup, objects::relate};
use crate::{
    model::{ENTITIES, entity, kinds::ObjectKind, permissions::Grants, values::Document},
    odata::{
        listing::Listing,
        reference::{Key, Reference},
    },
    store::{
        ReadTx, WriteTx,
        nestings::HiddenMemberships,
        objects::Object,
        relations::{Direction, MANAGERS},
    },
};

/// The manager of an object of this kind, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    kind: ObjectKind,
    key: &Key,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    access::may_select(by, &ENTITIES, select)?;
    let managed = lookup::of_kind(tx, kind, key)?;
    Ok(Found::where_readable(by, find(tx, &managed, select)?.ok_or_else(absent)?))
}

/// Gives a user this manager, in the place of the one that the user has.
pub fn set(tx: &WriteTx<'_>, _: Policy, by: &Grants, key: &Key, manager: &Reference) -> Result<(), Error> {
    let user = lookup::user(tx, key)?;
    assign(tx, &user, &resolve(tx, by, manager)?)
}

/// Takes the manager from a user.
pub fn remove(tx: &WriteTx<'_>, _: Policy, _: &Grants, key: &Key) -> Result<(), Error> {
    let user = lookup::user(tx, key)?;
    let (manager, _) = find(tx, &user, None)?.ok_or_else(absent)?;
    MANAGERS.remove(tx, &user, &manager)?;
    Ok(())
}

/// The object that is to be a manager, which objects of its kind can be. Of others a caller learns only what it may read.
pub(super) fn resolve(tx: &ReadTx<'_>, by: &Grants, reference: &Reference) -> Result<Object, Error> {
    let manager = lookup::resolve(tx, reference)?;
    match manager.kind() {
        ObjectKind::User | ObjectKind::OrgContact => Ok(manager),
        kind if entity(kind).read.covers(by, manager.id) => Err(Refusal::NoManager(manager.traits).into()),
        _ => Err(Refusal::NotFound(reference.key.text().into()).into()),
    }
}

/// Gives a user this manager. Whether it can be one is asked before ([`resolve`]).
pub(super) fn assign(tx: &WriteTx<'_>, user: &Object, manager: &Object) -> Result<(), Error> {
    match find(tx, user, None)? {
        Some((current, _)) if current.row == manager.row => return Ok(()),
        Some((current, _)) => drop(MANAGERS.remove(tx, user, &current)?),
        None => {}
    }
    relate(tx, &MANAGERS, user, manager)
}

/// The manager of an object, with what a `select` shows of it.
fn find(
    tx: &ReadTx<'_>,
    managed: &Object,
    select: Option<&[String]>,
) -> Result<Option<(Object, Document)>, Error> {
    let select = select.map(<[String]>::to_vec);
    let listing = Listing { select, limit: 1, ..Listing::default() };
    let page = MANAGERS.page(tx, Direction::Targets, managed, &listing, HiddenMemberships::Shown)?;
    Ok(page.objects.into_iter().next())
}

/// Graph names the property.
fn absent() -> Refusal {
    Refusal::NotFound("manager".into())
}
