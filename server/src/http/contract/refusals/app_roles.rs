//! What the operations on assignments of application roles refuse.

use super::{
    ErrorExample, absent, array_for_value, equality_filters, group_not_found, names, other_type, read_only,
    refused, service_principal_not_found, user_not_found,
};
use crate::{
    directory::{Refusal, app_role_assignments::MAX_ROLES},
    model::{app_role_assignment::APP_ROLE_ASSIGNMENT, values::PropertyFault},
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str) -> Option<Vec<ErrorExample>> {
    let (verb, noun) = operation.split_once('_')?;
    let (owner, other_end) = match noun {
        "service_principal_app_role_assignment" | "service_principal_app_role_assignments" => {
            (service_principal_not_found(), resource_not_found())
        }
        "service_principal_app_role_assigned_to" | "service_principal_app_roles_assigned_to" => {
            (service_principal_not_found(), principal_not_found())
        }
        "user_app_role_assignment" | "user_app_role_assignments" | "my_app_role_assignments" => {
            (user_not_found(), resource_not_found())
        }
        "group_app_role_assignment" | "group_app_role_assignments" => {
            (group_not_found(), resource_not_found())
        }
        _ => return None,
    };
    Some(match verb {
        "list" => [vec![owner], filters()].concat(),
        "create" => [vec![owner, other_end], values()].concat(),
        _ => vec![owner, absent("assignmentNotFound", "There is no such app role assignment.")],
    })
}

fn resource_not_found() -> ErrorExample {
    absent("resourceNotFound", "There is no service principal with `resourceId`.")
}

fn principal_not_found() -> ErrorExample {
    absent("principalNotFound", "There is no user, group or service principal with `principalId`.")
}

/// What bodies get wrong.
fn values() -> Vec<ErrorExample> {
    let resource = APP_ROLE_ASSIGNMENT.resource;
    let of = |fault| Refusal::Property { resource, fault };
    let own = vec![
        read_only(resource, "id"),
        other_type(resource, "True", "Edm.String"),
        refused(
            "unexpectedArray",
            "An array stands where a single value is due.",
            of(array_for_value("appRoleId")),
        ),
        refused("invalidValue", "The value is no GUID.", of(PropertyFault::Invalid("appRoleId"))),
        refused("missingValue", "The body lacks the role.", of(PropertyFault::Required("appRoleId"))),
        refused("noAppRole", "The resource has no such role for such a principal.", Refusal::NoAppRole),
        refused("appRoleAssigned", "The principal has the role already.", Refusal::AppRoleAssigned),
        refused(
            "tooManyAppRoles",
            "The principal has as many roles as it can have.",
            Refusal::TooManyAppRoles { most: MAX_ROLES },
        ),
    ];
    [names(resource), own].concat()
}

/// What filters get wrong.
fn filters() -> Vec<ErrorExample> {
    let summaries = [
        "App role assignments have no property of this name.",
        "Only `resourceId` is filtered, by `eq`.",
        "An expression that isn't `eq` or `and`.",
    ];
    equality_filters(&APP_ROLE_ASSIGNMENT, summaries)
}
