//! What an application has its tokens say of a user besides.

use super::{app, claims, redemption, sign_in, token, web_app};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn change(tenant: &Tenant, path: &str, body: Value) {
    let changed = send(tenant.raw(Method::PATCH, path).await.json(&body)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
}

fn ids(claim: &Value) -> HashSet<String> {
    claim.as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn tokens_tell_of_the_groups_that_a_user_is_in_where_the_application_wants_to_know() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let (inner, outer) = (tenant.security_group("inner").await, tenant.security_group("outer").await);
    tenant.join(inner, ada).await;
    tenant.join(outer, inner).await;
    let client = web_app(&tenant).await;
    let path = format!("/applications/{}", client.object);
    let both = HashSet::from([inner.to_string(), outer.to_string()]);
    for (wanted, groups) in [
        (json!(null), HashSet::new()),
        (json!("None"), HashSet::new()),
        (json!("securitygroup, DirectoryRole"), both.clone()),
        (json!("All"), both),
    ] {
        change(&tenant, &path, json!({"groupMembershipClaims": wanted})).await;
        let asked = [("scope", "openid"), ("prompt", "consent")];
        let (_, code) = sign_in(&tenant, &client, ada, &asked).await;
        let answer = token(&tenant, &redemption(&client, &code)).await.json();
        assert_eq!(ids(&claims(&answer["id_token"])["groups"]), groups, "{wanted}");
    }
    let kept = send(tenant.raw(Method::GET, &path).await).await.json();
    assert_eq!(kept["groupMembershipClaims"], "All");
    let unknown = json!({"groupMembershipClaims": "SecurityGroup,Friends"});
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&unknown)).await.status, 400);
}

#[tokio::test]
async fn tokens_have_the_claims_that_the_application_names_and_none_in_the_place_of_another() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    change(&tenant, &format!("/users/{ada}"), json!({"givenName": "Ada", "surname": "Lovelace"})).await;
    let claim = |name: &str| json!({"name": name});
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "read", "type": "User"});
    let name = format!("api://shelves.{}", tenant.domain());
    let asked = ["given_name", "family_name", "acct", "upn", "idtyp", "colour", "sub"].map(claim);
    let interface = json!({
        "identifierUris": [name], "api": {"oauth2PermissionScopes": [scope], "requestedAccessTokenVersion": 2},
        "optionalClaims": {"accessToken": asked},
    });
    app(&tenant, interface).await;
    let client = web_app(&tenant).await;
    let path = format!("/applications/{}", client.object);
    change(&tenant, &path, json!({"optionalClaims": {"idToken": [claim("upn"), claim("iss")]}})).await;
    let (_, code) = sign_in(&tenant, &client, ada, &[("scope", &format!("openid {name}/read"))]).await;
    let answer = token(&tenant, &redemption(&client, &code)).await.json();
    let (access, id) = (claims(&answer["access_token"]), claims(&answer["id_token"]));
    let upn = tenant.upn("Ada");
    for (claim, expected) in [
        ("given_name", json!("Ada")),
        ("family_name", json!("Lovelace")),
        ("acct", json!(0)),
        ("upn", json!(upn)),
        ("idtyp", json!("user")),
        ("colour", Value::Null),
        ("groups", Value::Null),
    ] {
        assert_eq!(access[claim], expected, "{claim}");
    }
    assert_ne!(access["sub"], Value::Null);
    assert_eq!((&id["upn"], &id["given_name"]), (&json!(upn), &Value::Null));
    assert_eq!(id["iss"], format!("{}/{}/v2.0", tenant.origin(), tenant.id()));
}

#[tokio::test]
async fn a_token_names_two_hundred_groups_and_of_more_only_where_they_can_be_asked_for() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "read", "type": "User"});
    let name = format!("api://shelves.{}", tenant.domain());
    let interface = json!({
        "identifierUris": [name], "api": {"oauth2PermissionScopes": [scope], "requestedAccessTokenVersion": 2},
        "groupMembershipClaims": "SecurityGroup",
    });
    app(&tenant, interface).await;
    let client = web_app(&tenant).await;
    let mut groups = HashSet::new();
    for number in 0..200 {
        let group = tenant.security_group(&format!("group{number}")).await;
        tenant.join(group, ada).await;
        groups.insert(group.to_string());
    }
    let access = async || {
        let asked = format!("openid {name}/read");
        let (_, code) = sign_in(&tenant, &client, ada, &[("scope", &asked), ("prompt", "consent")]).await;
        claims(&token(&tenant, &redemption(&client, &code)).await.json()["access_token"])
    };
    let named = access().await;
    assert_eq!(ids(&named["groups"]), groups);
    assert_eq!([&named["_claim_names"], &named["_claim_sources"]], [&Value::Null; 2]);

    tenant.join(tenant.security_group("one-more").await, ada).await;
    let too_many = access().await;
    assert_eq!(too_many["groups"], Value::Null);
    assert_eq!(too_many["_claim_names"], json!({"groups": "src1"}));
    let endpoint = format!("{}/v1.0/users/{ada}/getMemberObjects", tenant.origin());
    assert_eq!(too_many["_claim_sources"], json!({"src1": {"endpoint": endpoint}}));
}
