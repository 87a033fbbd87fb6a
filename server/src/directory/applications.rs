//! Applications: registering, changing and deleting them, and what their tokens say.

use super::{
    Bound, Error, Found, Refusal, access, app_role_assignments, application_owners, application_settings,
    created_objects, key_credentials, lookup, objects,
    password_credentials::{self, NewPassword, Proof},
    rights, service_principals, well_known_applications,
};
use crate::{
    auth::secrets::Secret,
    model::{
        application::APPLICATION,
        clock::timestamp,
        draft::Draft,
        ids::{AppId, ObjectId},
        kinds::{ObjectKind, ObjectTraits},
        permissions::{ADD_APPLICATION_OWNER, Access, Grants, Permission, WRITE_APPLICATION},
        values::Values,
    },
    odata::{
        listing::{Cursor, Listing},
        reference::Key,
    },
    store::{self, ReadTx, WriteTx, applications, domains, identifier_uris, objects::Object},
};

/// Applications that are read at once.
const PAGE: usize = 999;

/// An application that is to be registered, with its ids.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Its name.
    pub name: String,
    /// Its client id.
    pub app_id: AppId,
    /// The id of the application object.
    pub application: ObjectId,
    /// The id of its service principal, which its tokens act as.
    pub service_principal: ObjectId,
    /// The permissions of Graph that are granted to it.
    pub roles: Vec<Permission>,
    /// What is kept of its secret.
    pub secret: NewPassword,
    /// What it declares besides.
    pub declared: Values,
}

impl Registration {
    /// A registration with new ids.
    pub fn new(name: impl Into<String>, roles: Vec<Permission>, secret: &Secret) -> Self {
        Self {
            name: name.into(),
            app_id: AppId::random(),
            application: ObjectId::random(),
            service_principal: ObjectId::random(),
            roles,
            secret: NewPassword::of(secret),
            declared: Values::new(),
        }
    }
}

/// An application as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// Its client id.
    pub app_id: AppId,
    /// The id of the application object.
    pub application: ObjectId,
    /// The id of its service principal. `None`: that was deleted, and it gets no tokens.
    pub service_principal: Option<ObjectId>,
    /// The roles of Graph's that were assigned to it.
    pub roles: Vec<String>,
    /// How many secrets it has.
    pub secrets: usize,
}

/// What an application's tokens say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its client id.
    pub app_id: AppId,
    /// Its service principal's id.
    pub service_principal: ObjectId,
    /// The roles of Graph's that were assigned to it.
    pub roles: Vec<String>,
}

/// Registers an application: the application, its service principal, its secret and its roles.
pub fn register(tx: &WriteTx<'_>, registration: &Registration) -> Result<(), Error> {
    let mut values = registration.declared.clone();
    values.insert("displayName".into(), registration.name.as_str().into());
    let new = read(&values)?;
    let (application, _) = insert(tx, registration.application, registration.app_id, new)?;
    password_credentials::add_lasting_password(tx, &application, &registration.secret)?;

    let mut body = Values::new();
    body.insert("appId".into(), registration.app_id.to_string().into());
    let new = service_principals::read(&body)?;
    let (service_principal, _) = service_principals::insert(tx, registration.service_principal, new)?;
    let graph = well_known_applications::graph(tx)?;
    let graph = graph.ok_or(store::Error::Corrupt("a tenant without Graph's service principal"))?;
    for role in &registration.roles {
        well_known_applications::assign(tx, service_principal.row, &graph, *role)?;
    }
    Ok(())
}

/// Creates an application with these new ids: by itself, so that it gets no tokens before it has a secret and a service principal.
pub fn create(
    tx: &WriteTx<'_>,
    by: &Grants,
    (id, app_id): (ObjectId, AppId),
    body: &Values,
    bound: &Bound,
) -> Result<Found, Error> {
    access::may_name(by, &[&APPLICATION], Access::Creation, body.keys())?;
    let new = read(body)?;
    let owners = application_owners::named(tx, by, &ADD_APPLICATION_OWNER, &bound.owners)?;
    let (application, found) = insert(tx, id, app_id, new)?;
    created_objects::note(tx, by, &application)?;
    application_owners::bind(tx, by, &application, owners)?;
    Ok(found)
}

