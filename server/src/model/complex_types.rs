//! Complex types: values made of named parts, which several entities have.

use super::{
    properties::{
        Complex, EdmType, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Int32, String, Strings},
        Property, property,
    },
    query_support::{EQ, EQ_ADVANCED, EQ_NOT_ADVANCED, NULL, NULL_NOT_ADVANCED, STARTS_WITH_ADVANCED},
};

/// How a device is known to another registry.
pub static ALTERNATIVE_SECURITY_ID: Complex = Complex {
    name: "AlternativeSecurityId",
    description: "How a device is known to another registry. For Graph's internal use.",
    properties: &[
        property("identityProvider", String, "The registry.")
            .writable()
            .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
        property("key", String, "The key in that registry.")
            .writable()
            .edm_type(EdmType::Primitive("Edm.Binary")),
        property("type", Int32, "The kind of key.").writable().filter(EQ),
    ],
};

static CONSENT_TYPE: Enumeration = Enumeration { name: "PermissionScopeType", members: &["User", "Admin"] };
static MEMBER_TYPE: Enumeration =
    Enumeration { name: "AllowedMemberType", members: &["User", "Application"] };

/// A role of an application.
pub static APP_ROLE: Complex = Complex {
    name: "AppRole",
    description: "A role that an application declares.",
    properties: &[
        property("allowedMemberTypes", Strings, "Who can have it: `User`, `Application` or both.")
            .writable()
            .format(Format::OneOf(&MEMBER_TYPE)),
        property("description", String, "What the role is for.").writable(),
        property("displayName", String, "The role's name for people.").writable(),
        property("id", String, "The role's identifier.").writable().format(Format::Guid),
        property("isEnabled", Boolean, "Whether it can be assigned.").writable().initially(Initial::True),
        property("origin", String, "Whether the application or its service principal declares it.")
            .writable(),
        property("value", String, "The role as it stands in tokens.")
            .writable()
            .max(120)
            .format(Format::ClaimValue),
    ],
};

/// A sensitivity label of a group.
pub static ASSIGNED_LABEL: Complex = Complex {
    name: "AssignedLabel",
    description: "A sensitivity label of a group.",
    properties: &[
        property("displayName", String, "The label's name.").writable(),
        property("labelId", String, "The label's identifier.")
            .writable()
            .format(Format::Guid)
            .edm_type(EdmType::Primitive("Edm.String")),
    ],
};

/// A licence that was assigned.
pub static ASSIGNED_LICENSE: Complex = Complex {
    name: "AssignedLicense",
    description: "A licence that was assigned to a user or to a group's members.",
    properties: &[
        property("disabledPlans", Strings, "The service plans of it that aren't used.").format(Format::Guid),
        property("skuId", String, "The product.").format(Format::Guid).filter(EQ),
    ],
};

