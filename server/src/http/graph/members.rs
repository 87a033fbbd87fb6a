//! `/groups/{id}/members`: who is in a group. The rules are in `directory::members`.

use super::{casts, groups::GROUPS, shapes::Related};
use crate::{
    directory::members,
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{ADD_MEMBER, LIST_MEMBERS, REMOVE_MEMBER},
    },
};

const MEMBERS: Related<IdKey> = Related {
    of: &GROUPS,
    name: "members",
    page: "members",
    one: "a member",
    tag: "group members",
    examples: &[
        (ObjectKind::User, "5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace"),
        (ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000202", "Research"),
    ],
    navigation: &members::MEMBERS,
};

const TRANSITIVE_MEMBERS: Related<IdKey> = Related {
    name: "transitive members",
    page: "transitivemembers",
    one: "a transitive member",
    navigation: &members::TRANSITIVE_MEMBERS,
    ..MEMBERS
};

/// What the descriptions of the operations on them say.
const THROUGH_GROUPS: &str = "The members of the groups in the group are among them, each once. A group that is in itself, or in a \
                              circle of groups, is a transitive member of itself. Without `Member.Read.Hidden`, who is in only \
                              through a group with hidden membership is left out.";

pub(super) fn operations() -> Vec<Operation> {
    let casts = casts::of(&MEMBERS, casts::ALL, "/groups/{id}/members", "group_members", &LIST_MEMBERS);
    let operations = [
        MEMBERS
            .add("/groups/{id}/members/$ref", "add_group_member", &ADD_MEMBER, members::add)
            .description(
                "Security groups and mail-enabled security groups take users, devices, service principals, \
                 organizational contacts and groups other than Microsoft 365 groups; Microsoft 365 groups take users. \
                 Members of dynamic groups follow a rule, and those of distribution groups are kept by Exchange: neither \
                 can be added. Adding devices, service principals and contacts needs a permission on that kind too, and \
                 adding to a role-assignable group `RoleManagement.ReadWrite.Directory`.",
            )
            .done("The object is a member of the group, durably."),
        MEMBERS
            .list("/groups/{id}/members", "list_group_members", &LIST_MEMBERS)
            .description(
                "Only direct members are listed. A member of a kind that the caller may not read shows its type and id, all else \
                 of it is null. Members of a group with hidden membership need `Member.Read.Hidden` besides. What another \
                 service holds of an object is shown of one object at a time: naming it here is 501.",
            ),
        MEMBERS
            .list_references("/groups/{id}/members/$ref", "list_group_member_references", &LIST_MEMBERS)
            .description("Only direct members are listed."),
        MEMBERS
            .get_reference(
                "/groups/{id}/members/{memberId}/$ref",
                "get_group_member_reference",
                &LIST_MEMBERS,
                members::find,
            )
            .description("Only direct members are found."),
        MEMBERS
            .count("/groups/{id}/members/$count", "count_group_members", &LIST_MEMBERS)
            .description("Only direct members count."),
        TRANSITIVE_MEMBERS
            .list(
                "/groups/{id}/transitiveMembers",
                "list_group_transitive_members",
                &LIST_MEMBERS,
            )
            .description(THROUGH_GROUPS),
        TRANSITIVE_MEMBERS
            .count("/groups/{id}/transitiveMembers/$count", "count_group_transitive_members", &LIST_MEMBERS)
            .description(THROUGH_GROUPS),
        MEMBERS
            .remove(
                "/groups/{id}/members/{memberId}/$ref",
                "remove_group_member",
                &REMOVE_MEMBER,
                members::remove,
            )
            .description(
                "The object itself stays. Members of dynamic groups and of distribution groups can't be removed.",
            )
            .done("The object is no member of the group any more, durably."),
        MEMBERS
            .remove_by_reference(
                "/groups/{id}/members/$ref",
                "remove_group_member_by_reference",
                &REMOVE_MEMBER,
                members::remove,
            )
            .description(
                "The object itself stays. Members of dynamic groups and of distribution groups can't be removed.",
            )
            .done("The object is no member of the group any more, durably."),
    ];
    let transitive = casts::of(
        &TRANSITIVE_MEMBERS,
        casts::ALL,
        "/groups/{id}/transitiveMembers",
        "group_transitive_members",
        &LIST_MEMBERS,
    );
    let transitive = transitive.into_iter().map(|operation| operation.description(THROUGH_GROUPS));
    operations.into_iter().chain(casts).chain(transitive).collect()
}
