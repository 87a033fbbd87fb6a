//! Applications: registering them, and what their tokens say.

use super::{Error, objects, service_principals};
use crate::{
    auth::secrets::{Secret, SecretDigest},
    model::{
        application::APPLICATION,
        clock::timestamp,
        ids::{AppId, ObjectId},
        kinds::ObjectKind,
        permissions::Permission,
        values::Values,
    },
    store::{self, ReadTx, WriteTx, applications, objects::Object},
};

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
    /// The permissions that are granted to it.
    pub roles: Vec<Permission>,
    /// What is kept of its secret.
    pub secret: SecretDigest,
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
            secret: secret.digest(),
        }
    }
}

/// What an application's tokens say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its client id.
    pub app_id: AppId,
    /// Its service principal's id.
    pub service_principal: ObjectId,
    /// The roles that were granted to it.
    pub roles: Vec<String>,
}

/// Registers an application: the application, its service principal, its secret and its roles.
pub fn register(tx: &WriteTx<'_>, registration: &Registration) -> Result<(), Error> {
    let mut values = Values::new();
    values.insert("displayName".into(), registration.name.as_str().into());
    let mut values = objects::check_creation(&APPLICATION, &values)?;
    values.insert("appId".into(), registration.app_id.to_string().into());
    values.insert("createdDateTime".into(), timestamp(tx.now()).into());
    let (application, _) =
        objects::insert(tx, ObjectKind::Application, registration.application, None, values)?;
    applications::add_secret(tx, application.row, &registration.secret)?;

    let mut body = Values::new();
    body.insert("appId".into(), registration.app_id.to_string().into());
    let (service_principal, _) = service_principals::insert(tx, registration.service_principal, &body)?;
    for role in &registration.roles {
        applications::grant(tx, service_principal.row, role.name())?;
    }
    Ok(())
}

/// What the tokens of this application say. `None`: there is none.
pub fn identity(tx: &ReadTx<'_>, app_id: AppId) -> Result<Option<Identity>, Error> {
    let service_principal = applications::find(tx, ObjectKind::ServicePrincipal, &app_id.to_string())?;
    service_principal.map(|service_principal| identify(tx, app_id, &service_principal)).transpose()
}

fn identify(tx: &ReadTx<'_>, app_id: AppId, service_principal: &Object) -> Result<Identity, Error> {
    let roles = applications::roles(tx, service_principal.row)?;
    Ok(Identity { app_id, service_principal: service_principal.id, roles })
}

/// Deletes an application, and its presence in the tenant with it.
pub(super) fn delete(tx: &WriteTx<'_>, application: &Object) -> Result<(), Error> {
    let values = store::objects::values(tx, application.row)?;
    let app_id = values.get("appId").and_then(|app_id| app_id.as_str()).unwrap_or_default();
    if let Some(service_principal) = applications::find(tx, ObjectKind::ServicePrincipal, app_id)? {
        objects::delete(tx, &service_principal)?;
    }
    objects::delete(tx, application)
}

/// What came of an application's proof of who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// It is the application.
    Proven(Identity),
    /// The secret isn't the application's.
    WrongSecret,
    /// It is the application, and it gets no tokens: its service principal is disabled.
    Disabled,
    /// There is no such application.
    Unknown,
}

/// Who proves by its secret to be this application.
pub fn authenticate(tx: &ReadTx<'_>, app_id: AppId, secret: &Secret) -> Result<Authentication, Error> {
    let find = |kind| applications::find(tx, kind, &app_id.to_string());
    let (Some(application), Some(service_principal)) =
        (find(ObjectKind::Application)?, find(ObjectKind::ServicePrincipal)?)
    else {
        return Ok(Authentication::Unknown);
    };
    let known = applications::secrets(tx, application.row)?;
    if !known.iter().any(|digest| secret.matches(digest)) {
        return Ok(Authentication::WrongSecret);
    }
    if store::objects::values(tx, service_principal.row)?.get("accountEnabled") == Some(&false.into()) {
        return Ok(Authentication::Disabled);
    }
    Ok(Authentication::Proven(identify(tx, app_id, &service_principal)?))
}
