//! `/applications/{id}/owners`, and the same of service principals: who owns them, and what an application may do with those that it owns.

use crate::support::{Answer, Tenant, forbidden, not_found, reference, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client, counted,
    types::{ApplicationCreate, ServicePrincipalCreate},
};
use roster_server::model::role_templates::ROLE_TEMPLATES;
use serde_json::{Value, json};
use uuid::Uuid;

const ALL: [&str; 2] = ["Application.ReadWrite.All", "Directory.Read.All"];
const OWNED_BY: [&str; 1] = ["Application.ReadWrite.OwnedBy"];

async fn owners(graph: &Client, application: Uuid) -> Vec<Uuid> {
    let listed = graph.list_application_owners().id(application).send().await.unwrap();
    let mut ids: Vec<Uuid> =
        listed.value.iter().map(|owner| owner.id.as_deref().unwrap().parse().unwrap()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn users_and_service_principals_own_applications_and_the_last_one_goes_too() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let application = tenant.application("loans").await;
    let (user, service) = (tenant.user("ada").await, tenant.service_principal("service").await);
    let add =
        async |owner: Uuid| graph.add_application_owner().id(application).body(reference(owner)).send().await;
    for owner in [user, service] {
        add(owner).await.unwrap();
    }
    assert_eq!(owners(&graph, application).await, crate::support::sorted([user, service]));
    let count = graph.count_application_owners().id(application).consistency_level("eventual").send().await;
    assert_eq!(counted(count.unwrap()).await.unwrap(), 2);
    let users = graph.list_application_owners_as_user().id(application).send().await.unwrap();
    assert_eq!(users.value.len(), 1);
    let again =
        "One or more added object references already exist for the following modified properties: 'owners'.";
    assert_eq!(refusal(add(user).await), refused(400, "Request_BadRequest", again));
    let device = add(tenant.device("laptop").await).await;
    assert_eq!(refusal(device), refused(400, "Request_BadRequest", "A device can't be an owner."));
    assert_eq!(refusal(add(Uuid::from_u128(7)).await), not_found(Uuid::from_u128(7)));
    let get = async |owner: Uuid| {
        graph.get_application_owner_reference().id(application).owner_id(owner).send().await
    };
    get(service).await.unwrap();
    for owner in [user, service] {
        graph.remove_application_owner().id(application).owner_id(owner).send().await.unwrap();
        assert_eq!(refusal(get(owner).await), not_found(owner));
    }
    let gone = graph.remove_application_owner().id(application).owner_id(user).send().await;
    assert_eq!(refusal(gone), not_found(application));
    assert!(owners(&graph, application).await.is_empty());
}

#[tokio::test]
async fn service_principals_have_owners_who_see_what_they_own() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All", "Directory.Read.All", "User.Read.All"]).await;
    let (owned, user) = (tenant.service_principal("loans").await, tenant.user("ada").await);
    graph.add_service_principal_owner().id(owned).body(reference(user)).send().await.unwrap();
    let listed = graph.list_service_principal_owners().id(owned).send().await.unwrap();
    assert_eq!(listed.value[0].id.as_deref(), Some(user.to_string().as_str()));
    let expanded = send(tenant.raw(Method::GET, &format!("/servicePrincipals/{owned}?$expand=owners")).await);
    assert_eq!(expanded.await.json()["owners"][0]["id"], user.to_string());
    let of_user =
        graph.list_user_owned_objects_as_service_principal().id(user.to_string()).send().await.unwrap();
    assert_eq!(of_user.value.len(), 1);
    graph.remove_service_principal_owner().id(owned).owner_id(user).send().await.unwrap();
    let left = graph.list_user_owned_objects().id(user.to_string()).send().await.unwrap();
    assert!(left.value.is_empty());
}

