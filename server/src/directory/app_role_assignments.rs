//! Assignments of application roles: who has which role of which resource, as its tokens say.

use super::{Error, well_known_applications};
use crate::{
    model::{kinds::ObjectKind, permissions::Permission},
    store::{self, ReadTx, app_role_assignments, objects::Object},
};
use serde_json::Value;
use uuid::Uuid;

/// The values of the roles of a resource that were assigned to a principal; to a user also through groups that it is a direct member of.
pub fn roles(tx: &ReadTx<'_>, principal: &Object, resource: &Object) -> Result<Vec<String>, Error> {
    let mut assigned = app_role_assignments::roles(tx, principal, resource)?;
    if principal.kind() == ObjectKind::User {
        assigned.extend(app_role_assignments::roles_of_groups(tx, principal, resource)?);
    }
    if assigned.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = match well_known_applications::graph(tx)? {
        // Its roles are all of a table: reading its document would take longer than all else.
        Some(graph) if graph.row == resource.row => of_graph(&assigned),
        _ => declared(tx, resource, &assigned)?,
    };
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

fn of_graph(assigned: &[Uuid]) -> Vec<String> {
    let is_assigned =
        |permission: &&Permission| permission.role_id().is_some_and(|id| assigned.contains(&id));
    Permission::ALL.iter().filter(is_assigned).map(|permission| permission.name().to_owned()).collect()
}

/// The values of those of a resource's roles that have one and are enabled.
fn declared(tx: &ReadTx<'_>, resource: &Object, assigned: &[Uuid]) -> Result<Vec<String>, Error> {
    let values = store::objects::values(tx, resource.row)?;
    let roles = values.get("appRoles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let value = |role: &Value| {
        let id = Uuid::try_parse(role["id"].as_str()?).ok()?;
        let counts = role["isEnabled"] == true && assigned.contains(&id);
        role["value"].as_str().filter(|value| counts && !value.is_empty()).map(str::to_owned)
    };
    Ok(roles.iter().filter_map(value).collect())
}
