//! The application: its properties, as far as tokens need it.

use super::properties::{
    Entity,
    Kind::{DateTime, String},
    Property, property,
};

/// A registered application.
pub static APPLICATION: Entity = Entity {
    name: "application",
    set: "applications",
    resource: "Application",
    description: "A registered application, which gets tokens by its client id and a secret.",
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The application's unique identifier."),
    property("deletedDateTime", DateTime, "When the application was deleted; null while it isn't."),
    property("appId", String, "Its client id."),
    property("createdDateTime", DateTime, "When the application was registered."),
    property("displayName", String, "Its name.").required().max(256),
    property("signInAudience", String, "Whose accounts it takes: `AzureADMyOrg`."),
];
