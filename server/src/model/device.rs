//! The device: its properties.

use super::{
    complex_types::ALTERNATIVE_SECURITY_ID,
    kinds::ObjectKind,
    permissions::{ADD_DEVICE, READ_DEVICE},
    properties::{
        Entity, Format,
        Kind::{Boolean, DateTime, Int32, Objects, String, Strings},
        Property, property,
    },
};

/// A device that is registered in the directory.
pub static DEVICE: Entity = Entity {
    kind: ObjectKind::Device,
    number: 3,
    name: "device",
    set: "devices",
    words: "a device",
    resource: "Device",
    description: "A device that is registered in the directory.",
    read: &READ_DEVICE,
    add_to_group: &ADD_DEVICE,
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The device's unique identifier in the directory.").unchanged().format(Format::Guid),
    property("deletedDateTime", DateTime, "When the device was deleted; null while it isn't."),
    property("accountEnabled", Boolean, "Whether the device's account is enabled.").required(),
    property("alternativeSecurityIds", Objects(&ALTERNATIVE_SECURITY_ID), "How the device is known to other registries. For Graph's internal use.").at_creation().required(),
    property("deviceId", String, "The identifier that the device's registration gave it.").at_creation().required().format(Format::Guid),
    property("deviceVersion", Int32, "The version of the device's registration.").writable(),
    property("displayName", String, "The device's name.").required().max(256).format(Format::DisplayName),
    property("manufacturer", String, "Who made the device."),
    property("model", String, "The device's model."),
    property("operatingSystem", String, "The device's operating system.").required(),
    property("operatingSystemVersion", String, "The version of its operating system.").required(),
    property("approximateLastSignInDateTime", DateTime, "When the device was last seen, roughly.").on_select(),
    property("complianceExpirationDateTime", DateTime, "Until when the device counts as compliant.").on_select(),
    property("deviceCategory", String, "The category that Intune gave the device.").on_select(),
    property("deviceMetadata", String, "For Graph's internal use; null.").on_select(),
    property("deviceOwnership", String, "Whose the device is: `unknown`, `company` or `personal`.").on_select(),
    property("enrollmentProfileName", String, "The profile that the device was enrolled by.").on_select(),
    property("enrollmentType", String, "How the device was enrolled.").on_select(),
    property("isCompliant", Boolean, "Whether the device keeps to the rules of its management.").writable().on_select(),
    property("isManaged", Boolean, "Whether the device is managed.").writable().on_select(),
    property("isManagementRestricted", Boolean, "Whether the device is in a restricted administrative unit.").on_select(),
    property("isRooted", Boolean, "Whether the device is rooted or jail-broken.").on_select(),
    property("managementType", String, "What manages the device.").on_select(),
    property("mdmAppId", String, "The application that enrolled the device.").on_select(),
    property("onPremisesLastSyncDateTime", DateTime, "When the device was last synchronised from on premises.").on_select(),
    property("onPremisesSecurityIdentifier", String, "The security identifier of the device on premises.").on_select(),
    property("onPremisesSyncEnabled", Boolean, "Whether the device is synchronised from on premises; null where it never was.").on_select(),
    property("physicalIds", Strings, "For Graph's internal use.").on_select(),
    property("profileType", String, "The kind of device, such as `RegisteredDevice`.").on_select(),
    property("registrationDateTime", DateTime, "When the device was registered.").on_select(),
    property("systemLabels", Strings, "Labels that the system gave the device.").on_select(),
    property("trustType", String, "How the device is joined: `Workplace`, `AzureAd` or `ServerAd`.").on_select(),
];
