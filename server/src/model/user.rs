//! The user: its properties.

use super::properties::{
    Complex, Entity, Format,
    Kind::{Boolean, DateTime, Object, String, Strings},
    Property, property,
};

/// A new user's password. Checked and not kept: nothing signs users in by password.
pub static PASSWORD_PROFILE: Complex = Complex {
    name: "PasswordProfile",
    description: "A new user's password. It is checked against the rules for passwords and not kept.",
    properties: &[
        property("forceChangePasswordNextSignIn", Boolean, "Whether the user must change it at the next sign-in.").writable(),
        property("forceChangePasswordNextSignInWithMfa", Boolean, "The same, after a multi-factor sign-in.").writable(),
        property("password", String, "The password: 8 to 256 characters of three of the four classes lower case, upper case, digits, symbols.").writable().max(256),
    ],
};

/// A user, as Graph's resource page `user` has it.
pub static USER: Entity = Entity {
    name: "user",
    set: "users",
    resource: "User",
    description: "A person with an account in the tenant.",
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("businessPhones", Strings, "The user's telephone number; a collection of at most one.").writable(),
    property("displayName", String, "The user's name in address books.").required().max(256),
    property("givenName", String, "The user's first name.").writable().max(64),
    property("jobTitle", String, "The user's job title.").writable().max(128),
    property("mail", String, "The user's mail address.").writable().max(256).format(Format::MailAddress),
    property("mobilePhone", String, "The user's mobile telephone number.").writable().max(64),
    property("officeLocation", String, "Where the user's office is.").writable().max(128),
    property("preferredLanguage", String, "The user's language, such as `en-US`.").writable(),
    property("surname", String, "The user's family name.").writable().max(64),
    property("userPrincipalName", String, "The name that the user signs in with, `alias@domain`.").required().max(113).format(Format::UserPrincipalName),
    property("id", String, "The user's unique identifier."),
    property("deletedDateTime", DateTime, "When the user was deleted; null while it isn't.").on_select(),
    property("accountEnabled", Boolean, "Whether the user may sign in.").required().on_select(),
    property("city", String, "The city where the user is.").writable().max(128).on_select(),
    property("companyName", String, "The company that the user is associated with.").writable().max(64).on_select(),
    property("country", String, "The country or region where the user is.").writable().max(128).on_select(),
    property("createdDateTime", DateTime, "When the user was created.").on_select(),
    property("department", String, "The department in which the user works.").writable().max(64).on_select(),
    property("employeeId", String, "The identifier that the organisation gave the user.").writable().max(16).on_select(),
    property("employeeType", String, "The kind of worker, such as employee or contractor.").writable().on_select(),
    property("faxNumber", String, "The user's fax number.").writable().on_select(),
    property("mailNickname", String, "The mail alias of the user.").required().max(64).format(Format::MailNickname).on_select(),
    property("otherMails", Strings, "More mail addresses of the user.").writable().max(250).on_select(),
    property("passwordPolicies", String, "Password policies of the user, such as `DisablePasswordExpiration`.").writable().on_select(),
    property("passwordProfile", Object(&PASSWORD_PROFILE), "The user's password. Never returned.").required().never_returned(),
    property("postalCode", String, "The postal code where the user is.").writable().max(40).on_select(),
    property("proxyAddresses", Strings, "All mail addresses of the user.").on_select(),
    property("securityIdentifier", String, "The user's security identifier, derived from its id.").on_select(),
    property("state", String, "The state or province where the user is.").writable().max(128).on_select(),
    property("streetAddress", String, "The street where the user's office is.").writable().max(1024).on_select(),
    property("usageLocation", String, "The country in which services are used, two letters of ISO 3166.").writable().format(Format::Country).on_select(),
    property("userType", String, "`Member` or `Guest`.").writable().format(Format::OneOf(&["Member", "Guest"])).on_select(),
];
