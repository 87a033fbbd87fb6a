//! The directory role: its properties. It is what a template was activated as.

use super::{
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_MEMBER, READ_DIRECTORY_ROLE},
    properties::{
        EdmType, Entity, Format,
        Kind::{DateTime, String},
        Property, property,
    },
    query_support::EQ,
};

/// A directory role that is activated in the tenant.
pub static DIRECTORY_ROLE: Entity = Entity {
    kind: ObjectKind::DirectoryRole,
    number: 8,
    name: "directoryRole",
    set: "directoryRoles",
    alternate_key: Some("roleTemplateId"),
    words: "a directory role",
    resource: "DirectoryRole",
    description: "A built-in role of administrators that is activated in the tenant. What its members may do isn't enforced, unless the server enforces roles.",
    read: &READ_DIRECTORY_ROLE,
    read_basic: &READ_DIRECTORY_ROLE,
    add_to_group: &ADD_MEMBER,
    navigation: &[navigation(NavigationProperty::Members, &READ_DIRECTORY_ROLE)],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The role's unique identifier in the tenant.").unchanged().filter(EQ),
    property("deletedDateTime", DateTime, "Null: a role that is activated stays so."),
    property("description", String, "What it is for."),
    property("displayName", String, "Its name.").filter(EQ),
    property("roleTemplateId", String, "The id of its template, which is the same in every tenant.").at_creation().required().format(Format::Guid).filter(EQ).edm_type(EdmType::Primitive("Edm.String")),
];
