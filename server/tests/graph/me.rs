//! `/me` and what a signed-in user may change of itself.

use crate::support::{Answer, Tenant, forbidden, not_found, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

struct Me<'t> {
    tenant: &'t Tenant,
    token: String,
}

impl Me<'_> {
    async fn get(&self, path: &str) -> Answer {
        let request = self.tenant.anonymous(Method::GET, &format!("/v1.0{path}"));
        send(request.bearer_auth(&self.token)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        let request = self.tenant.anonymous(Method::PATCH, &format!("/v1.0{path}"));
        send(request.bearer_auth(&self.token).json(&body)).await
    }
}

async fn me<'t>(tenant: &'t Tenant, user: Uuid, scopes: &[&str]) -> Me<'t> {
    Me { tenant, token: tenant.user_token(user, scopes.iter().copied()).await }
}

#[tokio::test]
async fn the_signed_in_user_is_read_and_changed() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let me = me(&tenant, ada, &["User.ReadWrite"]).await;
    let answer = me.get("/me").await;
    let context = format!("{}/v1.0/$metadata#users/$entity", tenant.server.url);
    assert_eq!(answer.json()["@odata.context"], context);
    assert_eq!(answer.json(), me.get(&format!("/users/{ada}")).await.json());
    let changes = json!({"businessPhones": ["+1 425 555 0109"], "officeLocation": "18/2111"});
    assert_eq!(me.patch("/me", changes.clone()).await.status, 204);
    let read = me.get("/me?$select=businessPhones,officeLocation").await.json();
    for (name, value) in changes.as_object().unwrap() {
        assert_eq!(&read[name], value);
    }
    assert_eq!(me.patch("/me", json!({"id": ada, "city": "London"})).await.status, 204);
    assert_eq!(me.patch("/me", json!({"id": Uuid::from_u128(7), "city": "London"})).await.status, 400);
    assert_eq!(me.patch("/me", json!({"aboutMe": "I count."})).await.status, 204);
    assert_eq!(me.get("/me?$select=aboutMe").await.json()["aboutMe"], "I count.");
}

#[tokio::test]
async fn with_user_read_write_a_user_changes_neither_its_identity_nor_others() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let me = me(&tenant, ada, &["User.ReadWrite"]).await;
    for body in [
        json!({"accountEnabled": false}),
        json!({"userPrincipalName": "root@contoso.example"}),
        json!({"userType": "Guest"}),
        json!({"passwordProfile": {"password": "Another 123"}}),
        json!({"onPremisesImmutableId": "x"}),
        json!({"identities": []}),
        json!({"city": "London", "accountEnabled": true}),
    ] {
        assert_eq!(me.patch("/me", body.clone()).await.refusal(), forbidden(), "{body}");
    }
    for other in [grace, Uuid::from_u128(7)] {
        let answer = me.patch(&format!("/users/{other}"), json!({"city": "London"})).await;
        assert_eq!(answer.refusal(), forbidden());
    }
}

#[tokio::test]
async fn empty_lists_change_nothing_of_oneself_and_tell_nothing_of_others() {
    let tenant = Tenant::fresh().await;
    let (ada, grace, hal) = (tenant.user("ada").await, tenant.user("grace").await, tenant.user("hal").await);
    let mail = json!({"mail": "grace@contoso.example"});
    let request = tenant.raw(Method::PATCH, &format!("/users/{grace}")).await.json(&mail);
    assert_eq!(send(request).await.status, 204);
    let me = me(&tenant, ada, &["User.ReadWrite"]).await;
    let body = json!({"city": "London", "otherMails": [], "proxyAddresses": [], "skills": []});
    assert_eq!(me.patch("/me", body.clone()).await.status, 204);
    let read = me.get("/me?$select=city,otherMails,proxyAddresses,skills").await.json();
    assert_eq!((&read["city"], &read["proxyAddresses"]), (&json!("London"), &json!([])));
    for body in [json!({"proxyAddresses": []}), json!({"otherMails": []}), body] {
        let refusals = [grace, hal, Uuid::from_u128(7)]
            .map(async |other| me.patch(&format!("/users/{other}"), body.clone()).await.refusal());
        let refusals = futures::future::join_all(refusals).await;
        assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{body}: {refusals:?}");
    }
}

#[tokio::test]
async fn a_signed_in_user_that_was_deleted_is_not_found() {
    let tenant = Tenant::fresh().await;
    let missing = Uuid::from_u128(7);
    let me = me(&tenant, missing, &["User.Read.All"]).await;
    assert_eq!(me.get("/me").await.refusal(), not_found(missing));
}
