//! What the operations on grants of delegated permissions refuse.

use super::{
    ErrorExample, absent, array_for_value, equality_filters, names, other_type, read_only, refused,
    service_principal_not_found, user_not_found,
};
use crate::{
    directory::Refusal,
    model::{oauth2_permission_grant::OAUTH2_PERMISSION_GRANT, values::PropertyFault},
};

const RESOURCE: &str = OAUTH2_PERMISSION_GRANT.resource;

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "list_oauth2_permission_grants" => filters(),
        "list_service_principal_oauth2_permission_grants" => {
            [vec![service_principal_not_found()], filters()].concat()
        }
        "list_user_oauth2_permission_grants" | "list_my_oauth2_permission_grants" => {
            [vec![user_not_found()], filters()].concat()
        }
        "get_oauth2_permission_grant" | "delete_oauth2_permission_grant" => vec![grant_not_found()],
        "create_oauth2_permission_grant" => [values(), new_grant()].concat(),
        "update_oauth2_permission_grant" => [values(), changed_grant()].concat(),
        _ => return None,
    })
}

fn fault(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: RESOURCE, fault }
}

fn grant_not_found() -> ErrorExample {
    absent("grantNotFound", "There is no such grant.")
}

/// What bodies get wrong.
fn values() -> Vec<ErrorExample> {
    let array = fault(array_for_value("scope"));
    let own = vec![
        read_only(RESOURCE, "id"),
        other_type(RESOURCE, "True", "Edm.String"),
        refused("unexpectedArray", "An array stands where a single value is due.", array),
        refused(
            "invalidValue",
            "The permissions have more than 3,850 characters.",
            fault(PropertyFault::Invalid("scope")),
        ),
    ];
    [names(RESOURCE), own].concat()
}

fn new_grant() -> Vec<ErrorExample> {
    vec![
        refused("missingValue", "The body names no client.", fault(PropertyFault::Required("clientId"))),
        absent("clientNotFound", "There is no service principal with `clientId`."),
        absent("resourceNotFound", "There is no service principal with `resourceId`."),
        absent("principalNotFound", "There is no user with `principalId`."),
        refused("grantExists", "There is a grant of these.", Refusal::PermissionGrantExists),
    ]
}

fn changed_grant() -> Vec<ErrorExample> {
    vec![
        grant_not_found(),
        refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
        refused(
            "immutableProperty",
            "Grants keep their client.",
            fault(PropertyFault::Immutable("clientId")),
        ),
    ]
}

/// What filters get wrong.
fn filters() -> Vec<ErrorExample> {
    let summaries = [
        "Grants have no property of this name.",
        "The property takes `eq` only.",
        "An expression that isn't `eq` or `and`.",
    ];
    equality_filters(&OAUTH2_PERMISSION_GRANT, summaries)
}
