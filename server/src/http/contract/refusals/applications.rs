//! What the operations on devices, service principals, applications and contacts refuse.

use super::{
    ErrorExample, absent, contact_not_found, created, device_not_found, immutable, null, null_collection,
    other_schema, property, refused, service_principal_exists, service_principal_not_found, taken, texts,
    too_large, updated,
};
use crate::model::{
    application::APPLICATION, device::DEVICE, service_principal::SERVICE_PRINCIPAL, values::PropertyFault,
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "create_device" => [created(&DEVICE, "deviceId"), device_values()].concat(),
        "update_device" => {
            [updated(&DEVICE), vec![device_not_found(), null(&DEVICE), immutable(&DEVICE, "deviceId")]]
                .concat()
        }
        "get_device" | "delete_device" => vec![device_not_found()],
        "create_service_principal" => [
            created(&SERVICE_PRINCIPAL, "appId"),
            service_principal_values(),
            vec![service_principal_exists(392)],
        ]
        .concat(),
        "update_service_principal" => {
            let own = vec![service_principal_not_found(), immutable(&SERVICE_PRINCIPAL, "appId")];
            [updated(&SERVICE_PRINCIPAL), service_principal_values(), own].concat()
        }
        "get_service_principal" | "delete_service_principal" => vec![service_principal_not_found()],
        "create_application" => [created(&APPLICATION, "displayName"), application_values()].concat(),
        "update_application" => {
            let own = vec![application_not_found(), null(&APPLICATION)];
            [updated(&APPLICATION), application_values(), own].concat()
        }
        "get_application" | "delete_application" => vec![application_not_found()],
        "get_contact" => vec![contact_not_found()],
        _ => return None,
    })
}

fn application_not_found() -> ErrorExample {
    absent("applicationNotFound", "There is no such application.")
}

/// What bodies of new devices get wrong besides.
fn device_values() -> Vec<ErrorExample> {
    let ids = "alternativeSecurityIds";
    vec![
        taken("deviceId"),
        null_collection(&DEVICE, ids, "microsoft.graph.alternativeSecurityId"),
        other_schema(&DEVICE, ids),
    ]
}

/// What bodies of applications get wrong besides.
fn application_values() -> Vec<ErrorExample> {
    [texts(&APPLICATION, "tags"), vec![too_large()]].concat()
}

/// What bodies of service principals get wrong besides.
fn service_principal_values() -> Vec<ErrorExample> {
    let twice = property(&SERVICE_PRINCIPAL, PropertyFault::Invalid("appRoles"));
    let own = vec![
        refused("invalidRoles", "Two of the roles have the same id.", twice),
        other_schema(&SERVICE_PRINCIPAL, "appRoles"),
        too_large(),
    ];
    [texts(&SERVICE_PRINCIPAL, "tags"), own].concat()
}
