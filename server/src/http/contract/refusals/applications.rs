//! What the operations on devices, service principals, applications and contacts refuse.

use super::{
    ErrorExample, application_not_found, cannot_own, contact_not_found, created, device_not_found, immutable,
    invalid_reference, missing_parameter, null, null_collection, object_parameter, other_schema,
    owner_not_found, parameters, refused, service_principal_exists, service_principal_not_found, taken,
    text_parameter, texts, too_large, updated,
};
use crate::{
    directory::Refusal,
    model::{application::APPLICATION, device::DEVICE, service_principal::SERVICE_PRINCIPAL},
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
            bound_owners(),
        ]
        .concat(),
        "update_service_principal" => {
            let own = vec![
                service_principal_not_found(),
                immutable(&SERVICE_PRINCIPAL, "appId"),
                enabled_entitlement(),
            ];
            [updated(&SERVICE_PRINCIPAL), service_principal_values(), own].concat()
        }
        "get_service_principal" | "delete_service_principal" => vec![service_principal_not_found()],
        "create_application" => {
            [created(&APPLICATION, "displayName"), application_values(), bound_owners()].concat()
        }
        "update_application" => {
            let own = vec![application_not_found(), null(&APPLICATION), enabled_entitlement()];
            [updated(&APPLICATION), application_values(), own].concat()
        }
        "add_application_password" => [vec![application_not_found()], new_password()].concat(),
        "add_service_principal_password" => [vec![service_principal_not_found()], new_password()].concat(),
        "remove_application_password" => [vec![application_not_found()], old_password()].concat(),
        "remove_service_principal_password" => [vec![service_principal_not_found()], old_password()].concat(),
        "add_application_key" => [vec![application_not_found()], new_key()].concat(),
        "add_service_principal_key" => [vec![service_principal_not_found()], new_key()].concat(),
        "remove_application_key" => [vec![application_not_found()], old_key()].concat(),
        "remove_service_principal_key" => [vec![service_principal_not_found()], old_key()].concat(),
        "get_application" | "delete_application" => vec![application_not_found()],
        "get_contact" => vec![contact_not_found()],
        _ => return None,
    })
}

/// What bodies get wrong that bind owners.
fn bound_owners() -> Vec<ErrorExample> {
    vec![
        invalid_reference(),
        refused("tooManyReferences", "The body binds more than twenty objects.", Refusal::TooManyReferences),
        owner_not_found(),
        cannot_own(),
        refused("ownerTwice", "The body binds an owner twice.", Refusal::OwnerTwice),
    ]
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
    let foreign = Refusal::ForeignIdentifierUri("https://elsewhere.example/loans".into());
    let own = vec![
        roles_with_one_id(),
        refused(
            "tokenVersion",
            "Tokens are to be of a version that there isn't, or of 1.0 where personal accounts sign in.",
            Refusal::TokenVersion,
        ),
        other_schema(&APPLICATION, "appRoles"),
        taken("identifierUris"),
        refused("foreignUri", "An identifier URI is of a domain that the tenant lacks.", foreign),
        too_large(),
    ];
    [texts(&APPLICATION, "tags"), own].concat()
}

fn roles_with_one_id() -> ErrorExample {
    let twice = Refusal::DuplicateValue("appRoles");
    refused("duplicateRoles", "Two of the roles have the same id, or the same value.", twice)
}

fn enabled_entitlement() -> ErrorExample {
    refused(
        "enabledRole",
        "A role, or a permission, that is enabled can't be taken away.",
        Refusal::EnabledEntitlement,
    )
}

/// What bodies of new passwords get wrong.
fn new_password() -> Vec<ErrorExample> {
    let object = object_parameter("passwordCredential", "The password would end before it begins.");
    let many = refused("tooManyPasswords", "It has as many passwords as it can have.", Refusal::TooLarge);
    [text_parameter("displayName"), object, vec![many]].concat()
}

/// What bodies get wrong that take a password away.
fn old_password() -> Vec<ErrorExample> {
    let own = vec![
        missing_parameter("keyId"),
        refused("noPassword", "It has no such password.", Refusal::NoPassword),
    ];
    [parameters("keyId"), own].concat()
}

/// What bodies of new certificates get wrong.
fn new_key() -> Vec<ErrorExample> {
    let invalid = "It isn't a certificate, or not of the type and usage that certificates have.";
    let object = object_parameter("keyCredential", invalid);
    let many = refused("tooManyKeys", "It has as many certificates as it can have.", Refusal::TooLarge);
    let own = vec![missing_parameter("keyCredential"), many];
    [text_parameter("proof"), own, object, proof()].concat()
}

/// What bodies get wrong that take a certificate away.
fn old_key() -> Vec<ErrorExample> {
    let own =
        vec![missing_parameter("keyId"), refused("noKey", "It has no such certificate.", Refusal::NoKey)];
    [parameters("keyId"), own, proof()].concat()
}

/// What is wrong with what is to prove a key.
fn proof() -> Vec<ErrorExample> {
    vec![
        refused("missingProof", "The body lacks the proof.", Refusal::NotPermitted),
        refused(
            "invalidProof",
            "The proof isn't signed with the key of a certificate that counts, is of or for another, or isn't valid now.",
            Refusal::NoProof,
        ),
    ]
}

/// What bodies of service principals get wrong besides.
fn service_principal_values() -> Vec<ErrorExample> {
    let own = vec![
        roles_with_one_id(),
        refused(
            "notOfApplication",
            "It would say what its application, which is registered here, doesn't.",
            Refusal::NotOfApplication("displayName"),
        ),
        other_schema(&SERVICE_PRINCIPAL, "appRoles"),
        too_large(),
    ];
    [texts(&SERVICE_PRINCIPAL, "tags"), own].concat()
}
