//! `getByIds`: many objects at once, of whatever kind, on the set of all objects and on each kind's own.

use crate::support::{Tenant, refusal, refused, send, sorted};
use reqwest::Method;
use roster_client::types::{DirectoryObject, DirectoryObjectCollection, GetByIdsParameters};
use serde_json::{Value, json};
use uuid::Uuid;

fn body(ids: impl IntoIterator<Item = Uuid>, types: &[&str]) -> GetByIdsParameters {
    let types = types.iter().map(|&name| name.parse().unwrap()).collect();
    GetByIdsParameters { ids: ids.into_iter().collect(), types }
}

fn ids(found: &DirectoryObjectCollection) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = found.value.iter().map(id).collect();
    ids.sort();
    ids
}

fn id(object: &DirectoryObject) -> Uuid {
    object.id.as_ref().unwrap().parse().unwrap()
}

#[tokio::test]
async fn objects_of_every_kind_are_found_each_once_and_ids_of_none_are_left_out() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let graph = tenant.client(["Directory.Read.All"]).await;
    let all = [
        tenant.user("ada").await,
        tenant.security_group("readers").await,
        tenant.device("laptop").await,
        tenant.service_principal("service").await,
        tenant.application("service").await,
        tenant.contact("ludwig").await,
    ];
    let elsewhere = [Uuid::from_u128(7), other.user("ada").await];
    let asked = all.into_iter().chain(elsewhere).chain(all);
    let found = graph.get_directory_objects_by_ids().body(body(asked, &[])).send().await.unwrap();
    assert_eq!(ids(&found), sorted(all));
    let user = found.value.iter().find(|object| id(object) == all[0]).unwrap();
    assert_eq!(user.odata_type, "#microsoft.graph.user");
    assert_eq!(user.display_name.as_deref(), Some("ada"));
    assert!(found.odata_context.ends_with("$metadata#directoryObjects"));
    let nothing = graph.get_directory_objects_by_ids().body(body([], &[])).send().await.unwrap();
    assert_eq!(ids(&nothing), [] as [Uuid; 0]);
}

#[tokio::test]
async fn types_narrow_the_search_in_any_case_and_an_unknown_one_finds_nothing() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let contact = tenant.contact("ludwig").await;
    let find = async |types: &[&str]| {
        let body = body([ada, group, contact], types);
        ids(&graph.get_directory_objects_by_ids().body(body).send().await.unwrap())
    };
    assert_eq!(find(&["USER"]).await, [ada]);
    assert_eq!(find(&["group", "orgContact"]).await, sorted([group, contact]));
    assert_eq!(find(&["user", "DirectoryObject"]).await, sorted([ada, group, contact]));
    assert_eq!(find(&["planet"]).await, [] as [Uuid; 0]);
    assert_eq!(find(&["planet", "user"]).await, [ada], "an unknown type is ignored beside a known one");
    assert_eq!(find(&["device"]).await, [] as [Uuid; 0]);
}

#[tokio::test]
async fn a_kinds_own_set_has_only_objects_of_that_kind() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let found = graph.get_users_by_ids().body(body([ada, group], &[])).send().await.unwrap();
    assert_eq!(ids(&found), [ada]);
    let found = graph.get_groups_by_ids().body(body([ada, group], &["user", "group"])).send().await.unwrap();
    assert_eq!(ids(&found), [group]);
    for set in ["devices", "servicePrincipals", "applications", "contacts"] {
        for name in ["getByIds", "microsoft.graph.getByIds"] {
            let ask = tenant.raw(Method::POST, &format!("/{set}/{name}")).await;
            let found = send(ask.json(&json!({"ids": [ada, group]}))).await;
            assert_eq!((found.status.as_u16(), &found.json()["value"]), (200, &json!([])), "{set}");
        }
    }
}

#[tokio::test]
async fn deleted_objects_are_not_found() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All", "User.ReadWrite.All"]).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    let found = graph.get_directory_objects_by_ids().body(body([ada, grace], &[])).send().await.unwrap();
    assert_eq!(ids(&found), [grace]);
}

