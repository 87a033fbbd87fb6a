//! The user: its properties.

use super::{
    complex_types::{
        ASSIGNED_LICENSE, ASSIGNED_PLAN, AUTHORIZATION_INFO, EMPLOYEE_ORG_DATA, LICENSE_ASSIGNMENT_STATE,
        OBJECT_IDENTITY, ON_PREMISES_EXTENSION_ATTRIBUTES, ON_PREMISES_PROVISIONING_ERROR, PASSWORD_PROFILE,
        PROVISIONED_PLAN, SERVICE_PROVISIONING_ERROR,
    },
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    operators::{
        EMPTY, ENDS_WITH, EQ, EQ_ADVANCED, NULL, RANGE, RANGE_ADVANCED, STARTS_WITH, STARTS_WITH_ADVANCED,
    },
    permissions::{
        ADD_MEMBER, IDENTITIES, LIFE_CYCLE_INFO, LIST_USER_MEMBER_OF, LIST_USER_TRANSITIVE_MEMBER_OF,
        PASSWORD, READ_USER,
    },
    properties::{
        Entity, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Object, Objects, String, Strings},
        Property, property,
    },
};

/// A user, as Graph's resource page `user` has it.
pub static USER: Entity = Entity {
    kind: ObjectKind::User,
    number: 1,
    name: "user",
    set: "users",
    words: "a user",
    resource: "User",
    description: "A person with an account in the tenant.",
    read: &READ_USER,
    add_to_group: &ADD_MEMBER,
    navigation: &[
        navigation(NavigationProperty::MemberOf, &LIST_USER_MEMBER_OF),
        navigation(NavigationProperty::TransitiveMemberOf, &LIST_USER_TRANSITIVE_MEMBER_OF),
    ],
    properties: PROPERTIES,
};

static AGE_GROUP: Enumeration = Enumeration { name: "AgeGroup", members: &["Minor", "NotAdult", "Adult"] };
static CONSENT_FOR_MINOR: Enumeration =
    Enumeration { name: "ConsentForMinor", members: &["Granted", "Denied", "NotRequired"] };
static USER_TYPE: Enumeration = Enumeration { name: "UserType", members: &["Member", "Guest"] };

