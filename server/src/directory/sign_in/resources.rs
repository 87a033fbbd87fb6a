//! Resources: what tokens are for. Graph, or the interface of an application of the tenant.

use super::{
    faults::{Error, Fault},
    scopes::trimmed,
};
use crate::{
    auth::tokens::{Audience, GRAPH, GRAPH_APP_ID, Version},
    model::{ids::AppId, kinds::ObjectKind, names, values::Values, well_known_applications},
    store::{self, ReadTx, identifier_uris, objects::Object},
};
use serde_json::Value;
use std::{borrow::Cow, sync::LazyLock};

/// The scopes that Graph declares.
static GRAPH_SCOPES: LazyLock<Vec<Value>> = LazyLock::new(well_known_applications::graph_scopes);

/// A resource as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceName {
    /// Graph.
    Graph,
    /// Another one, by this URI or client id.
    Other(String),
}

/// A resource of the tenant.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its client id.
    pub app_id: AppId,
    /// Its name.
    pub name: String,
    /// Its presence in the tenant.
    pub service_principal: Object,
    /// Whether only users and clients get tokens for it who were assigned to it.
    pub needs_assignment: bool,
    /// What its tokens are for.
    pub audience: Audience,
    /// The scopes that it declares.
    scopes: Cow<'static, [Value]>,
    /// Clients that need no consent, with what they have.
    preauthorized: Vec<Value>,
    /// What its application says of it.
    pub(super) declared: Values,
}

/// A scope that a resource declares.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredScope<'r> {
    /// Its name.
    pub value: &'r str,
    /// What it allows, for people.
    pub description: &'r str,
    /// Whether only an administrator can grant it.
    pub needs_administrator: bool,
}

/// Finds the resource of this name.
pub fn find(tx: &ReadTx<'_>, name: &ResourceName) -> Result<Resource, Error> {
    match name {
        ResourceName::Graph => graph(tx),
        ResourceName::Other(name) => other(tx, name),
    }
}

fn graph(tx: &ReadTx<'_>) -> Result<Resource, Error> {
    let graph = by_app_id(tx, GRAPH_APP_ID)?;
    let service_principal = graph.ok_or_else(|| unknown(tx, GRAPH))?;
    Ok(Resource {
        app_id: well_known_applications::GRAPH.app_id,
        name: well_known_applications::GRAPH.name.into(),
        service_principal,
        needs_assignment: false,
        audience: Audience::Graph,
        // All of a table: reading its document would take longer than all else.
        scopes: Cow::Borrowed(&GRAPH_SCOPES),
        preauthorized: Vec::new(),
        declared: Values::new(),
    })
}

fn other(tx: &ReadTx<'_>, name: &str) -> Result<Resource, Error> {
    let (application, asked) = named(tx, name)?.ok_or_else(|| unknown(tx, name))?;
    let application = store::objects::values(tx, application.row)?;
    let app_id = client_id(&application)?;
    let service_principal = by_app_id(tx, &app_id.to_string())?.ok_or_else(|| unknown(tx, name))?;
    let mut declared = store::objects::values(tx, service_principal.row)?;
    if declared.get("accountEnabled") == Some(&false.into()) {
        return Err(Fault::DisabledResource(name.into()).into());
    }
    let api = application.get("api").cloned().unwrap_or_default();
    // Tokens of version 2.0 name their resource by its client id, those of version 1.0 as it was asked for.
    let version = if api["requestedAccessTokenVersion"] == 2 { Version::Second } else { Version::First };
    let own = uris(&application).find(|uri| names::key(uri) == names::key(asked));
    let own = own.filter(|_| version == Version::First);
    let called = own.map_or_else(|| app_id.to_string(), str::to_owned);
    let preauthorized = api["preAuthorizedApplications"].as_array().cloned().unwrap_or_default();
    let scopes = match declared.shift_remove("oauth2PermissionScopes") {
        Some(Value::Array(scopes)) => scopes,
        _ => Vec::new(),
    };
    Ok(Resource {
        app_id,
        name: declared.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned(),
        service_principal,
        needs_assignment: declared.get("appRoleAssignmentRequired") == Some(&true.into()),
        audience: Audience::Application { app_id, name: called, version, more: Values::new() },
        scopes: scopes.into(),
        preauthorized,
        declared: application,
    })
}

