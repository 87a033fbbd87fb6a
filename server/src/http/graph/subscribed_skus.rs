//! `/subscribedSkus`. The rules are in `directory::subscribed_skus`.

use super::shapes::Resources;
use crate::{
    directory::subscribed_skus as rules,
    http::{
        contract::schemas::{SubscribedSku, SubscribedSkuCollection},
        operation::Operation,
    },
    model::{permissions::READ_SUBSCRIBED_SKU, subscribed_sku::SUBSCRIBED_SKU},
};
use serde_json::json;
use utoipa::PartialSchema;

const SKUS: Resources = Resources {
    resource: &SUBSCRIBED_SKU,
    tag: "licences",
    one: "a subscribed SKU",
    many: "subscribed SKUs of the tenant",
    page: "subscribedsku",
    key: String::schema,
    example: || {
        json!({
            "id": "5a3e0000-0000-4000-8000-000000000000_5a3e0000-0000-4000-8000-000000000801",
            "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": 0,
            "prepaidUnits": {"enabled": 25, "lockedOut": 0, "suspended": 0, "warning": 0},
            "servicePlans": [{
                "appliesTo": "User", "provisioningStatus": "Success",
                "servicePlanId": "5a3e0000-0000-4000-8000-000000000802", "servicePlanName": "SAMPLE_PLAN",
            }],
            "skuId": "5a3e0000-0000-4000-8000-000000000801", "skuPartNumber": "SAMPLE",
        })
    },
};

pub(super) fn operations() -> Vec<Operation> {
    let get = SKUS.get::<SubscribedSku, String>(
        "/subscribedSkus/{id}",
        "get_subscribed_sku",
        &READ_SUBSCRIBED_SKU,
        |tx, by, id| rules::get(tx, by, id),
    );
    vec![
        SKUS.list::<SubscribedSkuCollection, ()>(
            "/subscribedSkus",
            "list_subscribed_skus",
            &READ_SUBSCRIBED_SKU,
            rules::list,
        ),
        SKUS.with_key("id", get),
    ]
}
