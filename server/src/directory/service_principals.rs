//! Service principals: creating, changing and deleting them.

use super::{
    Bound, Error, Found, Refusal, access, application_owners, application_settings, created_objects,
    entitlements::{self, listed},
    key_credentials, lookup, objects, rights, well_known_applications,
};
use crate::{
    model::{
        draft::Draft,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::{
            ADD_SERVICE_PRINCIPAL_OWNER, Access, CREATE_SERVICE_PRINCIPAL, Grants, Reach,
            WRITE_SERVICE_PRINCIPAL,
        },
        properties::Property,
        service_principal::SERVICE_PRINCIPAL,
        values::Values,
    },
    odata::reference::Key,
    store::{self, ReadTx, WriteTx, applications, objects::Object},
};
use serde_json::Value;

/// Creates the service principal of an application as an object of a new `id`. The application may be
/// registered elsewhere; where it is registered here, the service principal takes its name.
pub fn create(
    tx: &WriteTx<'_>,
    by: &Grants,
    id: ObjectId,
    body: &Values,
    bound: &Bound,
) -> Result<Found, Error> {
    access::may_name(by, &[&SERVICE_PRINCIPAL], Access::Creation, body.keys())?;
    let new = read(body)?;
    may_create(tx, by, &new)?;
    check_said(tx, &new, body)?;
    let owners = application_owners::named(tx, by, &ADD_SERVICE_PRINCIPAL_OWNER, &bound.owners)?;
    let (service_principal, found) = insert(tx, id, new)?;
    created_objects::note(tx, by, &service_principal)?;
    application_owners::bind(tx, by, &service_principal, owners)?;
    Ok(found)
}

/// Refuses the service principal of an application that isn't the caller's, where its permissions reach no others: it would come to own
/// what has that application's tokens.
fn may_create(tx: &ReadTx<'_>, by: &Grants, new: &Draft) -> Result<(), Error> {
    if CREATE_SERVICE_PRINCIPAL.reach(by) != Some(Reach::Owned) {
        return Ok(());
    }
    let app_id = new.text("appId").unwrap_or_default();
    let application = applications::find(tx, ObjectKind::Application, app_id)?;
    let application = application.ok_or_else(|| Refusal::lacks(&CREATE_SERVICE_PRINCIPAL, by))?;
    rights::may_act(tx, by, &CREATE_SERVICE_PRINCIPAL, &application)
}

/// Reads the body of a creation.
pub(super) fn read(body: &Values) -> Result<Draft, Refusal> {
    let draft = Draft::of_new(objects::check_creation(&SERVICE_PRINCIPAL, body)?);
    check_declared(&draft)?;
    Ok(draft)
}

pub(super) fn insert(tx: &WriteTx<'_>, id: ObjectId, mut draft: Draft) -> Result<(Object, Found), Error> {
    check_app_id(tx, &draft)?;
    let app_id = draft.text("appId").unwrap_or_default().to_owned();
    draft.set("servicePrincipalNames", vec![app_id]);
    if let Some(application) = application(tx, &draft)? {
        take_all_after(tx, &mut draft, &application);
    }
    let keys = key_credentials::prepare(ObjectKind::ServicePrincipal, &mut draft)?;
    let made = objects::insert(tx, ObjectTraits::ServicePrincipal, id, draft.into_values())?;
    key_credentials::keep(tx, &made.0, &keys)?;
    Ok(made)
}

/// What a service principal says of its application: the application's property, and its own.
const OF_APPLICATION: [(&str, &str); 4] = [
    ("description", "appDescription"),
    ("displayName", "appDisplayName"),
    ("displayName", "displayName"),
    ("signInAudience", "signInAudience"),
];

/// What a service principal says of it that is a part of a property, or of several.
struct OfParts {
    /// The application's properties.
    of: &'static [&'static str],
    /// The service principal's.
    own: &'static str,
    /// What it says. `None`: the application says nothing, and it keeps what it has.
    read: fn(&Draft) -> Option<Value>,
}

