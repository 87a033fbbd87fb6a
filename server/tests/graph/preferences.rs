//! `Prefer: return=minimal`: a write is answered without what it made.

use crate::{
    operations::{Objects, operations},
    support::{Answer, Tenant, send},
};
use reqwest::Method;
use roster_server::model::permissions::Permission;
use serde_json::{Value, json};

/// A new group in a tenant, asked for with these preferences.
async fn create(tenant: &Tenant, preferences: &[&str]) -> Answer {
    let body = json!({"displayName": "Readers", "mailEnabled": false, "mailNickname": "readers", "securityEnabled": true});
    let request = tenant.raw(Method::POST, "/groups").await.json(&body);
    send(preferences.iter().fold(request, |request, preference| request.header("Prefer", *preference))).await
}

#[tokio::test]
async fn a_creation_says_where_the_new_object_is_and_does_not_show_it() {
    let tenant = Tenant::fresh().await;
    let answer = create(&tenant, &["return=minimal"]).await;
    assert_eq!((answer.status.as_u16(), &*answer.text), (204, ""));
    assert_eq!(answer.headers["preference-applied"], "return=minimal");
    assert!(!answer.headers.contains_key("content-type"), "{answer:?}");
    let location = answer.headers["location"].to_str().unwrap();
    assert_eq!(answer.headers["odata-entityid"], location);
    let path = location.strip_prefix(&format!("{}/v1.0", tenant.origin())).unwrap();
    let made = send(tenant.raw(Method::GET, path).await).await;
    assert_eq!((made.status.as_u16(), &made.json()["displayName"]), (200, &json!("Readers")));
}

#[tokio::test]
async fn each_creation_is_answered_so_and_found_where_it_says_and_each_other_write_as_ever() {
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.name()).collect();
    for operation in operations().iter().filter(|operation| operation.has_body) {
        let tenant = Tenant::fresh().await;
        let objects = Objects::of(&tenant).await;
        let tenant = if operation.is_once() { Tenant::fresh().await } else { tenant };
        let token = tenant.user_token(objects.user, all.clone()).await;
        let (path, body) = objects.request(operation);
        let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}")).bearer_auth(&token);
        let answer = send(request.header("Prefer", "return=minimal").json(&body)).await;
        let answers = |status: &str| operation.responses[status].is_object();
        // An invitation is nowhere to be read.
        let is_told = !operation.responses["201"]["headers"]["Location"].is_object();
        let makes = answers("201") && !answers("204") && !is_told;
        let expected = match () {
            () if makes || answers("204") => 204,
            () if answers("201") => 201,
            () if answers("202") => 202,
            () => 200,
        };
        assert_eq!(answer.status, expected, "{}: {answer:?}", operation.id);
        let applied = answer.headers.get("preference-applied").map(|value| value.to_str().unwrap());
        assert_eq!(applied, (expected == 204).then_some("return=minimal"), "{}", operation.id);
        assert_eq!(answer.headers.contains_key("odata-entityid"), makes, "{}", operation.id);
        assert_eq!(answer.headers.contains_key("location"), makes, "{}", operation.id);
        if makes {
            let location = answer.headers["location"].to_str().unwrap();
            let place = location.strip_prefix(tenant.origin()).unwrap();
            let made = send(tenant.anonymous(Method::GET, place).bearer_auth(&token)).await;
            assert_eq!(made.status, 200, "{} at {location}", operation.id);
        }
    }
}

#[tokio::test]
async fn whoever_prefers_to_see_it_sees_what_is_made_and_not_what_is_changed() {
    let tenant = Tenant::fresh().await;
    let made = create(&tenant, &["return=representation"]).await;
    assert_eq!((made.status.as_u16(), &made.json()["displayName"]), (201, &json!("Readers")));
    assert!(!made.headers.contains_key("odata-entityid"), "{made:?}");
    let path = format!("/groups/{}", made.json()["id"].as_str().unwrap());
    let change = tenant.raw(Method::PATCH, &path).await.json(&json!({"description": "Who reads here."}));
    let changed = send(change.header("Prefer", "return=representation")).await;
    assert_eq!((changed.status.as_u16(), &*changed.text), (204, ""));
    assert!(!changed.headers.contains_key("preference-applied"), "{changed:?}");
}

#[tokio::test]
async fn the_first_of_two_preferences_counts_in_one_line_and_in_two() {
    let tenant = Tenant::fresh().await;
    for (lines, status) in [
        (&["respond-async, return=minimal"][..], 204),
        (&["return=minimal", "return=representation"], 204),
        (&["return=representation,return=minimal"], 201),
        (&["return=least"], 201),
    ] {
        assert_eq!(create(&tenant, lines).await.status, status, "{lines:?}");
    }
}

#[tokio::test]
async fn what_is_refused_is_told_in_full_and_what_is_read_is_shown() {
    let tenant = Tenant::fresh().await;
    let request = tenant.raw(Method::POST, "/groups").await.header("Prefer", "return=minimal");
    let refused = send(request.json(&json!({"displayName": "Readers"}))).await;
    assert_eq!((refused.status.as_u16(), refused.refusal().1.as_str()), (400, "Request_BadRequest"));
    let read = send(tenant.raw(Method::GET, "/groups").await.header("Prefer", "return=minimal")).await;
    assert_eq!((read.status.as_u16(), &read.json()["value"]), (200, &json!([])));
    assert!(!read.headers.contains_key("preference-applied"), "{read:?}");
}

#[tokio::test]
async fn a_request_of_a_batch_prefers_for_itself() {
    let tenant = Tenant::fresh().await;
    let body =
        json!({"displayName": "Readers", "mailEnabled": false, "mailNickname": "r", "securityEnabled": true});
    let create = |id: &str, prefer: &str| {
        json!({"id": id, "method": "POST", "url": "/groups", "body": body,
            "headers": {"Content-Type": "application/json", "Prefer": prefer}})
    };
    let requests = json!({"requests": [create("1", "return=minimal"), create("2", "return=representation")]});
    let answer = send(tenant.raw(Method::POST, "/$batch").await.json(&requests)).await.json();
    let of = |id: &str| answer["responses"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    let (minimal, whole) = (of("1"), of("2"));
    assert_eq!((&minimal["status"], &minimal["body"]), (&json!(204), &Value::Null));
    assert_eq!(minimal["headers"]["OData-EntityId"], minimal["headers"]["Location"]);
    assert_eq!(minimal["headers"]["Preference-Applied"], "return=minimal");
    assert_eq!((&whole["status"], &whole["body"]["displayName"]), (&json!(201), &json!("Readers")));
}
