//! The administrative unit: its properties. Rules by which units could contain users and devices aren't kept.

use super::{
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_MEMBER, LIST_ADMINISTRATIVE_UNIT_MEMBERS, READ_ADMINISTRATIVE_UNIT},
    properties::{
        Entity, Enumeration, Format,
        Kind::{Boolean, DateTime, String},
        Property, property,
    },
    query_support::{EQ, EQ_ADVANCED, NULL, STARTS_WITH, STARTS_WITH_ADVANCED},
};

/// A part of the organisation that is administered by itself.
pub static ADMINISTRATIVE_UNIT: Entity = Entity {
    kind: ObjectKind::AdministrativeUnit,
    number: 7,
    name: "administrativeUnit",
    set: "directory/administrativeUnits",
    alternate_key: None,
    words: "an administrative unit",
    resource: "AdministrativeUnit",
    description: "A part of the organisation: the users, groups and devices that are administered together.",
    read: &READ_ADMINISTRATIVE_UNIT,
    read_basic: &READ_ADMINISTRATIVE_UNIT,
    add_to_group: &ADD_MEMBER,
    navigation: &[navigation(NavigationProperty::Members, &LIST_ADMINISTRATIVE_UNIT_MEMBERS)],
    properties: PROPERTIES,
};

static VISIBILITY: Enumeration =
    Enumeration { name: "AdministrativeUnitVisibility", members: &["Public", "HiddenMembership"] };

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The unit's unique identifier.").unchanged().filter(EQ),
    property("deletedDateTime", DateTime, "When the unit was deleted; null while it isn't.").order_advanced(),
    property("displayName", String, "Its name.").writable().required().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("description", String, "What it is for.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search_words(),
    property("isMemberManagementRestricted", Boolean, "Whether only administrators of the unit may change its members. Kept, and not enforced.").at_creation().filter(EQ),
    property("membershipRule", String, "The rule that its members follow.").filter(EQ | STARTS_WITH).search(),
    property("membershipType", String, "Whether its members follow a rule. None do here."),
    property("membershipRuleProcessingState", String, "Whether the rule is followed.").filter(EQ).search(),
    property("visibility", String, "Who may know who is in it: anyone, `Public`, which it is without a value too; few, `HiddenMembership`.").writable().format(Format::OneOf(&VISIBILITY)),
];