static OF_PARTS: [OfParts; 7] = [
    OfParts { of: &["info"], own: "info", read: |application| application.get("info").cloned() },
    OfParts { of: &["appRoles"], own: "appRoles", read: |application| declared(application.get("appRoles")) },
    OfParts {
        of: &["api"],
        own: "oauth2PermissionScopes",
        read: |application| declared(application.get("api")?.get("oauth2PermissionScopes")),
    },
    OfParts { of: &["web"], own: "homepage", read: |application| text_of_web(application, "homePageUrl") },
    OfParts { of: &["web"], own: "logoutUrl", read: |application| text_of_web(application, "logoutUrl") },
    OfParts {
        of: &["web", "spa", "publicClient"],
        own: "replyUrls",
        read: |application| some(application_settings::redirect_uris(application).cloned().collect()),
    },
    OfParts {
        of: &["identifierUris"],
        own: "servicePrincipalNames",
        read: |application| {
            let names = [application.text("appId").unwrap_or_default()].into_iter();
            some(names.chain(application_settings::uris(application)).map(Value::from).collect())
        },
    },
];

impl OfParts {
    fn set(&self, draft: &mut Draft, application: &Draft) {
        match (self.read)(application) {
            Some(value) => draft.set(self.own, value),
            None if self.of.iter().any(|name| application.has_changed(name)) => {
                draft.set(self.own, Value::Null)
            }
            None => {}
        }
    }
}

fn text_of_web(application: &Draft, part: &str) -> Option<Value> {
    application.get("web")?.get(part).filter(|text| text.is_string()).cloned()
}

/// What an application declares, as its service principal has it.
fn declared(value: Option<&Value>) -> Option<Value> {
    some(
        listed(value)
            .iter()
            .map(|one| {
                let mut one = one.clone();
                one["origin"] = "Application".into();
                one
            })
            .collect(),
    )
}

/// A list that has something.
fn some(list: Vec<Value>) -> Option<Value> {
    (!list.is_empty()).then_some(Value::Array(list))
}

/// The application of a service principal, where it is registered here.
fn application(tx: &ReadTx<'_>, draft: &Draft) -> Result<Option<Draft>, Error> {
    let app_id = draft.text("appId").unwrap_or_default();
    let found = applications::find(tx, ObjectKind::Application, app_id)?;
    Ok(found.map(|found| store::objects::values(tx, found.row)).transpose()?.map(Draft::of_stored))
}

/// Refuses a body that has a service principal say what its application, which is registered here, doesn't.
fn check_said(tx: &ReadTx<'_>, draft: &Draft, body: &Values) -> Result<(), Error> {
    let Some(application) = application(tx, draft)? else { return Ok(()) };
    let same = OF_APPLICATION.map(|(name, own)| (own, application.get(name).cloned()));
    let of_parts = OF_PARTS.iter().map(|part| (part.own, (part.read)(&application)));
    for (own, said) in same.into_iter().chain(of_parts) {
        let default = SERVICE_PRINCIPAL.property(own).map(Property::default_value);
        let or_default =
            |value: Option<Value>| value.filter(|value| !value.is_null()).or_else(|| default.clone());
        if body.contains_key(own)
            && draft.has_changed(own)
            && or_default(draft.get(own).cloned()) != or_default(said)
        {
            return Err(Refusal::NotOfApplication(own).into());
        }
    }
    Ok(())
}

/// Says of the application what it is, and has its tags.
fn take_all_after(tx: &ReadTx<'_>, draft: &mut Draft, application: &Draft) {
    draft.set("appOwnerOrganizationId", tx.tenant().id.to_string());
    for (name, own) in OF_APPLICATION {
        draft.set(own, application.get(name).cloned().unwrap_or_default());
    }
    for part in &OF_PARTS {
        part.set(draft, application);
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
    for part in OF_PARTS.iter().filter(|part| part.of.iter().any(|name| application.has_changed(name))) {
        part.set(draft, application);
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
    let (service_principal, mut draft) = objects::changed(tx, by, ObjectKind::ServicePrincipal, key, body)?;
    check_declared(&draft)?;
    check_said(tx, &draft, body)?;
    let keys = key_credentials::prepare(ObjectKind::ServicePrincipal, &mut draft)?;
    key_credentials::keep(tx, &service_principal, &keys)?;
    objects::update(tx, &service_principal, &draft)
}

/// Refuses what can't be declared.
fn check_declared(draft: &Draft) -> Result<(), Refusal> {
    ["appRoles", "oauth2PermissionScopes"].into_iter().try_for_each(|name| {
        entitlements::check((SERVICE_PRINCIPAL.resource, name), draft.before(name), draft.get(name))
    })
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
