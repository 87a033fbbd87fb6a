//! What the operations on objects of whatever kind, and deleted ones refuse.

use super::{
    ErrorExample, absent, check, foreign_domain, get_groups_of_no_user, ids, lacks, lacks_beside,
    managed_by_exchange, missing_parameter, no_mailbox, not_in_lists, parameters, privileged_user,
    property_not_readable, refused, role_assignable_group, service_principal_exists, taken, user_not_found,
};
use crate::{
    directory::{Refusal, check_members},
    model::{
        actions::MAX_OBJECTS,
        permissions::{
            CHANGE_ROLE_ASSIGNABLE, Need, PURGE_GROUP, Principal, READ_DELETED_GROUP, RESTORE_GROUP,
        },
        values::PropertyFault,
    },
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "check_directory_object_member_groups" => check(object_not_found(), "groupIds"),
        "check_directory_object_member_objects" => check(object_not_found(), "ids"),
        "get_directory_object_member_groups" | "get_directory_object_member_objects" => {
            get_groups_of_no_user(object_not_found())
        }
        // What its requests are refused is answered of each.
        "send_batch" => Vec::new(),
        "get_directory_object" => vec![object_not_found(), property_not_readable(need), no_mailbox()],
        "get_directory_objects_by_ids"
        | "get_users_by_ids"
        | "get_groups_by_ids"
        | "get_devices_by_ids"
        | "get_service_principals_by_ids"
        | "get_applications_by_ids"
        | "get_contacts_by_ids" => get_by_ids(need),
        "delete_directory_object" => vec![
            object_not_found(),
            managed_by_exchange(),
            role_assignable_group(),
            refused("contactNotDeletable", "Contacts are kept by Exchange.", Refusal::NotPermitted),
            refused("roleNotDeletable", "Directory roles stay activated.", Refusal::NotPermitted),
        ],
        "list_deleted_users" => vec![not_in_lists(), property_not_readable(need)],
        "list_deleted_groups" => vec![not_in_lists()],
        "get_deleted_item" => vec![
            object_not_found(),
            property_not_readable(need),
            no_mailbox(),
            kind_not_permitted(&READ_DELETED_GROUP, need),
        ],
        "restore_deleted_item" => [
            vec![
                object_not_found(),
                kind_not_permitted(&RESTORE_GROUP, need),
                role_assignable_group(),
                privileged_object(),
                privileged_user(),
                taken("userPrincipalName"),
                service_principal_exists(492),
                foreign_domain(),
            ],
            parameters("newUserPrincipalName"),
        ]
        .concat(),
        "delete_deleted_item" => {
            let by_application = refused(
                "groupByApplication",
                "Only signed-in users delete groups for good.",
                Refusal::NotPermitted,
            );
            let kind = kind_not_permitted(&PURGE_GROUP, need);
            let unit = refused(
                "unitNotDeletable",
                "Administrative units are deleted for good only by their thirty days.",
                Refusal::NotPermitted,
            );
            vec![object_not_found(), kind, role_assignable_group(), privileged_user(), by_application, unit]
        }
        "get_deleted_objects_owned_by_user" => [
            vec![user_not_found(), missing_parameter("userId"), invalid_identifier(), objects_too_large()],
            parameters("type"),
        ]
        .concat(),
        _ => return None,
    })
}

fn object_not_found() -> ErrorExample {
    absent("objectNotFound", "There is no such object.")
}

fn privileged_object() -> ErrorExample {
    refused(
        "privilegedObject",
        "The object would hold a directory role again, or be in a group to which roles can be assigned, and the token lacks the \
         permission to give it that.",
        lacks_beside(&CHANGE_ROLE_ASSIGNABLE, Principal::User(None), &[]),
    )
}

fn get_by_ids(need: &Need) -> Vec<ErrorExample> {
    let long = check_members::refused(PropertyFault::Invalid("types"));
    let own = vec![
        refused("tooLongType", "A name is longer than that of any type.", long),
        objects_too_large(),
        property_not_readable(need),
        not_in_lists(),
    ];
    [ids("ids", MAX_OBJECTS), own].concat()
}

fn invalid_identifier() -> ErrorExample {
    let fault = PropertyFault::Identifier;
    refused("invalidIdentifier", "What should be an object's id is none.", check_members::refused(fault))
}

fn objects_too_large() -> ErrorExample {
    refused(
        "resultTooLarge",
        "The objects are more than an answer can hold, about 4 MiB.",
        Refusal::ResultTooLarge,
    )
}

/// Of a kind that needs this, for a caller who has the least that is enough for another.
fn kind_not_permitted(need: &Need, held: &Need) -> ErrorExample {
    refused("kindNotPermitted", "The token's permission is for objects of another kind.", lacks(need, held))
}
