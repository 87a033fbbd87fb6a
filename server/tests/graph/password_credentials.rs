//! Passwords with which applications prove who they are, made and taken away.

use crate::support::{Answer, Tenant, refusal, refused, send};
use reqwest::{Method, StatusCode};
use roster_client::types::{AddPasswordParameters, AddPasswordResult, RemovePasswordParameters};
use serde_json::{Value, json};
use uuid::Uuid;

/// An application with a service principal: its id, that one's, and the client id.
pub async fn application(tenant: &Tenant) -> (Uuid, Uuid, String) {
    let created =
        send(tenant.raw(Method::POST, "/applications").await.json(&json!({"displayName": "Loans"})))
            .await
            .json();
    let app_id = created["appId"].as_str().unwrap().to_owned();
    let body = json!({"appId": app_id});
    let of = send(tenant.raw(Method::POST, "/servicePrincipals").await.json(&body)).await.json();
    let id = |object: &Value| object["id"].as_str().unwrap().parse().unwrap();
    (id(&created), id(&of), app_id)
}

/// What the token endpoint says of a secret: the status, and the number of the error.
async fn token(tenant: &Tenant, app_id: &str, secret: &str) -> (StatusCode, Value) {
    let answer = tenant.token_for(app_id, secret).await;
    (answer.status, answer.json()["error_codes"][0].clone())
}

pub async fn shown(tenant: &Tenant, path: &str) -> Value {
    send(tenant.raw(Method::GET, path).await).await.json()
}

fn secret(made: &AddPasswordResult) -> &str {
    made.secret_text.as_deref().unwrap()
}

#[tokio::test]
async fn a_password_is_shown_once_and_proves_the_application_until_it_is_taken_away() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let (id, service_principal, app_id) = application(&tenant).await;
    let named: AddPasswordParameters =
        serde_json::from_value(json!({"passwordCredential": {"displayName": "first"}})).unwrap();
    let first = graph.add_application_password().id(id).body(named).send().await.unwrap().into_inner();
    let empty = AddPasswordParameters::builder();
    let second = graph.add_application_password().id(id).body(empty).send().await.unwrap().into_inner();
    let empty = AddPasswordParameters::builder();
    let own = graph.add_service_principal_password().id(service_principal).body(empty);
    let own = own.send().await.unwrap().into_inner();
    assert_ne!(secret(&first), secret(&second));
    assert_eq!(first.hint.as_deref(), Some(&secret(&first)[..3]));
    for made in [&first, &second, &own] {
        assert_eq!(token(&tenant, &app_id, secret(made)).await.0, 200);
    }
    let listed = shown(&tenant, &format!("/applications/{id}")).await["passwordCredentials"].clone();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|one| &one["displayName"]).collect();
    assert_eq!(names, [&json!("first"), &Value::Null]);
    assert!(listed.as_array().unwrap().iter().all(|one| one["secretText"].is_null()), "{listed}");
    let text = shown(&tenant, &format!("/servicePrincipals/{service_principal}?$select=*")).await.to_string();
    assert!(!text.contains(secret(&own)) && text.contains(own.key_id.as_deref().unwrap()));

    let key_id: Uuid = first.key_id.as_deref().unwrap().parse().unwrap();
    let which = || RemovePasswordParameters::builder().key_id(key_id);
    graph.remove_application_password().id(id).body(which()).send().await.unwrap();
    assert_eq!(token(&tenant, &app_id, secret(&first)).await, (StatusCode::UNAUTHORIZED, 7_000_215.into()));
    assert_eq!(token(&tenant, &app_id, secret(&second)).await.0, 200);
    let again = graph.remove_application_password().id(id).body(which()).send().await;
    let none = refused(400, "Request_BadRequest", "No password credential found with keyId.");
    assert_eq!(refusal(again), none);
}

async fn add(tenant: &Tenant, id: Uuid, credential: Value) -> Answer {
    let body = json!({"passwordCredential": credential});
    send(tenant.raw(Method::POST, &format!("/applications/{id}/addPassword")).await.json(&body)).await
}

#[tokio::test]
async fn a_password_proves_nothing_before_it_begins_and_after_it_ends() {
    let tenant = Tenant::fresh().await;
    let (id, _, app_id) = application(&tenant).await;
    let made = async |start: &str, end: &str| {
        let made = add(&tenant, id, json!({"startDateTime": start, "endDateTime": end})).await.json();
        made["secretText"].as_str().unwrap().to_owned()
    };
    let past = made("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z").await;
    let future = made("2090-01-01T00:00:00Z", "2091-01-01T00:00:00Z").await;
    assert_eq!(token(&tenant, &app_id, &past).await, (StatusCode::UNAUTHORIZED, 7_000_222.into()));
    assert_eq!(token(&tenant, &app_id, &future).await, (StatusCode::UNAUTHORIZED, 7_000_215.into()));
    assert_eq!(token(&tenant, &app_id, "other").await, (StatusCode::UNAUTHORIZED, 7_000_215.into()));
    let made = add(&tenant, id, json!({"startDateTime": "2026-02-28T12:00:00.5+02:00"})).await.json();
    assert_eq!(
        (&made["startDateTime"], &made["endDateTime"]),
        (&"2026-02-28T10:00:00Z".into(), &"2028-02-28T10:00:00Z".into())
    );
    let backwards = json!({"startDateTime": "2026-02-28T12:00:00Z", "endDateTime": "2026-02-28T12:00:00Z"});
    assert_eq!(add(&tenant, id, backwards).await.status, 400);
}
