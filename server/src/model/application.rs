//! The application: its properties, as far as tokens need it.

use super::{
    kinds::ObjectKind,
    permissions::{ADD_MEMBER, READ_APPLICATION},
    properties::{
        Entity, Format, Initial,
        Kind::{DateTime, String, Strings},
        Property, property,
    },
};

/// A registered application.
pub static APPLICATION: Entity = Entity {
    kind: ObjectKind::Application,
    number: 6,
    name: "application",
    set: "applications",
    words: "an application",
    resource: "Application",
    description: "A registered application, which gets tokens by its client id and a secret.",
    read: &READ_APPLICATION,
    add_to_group: &ADD_MEMBER,
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The application's unique identifier.").unchanged(),
    property("deletedDateTime", DateTime, "When the application was deleted; null while it isn't."),
    property("appId", String, "Its client id."),
    property("createdDateTime", DateTime, "When the application was registered."),
    property("description", String, "What the application is for."),
    property("displayName", String, "Its name.").required().max(256).format(Format::DisplayName),
    property("identifierUris", Strings, "URIs that name it as a resource."),
    property("notes", String, "Notes on it."),
    property("publisherDomain", String, "The domain that published it."),
    property("signInAudience", String, "Whose accounts it takes.").initially(Initial::Text("AzureADMyOrg")),
    property("tags", Strings, "Words to find it by."),
];