#[tokio::test]
async fn select_shows_what_it_names_and_asks_for_what_that_needs() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let ask = |select: &str| {
        let ask = graph.get_directory_objects_by_ids().body(body([ada, group], &[]));
        ask.select(select.to_owned()).send()
    };
    let found = ask("id,userPrincipalName").await.unwrap();
    assert!(found.odata_context.ends_with("$metadata#directoryObjects(id,userPrincipalName)"));
    assert_eq!(ids(&found), sorted([ada, group]));
    for object in &found.value {
        assert_eq!(object.user_principal_name, (id(object) == ada).then(|| tenant.upn("ada")));
        assert_eq!(object.display_name, None);
    }
    assert_eq!(refusal(ask("employeeLeaveDateTime").await).0, 403);
    assert_eq!(refusal(ask("aboutMe").await).0, 501);
}

#[tokio::test]
async fn up_to_a_thousand_ids_are_taken_and_one_that_is_none_fails_all() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let ask = async |query: &str, body: Value| {
        let ask = tenant.raw(Method::POST, &format!("/directoryObjects/getByIds{query}")).await;
        send(ask.json(&body)).await
    };
    let many = |count: u128| (1..count).map(Uuid::from_u128).chain([ada]).collect::<Vec<_>>();
    let found = ask("", json!({"ids": many(1000)})).await;
    let few = tenant.raw(Method::POST, "/directoryObjects/getByIds").await;
    let few =
        few.header("prefer", "odata.maxpagesize=1").json(&json!({"ids": [ada, tenant.user("b").await]}));
    assert_eq!(send(few).await.json()["value"].as_array().unwrap().len(), 2, "there are no pages");
    assert_eq!((found.status.as_u16(), &found.json()["value"][0]["id"]), (200, &json!(ada)));
    let bad = |message: &str| refused(400, "Request_BadRequest", message);
    let too_many = "Number of included identifiers cannot exceed '1000'.";
    assert_eq!(ask("", json!({"ids": many(1001)})).await.refusal(), bad(too_many));
    for wrong in ["", "ada", "{00000000-0000-4000-8000-000000000000}", "00000000000040008000000000000000"] {
        let answer = ask("", json!({"ids": [ada, wrong]})).await;
        assert_eq!(answer.refusal(), bad("Invalid GUID specified."), "{wrong}");
    }
    let upper = ask("", json!({"ids": [ada.to_string().to_uppercase(), ada]})).await.json();
    assert_eq!(upper["value"].as_array().unwrap().len(), 1, "{upper}");
    for option in ["$filter=id eq 'x'", "$top=5", "$skip=1", "$count=true", "$orderby=id", "expand=members"] {
        let (status, code, message) = ask(&format!("?{option}"), json!({"ids": [ada]})).await.refusal();
        assert_eq!((status, &*code), (400, "Request_BadRequest"), "{option}");
        assert!(message.starts_with("The following query options are not supported by this request"));
    }
}

#[tokio::test]
async fn more_than_an_answer_can_hold_is_refused() {
    let tenant = Tenant::fresh().await;
    let text = "x".repeat(1000);
    let large: Vec<String> = (0..100).map(|number| format!("{number}{text}")).collect();
    let mut ids = Vec::new();
    for number in 0..60 {
        let values = json!({"displayName": "g", "mailNickname": format!("g{number}"), "mailEnabled": false,
            "securityEnabled": true, "resourceProvisioningOptions": large});
        ids.push(tenant.group(values).await);
    }
    let ask = async |ids: &[Uuid]| {
        let ask = tenant.raw(Method::POST, "/directoryObjects/getByIds").await;
        send(ask.json(&json!({"ids": ids}))).await
    };
    assert_eq!(ask(&ids[..20]).await.status, 200);
    let (status, code, _) = ask(&ids).await.refusal();
    assert_eq!((status, &*code), (400, "Directory_ResultSizeLimitExceeded"));
}
