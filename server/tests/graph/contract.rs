//! The contract as it is served, and its own examples.

use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn the_contract_is_served_as_it_is_checked_in() {
    let tenant = Tenant::fresh().await;
    let served = send(tenant.anonymous(Method::GET, "/openapi.json")).await.json();
    let checked_in = std::fs::read_to_string("../openapi/graph-v1.0.json").unwrap();
    assert_eq!(served, serde_json::from_str::<Value>(&checked_in).unwrap());
}

#[tokio::test]
async fn health_is_public() {
    let tenant = Tenant::fresh().await;
    let answer = send(tenant.anonymous(Method::GET, "/health")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("ok")));
}