/// A day that isn't set, as profiles have it.
const NO_DAY: Initial = Initial::Text("0001-01-01T00:00:00Z");

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("businessPhones", Strings, "The user's telephone number; a collection of at most one.").writable().max_items(1).between(1, 64).by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED).search(),
    property("displayName", String, "The user's name in address books.").required().max(256).format(Format::DisplayName).by_oneself().filter(EQ | STARTS_WITH | NULL).order().search_words(),
    property("givenName", String, "The user's first name.").writable().not_empty().max(64).by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("jobTitle", String, "The user's job title.").writable().not_empty().max(128).by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("mail", String, "The user's mail address.").writable().max(256).format(Format::MailAddress).filter(EQ | STARTS_WITH | ENDS_WITH | NULL).search(),
    property("mobilePhone", String, "The user's mobile telephone number.").writable().between(1, 64).by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("officeLocation", String, "Where the user's office is.").writable().not_empty().max(128).by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("preferredLanguage", String, "The user's language, such as `en-US`.").writable().not_empty().by_oneself().filter(EQ_ADVANCED | NULL).search(),
    property("surname", String, "The user's family name.").writable().not_empty().max(64).by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("userPrincipalName", String, "The name that the user signs in with, `alias@domain`. The domain is one of the tenant's.").required().max(113).format(Format::UserPrincipalName).filter(EQ | STARTS_WITH | ENDS_WITH).order().search(),
    property("id", String, "The user's unique identifier.").unchanged().format(Format::Guid).filter(EQ),
    property("deletedDateTime", DateTime, "When the user was deleted; null while it isn't.").on_select().order_advanced(),
    property("aboutMe", String, "What the user says of themselves.").update_only().from_other_service().max(4096).by_oneself(),
    property("accountEnabled", Boolean, "Whether the user may sign in.").required().on_select().filter(EQ),
    property("ageGroup", String, "The user's age group: `Minor`, `NotAdult` (of age for some purposes, by their country's law) or `Adult`.").writable().format(Format::OneOf(&AGE_GROUP)).on_select().filter(EQ).search(),
    property("assignedLicenses", Objects(&ASSIGNED_LICENSE), "The licences that were assigned to the user.").on_select().filter(EMPTY),
    property("assignedPlans", Objects(&ASSIGNED_PLAN), "The service plans that were assigned to the user.").on_select(),
    property("authorizationInfo", Object(&AUTHORIZATION_INFO), "What authorizes the user besides a password.").writable().on_select(),
    property("birthday", DateTime, "The user's birthday.").update_only().from_other_service().initially(NO_DAY).by_oneself(),
    property("city", String, "The city where the user is.").writable().not_empty().max(128).on_select().by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("companyName", String, "The company that the user is associated with.").writable().not_empty().max(64).on_select().by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("consentProvidedForMinor", String, "Whether consent was given for a minor: `Granted`, `Denied`, or `NotRequired` in their country.").writable().format(Format::OneOf(&CONSENT_FOR_MINOR)).on_select().filter(EQ).search(),
    property("country", String, "The country or region where the user is.").writable().not_empty().max(128).on_select().by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("createdDateTime", DateTime, "When the user was created.").on_select().filter(RANGE | NULL).order_advanced(),
    property("creationType", String, "How the account came to be; null for a plain one.").on_select().filter(EQ).search(),
    property("department", String, "The department in which the user works.").writable().not_empty().max(64).on_select().by_oneself().filter(EQ | STARTS_WITH | NULL).search(),
    property("employeeHireDate", DateTime, "When the user was or will be hired.").writable().on_select().filter(RANGE_ADVANCED),
    property("employeeId", String, "The identifier that the organisation gave the user.").writable().not_empty().max(16).on_select().filter(EQ | NULL).search(),
    property("employeeLeaveDateTime", DateTime, "When the user left or will leave.").writable().on_select().needs(LIFE_CYCLE_INFO),
    property("employeeOrgData", Object(&EMPLOYEE_ORG_DATA), "Where in the organisation the user belongs.").writable().on_select(),
    property("employeeType", String, "The kind of worker, such as employee or contractor.").writable().not_empty().on_select().filter(EQ_ADVANCED).search(),
    property("externalUserState", String, "How far an invited guest has come, such as `PendingAcceptance`.").on_select().filter(EQ).search(),
    property("externalUserStateChangeDateTime", DateTime, "When that last changed.").on_select(),
    property("faxNumber", String, "The user's fax number.").writable().not_empty().on_select().by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("hireDate", DateTime, "When the user was hired, as the user's profile has it; the directory has `employeeHireDate`.").update_only().from_other_service().initially(NO_DAY).by_oneself(),
    property("identities", Objects(&OBJECT_IDENTITY), "The names that the user signs in with; the sign-in name is always among them.").writable().max_items(11).on_select().needs(IDENTITIES),
    property("identityParentId", String, "The object that this account belongs to.").on_select(),
    property("imAddresses", Strings, "The user's addresses for instant messages.").on_select().filter(EQ | STARTS_WITH).search(),
    property("interests", Strings, "What the user is interested in.").update_only().from_other_service().by_oneself(),
    property("isManagementRestricted", Boolean, "Whether the user is in a restricted administrative unit.").on_select(),
    property("isResourceAccount", Boolean, "Whether the account is for a room or a thing.").on_select().filter(EQ),
    property("lastPasswordChangeDateTime", DateTime, "When the password was last changed.").on_select(),
    property("legalAgeGroupClassification", String, "What follows from the user's age group and consent.").on_select(),
    property("licenseAssignmentStates", Objects(&LICENSE_ASSIGNMENT_STATE), "How the user's licences came.").on_select(),
    property("mailNickname", String, "The mail alias of the user.").required().max(64).format(Format::MailNickname).on_select().filter(EQ | STARTS_WITH | NULL).search(),
    property("mySite", String, "The URL of the user's site.").update_only().from_other_service().by_oneself(),
    property("onPremisesDistinguishedName", String, "The distinguished name of the user on premises.").on_select().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("onPremisesDomainName", String, "The domain of the user on premises.").on_select(),
    property("onPremisesExtensionAttributes", Object(&ON_PREMISES_EXTENSION_ATTRIBUTES), "Attributes whose meaning the organisation decides.").writable().on_select(),
    property("onPremisesImmutableId", String, "What ties the user to an account on premises.").writable().not_empty().on_select().filter(EQ).search(),
    property("onPremisesLastSyncDateTime", DateTime, "When the user was last synchronised from on premises.").on_select().filter(RANGE),
    property("onPremisesProvisioningErrors", Objects(&ON_PREMISES_PROVISIONING_ERROR), "Errors of the synchronisation from on premises.").on_select().filter(EMPTY),
    property("onPremisesSamAccountName", String, "The SAM account name of the user on premises.").on_select().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED).search(),
    property("onPremisesSecurityIdentifier", String, "The security identifier of the user on premises.").on_select().filter(EQ | NULL).search(),
    property("onPremisesSyncEnabled", Boolean, "Whether the user is synchronised from on premises; null where it never was.").on_select().filter(EQ | NULL),
    property("onPremisesUserPrincipalName", String, "The sign-in name of the user on premises.").on_select(),
    property("otherMails", Strings, "More mail addresses of the user.").writable().between(1, 256).on_select().filter(EQ | STARTS_WITH | ENDS_WITH | EMPTY).search(),
    property("passwordPolicies", String, "Password policies of the user, such as `DisablePasswordExpiration`.").writable().not_empty().on_select().filter(NULL),
    property("passwordProfile", Object(&PASSWORD_PROFILE), "The user's password. Never returned.").required().never_returned().needs(PASSWORD),
    property("pastProjects", Strings, "What the user has worked on.").update_only().from_other_service().by_oneself(),
    property("postalCode", String, "The postal code where the user is.").writable().not_empty().max(40).on_select().by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("preferredDataLocation", String, "Where the user's data should lie.").writable().not_empty().on_select(),
    property("preferredName", String, "The name that the user prefers.").from_other_service(),
    property("provisionedPlans", Objects(&PROVISIONED_PLAN), "The service plans that were set up for the user.").on_select(),
    property("proxyAddresses", Strings, "All mail addresses of the user; the one in use begins with `SMTP:`.").on_select().filter(EQ | STARTS_WITH | ENDS_WITH | EMPTY).search(),
    property("responsibilities", Strings, "What the user is responsible for.").update_only().from_other_service().by_oneself(),
    property("schools", Strings, "The schools that the user went to.").update_only().from_other_service().by_oneself(),
    property("securityIdentifier", String, "The user's security identifier, derived from its id.").on_select(),
    property("serviceProvisioningErrors", Objects(&SERVICE_PROVISIONING_ERROR), "Errors that services reported of the user.").on_select(),
    property("showInAddressList", Boolean, "Whether the user is shown in the address list.").writable().on_select(),
    property("signInSessionsValidFromDateTime", DateTime, "Tokens issued before this time count no longer. Told, and not enforced.").on_select(),
    property("skills", Strings, "What the user can do.").update_only().from_other_service().by_oneself(),
    property("state", String, "The state or province where the user is.").writable().not_empty().max(128).on_select().by_oneself().filter(EQ | NULL).search(),
    property("streetAddress", String, "The street where the user's office is.").writable().not_empty().max(1024).on_select().by_oneself().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("usageLocation", String, "The country in which services are used, two letters of ISO 3166.").writable().format(Format::Country).on_select().filter(EQ | STARTS_WITH | NULL).search(),
    property("userType", String, "`Member` of the organisation, or `Guest` from elsewhere.").writable().initially(Initial::Text("Member")).format(Format::OneOf(&USER_TYPE)).on_select().filter(EQ | NULL).search(),
];
