//! Who manages users: one user or contact each. A chain of managers may lead back to where it began.

use super::{Error, Found, Policy, Refusal, access, lookup, objects::relate};
use crate::{
    model::{
        ENTITIES, entity, kinds::ObjectKind, navigation::NavigationProperty, permissions::Grants,
        values::Document,
    },
    odata::{
        listing::Listing,
        reference::{Key, Reference},
    },
    store::{
        ReadTx, WriteTx,
        nestings::HiddenMemberships,
        objects::{MAX_PAGE_BYTES, Object},
        relations::{Direction, MANAGERS},
    },
};
use std::collections::HashSet;

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
    Ok(Found::where_readable(by, find(tx, &managed, &listing(select))?.ok_or_else(absent)?))
}

/// The manager of an object, the manager's own manager, and so on: at most so many levels of them, as far as the caller may know who
/// manages whom. It ends with the first that was there before, such as the object itself.
pub(super) fn chain(
    tx: &ReadTx<'_>,
    by: &Grants,
    managed: &Object,
    listing: &Listing,
    levels: usize,
) -> Result<Vec<Found>, Error> {
    let (mut managed, mut seen) = (*managed, HashSet::from([managed.row]));
    let (mut chain, mut bytes) = (Vec::new(), 0);
    while chain.len() < levels && may_know_manager(by, &managed) {
        let Some((manager, document)) = find(tx, &managed, listing)? else { break };
        bytes += document.size();
        if bytes > MAX_PAGE_BYTES {
            return Err(Refusal::ResultTooLarge.into());
        }
        chain.push(Found::where_readable(by, (manager, document)));
        if !seen.insert(manager.row) {
            break;
        }
        managed = manager;
    }
    Ok(chain)
}

fn may_know_manager(by: &Grants, managed: &Object) -> bool {
    let need = entity(managed.kind()).need_to_follow(NavigationProperty::Manager);
    need.is_some_and(|need| need.covers(by, managed.id))
}

/// Gives a user this manager, in the place of the one that the user has.
pub fn set(tx: &WriteTx<'_>, _: Policy, by: &Grants, key: &Key, manager: &Reference) -> Result<(), Error> {
    let user = lookup::user(tx, key)?;
    assign(tx, &user, &resolve(tx, by, manager)?)
}

/// Takes the manager from a user.
pub fn remove(tx: &WriteTx<'_>, _: Policy, _: &Grants, key: &Key) -> Result<(), Error> {
    let user = lookup::user(tx, key)?;
    let (manager, _) = find(tx, &user, &listing(None))?.ok_or_else(absent)?;
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
    match find(tx, user, &listing(None))? {
        Some((current, _)) if current.row == manager.row => return Ok(()),
        Some((current, _)) => drop(MANAGERS.remove(tx, user, &current)?),
        None => {}
    }
    relate(tx, &MANAGERS, user, manager)
}

/// The manager of an object, with what a listing shows of it.
fn find(tx: &ReadTx<'_>, managed: &Object, listing: &Listing) -> Result<Option<(Object, Document)>, Error> {
    let page = MANAGERS.page(tx, Direction::Targets, managed, listing, HiddenMemberships::Shown)?;
    Ok(page.objects.into_iter().next())
}

/// What is asked of one manager.
fn listing(select: Option<&[String]>) -> Listing {
    Listing { select: select.map(<[String]>::to_vec), limit: 1, ..Listing::default() }
}

/// Graph names the property.
fn absent() -> Refusal {
    Refusal::NotFound("manager".into())
}
