//! Objects of whatever kind, by their ids.

use super::{
    Error, Found, Policy, Refusal, applications, groups,
    lookup::{self, Group},
    objects,
};
use crate::{
    model::{
        ENTITIES,
        ids::{ObjectId, Sent},
        kinds::ObjectKind,
        permissions::Grants,
    },
    store::{ReadTx, WriteTx, objects::Object},
};

/// An object as a caller reads it, with the properties that `select` names.
pub fn get(
    tx: &ReadTx<'_>,
    by: &Grants,
    id: &Sent<ObjectId>,
    select: Option<&[String]>,
) -> Result<Found, Error> {
    objects::may_select(by, &ENTITIES, select)?;
    let object = find(tx, id)?;
    match object.group {
        Some(traits) => groups::show(tx, &Group { object, traits }, select),
        None => objects::show(tx, &object),
    }
}

/// Deletes an object, if objects of its kind can be. Contacts are kept by Exchange.
pub fn delete(tx: &WriteTx<'_>, policy: Policy, by: &Grants, id: &Sent<ObjectId>) -> Result<(), Error> {
    let object = find(tx, id)?;
    match (object.kind, object.group) {
        (ObjectKind::OrgContact, _) => Err(Refusal::NotPermitted.into()),
        (_, Some(traits)) => groups::delete_found(tx, policy, by, &Group { object, traits }),
        (ObjectKind::Application, _) => applications::delete(tx, &object),
        (_, None) => objects::delete(tx, &object),
    }
}

fn find(tx: &ReadTx<'_>, id: &Sent<ObjectId>) -> Result<Object, Error> {
    let found = lookup::find_by_id(tx, id.value)?;
    Ok(found.ok_or_else(|| Refusal::NotFound(id.text.clone()))?)
}
