//! The application: its properties. What it declares and proves itself with comes with sign-in.

use super::{
    kinds::ObjectKind,
    permissions::{ADD_MEMBER, READ_APPLICATION},
    properties::{
        Entity, Enumeration, Format, Initial,
        Kind::{DateTime, String, Strings},
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
    navigation: &[],
    properties: PROPERTIES,
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
    property("appId", String, "Its client id.").filter(EQ).search(),
    property("createdDateTime", DateTime, "When the application was registered.").filter(RANGE | NULL).order_advanced(),
    property("description", String, "What the application is for.").writable().max(1024).filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search_words(),
    property("displayName", String, "Its name.").writable().required().max(256).format(Format::DisplayName).filter(EQ | STARTS_WITH | NULL).order_advanced().search_words(),
    property("identifierUris", Strings, "URIs that name it as a resource.").filter(EQ | STARTS_WITH).search(),
    property("notes", String, "Notes on it.").writable().filter(EQ_ADVANCED | STARTS_WITH_ADVANCED | NULL).search(),
    property("publisherDomain", String, "The domain that published it: the tenant's.").filter(EQ | STARTS_WITH).search(),
    property("signInAudience", String, "Whose accounts it takes: those of the tenant, `AzureADMyOrg`; of any tenant, `AzureADMultipleOrgs`; personal ones besides, `AzureADandPersonalMicrosoftAccount`, or alone, `PersonalMicrosoftAccount`. Kept, and not enforced.").writable().never_null().format(Format::OneOf(&SIGN_IN_AUDIENCE)).initially(Initial::Text("AzureADMyOrg")).filter(EQ).search(),
    property("tags", Strings, "Words to find it by. Its service principal gets them too.").writable().filter(EQ | STARTS_WITH).search(),
];
