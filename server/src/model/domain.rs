//! The domain: its properties. What the name of one is, is in `domains.rs`.

use super::{
    complex_types::DOMAIN_STATE,
    properties::{
        Initial,
        Kind::{Boolean, Int32, Object, String, Strings},
        Property, property,
    },
    resources::Resource,
};

/// A domain, as Graph's resource page `domain` has it.
pub static DOMAIN: Resource = Resource {
    name: "domain",
    base: "entity",
    set: "domains",
    words: "a domain",
    resource: "Domain",
    description: "A domain of the tenant: sign-in names and mail addresses lie in it.",
    navigation: &[],
    properties: PROPERTIES,
};

#[rustfmt::skip]
const PROPERTIES: &[Property] = &[
    property("authenticationType", String, "Who signs the domain's users in: `Managed`, this directory itself.").initially(Initial::Text("Managed")),
    property("availabilityStatus", String, "What became of the domain's verification. Always null."),
    property("id", String, "The domain's name.").unchanged(),
    property("isAdminManaged", Boolean, "Whether the organisation manages the domain's DNS records itself.").initially(Initial::True),
    property("isDefault", Boolean, "Whether new mail addresses of groups lie in it. One domain of the tenant is the default.").initially(Initial::False),
    property("isInitial", Boolean, "Whether the tenant has it from the beginning.").initially(Initial::False),
    property("isRoot", Boolean, "Whether it lies below no other domain of the tenant.").initially(Initial::True),
    property("isVerified", Boolean, "Whether the domain is known to be the tenant's.").initially(Initial::True),
    property("supportedServices", Strings, "What the domain is used for, such as `Email`."),
    property("passwordValidityPeriodInDays", Int32, "How long a password is good."),
    property("passwordNotificationWindowInDays", Int32, "How long before its end a user is told of it."),
    property("state", Object(&DOMAIN_STATE), "What is under way with the domain."),
];
