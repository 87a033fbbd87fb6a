//! What the operations refuse that are about who is in groups, and who owns them.

use super::{
    ErrorExample, absent, already_member, already_owner, cannot_own, check, contact_not_found,
    device_not_found, dynamic_group, get_groups, get_groups_of_no_user, group_not_found, hidden_members,
    kind_not_addable, kind_not_allowed, managed_by_exchange, member_not_found, no_guests, no_nesting,
    not_in_lists, other_user, owner_not_found, property_not_readable, refused, related,
    role_assignable_group, service_principal_not_found, too_many_owners, user_not_found,
};
use crate::{
    directory::{Refusal, sample},
    model::permissions::Need,
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "list_group_members" | "list_group_transitive_members" => {
            vec![group_not_found(), hidden_members(), property_not_readable(need), not_in_lists()]
        }
        "list_group_member_references" | "count_group_members" | "count_group_transitive_members" => {
            vec![group_not_found(), hidden_members()]
        }
        "get_group_member_reference" => vec![
            group_not_found(),
            absent("memberNotFound", "There is no such object, or it isn't a member."),
            hidden_members(),
        ],
        "add_group_member" => vec![
            group_not_found(),
            member_not_found(),
            already_member(),
            kind_not_allowed(),
            no_guests(),
            no_nesting(),
            managed_by_exchange(),
            dynamic_group(),
            role_assignable_group(),
            kind_not_addable(need),
        ],
        "remove_group_member" | "remove_group_member_by_reference" => vec![
            group_not_found(),
            not_related("notAMember", "The object isn't a member: the group is named."),
            managed_by_exchange(),
            dynamic_group(),
            role_assignable_group(),
        ],
        "list_group_owners" => vec![group_not_found(), property_not_readable(need), not_in_lists()],
        "list_group_owner_references" | "count_group_owners" => vec![group_not_found()],
        "get_group_owner_reference" => {
            vec![group_not_found(), absent("ownerNotFound", "There is no such object, or it isn't an owner.")]
        }
        "add_group_owner" => vec![
            group_not_found(),
            owner_not_found(),
            already_owner(),
            cannot_own(),
            no_guests(),
            managed_by_exchange(),
            role_assignable_group(),
            too_many_owners(),
        ],
        "remove_group_owner" | "remove_group_owner_by_reference" => vec![
            group_not_found(),
            not_related("notAnOwner", "The object isn't an owner: the group is named."),
            refused("lastOwner", "No user would own the group any more.", Refusal::LastOwner),
            managed_by_exchange(),
            role_assignable_group(),
        ],
        "list_user_member_of" | "list_user_transitive_member_of" => {
            [related(user_not_found(), need), vec![other_user(need)]].concat()
        }
        "count_user_member_of" | "count_user_transitive_member_of" => {
            vec![user_not_found(), other_user(need)]
        }
        "list_my_member_of" | "list_my_transitive_member_of" => related(user_not_found(), need),
        "count_my_member_of" | "count_my_transitive_member_of" => vec![user_not_found()],
        "list_group_member_of" | "list_group_transitive_member_of" => related(group_not_found(), need),
        "count_group_member_of" | "count_group_transitive_member_of" => vec![group_not_found()],
        "list_device_member_of" | "list_device_transitive_member_of" => related(device_not_found(), need),
        "count_device_member_of" | "count_device_transitive_member_of" => vec![device_not_found()],
        "list_service_principal_member_of" | "list_service_principal_transitive_member_of" => {
            related(service_principal_not_found(), need)
        }
        "count_service_principal_member_of" | "count_service_principal_transitive_member_of" => {
            vec![service_principal_not_found()]
        }
        "list_contact_member_of" | "list_contact_transitive_member_of" => related(contact_not_found(), need),
        "count_contact_member_of" | "count_contact_transitive_member_of" => vec![contact_not_found()],
        "check_user_member_groups" => [check(user_not_found(), "groupIds"), vec![other_user(need)]].concat(),
        "check_user_member_objects" => [check(user_not_found(), "ids"), vec![other_user(need)]].concat(),
        "get_user_member_groups" | "get_user_member_objects" => {
            [get_groups(user_not_found()), vec![other_user(need)]].concat()
        }
        "check_my_member_groups" => check(user_not_found(), "groupIds"),
        "check_my_member_objects" => check(user_not_found(), "ids"),
        "get_my_member_groups" | "get_my_member_objects" => get_groups(user_not_found()),
        "check_group_member_groups" => check(group_not_found(), "groupIds"),
        "check_group_member_objects" => check(group_not_found(), "ids"),
        "get_group_member_groups" | "get_group_member_objects" => get_groups_of_no_user(group_not_found()),
        "check_device_member_groups" => check(device_not_found(), "groupIds"),
        "check_device_member_objects" => check(device_not_found(), "ids"),
        "get_device_member_groups" | "get_device_member_objects" => get_groups_of_no_user(device_not_found()),
        "check_service_principal_member_groups" => check(service_principal_not_found(), "groupIds"),
        "check_service_principal_member_objects" => check(service_principal_not_found(), "ids"),
        "get_service_principal_member_groups" | "get_service_principal_member_objects" => {
            get_groups_of_no_user(service_principal_not_found())
        }
        "check_contact_member_groups" => check(contact_not_found(), "groupIds"),
        "check_contact_member_objects" => check(contact_not_found(), "ids"),
        "get_contact_member_groups" | "get_contact_member_objects" => {
            get_groups_of_no_user(contact_not_found())
        }
        _ => return None,
    })
}

fn not_related(name: &'static str, summary: &'static str) -> ErrorExample {
    refused(name, summary, Refusal::NotFound(sample::READERS.to_string()))
}
