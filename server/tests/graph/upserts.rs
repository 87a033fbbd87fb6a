//! `Prefer: create-if-missing`: a change by an alternate key that creates what isn't there.

use crate::support::{Answer, Tenant, forbidden, refused, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PREFERENCE: &str = "create-if-missing";

/// Changes what a path names, by an application that may do everything, and prefers this.
async fn upsert(tenant: &Tenant, path: &str, prefers: &str, body: Value) -> Answer {
    send(tenant.raw(Method::PATCH, path).await.header("Prefer", prefers).json(&body)).await
}

fn group(name: &str) -> Value {
    json!({"displayName": name, "mailEnabled": false, "mailNickname": "r", "securityEnabled": true})
}

async fn count(tenant: &Tenant, set: &str) -> String {
    send(tenant.raw(Method::GET, &format!("/{set}/$count")).await.header("ConsistencyLevel", "eventual"))
        .await
        .text
}

#[tokio::test]
async fn a_group_is_created_by_its_unique_name_and_changed_by_it_from_then_on() {
    let tenant = Tenant::fresh().await;
    let (path, ada) = ("/groups(uniqueName='readers-1')", tenant.user("ada").await);
    let mut body = group("Readers");
    body["members@odata.bind"] = json!([format!("{}/v1.0/users/{ada}", tenant.origin())]);
    let created = upsert(&tenant, path, PREFERENCE, body).await;
    let new = created.json();
    assert_eq!((created.status, &new["uniqueName"]), (StatusCode::CREATED, &json!("readers-1")));
    let id = new["id"].as_str().unwrap();
    assert!(created.headers["location"].to_str().unwrap().ends_with(&format!("/v1.0/groups/{id}")));
    let members = send(tenant.raw(Method::GET, &format!("{path}/members?$select=id")).await).await.json();
    assert_eq!(members["value"][0]["id"], json!(ada));
    let changed =
        upsert(&tenant, path, "return=minimal, Create-If-Missing", json!({"description": "r"})).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    let read = send(tenant.raw(Method::GET, path).await).await.json();
    assert_eq!((read["id"].as_str(), &read["description"]), (Some(id), &json!("r")));
    assert_eq!(count(&tenant, "groups").await, "1");
}

#[tokio::test]
async fn a_service_principal_is_created_by_its_client_id() {
    let tenant = Tenant::fresh().await;
    let path = "/servicePrincipals(appId='65415bb1-9267-4313-bbf5-ae259732ee12')";
    let created = upsert(&tenant, path, PREFERENCE, json!({"displayName": "Lending"})).await;
    assert_eq!(created.status, StatusCode::CREATED);
    assert_eq!(created.json()["appId"], "65415bb1-9267-4313-bbf5-ae259732ee12");
    let changed = upsert(&tenant, path, PREFERENCE, json!({"notes": "n"})).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn nothing_is_created_where_the_caller_doesnt_prefer_it_or_names_an_id() {
    let tenant = Tenant::fresh().await;
    for (path, prefers) in [
        ("/groups(uniqueName='readers-1')", "return=minimal"),
        ("/groups(uniqueName='readers-1')", "x=create-if-missing"),
        ("/groups/65415bb1-9267-4313-bbf5-ae259732ee12", PREFERENCE),
    ] {
        let answer = upsert(&tenant, path, prefers, group("Readers")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {prefers}");
    }
    assert_eq!(count(&tenant, "groups").await, "0");
}

#[tokio::test]
async fn what_is_no_new_object_is_refused_and_makes_nothing() {
    let tenant = Tenant::fresh().await;
    let path = "/groups(uniqueName='readers-1')";
    let mut other = group("Readers");
    other["uniqueName"] = "readers-2".into();
    let message = "Invalid value specified for property 'uniqueName' of resource 'Group'.";
    let answer = upsert(&tenant, path, PREFERENCE, other).await;
    assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", message));
    // Spellings of one name are the same.
    let mut same = group("Readers");
    same["uniqueName"] = "LEÇTEURS".into();
    let created = upsert(&tenant, "/groups(uniqueName='lec%CC%A7teurs')", PREFERENCE, same).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let incomplete = upsert(&tenant, path, PREFERENCE, json!({"displayName": "Readers"})).await;
    let message = "A value is required for property 'mailEnabled' of resource 'Group'.";
    assert_eq!(incomplete.refusal(), refused(400, "Request_BadRequest", message));
    assert_eq!(count(&tenant, "groups").await, "1");
}

#[tokio::test]
async fn who_may_only_bind_members_creates_no_group() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let request = tenant.anonymous(Method::PATCH, "/v1.0/groups(uniqueName='readers-1')");
    let request = request.bearer_auth(token).header("Prefer", PREFERENCE).json(&group("Readers"));
    assert_eq!(send(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(count(&tenant, "groups").await, "0");
}

#[tokio::test]
async fn an_application_that_may_only_create_groups_creates_what_is_missing_and_changes_nothing() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token(["Group.Create"]).await;
    let patch = async |path: &str, prefers: &str, body: Value| {
        let request = tenant.anonymous(Method::PATCH, &format!("/v1.0{path}")).bearer_auth(&token);
        send(request.header("Prefer", prefers).json(&body)).await
    };
    let path = "/groups(uniqueName='readers-1')";
    assert_eq!(patch(path, "return=minimal", group("Readers")).await.refusal(), forbidden());
    let created = patch(path, PREFERENCE, group("Readers")).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let by_id = format!("/groups/{}", created.json()["id"].as_str().unwrap());
    let ada = format!("{}/v1.0/users/{}", tenant.origin(), tenant.user("ada").await);
    for path in [path, &by_id] {
        for body in
            [group("Others"), json!({"members@odata.bind": [ada]}), json!({"id": created.json()["id"]})]
        {
            assert_eq!(patch(path, PREFERENCE, body).await.refusal(), forbidden(), "{path}");
        }
    }
}
