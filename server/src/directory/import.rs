//! Putting objects into a directory that Graph itself can't create, or with ids of one's own: what the
//! sample, tests and imports are made of. Nothing here asks for permissions, and no operation calls it.

use super::{
    Error, Found, Refusal, administrative_units, groups, objects,
    password_credentials::{self, NewPassword},
    subscribed_skus, users,
};
use crate::{
    model::{
        draft::Draft,
        entity,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        values::Values,
    },
    store::{
        WriteTx,
        objects::find,
        relations::{MANAGERS, MEMBERS, OWNERS, Relation},
    },
};
use serde_json::Value;

/// Puts an object into the directory, with the values given, unchecked, and the initial ones. Groups are refused: [`group`] reads their
/// traits.
pub fn object(tx: &WriteTx<'_>, kind: ObjectKind, id: ObjectId, values: Value) -> Result<Found, Error> {
    let mut all = entity(kind).initial_values();
    all.extend(into_values(values));
    let hidden_membership = administrative_units::traits(&all).hidden_membership;
    let traits = ObjectTraits::of(kind, None, hidden_membership).ok_or(Refusal::Combination)?;
    Ok(objects::insert(tx, traits, id, all)?.1)
}

/// Puts a user into the directory. What a creation demands must be among the values, the password included.
pub fn user(tx: &WriteTx<'_>, id: ObjectId, values: Value) -> Result<Found, Error> {
    Ok(users::insert(tx, id, &into_values(values))?.1)
}

/// Puts a group of any kind into the directory, distribution groups included.
pub fn group(tx: &WriteTx<'_>, id: ObjectId, values: Value) -> Result<Found, Error> {
    let values = into_values(values);
    let traits = groups::read_traits(&values)?;
    Ok(groups::insert(tx, id, Draft::of_new(values), traits)?.1)
}

/// Puts a member into a group or an administrative unit, whatever their kinds. Both must be there.
pub fn member(tx: &WriteTx<'_>, group: ObjectId, member: ObjectId) -> Result<(), Error> {
    relate(tx, &MEMBERS, group, member)
}

/// Makes an object an owner of another, whatever their kinds. Both must be there.
pub fn owner(tx: &WriteTx<'_>, owned: ObjectId, owner: ObjectId) -> Result<(), Error> {
    relate(tx, &OWNERS, owned, owner)
}

/// Gives a user or a contact a manager, whatever its kind. Both must be there.
pub fn manager(tx: &WriteTx<'_>, managed: ObjectId, manager: ObjectId) -> Result<(), Error> {
    relate(tx, &MANAGERS, managed, manager)
}

/// Gives an application, or a service principal, a password that doesn't end. One with its identifier stays as it is.
pub fn password(tx: &WriteTx<'_>, of: ObjectId, password: &NewPassword) -> Result<(), Error> {
    let of = find(tx, of)?.ok_or_else(|| Error::from(Refusal::NotFound(of.to_string())))?;
    password_credentials::add_lasting_password(tx, &of, password)
}

/// Gives the tenant licences of a product.
pub fn subscribed_sku(tx: &WriteTx<'_>, sku: ObjectId, values: Value) -> Result<(), Error> {
    subscribed_skus::insert(tx, sku, &into_values(values))
}

fn relate(tx: &WriteTx<'_>, relation: &Relation, of: ObjectId, related: ObjectId) -> Result<(), Error> {
    let look_up = |id: ObjectId| find(tx, id)?.ok_or_else(|| Error::from(Refusal::NotFound(id.to_string())));
    let (of, related) = (look_up(of)?, look_up(related)?);
    relation.insert(tx, &of, &related)?;
    Ok(())
}

pub(super) fn into_values(values: Value) -> Values {
    match values {
        Value::Object(values) => values,
        _ => Values::new(),
    }
}