/// Reads the body of a creation.
fn read(body: &Values) -> Result<Draft, Refusal> {
    Ok(Draft::of_new(objects::check_creation(&APPLICATION, body)?))
}

fn insert(tx: &WriteTx<'_>, id: ObjectId, app_id: AppId, mut draft: Draft) -> Result<(Object, Found), Error> {
    application_settings::set_version(&mut draft);
    draft.set("appId", app_id.to_string());
    draft.set("createdDateTime", timestamp(tx.now()));
    draft.set("publisherDomain", domains::default(tx)?.to_string());
    application_settings::check(tx, &draft)?;
    let keys = key_credentials::prepare(ObjectKind::Application, &mut draft)?;
    let (application, found) = objects::insert(tx, ObjectTraits::Application, id, draft.values().clone())?;
    application_settings::keep_uris(tx, &application, &draft)?;
    key_credentials::keep(tx, &application, &keys)?;
    Ok((application, found))
}

/// Changes an application as the body says, and what its service principal says of it.
pub fn update(tx: &WriteTx<'_>, by: &Grants, key: &Key, body: &Values) -> Result<(), Error> {
    rights::may_act_on(tx, by, &WRITE_APPLICATION, ObjectKind::Application, key)?;
    let (application, mut draft) = objects::changed(tx, by, ObjectKind::Application, key, body)?;
    application_settings::check(tx, &draft)?;
    let keys = key_credentials::prepare(ObjectKind::Application, &mut draft)?;
    application_settings::keep_uris(tx, &application, &draft)?;
    key_credentials::keep(tx, &application, &keys)?;
    objects::update(tx, &application, &draft)?;
    service_principals::follow(tx, &draft)
}

/// Deletes an application, and its service principal with it.
pub fn delete(tx: &WriteTx<'_>, by: &Grants, key: &Key) -> Result<(), Error> {
    let application = lookup::of_kind(tx, ObjectKind::Application, key)?;
    rights::may_act(tx, by, &WRITE_APPLICATION, &application)?;
    delete_found(tx, &application)
}

/// What the tokens of this application say. `None`: there is none.
pub fn identity(tx: &ReadTx<'_>, app_id: AppId) -> Result<Option<Identity>, Error> {
    let service_principal = applications::find(tx, ObjectKind::ServicePrincipal, &app_id.to_string())?;
    service_principal.map(|service_principal| identify(tx, app_id, &service_principal)).transpose()
}

fn identify(tx: &ReadTx<'_>, app_id: AppId, service_principal: &Object) -> Result<Identity, Error> {
    let roles = match well_known_applications::graph(tx)? {
        Some(graph) => app_role_assignments::roles(tx, service_principal, &graph)?,
        None => Vec::new(),
    };
    Ok(Identity { app_id, service_principal: service_principal.id, roles })
}

/// All applications, oldest first.
pub fn all(tx: &ReadTx<'_>) -> Result<Vec<Overview>, Error> {
    let (mut all, mut next) = (Vec::new(), Some(Cursor::START));
    while let Some(after) = next {
        let whole = Some(vec!["*".into()]);
        let listing = Listing { select: whole, after, limit: PAGE, ..Listing::default() };
        let page = store::objects::page(tx, ObjectKind::Application, &listing)?;
        for (application, document) in &page.objects {
            let values =
                document.values().ok_or(store::Error::Corrupt("an object whose documents can't be read"))?;
            all.push(view(tx, application, &values)?);
        }
        next = page.next;
    }
    Ok(all)
}

/// The application of this client id. `None`: there is none.
pub fn overview(tx: &ReadTx<'_>, app_id: AppId) -> Result<Option<Overview>, Error> {
    let Some(application) = find(tx, app_id)? else { return Ok(None) };
    let values = store::objects::values(tx, application.row)?;
    view(tx, &application, &values).map(Some)
}

