//! The device: its properties.

use super::{
    complex_types::ALTERNATIVE_SECURITY_ID,
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_DEVICE, READ_DEVICE},
    properties::{
        EdmType, Entity, Format,
        Kind::{Boolean, DateTime, Int32, Objects, String, Strings},
        Property, property,
    },
    query_support::{EMPTY, EQ, EQ_ADVANCED, NULL, RANGE, RANGE_ADVANCED, STARTS_WITH, STARTS_WITH_ADVANCED},
};

/// A device that is registered in the directory.
pub static DEVICE: Entity = Entity {
    kind: ObjectKind::Device,
    number: 3,
    name: "device",
    set: "devices",
    alternate_key: Some("deviceId"),
    words: "a device",
    resource: "Device",
    description: "A device that is registered in the directory.",
    read: &READ_DEVICE,
    read_basic: &READ_DEVICE,
    add_to_group: &ADD_DEVICE,
    navigation: &[
        navigation(NavigationProperty::MemberOf, &READ_DEVICE),
        navigation(NavigationProperty::TransitiveMemberOf, &READ_DEVICE),
    ],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The device's unique identifier in the directory.").unchanged().format(Format::Guid).filter(EQ),
    property("deletedDateTime", DateTime, "When the device was deleted; null while it isn't.").order_advanced(),
    property("accountEnabled", Boolean, "Whether the device's account is enabled.").required().filter(EQ),
    property("alternativeSecurityIds", Objects(&ALTERNATIVE_SECURITY_ID), "How the device is known to other registries. For Graph's internal use.").at_creation().required(),
    property("deviceId", String, "The identifier that the device's registration gave it.").at_creation().required().format(Format::Guid).filter(EQ).search().edm_type(EdmType::Primitive("Edm.String")),
    property("deviceVersion", Int32, "The version of the device's registration.").writable(),
    property("displayName", String, "The device's name.").required().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("manufacturer", String, "Who made the device.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("model", String, "The device's model.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("operatingSystem", String, "The device's operating system.").required().filter(EQ | STARTS_WITH | NULL).search(),
    property("operatingSystemVersion", String, "The version of its operating system.").required().filter(EQ | STARTS_WITH | NULL).search(),
    property("approximateLastSignInDateTime", DateTime, "When the device was last seen, roughly.").filter(RANGE | NULL).order_advanced(),
    property("complianceExpirationDateTime", DateTime, "Until when the device counts as compliant."),
    property("deviceCategory", String, "The category that Intune gave the device.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("deviceMetadata", String, "For Graph's internal use; null."),
    property("deviceOwnership", String, "Whose the device is: `unknown`, `company` or `personal`.").filter(EQ_ADVANCED | NULL).search(),
    property("enrollmentProfileName", String, "The profile that the device was enrolled by.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("enrollmentType", String, "How the device was enrolled."),
    property("isCompliant", Boolean, "Whether the device keeps to the rules of its management.").writable().filter(EQ),
    property("isManaged", Boolean, "Whether the device is managed.").writable().filter(EQ),
    property("isManagementRestricted", Boolean, "Whether the device is in a restricted administrative unit."),
    property("isRooted", Boolean, "Whether the device is rooted or jail-broken.").filter(EQ_ADVANCED | NULL),
    property("managementType", String, "What manages the device.").filter(EQ_ADVANCED | NULL).search(),
    property("mdmAppId", String, "The application that enrolled the device.").filter(EQ | NULL).search(),
    property("onPremisesLastSyncDateTime", DateTime, "When the device was last synchronised from on premises.").filter(RANGE),
    property("onPremisesSecurityIdentifier", String, "The security identifier of the device on premises.").filter(EQ | NULL).search(),
    property("onPremisesSyncEnabled", Boolean, "Whether the device is synchronised from on premises; null where it never was.").filter(EQ | NULL),
    property("physicalIds", Strings, "For Graph's internal use.").filter(EQ | EMPTY).search(),
    property("profileType", String, "The kind of device, such as `RegisteredDevice`.").filter(EQ).search(),
    property("registrationDateTime", DateTime, "When the device was registered.").filter(RANGE_ADVANCED | NULL),
    property("systemLabels", Strings, "Labels that the system gave the device.").filter(EMPTY),
    property("trustType", String, "How the device is joined: `Workplace`, `AzureAd` or `ServerAd`.").filter(EQ).search(),
];
