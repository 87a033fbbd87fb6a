//! The organizational contact: its properties.

use super::properties::{
    Entity,
    Kind::{DateTime, String},
    Property, property,
};

/// A person outside the tenant, kept for mail. Read-only in Graph.
pub static ORG_CONTACT: Entity = Entity {
    name: "orgContact",
    set: "contacts",
    resource: "Contact",
    description: "A person outside the tenant, kept for mail.",
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The contact's unique identifier."),
    property("deletedDateTime", DateTime, "When the contact was deleted; null while it isn't."),
    property("companyName", String, "The company that the contact works for.").writable(),
    property("department", String, "The department in which the contact works.").writable(),
    property("displayName", String, "The contact's name in address books.").required().max(256),
    property("givenName", String, "The contact's first name.").writable(),
    property("jobTitle", String, "The contact's job title.").writable(),
    property("mail", String, "The contact's mail address.").writable(),
    property("mailNickname", String, "The contact's mail alias.").writable(),
    property("surname", String, "The contact's family name.").writable(),
];
