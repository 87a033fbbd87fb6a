//! Service principals: creating, changing and deleting them.

use super::{
    Error, Found, Refusal, access, created_objects, lookup, objects, rights, well_known_applications,
};
use crate::{
    model::{
        draft::Draft,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::{Access, Grants, WRITE_SERVICE_PRINCIPAL},
        service_principal::SERVICE_PRINCIPAL,
        values::{PropertyFault, Values},
    },
    odata::reference::Key,
    store::{self, ReadTx, WriteTx, applications, objects::Object},
};
use serde_json::Value;
use std::collections::HashSet;

/// Creates the service principal of an application as an object of a new `id`. The application may be
/// registered elsewhere; where it is registered here, the service principal takes its name.
pub fn create(tx: &WriteTx<'_>, by: &Grants, id: ObjectId, body: &Values) -> Result<Found, Error> {
    access::may_name(by, &[&SERVICE_PRINCIPAL], Access::Creation, body.keys())?;
    let (service_principal, found) = insert(tx, id, body)?;
    created_objects::note(tx, by, &service_principal)?;
    Ok(found)
}

pub(super) fn insert(tx: &WriteTx<'_>, id: ObjectId, body: &Values) -> Result<(Object, Found), Error> {
    let mut draft = Draft::of_new(objects::check_creation(&SERVICE_PRINCIPAL, body)?);
    check_declared(&draft)?;
    check_app_id(tx, &draft)?;
    let app_id = draft.text("appId").unwrap_or_default().to_owned();
    if let Some(application) = application(tx, &draft)? {
        draft.set_if_absent("displayName", application.get("displayName").cloned().unwrap_or_default());
        take_all_after(tx, &mut draft, &application);
    }
    draft.set("servicePrincipalNames", vec![app_id]);
    objects::insert(tx, ObjectTraits::ServicePrincipal, id, draft.into_values())
}

/// What a service principal says of its application: the application's property, and its own.
const OF_APPLICATION: [(&str, &str); 3] = [
    ("description", "appDescription"),
    ("displayName", "appDisplayName"),
    ("signInAudience", "signInAudience"),
];

/// The application of a service principal, where it is registered here.
fn application(tx: &ReadTx<'_>, draft: &Draft) -> Result<Option<Draft>, Error> {
    let app_id = draft.text("appId").unwrap_or_default();
    let found = applications::find(tx, ObjectKind::Application, app_id)?;
    Ok(found.map(|found| store::objects::values(tx, found.row)).transpose()?.map(Draft::of_stored))
}

/// Says of the application what it is, and has its tags.
fn take_all_after(tx: &ReadTx<'_>, draft: &mut Draft, application: &Draft) {
    draft.set("appOwnerOrganizationId", tx.tenant().id.to_string());
    for (name, own) in OF_APPLICATION {
        draft.set(own, application.get(name).cloned().unwrap_or_default());
    }
    tag(draft, listed(application.get("tags")));
}

/// Says of the application what changed of it, and has the tags that it got.
fn take_after(draft: &mut Draft, application: &Draft) {
    for (name, own) in OF_APPLICATION {
        if application.has_changed(name) {
            draft.set(own, application.get(name).cloned().unwrap_or_default());
        }
    }
    let before = listed(application.before("tags"));
    let got = listed(application.get("tags")).iter().filter(|tag| !before.contains(tag));
    tag(draft, got);
}

/// Adds those of these tags that it lacks, as long as it takes more.
fn tag<'t>(draft: &mut Draft, got: impl IntoIterator<Item = &'t Value>) {
    let most = SERVICE_PRINCIPAL.property("tags").map_or(0, |tags| tags.max_items);
    let mut tags = listed(draft.get("tags")).to_vec();
    let before = tags.len();
    for tag in got {
        if tags.len() < most && !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    if tags.len() > before {
        draft.set("tags", tags);
    }
}

/// Has a deleted service principal that is to be restored follow its application, as that is by now. No other may have its client id.
pub(super) fn ready_to_restore(tx: &ReadTx<'_>, draft: &mut Draft) -> Result<(), Error> {
    check_app_id(tx, draft)?;
    if let Some(application) = application(tx, draft)? {
        take_all_after(tx, draft, &application);
    }
    Ok(())
}

/// Changes the service principal that there is of an application which is restored.
pub(super) fn follow_restored(tx: &WriteTx<'_>, application: &Draft) -> Result<(), Error> {
    change_of(tx, application, |draft| take_all_after(tx, draft, application))
}

/// Changes the service principal of an application that has changed, if it has one here.
pub(super) fn follow(tx: &WriteTx<'_>, application: &Draft) -> Result<(), Error> {
    change_of(tx, application, |draft| take_after(draft, application))
}

fn change_of(tx: &WriteTx<'_>, application: &Draft, change: impl FnOnce(&mut Draft)) -> Result<(), Error> {
    let app_id = application.text("appId").unwrap_or_default();
    let Some(object) = applications::find(tx, ObjectKind::ServicePrincipal, app_id)? else { return Ok(()) };
    let mut draft = Draft::of_stored(store::objects::values(tx, object.row)?);
    change(&mut draft);
    objects::update(tx, &object, &draft)
}

/// Refuses a second service principal of an application.
fn check_app_id(tx: &ReadTx<'_>, draft: &Draft) -> Result<(), Error> {
    let app_id = draft.text("appId").unwrap_or_default();
    match applications::find(tx, ObjectKind::ServicePrincipal, app_id)? {
        Some(_) => Err(Refusal::ServicePrincipalExists(app_id.to_owned()).into()),
        None => Ok(()),
    }
}

/// Changes a service principal as the body says.
pub fn update(tx: &WriteTx<'_>, by: &Grants, key: &Key, body: &Values) -> Result<(), Error> {
    rights::may_act_on(tx, by, &WRITE_SERVICE_PRINCIPAL, ObjectKind::ServicePrincipal, key)?;
    objects::update_plain(tx, by, ObjectKind::ServicePrincipal, key, body, check_declared).map(drop)
}

/// Refuses roles and permissions without an id of their own, and to take away one that is enabled.
fn check_declared(draft: &Draft) -> Result<(), Refusal> {
    for name in ["appRoles", "oauth2PermissionScopes"] {
        let (before, after) = (listed(draft.before(name)), listed(draft.get(name)));
        let ids: HashSet<&str> = after.iter().filter_map(id).collect();
        let stays = |one: &Value| id(one).is_some_and(|id| ids.contains(id));
        let mut enabled = before.iter().filter(|one| one["isEnabled"] == true);
        if ids.len() < after.len() || !enabled.all(stays) {
            let fault = PropertyFault::Invalid(name);
            return Err(Refusal::Property { resource: SERVICE_PRINCIPAL.resource, fault });
        }
    }
    Ok(())
}

fn listed(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn id(declared: &Value) -> Option<&str> {
    declared["id"].as_str()
}

/// Deletes a service principal: no more tokens are issued to it. Graph's stays, as every application's roles are its.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    let service_principal = lookup::of_kind(tx, ObjectKind::ServicePrincipal, key)?;
    rights::may_act(tx, by, &WRITE_SERVICE_PRINCIPAL, &service_principal)?;
    delete_found(tx, &service_principal)
}

pub(super) fn delete_found(tx: &WriteTx<'_>, service_principal: &Object) -> Result<(), Error> {
    let graph = well_known_applications::graph(tx)?;
    if graph.is_some_and(|graph| graph.row == service_principal.row) {
        return Err(Refusal::NotPermitted.into());
    }
    objects::delete(tx, service_principal)
}
