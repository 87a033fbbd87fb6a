//! `/groups/{id}/owners`: who owns a group. The rules are in `directory::owners`.

use super::{casts, groups::GROUPS, shapes::Related};
use crate::{
    directory::owners,
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{CHANGE_OWNERS, LIST_OWNERS},
    },
};

const OWNERS: Related<IdKey> = Related {
    of: &GROUPS,
    name: "owners",
    page: "owners",
    one: "an owner",
    tag: "group owners",
    examples: &[(ObjectKind::User, "5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace")],
    navigation: &owners::OWNERS,
};

pub(super) fn operations() -> Vec<Operation> {
    let casts = casts::of(&OWNERS, casts::ALL, "/groups/{id}/owners", "group_owners", &LIST_OWNERS);
    let operations = [
        OWNERS
            .add("/groups/{id}/owners/$ref", "add_group_owner", &CHANGE_OWNERS, owners::add)
            .description("Users and service principals can own groups. A group has at most a hundred owners.")
            .done("The object is an owner of the group, durably."),
        OWNERS
            .list("/groups/{id}/owners", "list_group_owners", &LIST_OWNERS)
            .description(
                "An owner of a kind that the caller may not read shows its type and id, all else of it is null. What \
                 another service holds of an object is shown of one object at a time: naming it here is 501.",
            ),
        OWNERS.list_references("/groups/{id}/owners/$ref", "list_group_owner_references", &LIST_OWNERS),
        OWNERS.get_reference(
            "/groups/{id}/owners/{ownerId}/$ref",
            "get_group_owner_reference",
            &LIST_OWNERS,
            owners::find,
        ),
        OWNERS.count("/groups/{id}/owners/$count", "count_group_owners", &LIST_OWNERS),
        OWNERS
            .remove(
                "/groups/{id}/owners/{ownerId}/$ref",
                "remove_group_owner",
                &CHANGE_OWNERS,
                owners::remove,
            )
            .description(
                "The object itself stays. The last user among the owners can't be removed.",
            )
            .done("The object owns the group no more, durably."),
        OWNERS
            .remove_by_reference(
                "/groups/{id}/owners/$ref",
                "remove_group_owner_by_reference",
                &CHANGE_OWNERS,
                owners::remove,
            )
            .description(
                "The object itself stays. The last user among the owners can't be removed.",
            )
            .done("The object owns the group no more, durably."),
    ];
    operations.into_iter().chain(casts).collect()
}
