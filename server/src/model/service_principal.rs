//! The service principal: its properties.

use super::{
    application_types::{KEY_CREDENTIAL, MAX_KEY_CREDENTIALS, PASSWORD_CREDENTIAL},
    complex_types::{
        APP_ROLE, INFORMATIONAL_URL, PERMISSION_SCOPE, SAML_SINGLE_SIGN_ON_SETTINGS, VERIFIED_PUBLISHER,
    },
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_SERVICE_PRINCIPAL, CHECK_SERVICE_PRINCIPAL, READ_APPLICATION},
    properties::{
        EdmType, Entity, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Object, Objects, String, Strings},
        Property, property,
    },
    query_support::{EQ, EQ_ADVANCED, NULL, STARTS_WITH, STARTS_WITH_ADVANCED},
};

/// An application's presence in a tenant.
pub static SERVICE_PRINCIPAL: Entity = Entity {
    kind: ObjectKind::ServicePrincipal,
    number: 4,
    name: "servicePrincipal",
    set: "servicePrincipals",
    alternate_key: Some("appId"),
    words: "a service principal",
    resource: "ServicePrincipal",
    description: "An application's presence in the tenant: what its tokens act as.",
    read: &READ_APPLICATION,
    read_basic: &READ_APPLICATION,
    add_to_group: &ADD_SERVICE_PRINCIPAL,
    navigation: &[
        navigation(NavigationProperty::MemberOf, &READ_APPLICATION),
        navigation(NavigationProperty::TransitiveMemberOf, &CHECK_SERVICE_PRINCIPAL),
        navigation(NavigationProperty::Owners, &READ_APPLICATION),
        navigation(NavigationProperty::OwnedObjects, &READ_APPLICATION),
        navigation(NavigationProperty::CreatedObjects, &READ_APPLICATION),
    ],
    properties: PROPERTIES,
};

static SINGLE_SIGN_ON_MODE: Enumeration =
    Enumeration { name: "SingleSignOnMode", members: &["password", "saml", "notSupported", "oidc"] };

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The service principal's unique identifier.").unchanged().format(Format::Guid).filter(EQ),
    property("deletedDateTime", DateTime, "When it was deleted; null while it isn't.").order_advanced(),
    property("accountEnabled", Boolean, "Whether tokens are issued to it.").writable().initially(Initial::True).filter(EQ),
    property("appDisplayName", String, "The name of its application."),
    property("appId", String, "The client id of its application.").at_creation().required().format(Format::Guid).filter(EQ).search().edm_type(EdmType::Primitive("Edm.String")),
    property("displayName", String, "Its name.").writable().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("servicePrincipalType", String, "What it stands for: `Application`.").initially(Initial::Text("Application")).filter(EQ).search(),
    property("signInAudience", String, "Whose accounts its application takes."),
    property("alternativeNames", Strings, "More names of it.").writable().filter(EQ | STARTS_WITH).search(),
    property("appDescription", String, "What its application is for."),
    property("appOwnerOrganizationId", String, "The tenant in which its application is registered.").format(Format::Guid).filter(EQ_ADVANCED),
    property("appRoleAssignmentRequired", Boolean, "Whether users, and applications by themselves, get tokens for it only where they were assigned to it.").writable().initially(Initial::False).filter(EQ_ADVANCED),
    property("appRoles", Objects(&APP_ROLE), "The roles that its application declares. Each has an `id` of its own; one that is enabled can't be taken away.").writable(),
    property("applicationTemplateId", String, "The template that it was made from.").filter(EQ).search(),
    property("createdByAppId", String, "The application that created it."),
    property("description", String, "What it is for.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search_words(),
    property("disabledByMicrosoftStatus", String, "Whether Microsoft disabled its application."),
    property("homepage", String, "Its application's home page.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("info", Object(&INFORMATIONAL_URL), "URLs that tell of its application.").initially(Initial::Parts),
    property("isDisabled", Boolean, "Whether its application is disabled."),
    property("keyCredentials", Objects(&KEY_CREDENTIAL), "Certificates of its own, besides those of its application. An update names all that it is to have; those that it has need no `key`.").writable().max_items(MAX_KEY_CREDENTIALS),
    property("loginUrl", String, "Where it begins a sign-in.").writable(),
    property("logoutUrl", String, "Where it is told of a sign-out.").writable(),
    property("notes", String, "Notes on it.").writable().max(1024).filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("notificationEmailAddresses", Strings, "Who is told before its certificate expires.").writable(),
    property("oauth2PermissionScopes", Objects(&PERMISSION_SCOPE), "The delegated permissions that its application declares. Each has an `id` of its own; one that is enabled can't be taken away.").writable(),
    property("passwordCredentials", Objects(&PASSWORD_CREDENTIAL), "Passwords of its own, without themselves, besides those of its application: `addPassword` makes one."),
    property("preferredSingleSignOnMode", String, "How single sign-on works for it: `password` (kept and filled in), `saml`, `oidc`, or `notSupported`.").writable().format(Format::OneOf(&SINGLE_SIGN_ON_MODE)).filter(EQ).search(),
    property("preferredTokenSigningKeyThumbprint", String, "The certificate that signs its SAML tokens.").writable(),
    property("replyUrls", Strings, "Where tokens are sent.").writable(),
    property("samlSingleSignOnSettings", Object(&SAML_SINGLE_SIGN_ON_SETTINGS), "Settings of single sign-on by SAML.").writable(),
    property("servicePrincipalNames", Strings, "Names that its tokens can be asked for by.").filter(EQ | STARTS_WITH).search(),
    property("tags", Strings, "Words to find it by.").writable().filter(EQ | STARTS_WITH).search(),
    property("tokenEncryptionKeyId", String, "The key that encrypts its tokens.").format(Format::Guid),
    property("verifiedPublisher", Object(&VERIFIED_PUBLISHER), "Who vouches for its application.").initially(Initial::Parts),
];
