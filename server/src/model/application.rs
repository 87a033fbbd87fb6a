//! The application: its properties. The types of what it declares are in `application_types.rs`.

use super::{
    application_types::{
        API_APPLICATION, KEY_CREDENTIAL, MAX_KEY_CREDENTIALS, OPTIONAL_CLAIMS, PASSWORD_CREDENTIAL,
        PUBLIC_CLIENT_APPLICATION, REQUIRED_RESOURCE_ACCESS, SPA_APPLICATION, WEB_APPLICATION,
    },
    complex_types::{APP_ROLE, INFORMATIONAL_URL, VERIFIED_PUBLISHER},
    kinds::ObjectKind,
    navigation::{NavigationProperty, navigation},
    permissions::{ADD_MEMBER, READ_APPLICATION},
    properties::{
        Entity, Enumeration, Format, Initial,
        Kind::{Boolean, DateTime, Object, Objects, String, Strings},
        Property, property,
    },
    query_support::{EQ, EQ_ADVANCED, NULL, RANGE, STARTS_WITH, STARTS_WITH_ADVANCED},
};

/// A registered application.
pub static APPLICATION: Entity = Entity {
    kind: ObjectKind::Application,
    number: 6,
    name: "application",
    set: "applications",
    alternate_key: Some("appId"),
    words: "an application",
    resource: "Application",
    description: "A registered application, which gets tokens by its client id and a secret.",
    read: &READ_APPLICATION,
    read_basic: &READ_APPLICATION,
    add_to_group: &ADD_MEMBER,
    navigation: &[navigation(NavigationProperty::Owners, &READ_APPLICATION)],
    properties: PROPERTIES,
};

static GROUP_MEMBERSHIP_CLAIMS: Enumeration = Enumeration {
    name: "GroupMembershipClaims",
    members: &["None", "SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"],
};

static SIGN_IN_AUDIENCE: Enumeration = Enumeration {
    name: "SignInAudience",
    members: &[
        "AzureADMyOrg",
        "AzureADMultipleOrgs",
        "AzureADandPersonalMicrosoftAccount",
        "PersonalMicrosoftAccount",
    ],
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("id", String, "The application's unique identifier.").unchanged().filter(EQ),
    property("deletedDateTime", DateTime, "When the application was deleted; null while it isn't.").order_advanced(),
    property("api", Object(&API_APPLICATION), "How it is a resource, which others ask for tokens for.").writable().initially(Initial::Parts),
    property("appId", String, "Its client id.").filter(EQ).search(),
    property("appRoles", Objects(&APP_ROLE), "The roles that it declares. Each has an `id` and a `value` of its own; one that is enabled can't be taken away. Its service principal has them too.").writable(),
    property("applicationTemplateId", String, "The template that it was made from."),
    property("createdDateTime", DateTime, "When the application was registered.").filter(RANGE | NULL).order_advanced(),
    property("defaultRedirectUri", String, "Where users are led who begin at the identity provider.").writable().max(256).format(Format::NativeRedirectUri),
    property("description", String, "What the application is for.").writable().max(1024).filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search_words(),
    property("disabledByMicrosoftStatus", String, "Whether Microsoft disabled it.").filter(EQ).search(),
    property("displayName", String, "Its name.").writable().required().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("groupMembershipClaims", String, "Of which groups of users its tokens tell, several separated by commas: `None`, `SecurityGroup`, `DirectoryRole`, `ApplicationGroup`, which is taken for `SecurityGroup`, or `All`.").writable().format(Format::SomeOf(&GROUP_MEMBERSHIP_CLAIMS)),
    property("identifierUris", Strings, "URIs that name it as a resource: `api://…`, or of one of the tenant's domains. No other application of the tenant has them.").writable().max(255).max_items(50).format(Format::IdentifierUri).filter(EQ | STARTS_WITH).search(),
    property("info", Object(&INFORMATIONAL_URL), "URLs that tell of it.").writable().initially(Initial::Parts),
    property("isDeviceOnlyAuthSupported", Boolean, "Whether devices use it without a user. Kept, and not enforced.").writable(),
    property("isFallbackPublicClient", Boolean, "Whether it is a public client, which has no secret, where its redirect URIs don't tell.").writable(),
    property("keyCredentials", Objects(&KEY_CREDENTIAL), "Its certificates. An update names all that it is to have; those that it has need no `key`.").writable().max_items(MAX_KEY_CREDENTIALS),
    property("notes", String, "Notes on it.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("oauth2RequirePostResponse", Boolean, "Whether it takes answers only as POST. Kept, and not enforced.").writable().initially(Initial::False),
    property("optionalClaims", Object(&OPTIONAL_CLAIMS), "Claims that its tokens are to have besides: `acct`, `email`, `family_name`, `given_name`, `idtyp`, `preferred_username` and `upn`. Others are kept.").writable(),
    property("passwordCredentials", Objects(&PASSWORD_CREDENTIAL), "Its client secrets, without themselves: `addPassword` makes one."),
    property("publicClient", Object(&PUBLIC_CLIENT_APPLICATION), "How it is one that is installed on devices.").writable().initially(Initial::Parts),
    property("publisherDomain", String, "The domain that published it: the tenant's.").filter(EQ | STARTS_WITH).search(),
    property("requiredResourceAccess", Objects(&REQUIRED_RESOURCE_ACCESS), "The permissions that it needs: at most 400 of at most 50 resources.").writable().max_items(50),
    property("samlMetadataUrl", String, "Where its SAML metadata are.").writable().format(Format::Uri),
    property("serviceManagementReference", String, "Where a service or asset database tells of it.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("signInAudience", String, "Whose accounts it takes: those of the tenant, `AzureADMyOrg`; of any tenant, `AzureADMultipleOrgs`; personal ones besides, `AzureADandPersonalMicrosoftAccount`, or alone, `PersonalMicrosoftAccount`. Kept, and not enforced.").writable().never_null().format(Format::OneOf(&SIGN_IN_AUDIENCE)).initially(Initial::Text("AzureADMyOrg")).filter(EQ).search(),
    property("spa", Object(&SPA_APPLICATION), "How it is one that runs in a browser.").writable().initially(Initial::Parts),
    property("tags", Strings, "Words to find it by. Its service principal gets them too.").writable().filter(EQ | STARTS_WITH).search(),
    property("tokenEncryptionKeyId", String, "The `keyId` of the certificate that encrypts its tokens. Kept, and not used.").writable().format(Format::Guid),
    property("verifiedPublisher", Object(&VERIFIED_PUBLISHER), "Who vouches for it.").initially(Initial::Parts),
    property("web", Object(&WEB_APPLICATION), "How it is one that runs on a web server.").writable().initially(Initial::Parts),
];
