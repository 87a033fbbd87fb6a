//! The service principal: its properties.

use super::properties::{
    Entity,
    Kind::{Boolean, DateTime, String},
    Property, property,
};

/// An application's presence in a tenant.
pub static SERVICE_PRINCIPAL: Entity = Entity {
    name: "servicePrincipal",
    set: "servicePrincipals",
    resource: "ServicePrincipal",
    description: "An application's presence in the tenant: what its tokens act as.",
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The service principal's unique identifier."),
    property("deletedDateTime", DateTime, "When it was deleted; null while it isn't."),
    property("accountEnabled", Boolean, "Whether tokens are issued to it.").writable(),
    property("appDisplayName", String, "The name of its application."),
    property("appId", String, "The client id of its application.").required(),
    property("displayName", String, "Its name.").writable().max(256),
    property("servicePrincipalType", String, "What it stands for: `Application`."),
    property("signInAudience", String, "Whose accounts its application takes."),
];
