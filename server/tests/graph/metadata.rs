//! `$metadata` and the service document: public, in both forms the same, and of all that the contract has.

use crate::{
    operations::operations,
    support::{Answer, Tenant, send},
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use reqwest::Method;
use roster_server::model::ENTITIES;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn get(tenant: &Tenant, path: &str, accept: &str) -> Answer {
    send(tenant.anonymous(Method::GET, path).header("Accept", accept)).await
}

async fn document(tenant: &Tenant) -> Value {
    get(tenant, "/v1.0/$metadata", "application/json").await.json()
}

#[tokio::test]
async fn the_metadata_needs_no_token_and_has_every_spelling_of_its_path() {
    let tenant = Tenant::fresh().await;
    let plain = get(&tenant, "/v1.0/$metadata", "*/*").await;
    assert_eq!(
        (plain.status.as_u16(), &plain.headers["content-type"]),
        (200, &"application/xml".parse().unwrap())
    );
    assert!(plain.text.starts_with("<?xml"), "{}", &plain.text[..100]);
    for path in [
        "/V1.0/%24METADATA".to_owned(),
        format!("/v1.0/{}/$metadata", tenant.id()),
        "/v1.0/$metadata/".into(),
    ] {
        assert_eq!(get(&tenant, &path, "*/*").await.text, plain.text, "{path}");
    }
    let known =
        tenant.anonymous(Method::GET, "/v1.0/$metadata").header("If-None-Match", &plain.headers["etag"]);
    assert_eq!(send(known).await.status, 304);
    assert_eq!(send(tenant.anonymous(Method::POST, "/v1.0/$metadata")).await.status, 401);
}

#[tokio::test]
async fn the_metadata_is_xml_unless_json_is_asked_for() {
    let tenant = Tenant::fresh().await;
    for (path, accept, content_type) in [
        ("/v1.0/$metadata", "application/json;odata.metadata=minimal", "application/json"),
        ("/v1.0/$metadata?$format=json", "application/xml", "application/json"),
        ("/v1.0/$metadata?$format=application/xml", "application/json", "application/xml"),
    ] {
        let answer = get(&tenant, path, accept).await;
        assert_eq!(
            (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
            (200, content_type)
        );
        assert_eq!(answer.headers["vary"], "accept");
    }
    for path in ["/v1.0/$metadata?$format=atom", "/v1.0/$metadata?$format=json&$format=json"] {
        assert_eq!(get(&tenant, path, "*/*").await.status, 400, "{path}");
    }
}

/// What the elements of types and actions say, as `owner: kind name type nullable`.
fn said_by_xml(text: &str) -> BTreeSet<String> {
    let mut reader = Reader::from_str(text);
    let (mut said, mut owner) = (BTreeSet::new(), String::new());
    loop {
        let (element, begins) = match reader.read_event().unwrap() {
            Event::Start(element) => (element, true),
            Event::Empty(element) => (element, false),
            Event::Eof => return said,
            _ => continue,
        };
        let kind = element.local_name().as_ref().to_owned();
        let of = |name: &str| attribute(&element, name);
        if begins
            && ["EntityType", "ComplexType", "Action", "EntityContainer", "EntitySet", "Singleton"]
                .contains(&&*kind)
        {
            owner = of("Name").unwrap();
        }
        if ["Property", "NavigationProperty"].contains(&&*kind) {
            let nullable = of("Nullable").is_none_or(|value| value == "true");
            let kind_of = of("Type").unwrap();
            let nullable = nullable && !(kind == "NavigationProperty" && kind_of.starts_with("Collection"));
            said.insert(format!("{owner}: {} {kind_of} {nullable}", of("Name").unwrap()));
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).unwrap()?;
    Some(found.value.into_owned())
}

fn said_by_json(document: &Value) -> BTreeSet<String> {
    let types = document["microsoft.graph"].as_object().unwrap().iter();
    let types =
        types.filter(|(_, object)| ["EntityType", "ComplexType"].map(Value::from).contains(&object["$Kind"]));
    let members = types
        .flat_map(|(owner, object)| object.as_object().unwrap().iter().map(move |member| (owner, member)));
    let members = members.filter(|(_, (name, _))| !name.starts_with('$'));
    let said = members.map(|(owner, (name, member))| {
        let kind = member["$Type"].as_str().unwrap_or("Edm.String");
        let kind = if member["$Collection"] == true { format!("Collection({kind})") } else { kind.into() };
        format!("{owner}: {name} {kind} {}", member["$Nullable"] == true)
    });
    said.collect()
}

#[tokio::test]
async fn both_forms_say_the_same_and_have_every_property_of_the_tables() {
    let tenant = Tenant::fresh().await;
    let (xml, json) = (get(&tenant, "/v1.0/$metadata", "*/*").await.text, document(&tenant).await);
    let (by_xml, by_json) = (said_by_xml(&xml), said_by_json(&json));
    assert_eq!(by_xml.symmetric_difference(&by_json).collect::<Vec<_>>(), [""; 0]);
    for entity in ENTITIES {
        for property in entity.properties {
            let owner = match property.name {
                "id" => "entity",
                "deletedDateTime" => "directoryObject",
                _ => entity.name,
            };
            let begin = format!("{owner}: {} ", property.name);
            assert!(by_xml.iter().any(|said| said.starts_with(&begin)), "{begin}");
        }
    }
}

#[tokio::test]
async fn the_metadata_has_every_type_that_it_names_and_every_set_and_action_of_the_contract() {
    let tenant = Tenant::fresh().await;
    let document = document(&tenant).await;
    let namespace = document["microsoft.graph"].as_object().unwrap();
    for said in said_by_json(&document) {
        let named = said.split("graph.").nth(1).map(|rest| rest.split([')', ' ']).next().unwrap());
        assert!(named.is_none_or(|name| namespace.contains_key(name)), "{said}");
    }
    let container = namespace["GraphService"].as_object().unwrap();
    for operation in operations() {
        let mut segments = operation.path.split('/').skip(1);
        let set = segments.next().unwrap();
        assert!(container.contains_key(set) || set.starts_with('$'), "{}", operation.path);
        let last = operation.path.rsplit('/').next().unwrap();
        let is_action =
            operation.method == Method::POST && segments.count() > 0 && !last.starts_with(['$', '{']);
        let is_property = |kind: &Value| kind[last]["$Kind"] == "NavigationProperty";
        let is_action = is_action && !namespace.values().any(is_property);
        assert!(!is_action || namespace[last].is_array(), "{}", operation.path);
    }
}

#[tokio::test]
async fn the_service_document_names_the_sets_and_singletons_of_the_metadata() {
    let tenant = Tenant::fresh().await;
    let document = document(&tenant).await;
    let container = document["microsoft.graph"]["GraphService"].as_object().unwrap();
    let service = get(&tenant, "/v1.0/", "*/*").await.json();
    assert_eq!(service["@odata.context"], format!("{}/v1.0/$metadata", tenant.origin()));
    let names: BTreeSet<&str> =
        service["value"].as_array().unwrap().iter().map(|entry| entry["url"].as_str().unwrap()).collect();
    let described = container.keys().filter(|name| !name.starts_with('$'));
    assert_eq!(names, described.map(String::as_str).collect());
    assert!(
        service["value"]
            .as_array()
            .unwrap()
            .contains(&json!({"name": "me", "kind": "Singleton", "url": "me"}))
    );
    let users = tenant.raw(Method::GET, "/users").await;
    let context = send(users).await.json()["@odata.context"].as_str().unwrap().to_owned();
    let set = context.strip_prefix(&format!("{}/v1.0/$metadata#", tenant.origin())).unwrap();
    assert!(names.contains(set), "{context}");
}
