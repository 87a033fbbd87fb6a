//! The group: its properties.

use super::properties::{
    Complex, Entity, Format,
    Kind::{Boolean, DateTime, Objects, String, Strings},
    Property, property,
};

/// An error that kept a property from being provisioned from on premises.
pub static ON_PREMISES_PROVISIONING_ERROR: Complex = Complex {
    name: "OnPremisesProvisioningError",
    description: "An error that kept a property from being synchronised from on premises.",
    properties: &[
        property("category", String, "The category of the error."),
        property("occurredDateTime", DateTime, "When the error occurred."),
        property("propertyCausingError", String, "The name of the property that caused it."),
        property("value", String, "The value of that property."),
    ],
};

/// An error that a service reported of an object.
pub static SERVICE_PROVISIONING_ERROR: Complex = Complex {
    name: "ServiceProvisioningError",
    description: "An error that a service reported while it took the object over.",
    properties: &[
        property("createdDateTime", DateTime, "When the error occurred."),
        property("isResolved", Boolean, "Whether the error has been resolved."),
        property("serviceInstance", String, "The instance of the service that reported it."),
    ],
};

/// A group, as Graph's resource page `group` has it.
pub static GROUP: Entity = Entity {
    name: "group",
    set: "groups",
    resource: "Group",
    description: "A Microsoft 365 group, a security group, a mail-enabled security group or a distribution group.",
    properties: PROPERTIES,
};

const VISIBILITIES: &[&str] = &["Private", "Public", "HiddenMembership"];
const GROUP_TYPES: &[&str] = &["Unified", "DynamicMembership"];

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The group's unique identifier."),
    property("deletedDateTime", DateTime, "When the group was deleted; null while it isn't."),
    property("classification", String, "A classification of the group, such as its business impact.").writable(),
    property("createdDateTime", DateTime, "When the group was created."),
    property("description", String, "What the group is for.").writable().max(1024),
    property("displayName", String, "The group's name in address books.").required().max(256),
    property("expirationDateTime", DateTime, "When the group expires, where a lifecycle policy covers it."),
    property("groupTypes", Strings, "`Unified` for a Microsoft 365 group; `DynamicMembership` where a rule decides who is in it.").writable().format(Format::OneOf(GROUP_TYPES)),
    property("isAssignableToRole", Boolean, "Whether directory roles can be assigned to the group.").at_creation(),
    property("mail", String, "The group's mail address."),
    property("mailEnabled", Boolean, "Whether the group takes mail.").required(),
    property("mailNickname", String, "The local part of the group's mail address.").required().max(64).format(Format::MailNickname),
    property("membershipRule", String, "The rule that decides who is in a dynamic group.").writable().max(3072),
    property("membershipRuleProcessingState", String, "Whether the rule is applied: `On` or `Paused`.").writable().format(Format::OneOf(&["On", "Paused"])),
    property("onPremisesDomainName", String, "The domain of the group on premises, where it is synchronised."),
    property("onPremisesLastSyncDateTime", DateTime, "When the group was last synchronised from on premises."),
    property("onPremisesNetBiosName", String, "The NetBIOS name of the group on premises."),
    property("onPremisesSamAccountName", String, "The SAM account name of the group on premises."),
    property("onPremisesSecurityIdentifier", String, "The security identifier of the group on premises."),
    property("onPremisesSyncEnabled", Boolean, "Whether the group is synchronised from on premises; null where it never was."),
    property("preferredDataLocation", String, "Where the group's data should lie.").writable(),
    property("preferredLanguage", String, "The language of a Microsoft 365 group, an ISO 639-1 code.").writable(),
    property("proxyAddresses", Strings, "All mail addresses of the group."),
    property("renewedDateTime", DateTime, "When the group was last renewed."),
    property("resourceBehaviorOptions", Strings, "How a Microsoft 365 group behaves.").at_creation(),
    property("resourceProvisioningOptions", Strings, "The services set up for a Microsoft 365 group."),
    property("securityEnabled", Boolean, "Whether the group is a security group.").required(),
    property("securityIdentifier", String, "The group's security identifier, derived from its id."),
    property("theme", String, "The colour theme of a Microsoft 365 group."),
    property("uniqueName", String, "A name of the group that is unique in the tenant and set once.").at_creation().max(128),
    property("visibility", String, "Who may join the group and see its members.").writable().format(Format::OneOf(VISIBILITIES)),
    property("onPremisesProvisioningErrors", Objects(&ON_PREMISES_PROVISIONING_ERROR), "Errors of the synchronisation from on premises."),
    property("serviceProvisioningErrors", Objects(&SERVICE_PROVISIONING_ERROR), "Errors that services reported of the group."),
];