#[tokio::test]
async fn a_creation_binds_owners_and_a_user_who_creates_an_application_owns_it() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let bound = |owners: &[Uuid]| {
        let urls =
            owners.iter().map(|owner| format!("https://graph.microsoft.com/v1.0/directoryObjects/{owner}"));
        json!({"displayName": "Loans", "owners@odata.bind": urls.collect::<Vec<_>>()})
    };
    let create = async |token: String, body: Value| {
        let request = tenant.anonymous(Method::POST, "/v1.0/applications").bearer_auth(token).json(&body);
        send(request).await
    };
    let id = |made: &Answer| made.json()["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    let by_ada = tenant.user_token(ada, ALL).await;
    let made = create(by_ada.clone(), bound(&[grace, ada])).await;
    assert_eq!(owners(&graph, id(&made)).await, crate::support::sorted([ada, grace]));
    let by_application = tenant.app_token(ALL).await;
    let made = create(by_application.clone(), bound(&[grace])).await;
    assert_eq!(owners(&graph, id(&made)).await, [grace]);
    let twice = create(by_application.clone(), bound(&[grace, grace])).await;
    assert_eq!(twice.status, 400);
    let absent = create(by_application, bound(&[Uuid::from_u128(7)])).await;
    assert_eq!(absent.refusal(), not_found(Uuid::from_u128(7)));
}

#[tokio::test]
async fn who_creates_an_application_owns_it_where_no_role_lets_the_creator_change_it() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let [plain, administrator, reader] =
        [tenant.user("plain").await, tenant.user("administrator").await, tenant.user("reader").await];
    for (name, holder) in [("Application Administrator", administrator), ("Directory Readers", reader)] {
        let template = ROLE_TEMPLATES.iter().find(|template| template.name == name).unwrap();
        tenant.join(tenant.role(template.id).await, holder).await;
    }
    for (creator, first) in [(plain, vec![plain]), (administrator, vec![]), (reader, vec![reader])] {
        let by = tenant.client_of(creator, ALL).await;
        let body: ApplicationCreate = serde_json::from_value(json!({"displayName": "Loans"})).unwrap();
        let made = by.create_application().body(body).send().await.unwrap();
        let id = made.id.as_deref().unwrap().parse().unwrap();
        assert_eq!(owners(&graph, id).await, first);
        let body: ServicePrincipalCreate = serde_json::from_value(json!({"appId": made.app_id})).unwrap();
        let made = by.create_service_principal().body(body).send().await.unwrap();
        let id: Uuid = made.id.as_deref().unwrap().parse().unwrap();
        let listed = graph.list_service_principal_owners().id(id).send().await.unwrap();
        let listed: Vec<Uuid> =
            listed.value.iter().map(|owner| owner.id.as_deref().unwrap().parse().unwrap()).collect();
        assert_eq!(listed, first);
    }
    let by_itself = tenant.client(ALL).await;
    let body: ApplicationCreate = serde_json::from_value(json!({"displayName": "Loans"})).unwrap();
    let made = by_itself.create_application().body(body).send().await.unwrap();
    assert!(owners(&graph, made.id.as_deref().unwrap().parse().unwrap()).await.is_empty());
}

