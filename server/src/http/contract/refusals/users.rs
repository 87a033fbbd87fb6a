//! What the operations refuse that are about users, and what users are related to.

use super::{
    ErrorExample, absent, contact_not_found, created, foreign_domain, invalid_reference, lacks,
    missing_parameter, mixed_services, not_in_lists, null, other_schema, other_user, parameters,
    privileged_user, property, property_not_readable, property_not_writable, refused, related,
    service_principal_not_found, taken, texts, too_large, updated, user_not_found,
};
use crate::{
    directory::Refusal,
    model::{
        kinds::ObjectTraits,
        permissions::{Need, READ_BASIC_USER, UPDATE_ME, UPDATE_USER_PROFILE, WRITE_LIFE_CYCLE_INFO},
        user::USER,
        values::PropertyFault,
    },
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "list_users" => vec![not_in_lists(), property_not_readable(need)],
        "create_user" => {
            let own = vec![user_property_not_writable(need)];
            [created(&USER, "userPrincipalName"), user_values(), own].concat()
        }
        "get_user" => {
            vec![
                user_not_found(),
                property_not_readable(need),
                other_user(&READ_BASIC_USER),
                chain_too_large(),
            ]
        }
        "update_user" => {
            let by_application = refused(
                "profileByApplication",
                "Only signed-in users change profiles.",
                Refusal::NotPermitted,
            );
            [user_update(need), vec![other_user(&UPDATE_USER_PROFILE), by_application]].concat()
        }
        "delete_user" => vec![user_not_found(), privileged_user()],
        "get_me" => vec![user_not_found(), property_not_readable(need), chain_too_large()],
        "update_me" => user_update(need),
        "change_my_password" => {
            let own = vec![
                user_not_found(),
                missing_parameter("newPassword"),
                weak_password("newPassword"),
                refused("wrongPassword", "The user has another password, or none.", Refusal::WrongPassword),
            ];
            [own, parameters("currentPassword")].concat()
        }
        "revoke_user_sign_in_sessions" | "revoke_my_sign_in_sessions" => vec![user_not_found()],
        "get_user_manager" | "get_my_manager" => {
            vec![user_not_found(), no_manager(), property_not_readable(need)]
        }
        "get_user_manager_reference"
        | "get_my_manager_reference"
        | "remove_user_manager"
        | "remove_my_manager" => vec![user_not_found(), no_manager()],
        "set_user_manager" | "set_my_manager" => {
            vec![user_not_found(), manager_not_found(), cannot_manage()]
        }
        "list_user_direct_reports" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_direct_reports" => vec![user_not_found(), other_user(need)],
        "list_my_direct_reports" => related(user_not_found(), need),
        "count_my_direct_reports" => vec![user_not_found()],
        "list_user_owned_objects" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_owned_objects" => vec![user_not_found(), other_user(need)],
        "list_my_owned_objects" => related(user_not_found(), need),
        "count_my_owned_objects" => vec![user_not_found()],
        "list_service_principal_owned_objects" => related(service_principal_not_found(), need),
        "count_service_principal_owned_objects" => vec![service_principal_not_found()],
        "list_user_created_objects" => [related(user_not_found(), need), vec![other_user(need)]].concat(),
        "count_user_created_objects" => vec![user_not_found(), other_user(need)],
        "list_my_created_objects" => related(user_not_found(), need),
        "count_my_created_objects" => vec![user_not_found()],
        "list_service_principal_created_objects" => related(service_principal_not_found(), need),
        "count_service_principal_created_objects" => vec![service_principal_not_found()],
        "get_contact_manager" => vec![contact_not_found(), no_manager(), property_not_readable(need)],
        "list_contact_direct_reports" => related(contact_not_found(), need),
        "count_contact_direct_reports" => vec![contact_not_found()],
        _ => return None,
    })
}

fn no_manager() -> ErrorExample {
    refused("noManager", "There is no manager.", Refusal::NotFound("manager".into()))
}

fn manager_not_found() -> ErrorExample {
    absent("managerNotFound", "There is no object that could be the manager.")
}

fn cannot_manage() -> ErrorExample {
    refused(
        "kindCannotManage",
        "Objects of this kind manage nobody.",
        Refusal::NoManager(ObjectTraits::Device),
    )
}

fn user_property_not_writable(held: &Need) -> ErrorExample {
    let summary = "The token lacks what setting `employeeLeaveDateTime` needs besides.";
    property_not_writable(summary, &WRITE_LIFE_CYCLE_INFO, held)
}

fn weak_password(property: &'static str) -> ErrorExample {
    refused("weakPassword", "The password breaks the rules for passwords.", Refusal::WeakPassword(property))
}

/// What bodies of users get wrong besides.
fn user_values() -> Vec<ErrorExample> {
    let of = |fault| property(&USER, fault);
    let own = vec![
        refused(
            "emptyText",
            "The text is empty. Null takes it away.",
            of(PropertyFault::Invalid("officeLocation")),
        ),
        refused(
            "textTooShort",
            "The text is shorter than the property's can be.",
            of(PropertyFault::Length { property: "mobilePhone", min: 1, max: 64 }),
        ),
        other_schema(&USER, "identities"),
        foreign_domain(),
        weak_password("passwordProfile"),
        taken("userPrincipalName"),
        too_large(),
        invalid_reference(),
        manager_not_found(),
        cannot_manage(),
    ];
    [texts(&USER, "businessPhones"), own].concat()
}

fn user_update(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        user_not_found(),
        null(&USER),
        mixed_services(),
        user_property_not_writable(need),
        refused(
            "notByOneself",
            "With `User.ReadWrite` users don't change what decides how they sign in.",
            lacks(&UPDATE_USER_PROFILE, &UPDATE_ME),
        ),
    ];
    [updated(&USER), user_values(), own].concat()
}

fn chain_too_large() -> ErrorExample {
    refused(
        "resultTooLarge",
        "The managers are more than an answer can hold, about 4 MiB.",
        Refusal::ResultTooLarge,
    )
}
