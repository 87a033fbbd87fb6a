//! Applications: registering them, and what their tokens say.

use super::{Error, Refusal};
use crate::{
    auth::secrets::{Secret, SecretDigest},
    model::{
        application::APPLICATION,
        clock::timestamp,
        ids::{AppId, ObjectId},
        kinds::ObjectKind,
        permissions::Permission,
        service_principal::SERVICE_PRINCIPAL,
    },
    store::{
        ReadTx, WriteTx, applications,
        changes::{self, Change},
        objects::{self, NewObject, Object},
    },
};
use serde_json::{Map, Value, json};

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
    let Registration { name, app_id, .. } = registration;
    let mut values = Map::new();
    values.insert("displayName".into(), name.as_str().into());
    let mut values = APPLICATION
        .check_creation(&values)
        .map_err(|fault| Refusal::Property { resource: APPLICATION.resource, fault })?;
    values.extend(shared_values(registration.application, *app_id));
    values.insert("createdDateTime".into(), timestamp(tx.now()).into());
    let application = insert(tx, ObjectKind::Application, registration.application, &values)?;

    let mut values = shared_values(registration.service_principal, *app_id);
    values.insert("accountEnabled".into(), true.into());
    values.insert("appDisplayName".into(), name.as_str().into());
    values.insert("displayName".into(), name.as_str().into());
    values.insert("servicePrincipalType".into(), "Application".into());
    let service_principal =
        insert(tx, ObjectKind::ServicePrincipal, registration.service_principal, &values)?;

    applications::add_secret(tx, application.row, &registration.secret)?;
    for role in &registration.roles {
        applications::grant(tx, service_principal.row, role.name())?;
    }
    Ok(())
}

fn shared_values(id: ObjectId, app_id: AppId) -> Map<String, Value> {
    let values = json!({"id": id.to_string(), "appId": app_id.to_string(), "signInAudience": "AzureADMyOrg"});
    values.as_object().cloned().unwrap_or_default()
}

fn insert(
    tx: &WriteTx<'_>,
    kind: ObjectKind,
    id: ObjectId,
    values: &Map<String, Value>,
) -> Result<Object, Error> {
    let entity = if kind == ObjectKind::Application { &APPLICATION } else { &SERVICE_PRINCIPAL };
    let object =
        objects::insert(tx, &NewObject { id, kind, group: None, document: entity.document(values) })?;
    changes::append(tx, &object, Change::Created)?;
    Ok(object)
}

/// What the tokens of this application say. `None`: there is none.
pub fn identity(tx: &ReadTx<'_>, app_id: AppId) -> Result<Option<Identity>, Error> {
    let Some(service_principal) = applications::find(tx, ObjectKind::ServicePrincipal, app_id)? else {
        return Ok(None);
    };
    let roles = applications::roles(tx, service_principal.row)?;
    Ok(Some(Identity { app_id, service_principal: service_principal.id, roles }))
}

/// What came of an application's proof of who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// It is the application.
    Proven(Identity),
    /// The secret isn't the application's.
    WrongSecret,
    /// There is no such application.
    Unknown,
}

/// Who proves by its secret to be this application.
pub fn authenticate(tx: &ReadTx<'_>, app_id: AppId, secret: &Secret) -> Result<Authentication, Error> {
    let application = applications::find(tx, ObjectKind::Application, app_id)?;
    let (Some(application), Some(identity)) = (application, identity(tx, app_id)?) else {
        return Ok(Authentication::Unknown);
    };
    let known = applications::secrets(tx, application.row)?;
    let proven = known.iter().any(|digest| secret.matches(digest));
    Ok(if proven { Authentication::Proven(identity) } else { Authentication::WrongSecret })
}
