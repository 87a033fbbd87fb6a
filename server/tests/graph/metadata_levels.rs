//! `Accept: application/json;odata.metadata=none` and `full`: how much OData tells of answers and their objects.

use crate::{
    operations::{Objects, operations},
    support::{Answer, Tenant, send},
};
use reqwest::Method;
use roster_server::model::permissions::Permission;
use serde_json::{Map, Value, json};

/// What is read with so much metadata, by an application that may do everything.
async fn read(tenant: &Tenant, level: &str, path: impl AsRef<str>) -> Answer {
    let request = tenant.raw(Method::GET, path.as_ref()).await.header("ConsistencyLevel", "eventual");
    let answer = send(request.header("Accept", format!("application/json;odata.metadata={level}"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let content_type = answer.headers["content-type"].to_str().unwrap();
    assert!(content_type.contains(&format!(";odata.metadata={level};")), "{content_type}");
    answer
}

/// The names of an object's members, in their order.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn without_metadata_only_the_count_and_the_next_page_are_told() {
    let tenant = Tenant::fresh().await;
    let (group, ada, grace) =
        (tenant.security_group("readers").await, tenant.user("ada").await, tenant.user("grace").await);
    tenant.join(group, ada).await;
    tenant.join(group, grace).await;
    let one = read(&tenant, "none", format!("/users/{ada}?$select=id,displayName")).await.json();
    assert_eq!(one, json!({"id": ada, "displayName": "ada"}));
    let whole = read(&tenant, "none", format!("/groups/{group}")).await.json();
    assert_eq!((names(&whole)[0], &whole["displayName"]), ("id", &json!("readers")));
    let page = read(&tenant, "none", "/users?$count=true&$top=1&$select=id").await.json();
    assert_eq!(names(&page), ["@odata.count", "@odata.nextLink", "value"]);
    assert_eq!(names(&page["value"][0]), ["id"]);
    let members = read(&tenant, "none", format!("/groups/{group}/members?$select=displayName")).await.json();
    assert_eq!(names(&members), ["value"]);
    assert_eq!(names(&members["value"][0]), ["displayName"]);
    let object = read(&tenant, "none", format!("/directoryObjects/{ada}")).await.json();
    assert!(names(&object).iter().all(|name| !name.contains('@')));
    assert_eq!(object["displayName"], "ada");
    // A reference is nothing but its URL.
    let references = read(&tenant, "none", format!("/groups/{group}/members/$ref")).await.json();
    assert_eq!((names(&references), names(&references["value"][0])), (vec!["value"], vec!["@odata.id"]));
}

#[tokio::test]
async fn with_all_metadata_each_object_has_its_type_and_urls() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let context = |what: &str| format!("{}/v1.0/$metadata#{what}", tenant.origin());
    let stored = |id, kind| {
        let (origin, tenant) = (tenant.origin(), tenant.id());
        format!("{origin}/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{kind}")
    };
    let user = json!({"@odata.type": "#microsoft.graph.user", "@odata.id": stored(ada, "User"),
        "@odata.editLink": format!("{}/v1.0/users('{ada}')", tenant.origin()), "id": ada});
    let with = |context: String, mut object: Value| {
        object["@odata.context"] = context.into();
        object
    };
    let one = read(&tenant, "full", format!("/users/{ada}?$select=id")).await;
    assert_eq!(one.json(), with(context("users(id)/$entity"), user.clone()));
    let first = ["@odata.context", "@odata.type", "@odata.id", "@odata.editLink"];
    let text: Map<String, Value> = serde_json::from_str(&one.text).unwrap();
    assert_eq!(text.keys().take(4).collect::<Vec<_>>(), first);
    let page = read(&tenant, "full", "/users?$select=id").await.json();
    assert_eq!(page, json!({"@odata.context": context("users(id)"), "value": [user]}));
    let members = read(&tenant, "full", format!("/groups/{group}/members?$select=id")).await.json();
    assert_eq!(members["value"], json!([user]));
    let expanded =
        read(&tenant, "full", format!("/groups/{group}?$select=id&$expand=members($select=id)")).await.json();
    assert_eq!(expanded["@odata.id"], stored(group, "Group"));
    assert_eq!(expanded["members"], json!([user]));
    let any = read(&tenant, "full", format!("/directoryObjects/{ada}?$select=id")).await.json();
    assert_eq!(any, with(context("directoryObjects(id)/$entity"), user));
    let references = read(&tenant, "full", format!("/groups/{group}/members/$ref")).await.json();
    assert_eq!(names(&references["value"][0]), ["@odata.id"]);
}

#[tokio::test]
async fn objects_that_show_nothing_of_their_own_show_what_is_related_all_the_same() {
    let tenant = Tenant::fresh().await;
    let [ada, grace, alan] =
        [tenant.user("ada").await, tenant.user("grace").await, tenant.user("alan").await];
    tenant.manage(ada, grace).await;
    tenant.manage(grace, alan).await;
    let path = format!("/users/{ada}?$select=other&$expand=manager($levels=max;$select=other)");
    assert_eq!(read(&tenant, "none", path).await.text, r#"{"manager":{"manager":{}}}"#);
}

/// Without what depends on how much metadata there is.
fn bare(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(bare).collect(),
        Value::Object(members) => {
            let of_each = ["@odata.context", "@odata.type", "@odata.editLink", "@odata.id"];
            let rest = members.iter().filter(|(name, _)| !of_each.contains(&name.as_str()));
            Value::Object(rest.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn each_operation_that_reads_tells_the_same_but_for_its_metadata() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    let all = Permission::ALL.iter().map(|permission| permission.name());
    let token = tenant.user_token(objects.user, all).await;
    for operation in operations().iter().filter(|operation| operation.method == Method::GET) {
        let ask = async |accept: &str| {
            let (path, body) = objects.request(operation);
            let path = path + if operation.is_advanced() { "?$count=true" } else { "" };
            let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
            let request = request.bearer_auth(&token).header("ConsistencyLevel", "eventual");
            let answer = send(request.header("Accept", accept).json(&body)).await;
            assert!(answer.status.is_success(), "{} {accept}: {answer:?}", operation.id);
            answer
        };
        let usual = ask("application/json").await;
        for level in ["none", "minimal", "full"] {
            let answer = ask(&format!("application/json;odata.metadata={level}")).await;
            let told = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            let has_metadata = usual.text.contains("@odata.context");
            assert_eq!(told.unwrap_or_default().contains(&format!("odata.metadata={level}")), has_metadata);
            assert_eq!(bare(&answer.json()), bare(&usual.json()), "{} {level}", operation.id);
            if level == "minimal" {
                assert_eq!(answer.text, usual.text, "{}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn what_is_made_is_shown_as_the_caller_asks() {
    let tenant = Tenant::fresh().await;
    let body =
        json!({"displayName": "Readers", "mailEnabled": false, "mailNickname": "r", "securityEnabled": true});
    let create = async |level: &str| {
        let accept = format!("text/plain, application/json;odata.metadata={level}");
        send(tenant.raw(Method::POST, "/groups").await.header("Accept", accept).json(&body)).await
    };
    let (none, full, other) = (create("none").await, create("full").await, create("verbose").await);
    assert_eq!(names(&other.json())[0], "@odata.context");
    assert_eq!((none.status.as_u16(), names(&none.json())[0]), (201, "id"));
    let made = full.json();
    // Clients bind an object by the URL that it was shown with.
    let user = tenant.user("ada").await;
    let shown = read(&tenant, "full", format!("/users/{user}")).await.json();
    let edit_link = made["@odata.editLink"].as_str().unwrap().split("/v1.0").nth(1).unwrap();
    let add = tenant.raw(Method::POST, &format!("{edit_link}/members/$ref")).await;
    assert_eq!(send(add.json(&json!({"@odata.id": shown["@odata.id"]}))).await.status, 204);
}

#[tokio::test]
async fn what_is_no_object_is_the_same_whatever_is_accepted() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    for level in ["none", "full", "verbose"] {
        let accept = format!("application/json;odata.metadata={level}");
        let ask =
            async |method: Method, path: String| tenant.raw(method, &path).await.header("Accept", &accept);
        let count = ask(Method::GET, "/users/$count".into()).await.header("ConsistencyLevel", "eventual");
        let count = send(count).await;
        assert_eq!((&*count.text, &count.headers["content-type"]), ("1", &"text/plain".parse().unwrap()));
        let path = format!("/users/{user}");
        let change = ask(Method::PATCH, path).await.json(&json!({"city": "London"}));
        assert_eq!(send(change).await.status, 204);
        let absent = send(ask(Method::GET, "/nowhere".into()).await).await;
        assert_eq!(
            (absent.status.as_u16(), &absent.headers["content-type"]),
            (400, &"application/json".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn a_request_of_a_batch_accepts_for_itself() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let get = |id: &str, level: &str| {
        json!({"id": id, "method": "GET", "url": format!("/users/{user}?$select=id"),
            "headers": {"Accept": format!("application/json;odata.metadata={level}")}})
    };
    let requests = json!({"requests": [get("1", "none"), get("2", "full"), get("3", "verbose")]});
    let request =
        tenant.raw(Method::POST, "/$batch").await.header("Accept", "application/json;odata.metadata=none");
    let answer = send(request.json(&requests)).await.json();
    let of = |id: &str| answer["responses"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(of("1")["body"], json!({"id": user}));
    assert!(of("1")["headers"]["Content-Type"].as_str().unwrap().contains("odata.metadata=none"));
    assert_eq!(of("2")["body"]["@odata.type"], "#microsoft.graph.user");
    assert_eq!(names(&of("3")["body"]), ["@odata.context", "id"]);
}
