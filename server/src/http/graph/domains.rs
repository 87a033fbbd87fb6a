//! `/domains`. The rules are in `directory::domains`.

use super::shapes::Resources;
use crate::{
    directory::domains,
    http::{
        contract::schemas::{Domain, DomainCollection},
        operation::Operation,
    },
    model::{domain::DOMAIN, permissions::READ_DOMAIN},
};
use serde_json::json;
use utoipa::PartialSchema;

const DOMAINS: Resources = Resources {
    resource: &DOMAIN,
    tag: "tenant",
    one: "a domain",
    many: "domains of the tenant",
    page: "domain",
    key: String::schema,
    example: || {
        json!({
            "id": "contoso.example", "isDefault": true, "supportedServices": ["Email"],
            "state": {"lastActionDateTime": null, "operation": null, "status": null},
        })
    },
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        DOMAINS.list::<DomainCollection, ()>("/domains", "list_domains", &READ_DOMAIN, domains::list),
        DOMAINS.with_key(
            "id",
            DOMAINS.get::<Domain, String>("/domains/{id}", "get_domain", &READ_DOMAIN, |tx, by, name| {
                domains::get(tx, by, name)
            }),
        ),
    ]
}