/// The application that this names, by its client id or a URI, and the name without what isn't part of it.
fn named<'n>(tx: &ReadTx<'_>, name: &'n str) -> Result<Option<(Object, &'n str)>, store::Error> {
    for name in [name, trimmed(name)] {
        let by_id = store::applications::find(tx, ObjectKind::Application, name)?;
        let found = by_id.map_or_else(|| identifier_uris::find(tx, name), |found| Ok(Some(found)))?;
        if let Some(found) = found {
            return Ok(Some((found, name)));
        }
    }
    Ok(None)
}

fn unknown(tx: &ReadTx<'_>, resource: &str) -> Fault {
    Fault::UnknownResource { resource: resource.into(), tenant: tx.tenant().id }
}

fn client_id(values: &Values) -> Result<AppId, store::Error> {
    let app_id = values.get("appId").and_then(Value::as_str).unwrap_or_default();
    app_id.parse().map_err(|_| store::Error::Corrupt("an application without a client id"))
}

/// The URIs of an application.
fn uris(application: &Values) -> impl Iterator<Item = &str> {
    let uris = application.get("identifierUris").and_then(Value::as_array);
    uris.into_iter().flatten().filter_map(Value::as_str)
}

fn by_app_id(tx: &ReadTx<'_>, app_id: &str) -> Result<Option<Object>, store::Error> {
    store::applications::find(tx, ObjectKind::ServicePrincipal, app_id)
}

/// What stands as the audience in tokens for the application of this client id.
pub fn audiences(tx: &ReadTx<'_>, app_id: AppId) -> Result<Vec<String>, Error> {
    let application = store::applications::find(tx, ObjectKind::Application, &app_id.to_string())?;
    let declared = application.map(|application| store::objects::values(tx, application.row)).transpose()?;
    let uris = declared.iter().flat_map(uris).map(str::to_owned);
    Ok(uris.chain([app_id.to_string()]).collect())
}

impl Resource {
    /// Whether it is Graph.
    pub fn is_graph(&self) -> bool {
        self.audience == Audience::Graph
    }

    /// Its scopes that can be granted.
    pub fn scopes(&self) -> impl Iterator<Item = DeclaredScope<'_>> {
        self.enabled().filter_map(|scope| {
            let description =
                ["userConsentDescription", "adminConsentDescription", "userConsentDisplayName", "value"];
            Some(DeclaredScope {
                value: scope["value"].as_str()?,
                description: description
                    .into_iter()
                    .find_map(|name| scope[name].as_str())
                    .unwrap_or_default(),
                needs_administrator: scope["type"] == "Admin",
            })
        })
    }

    /// The names of its scopes with these ids.
    pub fn scopes_of(&self, ids: &[&str]) -> Vec<&str> {
        let of = |scope: &&Value| {
            scope["id"].as_str().is_some_and(|id| ids.iter().any(|other| other.eq_ignore_ascii_case(id)))
        };
        self.enabled().filter(of).filter_map(|scope| scope["value"].as_str()).collect()
    }

    /// The names of its scopes that its application lets this client have without anybody's consent.
    pub fn preauthorized(&self, client: AppId) -> Vec<&str> {
        if self.is_graph() {
            return well_known_applications::find(client)
                .map(|known| known.scopes.to_vec())
                .unwrap_or_default();
        }
        let client = client.to_string();
        let of_client =
            |one: &&Value| one["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(&client));
        let ids = self.preauthorized.iter().filter(of_client);
        let ids = ids.flat_map(|one| one["delegatedPermissionIds"].as_array().into_iter().flatten());
        self.scopes_of(&ids.filter_map(Value::as_str).collect::<Vec<_>>())
    }

    fn enabled(&self) -> impl Iterator<Item = &Value> {
        self.scopes.iter().filter(|scope| scope["isEnabled"] == true)
    }
}