/// A service plan that was assigned.
pub static ASSIGNED_PLAN: Complex = Complex {
    name: "AssignedPlan",
    description: "A service plan that was assigned to a user.",
    properties: &[
        property("assignedDateTime", DateTime, "When it was assigned."),
        property("capabilityStatus", String, "Whether it is in force, such as `Enabled`.")
            .filter(EQ_ADVANCED),
        property("service", String, "The service.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
        property("servicePlanId", String, "The plan.").format(Format::Guid).filter(EQ_ADVANCED),
    ],
};

/// Certificates that stand for a user.
pub static AUTHORIZATION_INFO: Complex = Complex {
    name: "AuthorizationInfo",
    description: "What authorizes a user besides a password.",
    properties: &[property("certificateUserIds", Strings, "Names in certificates that stand for the user.")
        .writable()
        .max_items(10)
        .filter(EQ_ADVANCED)],
};

/// What is under way with a domain.
pub static DOMAIN_STATE: Complex = Complex {
    name: "DomainState",
    description: "What is under way with a domain.",
    properties: &[
        property("lastActionDateTime", DateTime, "When that last changed."),
        property("operation", String, "What is under way, such as `Verification`."),
        property("status", String, "How far it has come, such as `InProgress`."),
    ],
};

/// Where an employee belongs.
pub static EMPLOYEE_ORG_DATA: Complex = Complex {
    name: "EmployeeOrgData",
    description: "Where in the organisation a user belongs.",
    properties: &[
        property("costCenter", String, "The cost centre.")
            .writable()
            .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
        property("division", String, "The division.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
    ],
};

/// URLs that tell of an application.
pub static INFORMATIONAL_URL: Complex = Complex {
    name: "InformationalUrl",
    description: "URLs that tell of an application.",
    properties: &[
        property("logoUrl", String, "Its logo.").writable().format(Format::Uri).filter(NULL),
        property("marketingUrl", String, "Its marketing page.").writable().format(Format::Uri),
        property("privacyStatementUrl", String, "Its privacy statement.").writable().format(Format::Uri),
        property("supportUrl", String, "Its support page.").writable().format(Format::Uri),
        property("termsOfServiceUrl", String, "Its terms of service.")
            .writable()
            .format(Format::Uri)
            .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
    ],
};

/// How a licence came to a user.
pub static LICENSE_ASSIGNMENT_STATE: Complex = Complex {
    name: "LicenseAssignmentState",
    description: "How a licence came to a user, and whether it is in force.",
    properties: &[
        property("assignedByGroup", String, "The group that it came by; null where it came directly."),
        property("disabledPlans", Strings, "The service plans of it that aren't used.").format(Format::Guid),
        property("error", String, "Why it isn't in force."),
        property("lastUpdatedDateTime", DateTime, "When this last changed."),
        property("skuId", String, "The product.").format(Format::Guid),
        property("state", String, "Whether it is in force, such as `Active`."),
    ],
};

/// How far the licences of a group have come.
pub static LICENSE_PROCESSING_STATE: Complex = Complex {
    name: "LicenseProcessingState",
    description: "How far the licences of a group have come to its members.",
    properties: &[property(
        "state",
        String,
        "`QueuedForProcessing`, `ProcessingInProgress` or `ProcessingComplete`.",
    )],
};

/// A name that a user signs in with.
pub static OBJECT_IDENTITY: Complex = Complex {
    name: "ObjectIdentity",
    description: "A name that a user signs in with.",
    properties: &[
        property("issuer", String, "Who issued it, such as a domain.")
            .writable()
            .max(512)
            .filter(EQ_NOT_ADVANCED | NULL_NOT_ADVANCED),
        property("issuerAssignedId", String, "The name.").writable().max(113).filter(EQ_NOT_ADVANCED),
        property("signInType", String, "The kind of name, such as `userPrincipalName`.").writable(),
    ],
};

/// Attributes of one's own, as Exchange has them.
pub static ON_PREMISES_EXTENSION_ATTRIBUTES: Complex =
    extension_attributes(&const { attributes(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL) });

/// The same, of groups: Graph doesn't filter groups by them.
pub static GROUP_EXTENSION_ATTRIBUTES: Complex = extension_attributes(&const { attributes(0) });

const fn extension_attributes(properties: &'static [Property]) -> Complex {
    Complex {
        name: "OnPremisesExtensionAttributes",
        description: "Fifteen attributes whose meaning the organisation decides.",
        properties,
    }
}

/// The fifteen, each with these operators of `$filter`.
const fn attributes(operators: u32) -> [Property; 15] {
    const fn attribute(name: &'static str, description: &'static str, operators: u32) -> Property {
        property(name, String, description).writable().max(1024).filter(operators)
    }
    [
        attribute("extensionAttribute1", "The first attribute.", operators),
        attribute("extensionAttribute2", "The second attribute.", operators),
        attribute("extensionAttribute3", "The third attribute.", operators),
        attribute("extensionAttribute4", "The fourth attribute.", operators),
        attribute("extensionAttribute5", "The fifth attribute.", operators),
        attribute("extensionAttribute6", "The sixth attribute.", operators),
        attribute("extensionAttribute7", "The seventh attribute.", operators),
        attribute("extensionAttribute8", "The eighth attribute.", operators),
        attribute("extensionAttribute9", "The ninth attribute.", operators),
        attribute("extensionAttribute10", "The tenth attribute.", operators),
        attribute("extensionAttribute11", "The eleventh attribute.", operators),
        attribute("extensionAttribute12", "The twelfth attribute.", operators),
        attribute("extensionAttribute13", "The thirteenth attribute.", operators),
        attribute("extensionAttribute14", "The fourteenth attribute.", operators),
        attribute("extensionAttribute15", "The fifteenth attribute.", operators),
    ]
}

/// An error that kept a property from being synchronised from on premises.
pub static ON_PREMISES_PROVISIONING_ERROR: Complex = Complex {
    name: "OnPremisesProvisioningError",
    description: "An error that kept a property from being synchronised from on premises.",
    properties: &[
        property("category", String, "The category of the error.").filter(EQ),
        property("occurredDateTime", DateTime, "When the error occurred."),
        property("propertyCausingError", String, "The name of the property that caused it.").filter(EQ),
        property("value", String, "The value of that property."),
    ],
};

/// A user's password. It is checked, and its hash is kept apart from the object.
pub static PASSWORD_PROFILE: Complex = Complex {
    name: "PasswordProfile",
    description: "A user's new password. It is checked against the rules for passwords, and nobody can read it.",
    properties: &[
        property("forceChangePasswordNextSignIn", Boolean, "Whether the user must change it at the next sign-in.").writable(),
        property("forceChangePasswordNextSignInWithMfa", Boolean, "The same, after a multi-factor sign-in.").writable(),
        property("password", String, "The password: 8 to 256 characters of three of the four classes lower case, upper case, digits, symbols.").writable().never_null().max(256),
    ],
};

/// A permission that an application declares for its users.
pub static PERMISSION_SCOPE: Complex = Complex {
    name: "PermissionScope",
    description: "A delegated permission that an application declares.",
    properties: &[
        property("adminConsentDescription", String, "What it allows, for administrators.").writable(),
        property("adminConsentDisplayName", String, "Its name for administrators.").writable(),
        property("id", String, "Its identifier.").writable().format(Format::Guid),
        property("isEnabled", Boolean, "Whether it can be granted.").writable().initially(Initial::True),
        property("origin", String, "Whether the application or its service principal declares it.")
            .writable(),
        property("type", String, "Who can grant it: `User` or `Admin`.")
            .writable()
            .format(Format::OneOf(&CONSENT_TYPE)),
        property("userConsentDescription", String, "What it allows, for users.").writable(),
        property("userConsentDisplayName", String, "Its name for users.").writable(),
        property("value", String, "The permission as it stands in tokens.")
            .writable()
            .max(120)
            .format(Format::ClaimValue),
    ],
};

static PHONE_TYPE: Enumeration = Enumeration {
    name: "PhoneType",
    members: &[
        "home",
        "business",
        "mobile",
        "other",
        "assistant",
        "homeFax",
        "businessFax",
        "otherFax",
        "pager",
        "radio",
    ],
};

/// A telephone number.
pub static PHONE: Complex = Complex {
    name: "Phone",
    description: "A telephone number.",
    properties: &[
        property("language", String, "The language spoken there."),
        property("number", String, "The number."),
        property("region", String, "Its region."),
        property("type", String, "The kind of number, such as `business` or `mobile`.")
            .edm_type(EdmType::Enumeration(&PHONE_TYPE)),
    ],
};

/// An address of an office.
pub static PHYSICAL_OFFICE_ADDRESS: Complex = Complex {
    name: "PhysicalOfficeAddress",
    description: "An address of an office.",
    properties: &[
        property("city", String, "The city."),
        property("countryOrRegion", String, "The country or region."),
        property("officeLocation", String, "Where in the building the office is."),
        property("postalCode", String, "The postal code."),
        property("state", String, "The state or province."),
        property("street", String, "The street."),
    ],
};

/// Who is asked about privacy.
pub static PRIVACY_PROFILE: Complex = Complex {
    name: "PrivacyProfile",
    description: "Who is asked about privacy.",
    properties: &[
        property("contactEmail", String, "Where to write to."),
        property("statementUrl", String, "The statement on privacy."),
    ],
};

/// A service plan that was set up.
pub static PROVISIONED_PLAN: Complex = Complex {
    name: "ProvisionedPlan",
    description: "A service plan that was set up for a user.",
    properties: &[
        property("capabilityStatus", String, "Whether it is in force, such as `Enabled`."),
        property("provisioningStatus", String, "How far setting it up has come, such as `Success`.")
            .filter(EQ_ADVANCED),
        property("service", String, "The service.").filter(EQ_ADVANCED | STARTS_WITH_ADVANCED),
    ],
};

/// Settings of single sign-on by SAML.
pub static SAML_SINGLE_SIGN_ON_SETTINGS: Complex = Complex {
    name: "SamlSingleSignOnSettings",
    description: "Settings of single sign-on by SAML.",
    properties: &[
        property("relayState", String, "Where the application leads a user after signing in.").writable()
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

/// A domain of a tenant.
pub static VERIFIED_DOMAIN: Complex = Complex {
    name: "VerifiedDomain",
    description: "A domain of the tenant.",
    properties: &[
        property("capabilities", String, "What it is used for, such as `Email`, with commas between them."),
        property("isDefault", Boolean, "Whether new mail addresses of groups lie in it."),
        property("isInitial", Boolean, "Whether the tenant has it from the beginning."),
        property("name", String, "Its name."),
        property("type", String, "Who signs its users in: `Managed`, this directory itself."),
    ],
};

/// Who vouches for an application.
pub static VERIFIED_PUBLISHER: Complex = Complex {
    name: "VerifiedPublisher",
    description: "The verified publisher of an application.",
    properties: &[
        property("addedDateTime", DateTime, "When it was verified."),
        property("displayName", String, "The publisher's name.")
            .filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL),
        property("verifiedPublisherId", String, "The publisher's identifier."),
    ],
};