fn view(tx: &ReadTx<'_>, application: &Object, values: &Values) -> Result<Overview, Error> {
    let text = |name: &str| values.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let no_client_id = |_| store::Error::Corrupt("an application without a client id");
    let app_id: AppId = text("appId").parse().map_err(no_client_id)?;
    let identity = identity(tx, app_id)?;
    Ok(Overview {
        name: text("displayName").into(),
        app_id,
        application: application.id,
        service_principal: identity.as_ref().map(|identity| identity.service_principal),
        roles: identity.map(|identity| identity.roles).unwrap_or_default(),
        secrets: store::credentials::passwords(tx, application)?.len(),
    })
}

fn find(tx: &ReadTx<'_>, app_id: AppId) -> Result<Option<Object>, Error> {
    Ok(applications::find(tx, ObjectKind::Application, &app_id.to_string())?)
}

/// Gives an application this secret, in the place of those that it had. `false`: there is no such application.
pub fn rotate_secret(tx: &WriteTx<'_>, app_id: AppId, secret: &NewPassword) -> Result<bool, Error> {
    let Some(application) = find(tx, app_id)? else { return Ok(false) };
    password_credentials::remove_passwords(tx, &application)?;
    password_credentials::add_lasting_password(tx, &application, secret)?;
    Ok(true)
}

/// Deletes the application of this client id. `false`: there is none.
pub fn remove(tx: &WriteTx<'_>, app_id: AppId) -> Result<bool, Error> {
    let Some(application) = find(tx, app_id)? else { return Ok(false) };
    delete_found(tx, &application)?;
    Ok(true)
}

/// Deletes an application, and its presence in the tenant with it.
pub(super) fn delete_found(tx: &WriteTx<'_>, application: &Object) -> Result<(), Error> {
    let values = store::objects::values(tx, application.row)?;
    let app_id = values.get("appId").and_then(|app_id| app_id.as_str()).unwrap_or_default();
    if let Some(service_principal) = applications::find(tx, ObjectKind::ServicePrincipal, app_id)? {
        objects::delete(tx, &service_principal)?;
    }
    // Others can be named by its URIs.
    identifier_uris::forget(tx, application)?;
    objects::delete(tx, application)
}

/// Has its URIs name a deleted application again, which is to be restored. No other may have its client id, or one of these.
pub(super) fn ready_to_restore(tx: &WriteTx<'_>, application: &Object, draft: &Draft) -> Result<(), Error> {
    if applications::find(tx, ObjectKind::Application, draft.text("appId").unwrap_or_default())?.is_some() {
        return Err(Refusal::Taken("appId").into());
    }
    application_settings::keep_all_uris(tx, application, draft)
}

/// What came of an application's proof of who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// It is the application.
    Proven(Identity),
    /// The secret isn't the application's.
    WrongSecret,
    /// The secret was the application's, and has ended.
    ExpiredSecret,
    /// It is the application, and it gets no tokens: its service principal is disabled.
    Disabled,
    /// There is no such application.
    Unknown,
}

/// Compares a secret with those of the application with this client id.
pub fn authenticate(tx: &ReadTx<'_>, app_id: AppId, secret: &Secret) -> Result<Authentication, Error> {
    let service_principal = applications::find(tx, ObjectKind::ServicePrincipal, &app_id.to_string())?;
    let (Some(application), Some(service_principal)) = (find(tx, app_id)?, service_principal) else {
        return Ok(Authentication::Unknown);
    };
    match password_credentials::prove(tx, [&application, &service_principal], secret)? {
        Proof::Valid => {}
        Proof::Expired => return Ok(Authentication::ExpiredSecret),
        Proof::None => return Ok(Authentication::WrongSecret),
    }
    if store::objects::values(tx, service_principal.row)?.get("accountEnabled") == Some(&false.into()) {
        return Ok(Authentication::Disabled);
    }
    Ok(Authentication::Proven(identify(tx, app_id, &service_principal)?))
}
