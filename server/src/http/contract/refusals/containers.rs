//! What the operations on administrative units and directory roles refuse.

use super::{
    ErrorExample, absent, already_member, array_for_value, created, equality_filters,
    expanded_members_hidden, hidden_members, immutable, member_not_found, not_in_lists, null, property,
    property_not_readable, refused, taken, updated,
};
use crate::{
    directory::{Refusal, sample},
    model::{
        administrative_unit::ADMINISTRATIVE_UNIT,
        directory_role::DIRECTORY_ROLE,
        kinds::{GroupKind, GroupTraits, ObjectTraits},
        permissions::Need,
        role_assignment::ROLE_ASSIGNMENT,
        values::PropertyFault,
    },
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "create_directory_role" => {
            let of = |fault| property(&DIRECTORY_ROLE, fault);
            let of_name = ["unexpectedArray", "invalidValue"];
            let mut examples = created(&DIRECTORY_ROLE, "roleTemplateId");
            examples.retain(|example| !of_name.contains(&&*example.name));
            let array = of(array_for_value("roleTemplateId"));
            examples.push(refused("unexpectedArray", "An array stands where a single value is due.", array));
            let unknown = of(PropertyFault::Invalid("roleTemplateId"));
            examples.push(refused("invalidValue", "There is no such template.", unknown));
            examples.push(taken("roleTemplateId"));
            examples
        }
        "get_directory_role_template" => {
            vec![absent("templateNotFound", "There is no such template.")]
        }
        "list_role_assignments" => role_filter(),
        "get_role_assignment" => vec![absent("assignmentNotFound", "There is no such role assignment.")],
        "get_directory_role" => vec![role_not_found()],
        "list_directory_role_members" => {
            vec![role_not_found(), property_not_readable(need), not_in_lists()]
        }
        "list_directory_role_member_references" => vec![role_not_found()],
        "add_directory_role_member" => {
            let group = GroupTraits {
                kind: GroupKind::Security,
                dynamic: false,
                role_assignable: false,
                hidden_membership: false,
            };
            let other = Refusal::NoRoleMember(ObjectTraits::Group(group));
            vec![
                role_not_found(),
                member_not_found(),
                already_member(),
                refused("kindNotInRoles", "Directory roles can't be assigned to such objects.", other),
            ]
        }
        "remove_directory_role_member" => vec![
            role_not_found(),
            refused(
                "notAMember",
                "The object isn't a member: the role is named.",
                Refusal::NotFound(sample::ROLE.to_string()),
            ),
        ],
        "create_administrative_unit" => created(&ADMINISTRATIVE_UNIT, "displayName"),
        "update_administrative_unit" => [
            updated(&ADMINISTRATIVE_UNIT),
            vec![
                unit_not_found(),
                null(&ADMINISTRATIVE_UNIT),
                immutable(&ADMINISTRATIVE_UNIT, "isMemberManagementRestricted"),
            ],
        ]
        .concat(),
        "get_administrative_unit" => vec![unit_not_found(), expanded_members_hidden()],
        "delete_administrative_unit" => vec![unit_not_found()],
        "list_administrative_unit_members" => {
            vec![unit_not_found(), hidden_members(), property_not_readable(need), not_in_lists()]
        }
        "list_administrative_unit_member_references" | "count_administrative_unit_members" => {
            vec![unit_not_found(), hidden_members()]
        }
        "add_administrative_unit_member" => {
            let other = Refusal::NoUnitMember(ObjectTraits::ServicePrincipal);
            vec![
                unit_not_found(),
                member_not_found(),
                already_member(),
                refused("kindNotInUnits", "Objects of this kind can't be in administrative units.", other),
            ]
        }
        "remove_administrative_unit_member" => vec![
            unit_not_found(),
            refused(
                "notAMember",
                "The object isn't a member: the unit is named.",
                Refusal::NotFound(sample::UNIT.to_string()),
            ),
        ],
        _ => return None,
    })
}

fn role_not_found() -> ErrorExample {
    absent("directoryRoleNotFound", "There is no such directory role.")
}

fn unit_not_found() -> ErrorExample {
    absent("administrativeUnitNotFound", "There is no such administrative unit.")
}

/// What a filter of role assignments gets wrong.
fn role_filter() -> Vec<ErrorExample> {
    let summaries = [
        "Role assignments have no property of this name.",
        "The property takes `eq` and `in` only.",
        "An expression that isn't `eq`, `in` or `and`.",
    ];
    equality_filters(&ROLE_ASSIGNMENT, summaries)
}
