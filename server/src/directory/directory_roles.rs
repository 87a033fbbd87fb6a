//! Directory roles: built-in roles of administrators, which are activated before anybody holds them. What they let their holders do is
//! in `rights.rs`.

use super::{Error, Found, Refusal, access, lookup, objects};
use crate::{
    model::{
        directory_role::DIRECTORY_ROLE,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::{Access, CHANGE_PRIVILEGED_USER, CHANGE_ROLE_ASSIGNABLE, Grants, Need},
        role_templates,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{self, ReadTx, WriteTx, objects::Object},
};
use serde_json::Value;

/// Activates the role of the template that the body names, as an object of a new `id`.
pub fn activate(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    access::may_name(by, &[&DIRECTORY_ROLE], Access::Creation, body.keys())?;
    let mut values = objects::check_creation(&DIRECTORY_ROLE, body)?;
    let template = values.get("roleTemplateId").and_then(Value::as_str).and_then(role_templates::find);
    let template = template.ok_or(Refusal::Property {
        resource: DIRECTORY_ROLE.resource,
        fault: PropertyFault::Invalid("roleTemplateId"),
    })?;
    if store::directory_roles::find(tx, template.id)?.is_some() {
        return Err(Refusal::Taken("roleTemplateId").into());
    }
    values.insert("displayName".into(), template.name.into());
    values.insert("description".into(), template.description.into());
    Ok(objects::insert(tx, ObjectTraits::DirectoryRole, id, values)?.1)
}

/// The role with this key.
pub(super) fn find(tx: &ReadTx<'_>, key: &Key) -> Result<Object, Error> {
    lookup::of_kind(tx, ObjectKind::DirectoryRole, key)
}

/// Refuses to delete a user who is privileged. What else is privileged is deleted as if it weren't.
pub(super) fn may_delete(tx: &ReadTx<'_>, by: &Grants, object: &Object) -> Result<(), Error> {
    match object.kind() {
        ObjectKind::User => may_change_privileged(tx, by, object, &CHANGE_PRIVILEGED_USER),
        _ => Ok(()),
    }
}

/// Refuses to restore what is privileged then, as giving it that would be.
pub(super) fn may_restore(tx: &ReadTx<'_>, by: &Grants, object: &Object) -> Result<(), Error> {
    may_change_privileged(tx, by, object, &CHANGE_ROLE_ASSIGNABLE)?;
    may_delete(tx, by, object)
}

fn may_change_privileged(tx: &ReadTx<'_>, by: &Grants, object: &Object, need: &Need) -> Result<(), Error> {
    if need.reach(by).is_none() && store::rights::target(tx, object)?.is_privileged() {
        return Err(Refusal::lacks(need, by).into());
    }
    Ok(())
}