#[tokio::test]
async fn an_application_that_manages_what_it_owns_changes_nothing_else() {
    let tenant = Tenant::fresh().await;
    let (caller, foreign) = (tenant.service_principal("caller").await, tenant.application("foreign").await);
    let token = tenant.app_token_of(caller, OWNED_BY).await;
    let ask = async |method: Method, path: String, body: Value| {
        let request = tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(&token);
        send(if body.is_null() { request } else { request.json(&body) }).await
    };
    let made = ask(Method::POST, "/applications".into(), json!({"displayName": "Loans"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let own: Uuid = made.json()["id"].as_str().unwrap().parse().unwrap();
    let of = json!({"appId": made.json()["appId"]});
    let service_principal = ask(Method::POST, "/servicePrincipals".into(), of).await;
    assert_eq!(service_principal.status, 201, "{}", service_principal.text);
    let service_principal = service_principal.json()["id"].as_str().unwrap().to_owned();
    let graph = tenant.client(ALL).await;
    assert_eq!(owners(&graph, own).await, [caller]);
    let renamed =
        ask(Method::PATCH, format!("/servicePrincipals/{service_principal}"), json!({"notes": "n"})).await;
    assert_eq!(renamed.status, 204, "{}", renamed.text);
    for (id, status) in [(own, true), (foreign, false)] {
        let path = format!("/applications/{id}");
        assert_eq!(ask(Method::GET, path.clone(), Value::Null).await.status, 200);
        let credential =
            json!({"name": "pipeline", "issuer": "https://ci.example", "subject": "s", "audiences": ["a"]});
        for (method, path, body) in [
            (Method::PATCH, path.clone(), json!({"notes": "n"})),
            (Method::POST, format!("{path}/addPassword"), json!({})),
            (Method::POST, format!("{path}/federatedIdentityCredentials"), credential),
            (Method::DELETE, path, Value::Null),
        ] {
            let answer = ask(method.clone(), path.clone(), body).await;
            match status {
                true => assert!(answer.status.is_success(), "{method} {path}: {}", answer.text),
                false => assert_eq!(answer.refusal(), forbidden(), "{method} {path}"),
            }
        }
    }
    let alone = ask(Method::POST, format!("/applications/{foreign}/owners/$ref"), json!({})).await;
    assert_eq!(alone.status, 403);
    // What was deleted is restored, and what is another's isn't.
    let restore =
        async |id: Uuid| ask(Method::POST, format!("/directory/deletedItems/{id}/restore"), json!({})).await;
    assert_eq!(restore(own).await.status, 200);
    tenant.delete(foreign).await;
    assert_eq!(restore(foreign).await.refusal(), forbidden());
}

#[tokio::test]
async fn an_application_that_manages_what_it_owns_gets_no_hold_of_anothers() {
    let tenant = Tenant::fresh().await;
    let (caller, victim) = (tenant.service_principal("caller").await, tenant.application("victim").await);
    let shown = send(tenant.raw(Method::GET, &format!("/applications/{victim}")).await).await.json();
    let token = tenant.app_token_of(caller, OWNED_BY).await;
    let app_id = shown["appId"].as_str().unwrap();
    let elsewhere = Uuid::from_u128(7).to_string();
    for app_id in [app_id, &elsewhere] {
        let create = tenant.anonymous(Method::POST, "/v1.0/servicePrincipals").bearer_auth(&token);
        assert_eq!(send(create.json(&json!({"appId": app_id}))).await.refusal(), forbidden());
        let path = format!("/v1.0/servicePrincipals(appId='{app_id}')");
        let upsert = tenant.anonymous(Method::PATCH, &path).bearer_auth(&token);
        let upsert = upsert.header("Prefer", "create-if-missing").json(&json!({"displayName": "x"}));
        assert_eq!(send(upsert).await.refusal(), forbidden());
    }
    // Nor does it learn of others by naming them as owners.
    let user = tenant.user("ada").await;
    for owner in [user, Uuid::from_u128(7)] {
        let url = format!("https://graph.microsoft.com/v1.0/directoryObjects/{owner}");
        let body = json!({"displayName": "x", "owners@odata.bind": [url]});
        let create = tenant.anonymous(Method::POST, "/v1.0/applications").bearer_auth(&token).json(&body);
        assert_eq!(send(create).await.refusal(), forbidden());
    }
}

#[tokio::test]
async fn an_application_adds_owners_to_its_own_service_principals_alone() {
    let tenant = Tenant::fresh().await;
    let caller = tenant.service_principal("caller").await;
    let (own, foreign, user) = (
        tenant.service_principal("own").await,
        tenant.service_principal("foreign").await,
        tenant.user("ada").await,
    );
    tenant.own(own, caller).await;
    let token = tenant.app_token_of(caller, ["Application.ReadWrite.OwnedBy", "Directory.Read.All"]).await;
    let add = async |to: Uuid| {
        let path = format!("/v1.0/servicePrincipals/{to}/owners/$ref");
        send(tenant.anonymous(Method::POST, &path).bearer_auth(&token).json(&reference(user))).await
    };
    assert_eq!(add(own).await.status, 204);
    assert_eq!(add(foreign).await.refusal(), forbidden());
}
