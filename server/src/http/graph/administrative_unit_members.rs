//! `/directory/administrativeUnits/{id}/members`: who is in a unit. The rules are in `directory::administrative_unit_members`.

use super::{administrative_units::ADMINISTRATIVE_UNITS, casts, shapes::Related};
use crate::{
    directory::administrative_unit_members as rules,
    http::{extract::IdKey, operation::Operation},
    model::{
        kinds::ObjectKind,
        permissions::{LIST_ADMINISTRATIVE_UNIT_MEMBERS, WRITE_ADMINISTRATIVE_UNIT},
    },
};

const MEMBERS: Related<IdKey> = Related {
    of: &ADMINISTRATIVE_UNITS,
    name: "members",
    page: "members",
    one: "a member",
    tag: "administrative units",
    examples: &[
        (ObjectKind::User, "5a3e0000-0000-4000-8000-000000000101", "Ada Lovelace"),
        (ObjectKind::Group, "5a3e0000-0000-4000-8000-000000000202", "Research"),
    ],
    navigation: &rules::MEMBERS,
};

/// Every kind that members can be cast to.
const CASTS: &[ObjectKind] = &[ObjectKind::Device, ObjectKind::Group, ObjectKind::User];

pub(super) fn operations() -> Vec<Operation> {
    const OF_ONE: &str = "/directory/administrativeUnits/{id}/members";
    const REFERENCES: &str = "/directory/administrativeUnits/{id}/members/$ref";
    let operations = [
        MEMBERS
            .list(OF_ONE, "list_administrative_unit_members", &LIST_ADMINISTRATIVE_UNIT_MEMBERS)
            .description(
                "A member of a kind that the caller may not read shows its type and id, all else of it is null. Members of a \
                 unit with hidden membership need `Member.Read.Hidden` besides. What another service holds of an object is \
                 shown of one object at a time: naming it here is 501.",
            ),
        MEMBERS.list_references(
            REFERENCES,
            "list_administrative_unit_member_references",
            &LIST_ADMINISTRATIVE_UNIT_MEMBERS,
        ),
        MEMBERS.count(
            "/directory/administrativeUnits/{id}/members/$count",
            "count_administrative_unit_members",
            &LIST_ADMINISTRATIVE_UNIT_MEMBERS,
        ),
        MEMBERS
            .add(
                REFERENCES,
                "add_administrative_unit_member",
                &WRITE_ADMINISTRATIVE_UNIT,
                rules::add,
            )
            .description("Users, groups and devices can be in units. What is in a group isn't in the group's units by that.")
            .done("The object is in the unit, durably."),
        MEMBERS
            .remove(
                "/directory/administrativeUnits/{id}/members/{memberId}/$ref",
                "remove_administrative_unit_member",
                &WRITE_ADMINISTRATIVE_UNIT,
                rules::remove,
            )
            .description("The object itself stays.")
            .done("The object isn't in the unit any more, durably."),
    ];
    let casts =
        casts::of(&MEMBERS, CASTS, OF_ONE, "administrative_unit_members", &LIST_ADMINISTRATIVE_UNIT_MEMBERS);
    operations.into_iter().chain(casts).collect()
}
