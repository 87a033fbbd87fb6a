//! The device: its properties.

use super::properties::{
    Entity,
    Kind::{Boolean, DateTime, Int32, String},
    Property, property,
};

/// A device that is registered in the directory.
pub static DEVICE: Entity = Entity {
    name: "device",
    set: "devices",
    resource: "Device",
    description: "A device that is registered in the directory.",
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The device's unique identifier in the directory."),
    property("deletedDateTime", DateTime, "When the device was deleted; null while it isn't."),
    property("accountEnabled", Boolean, "Whether the device's account is enabled.").required(),
    property("deviceId", String, "The identifier that the device's registration gave it.").required(),
    property("deviceVersion", Int32, "The version of the device's registration.").writable(),
    property("displayName", String, "The device's name.").required().max(256),
    property("manufacturer", String, "Who made the device."),
    property("model", String, "The device's model."),
    property("operatingSystem", String, "The device's operating system.").required(),
    property("operatingSystemVersion", String, "The version of its operating system.").required(),
];
