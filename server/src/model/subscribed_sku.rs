//! The subscribed SKU: its properties.

use super::{
    properties::{
        Complex, Format, Initial,
        Kind::{Int32, Object, Objects, String, Strings},
        property,
    },
    resources::Resource,
};

/// A product that the tenant has licences of, as Graph's resource page `subscribedSku` has it.
pub static SUBSCRIBED_SKU: Resource = Resource {
    name: "subscribedSku",
    base: "entity",
    set: "subscribedSkus",
    words: "a subscribed SKU",
    resource: "SubscribedSku",
    description: "A product that the tenant has licences of.",
    navigation: &[],
    properties: &[
        property("id", String, "The tenant's id and the product's, with `_` between them.").unchanged(),
        property("accountName", String, "The name of the account that the licences are of."),
        property("accountId", String, "The identifier of that account."),
        property("appliesTo", String, "Whom the product is for: `User` or `Company`."),
        property("capabilityStatus", String, "Whether the licences are in force, such as `Enabled`."),
        property("consumedUnits", Int32, "How many licences are assigned.").initially(Initial::Zero),
        property("prepaidUnits", Object(&LICENSE_UNITS_DETAIL), "How many licences there are."),
        property("servicePlans", Objects(&SERVICE_PLAN_INFO), "The service plans of the product."),
        property("skuId", String, "The product.").format(Format::Guid),
        property("skuPartNumber", String, "The product's name, such as `ENTERPRISEPACK`."),
        property("subscriptionIds", Strings, "The subscriptions that the licences are of."),
    ],
};

static LICENSE_UNITS_DETAIL: Complex = Complex {
    name: "LicenseUnitsDetail",
    description: "How many licences there are.",
    properties: &[
        property("enabled", Int32, "Those that can be assigned."),
        property("lockedOut", Int32, "Those of subscriptions that have ended."),
        property("suspended", Int32, "Those that were suspended."),
        property("warning", Int32, "Those of subscriptions that end soon."),
    ],
};

static SERVICE_PLAN_INFO: Complex = Complex {
    name: "ServicePlanInfo",
    description: "A service plan of a product.",
    properties: &[
        property("appliesTo", String, "Whom the plan is for: `User` or `Company`."),
        property("provisioningStatus", String, "How far setting it up has come, such as `Success`."),
        property("servicePlanId", String, "The plan.").format(Format::Guid),
        property("servicePlanName", String, "Its name."),
    ],
};
