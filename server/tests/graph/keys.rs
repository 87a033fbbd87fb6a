//! Objects that a path names by another property than their ids: `groups(uniqueName='..')` and the like.

use crate::support::{Answer, Tenant, forbidden, not_found, send};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use roster_server::model::{ids::AppId, kinds::ObjectKind};
use serde_json::{Value, json};
use uuid::Uuid;

async fn ask(tenant: &Tenant, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = tenant.raw(method, path).await.header("consistencylevel", "eventual");
    send(body.iter().fold(request, |request, body| request.json(body))).await
}

async fn named_group(tenant: &Tenant, name: &str) -> Uuid {
    let values = json!({"displayName": name, "mailNickname": "n", "mailEnabled": false, "securityEnabled": true,
        "uniqueName": name});
    tenant.group(values).await
}

/// An object of each kind that has such a key, and the key.
async fn objects(tenant: &Tenant) -> Vec<(Uuid, String)> {
    let [device_id, app_id, other_app_id] = [(); 3].map(|()| AppId::random().to_string());
    let device = json!({"displayName": "d", "deviceId": device_id, "accountEnabled": true,
        "operatingSystem": "Linux", "operatingSystemVersion": "6.12"});
    let with = async |kind, values| tenant.object_with(kind, values).await;
    vec![
        (tenant.user("ada").await, format!("users(userPrincipalName='{}')", tenant.upn("ada"))),
        (named_group(tenant, "readers").await, "groups(uniqueName='readers')".into()),
        (with(ObjectKind::Device, device).await, format!("devices(deviceId='{device_id}')")),
        (
            with(ObjectKind::ServicePrincipal, json!({"displayName": "s", "appId": app_id})).await,
            format!("servicePrincipals(appId='{app_id}')"),
        ),
        (
            with(ObjectKind::Application, json!({"displayName": "a", "appId": other_app_id})).await,
            format!("applications(appId='{other_app_id}')"),
        ),
    ]
}

#[tokio::test]
async fn an_object_is_read_changed_and_deleted_by_its_other_key() {
    let tenant = Tenant::fresh().await;
    for (id, path) in objects(&tenant).await {
        let path = format!("/{path}");
        let found = ask(&tenant, Method::GET, &path, None).await;
        assert_eq!((found.status.as_u16(), &found.json()["id"]), (200, &json!(id)), "{path} {}", found.text);
        if path.starts_with("/applications") {
            continue;
        }
        let changed = ask(&tenant, Method::PATCH, &path, Some(json!({"displayName": "changed"}))).await;
        assert_eq!(changed.status, 204, "{path} {}", changed.text);
        assert_eq!(ask(&tenant, Method::GET, &path, None).await.json()["displayName"], "changed");
        assert_eq!(ask(&tenant, Method::DELETE, &path, None).await.status, 204, "{path}");
        let (_, key) = path.split_once("='").unwrap();
        let gone = ask(&tenant, Method::GET, &path, None).await.refusal();
        assert_eq!(gone, not_found(key.trim_end_matches("')")), "a deleted object has no name any more");
    }
}

#[tokio::test]
async fn what_lies_under_an_object_lies_under_its_other_key() {
    let tenant = Tenant::fresh().await;
    let objects = objects(&tenant).await;
    let [(ada, user), (group, group_path), (device, device_path), (service, service_path), _] = &objects[..]
    else {
        panic!("{objects:?}")
    };
    let members = format!("/{group_path}/members");
    for id in [ada, device, service] {
        let body = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
        let added = ask(&tenant, Method::POST, &format!("{members}/$ref"), Some(body)).await;
        assert_eq!(added.status, 204, "{}", added.text);
    }
    assert_eq!(ask(&tenant, Method::GET, &format!("{members}/$count"), None).await.text, "3");
    for path in [user, device_path, service_path] {
        let found = ask(&tenant, Method::GET, &format!("/{path}/memberOf"), None).await.json();
        assert_eq!(found["value"][0]["id"], json!(group), "{path}");
        let check = json!({"groupIds": [group]});
        let found = ask(&tenant, Method::POST, &format!("/{path}/checkMemberGroups"), Some(check)).await;
        assert_eq!(found.json()["value"], json!([group]), "{path}");
    }
    assert_eq!(ask(&tenant, Method::GET, &format!("{members}/{ada}/$ref"), None).await.status, 200);
    assert_eq!(ask(&tenant, Method::DELETE, &format!("{members}/{ada}/$ref"), None).await.status, 204);
    let removed = ask(&tenant, Method::DELETE, &format!("{members}/{ada}/$ref"), None).await;
    assert_eq!(removed.refusal(), not_found("readers"), "the group is named as the caller did");
}

