//! The group lifecycle policy: its properties.

use super::{
    properties::{
        Enumeration, Format,
        Kind::{Int32, String},
        property,
    },
    resources::Resource,
};

/// A policy after which groups expire, as Graph's resource page `groupLifecyclePolicy` has it.
pub static GROUP_LIFECYCLE_POLICY: Resource = Resource {
    name: "groupLifecyclePolicy",
    base: "entity",
    set: "groupLifecyclePolicies",
    words: "a group lifecycle policy",
    resource: "GroupLifecyclePolicy",
    description: "After how many days Microsoft 365 groups expire that nobody renews.",
    navigation: &[],
    properties: &[
        property("id", String, "The identifier of the policy.").unchanged().format(Format::Guid),
        property("groupLifetimeInDays", Int32, "After how many days a group expires: 30 to 36,500.")
            .required(),
        property(
            "managedGroupTypes",
            String,
            "Which Microsoft 365 groups expire: `All`, those that are `Selected`, or `None`.",
        )
        .required()
        .format(Format::OneOf(&MANAGED_GROUP_TYPES)),
        property(
            "alternateNotificationEmails",
            String,
            "Whom to write to of groups without owners, with semicolons between the addresses.",
        )
        .writable(),
    ],
};

static MANAGED_GROUP_TYPES: Enumeration =
    Enumeration { name: "ManagedGroupTypes", members: &["All", "Selected", "None"] };
