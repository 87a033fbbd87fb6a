//! The service principals that every tenant has: Graph's, whose roles and scopes are what tokens for Graph hold, and those of well-known
//! clients. A new tenant is given them at once, and an older one when a process opens its folder to write.

use super::{Error, objects};
use crate::{
    model::{
        draft::Draft,
        ids::ObjectId,
        kinds::{ObjectKind, ObjectTraits},
        permissions::Permission,
        service_principal::SERVICE_PRINCIPAL,
        well_known_applications::{self, CHANGES, GRAPH, OWNER, WellKnownApplication},
    },
    store::{
        self, ReadTx, WriteTx, app_role_assignments, applications,
        objects::{Object, RowNumber},
        tenants,
    },
};

/// Gives the tenant those service principals that it lacks.
pub fn give(tx: &WriteTx<'_>) -> Result<(), Error> {
    give_with(tx, |_| ObjectId::random())
}

/// The same, whose ids are these.
pub(super) fn give_with(
    tx: &WriteTx<'_>,
    id: impl Fn(&WellKnownApplication) -> ObjectId,
) -> Result<(), Error> {
    for application in well_known_applications::all() {
        let app_id = application.app_id.to_string();
        match applications::find(tx, ObjectKind::ServicePrincipal, &app_id)? {
            Some(there) => declare(tx, application, &there)?,
            None => {
                let mut draft = Draft::of_new(SERVICE_PRINCIPAL.initial_values());
                draft.set("appId", app_id.clone());
                draft.set("displayName", application.name);
                set_declared(application, &mut draft);
                objects::insert(tx, ObjectTraits::ServicePrincipal, id(application), draft.into_values())?;
            }
        }
    }
    assign_older_grants(tx)?;
    Ok(tenants::note_given(tx, CHANGES)?)
}

/// Has a service principal that is there say what its application declares by now.
fn declare(tx: &WriteTx<'_>, application: &WellKnownApplication, there: &Object) -> Result<(), Error> {
    let mut draft = Draft::of_stored(store::objects::values(tx, there.row)?);
    set_declared(application, &mut draft);
    objects::update(tx, there, &draft)
}

/// Sets what a service principal says of its application.
fn set_declared(application: &WellKnownApplication, draft: &mut Draft) {
    let names = application.identifier_uris.iter().map(|uri| (*uri).to_owned());
    let names: Vec<String> = [application.app_id.to_string()].into_iter().chain(names).collect();
    draft.set("appDisplayName", application.name);
    draft.set("appOwnerOrganizationId", OWNER.to_string());
    draft.set("servicePrincipalNames", names);
    draft.set("signInAudience", "AzureADMultipleOrgs");
    if application == &GRAPH {
        draft.set("appRoles", well_known_applications::graph_roles());
        draft.set("oauth2PermissionScopes", well_known_applications::graph_scopes());
    }
    if !application.redirect_uris.is_empty() {
        draft.set("replyUrls", application.redirect_uris.to_vec());
    }
}

/// Assigns what was granted before roles of Graph's were assigned.
fn assign_older_grants(tx: &WriteTx<'_>) -> Result<(), Error> {
    let granted = applications::take_older_grants(tx)?;
    let Some(graph) = graph(tx)? else { return Ok(()) };
    for (holder, role) in granted {
        if let Ok(permission) = role.parse() {
            assign(tx, holder, &graph, permission)?;
        }
    }
    Ok(())
}

/// The tenant's service principal of Graph.
pub fn graph(tx: &ReadTx<'_>) -> Result<Option<Object>, Error> {
    Ok(applications::find(tx, ObjectKind::ServicePrincipal, &GRAPH.app_id.to_string())?)
}

/// Assigns a role of Graph's to a service principal, where it isn't yet. Permissions that only users delegate are no roles.
pub(super) fn assign(
    tx: &WriteTx<'_>,
    holder: RowNumber,
    graph: &Object,
    permission: Permission,
) -> Result<(), Error> {
    if let Some(role) = permission.role_id() {
        app_role_assignments::insert(tx, ObjectId::random().uuid(), holder, graph.row, role)?;
    }
    Ok(())
}
