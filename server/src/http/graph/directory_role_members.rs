//! `/directoryRoles/{id}/members`: who holds a role. The rules are in `directory::directory_role_members`.

use super::{directory_roles::DIRECTORY_ROLES, shapes::Related};
use crate::{
    directory::directory_role_members as rules,
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{READ_DIRECTORY_ROLE, WRITE_DIRECTORY_ROLE},
    },
};

const MEMBERS: Related<IdKey> = Related {
    of: &DIRECTORY_ROLES,
    name: "members",
    page: "members",
    one: "a member",
    tag: "directory roles",
    examples: &[(ObjectKind::User, "5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace")],
    navigation: &rules::MEMBERS,
};

pub(super) fn operations() -> Vec<Operation> {
    const REFERENCES: &str = "/directoryRoles/{id}/members/$ref";
    vec![
        MEMBERS
            .list("/directoryRoles/{id}/members", "list_directory_role_members", &READ_DIRECTORY_ROLE)
            .description(
                "Only direct members are listed. A member of a kind that the caller may not read shows its type and id, all else \
                 of it is null.",
            ),
        MEMBERS.list_references(
            REFERENCES,
            "list_directory_role_member_references",
            &READ_DIRECTORY_ROLE,
        ),
        MEMBERS
            .add(REFERENCES, "add_directory_role_member", &WRITE_DIRECTORY_ROLE, rules::add)
            .description(
                "Users, service principals and role-assignable groups hold roles. Who is in such a group holds its roles too.",
            )
            .done("The object holds the role, durably."),
        MEMBERS
            .remove(
                "/directoryRoles/{id}/members/{memberId}/$ref",
                "remove_directory_role_member",
                &WRITE_DIRECTORY_ROLE,
                rules::remove,
            )
            .description("The object itself stays.")
            .done("The object doesn't hold the role any more, durably."),
    ]
}
