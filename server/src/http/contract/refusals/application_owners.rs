//! What the operations refuse that are about who owns applications and service principals.

use super::{
    ErrorExample, absent, already_owner, application_not_found, cannot_own, not_in_lists, owner_not_found,
    property_not_readable, refused, service_principal_not_found, too_many_owners,
};
use crate::{
    directory::{Refusal, sample},
    model::{ids::ObjectId, permissions::Need},
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "list_application_owners" => list(application_not_found(), need),
        "list_service_principal_owners" => list(service_principal_not_found(), need),
        "list_application_owner_references" | "count_application_owners" => vec![application_not_found()],
        "list_service_principal_owner_references" | "count_service_principal_owners" => {
            vec![service_principal_not_found()]
        }
        "get_application_owner_reference" => get(application_not_found()),
        "get_service_principal_owner_reference" => get(service_principal_not_found()),
        "add_application_owner" => add(application_not_found()),
        "add_service_principal_owner" => add(service_principal_not_found()),
        "remove_application_owner" | "remove_application_owner_by_reference" => {
            vec![application_not_found(), not_an_owner(sample::id(304))]
        }
        "remove_service_principal_owner" | "remove_service_principal_owner_by_reference" => {
            vec![service_principal_not_found(), not_an_owner(sample::id(302))]
        }
        _ => return None,
    })
}

fn list(owned: ErrorExample, need: &Need) -> Vec<ErrorExample> {
    vec![owned, property_not_readable(need), not_in_lists()]
}

fn get(owned: ErrorExample) -> Vec<ErrorExample> {
    vec![owned, absent("ownerNotFound", "There is no such object, or it isn't an owner.")]
}

fn add(owned: ErrorExample) -> Vec<ErrorExample> {
    vec![owned, owner_not_found(), already_owner(), cannot_own(), too_many_owners()]
}

fn not_an_owner(owned: ObjectId) -> ErrorExample {
    let summary = "The object isn't an owner: what it would own is named.";
    refused("notAnOwner", summary, Refusal::NotFound(owned.to_string()))
}