#[tokio::test]
async fn the_next_page_is_under_the_same_key() {
    let tenant = Tenant::fresh().await;
    let group = named_group(&tenant, "o'neil's /readers").await;
    let mut members = Vec::new();
    for number in 0..3 {
        members.push(tenant.user(&format!("user{number}")).await);
        tenant.join(group, members[number]).await;
    }
    let mut path = "/groups(uniqueName='o''neil''s %2Freaders')/members?$top=2&$select=id".to_owned();
    let mut found = Vec::new();
    loop {
        let page = ask(&tenant, Method::GET, &path, None).await.json();
        found.extend(page["value"].as_array().unwrap().iter().map(|member| member["id"].clone()));
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        path = next.split_once("/v1.0").unwrap().1.to_owned();
        assert!(path.contains("uniqueName"), "{path}");
    }
    assert_eq!(found, members.iter().map(|id| json!(id)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_key_is_the_same_name_in_every_spelling_in_which_names_are() {
    let tenant = Tenant::fresh().await;
    let group = named_group(&tenant, "Straße o'neil").await;
    let encoded = utf8_percent_encode("STRASSE O''NEIL", NON_ALPHANUMERIC);
    for path in [
        format!("/groups(uniqueName='{encoded}')"),
        format!("/Groups(UNIQUENAME='{encoded}')/"),
        format!("/groups%28uniqueName=%27{encoded}%27%29"),
        format!("/{}/groups(uniqueName='{encoded}')", tenant.id()),
        format!("/myorganization/groups(uniquename='{encoded}')"),
    ] {
        let found = ask(&tenant, Method::GET, &path, None).await;
        assert_eq!(
            (found.status.as_u16(), &found.json()["id"]),
            (200, &json!(group)),
            "{path} {}",
            found.text
        );
    }
}

#[tokio::test]
async fn a_key_that_nothing_has_is_404_and_one_of_another_set_is_no_path() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    named_group(&other, "theirs").await;
    let id = named_group(&tenant, "readers").await;
    for (path, key) in [
        ("/groups(uniqueName='theirs')".to_owned(), "theirs".to_owned()),
        ("/groups(uniqueName='theirs')/members".into(), "theirs".into()),
        ("/groups(uniqueName='$count')".into(), "$count".into()),
        (format!("/groups(uniqueName='{id}')"), id.to_string()),
        ("/devices(deviceId='readers')".into(), "readers".into()),
        ("/applications(appId='readers')".into(), "readers".into()),
        (format!("/users(userPrincipalName='{id}')"), id.to_string()),
    ] {
        assert_eq!(ask(&tenant, Method::GET, &path, None).await.refusal(), not_found(key), "{path}");
    }
    for path in [
        "groups(displayName='readers')",
        "groups(appId='readers')",
        "devices(uniqueName='readers')",
        "groups(userPrincipalName='readers')",
        "contacts(mail='readers')",
        "directoryObjects(uniqueName='readers')",
        "groups(uniqueName=readers)",
        "groups(uniqueName='o'neil')",
    ] {
        let (status, code, message) = ask(&tenant, Method::GET, &format!("/{path}"), None).await.refusal();
        assert_eq!((status, &*code), (400, "BadRequest"), "{path}");
        assert_eq!(message, format!("Resource not found for the segment '{path}'"));
    }
    let plain = ask(&tenant, Method::GET, "/groups/uniqueName='readers'", None).await.refusal();
    assert_eq!(plain.2, "Invalid object identifier 'uniqueName='readers''.");
}

#[tokio::test]
async fn who_may_not_read_an_object_learns_nothing_by_its_other_key() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    tenant.user("grace").await;
    let token = tenant.user_token(ada, ["User.Read"]).await;
    let get = async |path: String| {
        send(tenant.anonymous(Method::GET, &format!("/v1.0/{path}")).bearer_auth(&token)).await
    };
    let user = |alias: &str| format!("users(userPrincipalName='{}')", tenant.upn(alias));
    assert_eq!(get(user("ada")).await.json()["id"], json!(ada));
    for alias in ["grace", "nobody"] {
        assert_eq!(get(user(alias)).await.refusal(), forbidden());
    }
    for (_, path) in objects(&Tenant::fresh().await).await.into_iter().skip(1) {
        assert_eq!(get(path).await.refusal(), forbidden());
    }
}

#[tokio::test]
async fn a_reference_takes_the_other_keys_too() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("all").await;
    for (id, path) in objects(&tenant).await.into_iter().take(4) {
        let body = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/{path}")});
        let added = ask(&tenant, Method::POST, &format!("/groups/{group}/members/$ref"), Some(body)).await;
        assert_eq!(added.status, 204, "{path} {}", added.text);
        let found = ask(&tenant, Method::GET, &format!("/groups/{group}/members/{id}/$ref"), None).await;
        assert_eq!(found.status, 200, "{path}");
    }
}
