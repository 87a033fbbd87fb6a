//! Objects of whatever kind, by their ids.

use super::{Error, Found, Policy, Refusal, access, applications, groups, lookup, objects};
use crate::{
    model::{
        ENTITIES,
        ids::{AsWritten, ObjectId},
        kinds::ObjectTraits,
        permissions::Grants,
    },
    store::{ReadTx, WriteTx},
};

/// An object as a caller reads it, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &AsWritten<ObjectId>,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    access::may_select(by, &ENTITIES, select)?;
    let (object, document) = lookup::object_with_document(tx, id)?;
    if let ObjectTraits::Group(traits) = object.traits {
        groups::may_show(traits, select)?;
    }
    Ok(Found::of(&object, document))
}

/// Deletes an object, if objects of its kind can be. Contacts are kept by Exchange.
pub fn delete(tx: &WriteTx<'_>, policy: Policy, by: &Grants, id: &AsWritten<ObjectId>) -> Result<(), Error> {
    let object = lookup::object(tx, id)?;
    match object.traits {
        ObjectTraits::OrgContact => Err(Refusal::NotPermitted.into()),
        ObjectTraits::Group(traits) => groups::delete_found(tx, policy, by, &object, traits),
        ObjectTraits::Application => applications::delete(tx, &object),
        ObjectTraits::User | ObjectTraits::Device | ObjectTraits::ServicePrincipal => {
            objects::delete(tx, &object)
        }
    }
}
