//! Upserts: a change of an object by its alternate key that creates the object where there is none, as the caller prefers.

use super::{Error, Found, Refusal, lookup, rights};
use crate::{
    model::{
        entity, names,
        permissions::{Grants, Need},
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::ReadTx,
};

/// What became of an upsert.
pub enum Upserted<U> {
    /// There was no such object: it is new.
    Created(Box<Found>),
    /// There was, and it has changed.
    Updated(U),
}

/// What a body says of a new object, with the alternate key by which the path names it. `None`: there is such an object, or the path
/// has an id, and no caller chooses that.
///
/// # Errors
/// Refuses a caller who lacks what creating needs, and a body that has another key than the path.
pub fn missing(
    tx: &ReadTx<'_>,
    by: &Grants,
    create: &'static Need,
    key: &Key,
    body: &Values,
) -> Result<Option<Values>, Error> {
    let Key::Alternate { kind, value } = key else { return Ok(None) };
    let (entity, absent) = (entity(*kind), lookup::is_absent(tx, key)?);
    let Some(name) = entity.alternate_key.filter(|_| absent) else { return Ok(None) };
    if create.reach(by).is_none() {
        return Err(Refusal::lacks(create, by).into());
    }
    rights::may(by, create)?;
    let says_same = |said: &str| names::key(said) == names::key(value);
    if body.get(name).is_some_and(|said| !said.as_str().is_some_and(says_same)) {
        return Err(
            Refusal::Property { resource: entity.resource, fault: PropertyFault::Invalid(name) }.into()
        );
    }
    let mut new = body.clone();
    new.insert(name.to_owned(), value.as_str().into());
    Ok(Some(new))
}
