//! The organization, which is the tenant: its properties.

use super::{
    complex_types::{ASSIGNED_PLAN, PRIVACY_PROFILE, PROVISIONED_PLAN, VERIFIED_DOMAIN},
    properties::{
        EdmType, Enumeration, Format,
        Kind::{Boolean, DateTime, Object, Objects, String, Strings},
        Property, property,
    },
    resources::Resource,
};

/// A tenant, as Graph's resource page `organization` has it.
pub static ORGANIZATION: Resource = Resource {
    name: "organization",
    base: "directoryObject",
    set: "organization",
    words: "an organization",
    resource: "Organization",
    description: "The tenant.",
    navigation: &[],
    properties: PROPERTIES,
};

static PARTNER_TENANT_TYPE: Enumeration = Enumeration {
    name: "PartnerTenantType",
    members: &[
        "microsoftSupport",
        "syndicatePartner",
        "breadthPartner",
        "breadthPartnerDelegatedAdmin",
        "resellerPartnerDelegatedAdmin",
        "valueAddedResellerPartnerDelegatedAdmin",
        "unknownFutureValue",
    ],
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The tenant's id.").unchanged().format(Format::Guid).basic(),
    property("deletedDateTime", DateTime, "When the tenant was deleted. Always null."),
    property("businessPhones", Strings, "The organisation's telephone number."),
    property("city", String, "The city of the organisation's address."),
    property("country", String, "The country or region of that address."),
    property("countryLetterCode", String, "The same in two letters."),
    property("createdDateTime", DateTime, "When the tenant was created."),
    property("defaultUsageLocation", String, "Where the organisation's users are if nothing else is said of them."),
    property("displayName", String, "The tenant's name. It is that of its default domain: a tenant has no other here.").basic(),
    property("isMultipleDataLocationsForServicesEnabled", Boolean, "Whether the organisation's data lies in several regions."),
    property("marketingNotificationEmails", Strings, "Where offers are sent."),
    property("onPremisesLastSyncDateTime", DateTime, "When the tenant was last synchronised from on premises."),
    property("onPremisesSyncEnabled", Boolean, "Whether the tenant is synchronised from on premises; null where it never was."),
    property("partnerTenantType", String, "What kind of partner the organisation is.").edm_type(EdmType::Enumeration(&PARTNER_TENANT_TYPE)),
    property("postalCode", String, "The postal code of the organisation's address."),
    property("preferredLanguage", String, "The organisation's language, an ISO 639-1 code."),
    property("privacyProfile", Object(&PRIVACY_PROFILE), "Who is asked about privacy."),
    property("securityComplianceNotificationMails", Strings, "Where breaches of security are told."),
    property("securityComplianceNotificationPhones", Strings, "Whom to call then."),
    property("state", String, "The state or province of the organisation's address."),
    property("street", String, "The street of that address."),
    property("technicalNotificationMails", Strings, "Where technical news is sent."),
    property("tenantType", String, "The kind of tenant: `AAD`, one for an organisation's own people and guests."),
    property("assignedPlans", Objects(&ASSIGNED_PLAN), "The service plans of the tenant."),
    property("provisionedPlans", Objects(&PROVISIONED_PLAN), "The service plans that were set up."),
    property("verifiedDomains", Objects(&VERIFIED_DOMAIN), "The tenant's domains, its default first.").basic(),
];
