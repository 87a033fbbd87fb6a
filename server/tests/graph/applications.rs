//! `/applications`: their life, and what their service principals say of them.

use crate::support::{Answer, Tenant, not_found, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client, Patch, Replace,
    types::{ApplicationCreate, ApplicationUpdate, ServicePrincipalCreate, ServicePrincipalUpdate},
};
use roster_server::model::kinds::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_application_is_created_without_a_service_principal_and_deleted_with_it() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let create = || ApplicationCreate::builder().display_name("Loans".to_owned());
    let created = graph.create_application().body(create()).send().await.unwrap().into_inner();
    let app_id = created.app_id.unwrap();
    assert_eq!(created.display_name.as_deref(), Some("Loans"));
    assert_eq!(created.sign_in_audience.as_deref(), Some("AzureADMyOrg"));
    assert_eq!(created.publisher_domain, Some(tenant.domain()));
    assert!(created.created_date_time.is_some());
    let twin = graph.create_application().body(create()).send().await.unwrap().into_inner();
    assert_ne!(twin.app_id.as_ref(), Some(&app_id), "each has a client id of its own");
    let service_principals = graph.list_service_principals().send().await.unwrap().into_inner().value;
    assert!(service_principals.iter().all(|one| one.app_id.as_ref() != Some(&app_id)));

    let service_principal = ServicePrincipalCreate::builder().app_id(app_id);
    let service_principal = graph.create_service_principal().body(service_principal).send().await.unwrap();
    let [id, service_principal]: [Uuid; 2] =
        [created.id, service_principal.into_inner().id].map(|id| id.unwrap().parse().unwrap());
    graph.delete_application().id(id).send().await.unwrap();
    assert_eq!(refusal(graph.get_application().id(id).send().await), not_found(id));
    let gone = graph.get_service_principal().id(service_principal).send().await;
    assert_eq!(refusal(gone), not_found(service_principal));
    assert_eq!(refusal(graph.delete_application().id(id).send().await), not_found(id));
    assert_eq!(graph.list_applications().send().await.unwrap().value.len(), 1, "the twin stays");
}

#[tokio::test]
async fn a_service_principal_says_of_its_application_what_that_has_become() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let create = ApplicationCreate::builder()
        .display_name("Loans".to_owned())
        .description(Some("Lends books.".parse().unwrap()))
        .tags(texts(&["books", "loans"]));
    let created = graph.create_application().body(create).send().await.unwrap().into_inner();
    let create =
        ServicePrincipalCreate::builder().app_id(created.app_id.unwrap()).tags(texts(&["desk", "books"]));
    let of = graph.create_service_principal().body(create).send().await.unwrap().into_inner();
    let [id, of]: [Uuid; 2] = [created.id, of.id].map(|id| id.unwrap().parse().unwrap());
    let says = async || {
        let select = "displayName,appDisplayName,appDescription,signInAudience,tags";
        let read = graph.get_service_principal().id(of).select(select).send().await.unwrap().into_inner();
        assert_eq!(read.display_name, read.app_display_name);
        (read.app_display_name.unwrap(), read.app_description, read.sign_in_audience.unwrap(), read.tags)
    };
    let (name, description, audience, has) = says().await;
    assert_eq!((name.as_str(), description.as_deref()), ("Loans", Some("Lends books.")));
    assert_eq!((audience.as_str(), has), ("AzureADMyOrg", texts(&["desk", "books", "loans"])));

    let own = ServicePrincipalUpdate::builder().tags(Some(Replace(texts(&["desk"]))));
    graph.update_service_principal().id(of).body(own).send().await.unwrap();
    let update = ApplicationUpdate::builder()
        .display_name(Some("Books".parse().unwrap()))
        .description(Patch::Null)
        .sign_in_audience(Some("AzureADMultipleOrgs".parse().unwrap()))
        .tags(Some(Replace(texts(&["books", "shelves"]))));
    graph.update_application().id(id).body(update).send().await.unwrap();
    let (name, description, audience, has) = says().await;
    assert_eq!((name.as_str(), description.as_deref()), ("Books", None));
    assert_eq!((audience.as_str(), has), ("AzureADMultipleOrgs", texts(&["desk", "shelves"])));
    // What is the application's is changed there, and nowhere else.
    let elsewhere = ServicePrincipalUpdate::builder().display_name(Patch::Set("Desk".to_owned()));
    let refused_as = "Property displayName on the service principal does not match the application object.";
    let changed = graph.update_service_principal().id(of).body(elsewhere).send().await;
    assert_eq!(refusal(changed), refused(400, "Request_BadRequest", refused_as));
    let same = ServicePrincipalUpdate::builder().display_name(Patch::Set("Books".to_owned()));
    graph.update_service_principal().id(of).body(same).send().await.unwrap();
}

/// An application with these tags, and its service principal.
async fn with_service_principal(graph: &Client, tags: Vec<String>) -> (Uuid, Uuid, String) {
    let create = ApplicationCreate::builder().display_name("Loans".to_owned()).tags(tags);
    let created = graph.create_application().body(create).send().await.unwrap().into_inner();
    let app_id = created.app_id.unwrap();
    let of = ServicePrincipalCreate::builder().app_id(app_id.clone());
    let of = graph.create_service_principal().body(of).send().await.unwrap().into_inner();
    let [id, of] = [created.id, of.id].map(|id| id.unwrap().parse().unwrap());
    (id, of, app_id)
}

async fn restore(tenant: &Tenant, id: Uuid) {
    let path = format!("/directory/deletedItems/{id}/restore");
    let restored = send(tenant.raw(Method::POST, &path).await).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
}

#[tokio::test]
async fn a_restored_service_principal_says_of_its_application_what_that_is_by_then() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let (id, of, _) = with_service_principal(&graph, texts(&["books"])).await;
    graph.delete_service_principal().id(of).send().await.unwrap();
    let change = ApplicationUpdate::builder()
        .display_name("Lending".to_owned())
        .description(Patch::Set("Lends more.".to_owned()))
        .tags(Replace(texts(&["loans"])));
    graph.update_application().id(id).body(change).send().await.unwrap();
    restore(&tenant, of).await;
    let select = "displayName,appDisplayName,appDescription,tags";
    let read = graph.get_service_principal().id(of).select(select).send().await.unwrap().into_inner();
    assert_eq!(read.app_display_name.as_deref(), Some("Lending"));
    assert_eq!(read.app_description.as_deref(), Some("Lends more."));
    assert_eq!(read.tags, texts(&["books", "loans"]));
    assert_eq!(read.display_name.as_deref(), Some("Lending"));

    graph.delete_service_principal().id(of).send().await.unwrap();
    let change = ApplicationUpdate::builder().description(Patch::Null);
    graph.update_application().id(id).body(change).send().await.unwrap();
    restore(&tenant, of).await;
    let read = graph.get_service_principal().id(of).select(select).send().await.unwrap();
    assert_eq!(read.app_description, None);
}

#[tokio::test]
async fn a_restored_application_is_told_of_by_the_service_principal_that_there_is() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let (id, of, app_id) = with_service_principal(&graph, texts(&["books"])).await;
    graph.delete_application().id(id).send().await.unwrap();
    let another = ServicePrincipalCreate::builder().app_id(app_id);
    let another = graph.create_service_principal().body(another).send().await.unwrap().into_inner();
    assert_ne!(another.id, Some(of.to_string()));
    assert_eq!(another.app_display_name, None);
    restore(&tenant, id).await;
    let another: Uuid = another.id.unwrap().parse().unwrap();
    let select = "appDisplayName,tags,appOwnerOrganizationId";
    let read = graph.get_service_principal().id(another).select(select).send().await.unwrap().into_inner();
    assert_eq!((read.app_display_name.as_deref(), read.tags), (Some("Loans"), texts(&["books"])));
    assert_eq!(read.app_owner_organization_id, Some(tenant.id().to_string()));
}

#[tokio::test]
async fn a_service_principal_takes_its_applications_tags_as_long_as_it_takes_any() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let many = |word: &str, count| (0..count).map(|number| format!("{word}{number}")).collect::<Vec<_>>();
    let (id, of, _) = with_service_principal(&graph, many("first", 200)).await;
    let change = ApplicationUpdate::builder().tags(Replace(many("second", 250)));
    graph.update_application().id(id).body(change).send().await.unwrap();
    let read = graph.get_service_principal().id(of).select("tags").send().await.unwrap().into_inner();
    assert_eq!(read.tags, [many("first", 200), many("second", 50)].concat());
    graph.delete_service_principal().id(of).send().await.unwrap();
    restore(&tenant, of).await;
    let read = graph.get_service_principal().id(of).select("tags").send().await.unwrap().into_inner();
    assert_eq!(read.tags.len(), 250);
}

#[tokio::test]
async fn the_client_id_is_not_the_callers_to_choose() {
    let tenant = Tenant::fresh().await;
    let body = serde_json::json!({"displayName": "Loans", "appId": Uuid::from_u128(7)});
    let create = tenant.raw(Method::POST, "/applications").await.json(&body);
    let read_only = "Property 'appId' is read-only and cannot be set.";
    assert_eq!(send(create).await.refusal(), refused(400, "Request_BadRequest", read_only));
}

async fn patch(tenant: &Tenant, path: &str, body: Value) -> Answer {
    send(tenant.raw(Method::PATCH, path).await.json(&body)).await
}

async fn read(tenant: &Tenant, path: &str) -> Value {
    send(tenant.raw(Method::GET, path).await).await.json()
}

async fn created(tenant: &Tenant, body: Value) -> Value {
    let answer = send(tenant.raw(Method::POST, "/applications").await.json(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn what_an_application_declares_its_service_principal_has_too() {
    let tenant = Tenant::fresh().await;
    let (read_id, write_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let new = created(
        &tenant,
        json!({
            "displayName": "Loans", "identifierUris": ["api://loans"], "appRoles": [
                {"id": read_id, "value": "Loans.Read", "isEnabled": true, "allowedMemberTypes": ["application"]}],
            "web": {"redirectUris": ["https://loans.example/in"], "homePageUrl": "https://loans.example",
                "implicitGrantSettings": {"enableIdTokenIssuance": true}},
            "publicClient": {"redirectUris": ["loans://in", "http://localhost"]},
            "info": {"supportUrl": "https://loans.example/help"},
        }),
    )
    .await;
    assert_eq!(new["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"], false);
    assert_eq!(new["spa"], json!({"redirectUris": []}));
    let app_id = new["appId"].as_str().unwrap();
    let body = json!({"appId": app_id});
    let of = send(tenant.raw(Method::POST, "/servicePrincipals").await.json(&body)).await.json();
    let path = format!("/servicePrincipals/{}?$select=*", of["id"].as_str().unwrap());
    let has = read(&tenant, &path).await;
    assert_eq!(has["servicePrincipalNames"], json!([app_id, "api://loans"]));
    assert_eq!(has["replyUrls"], json!(["https://loans.example/in", "loans://in", "http://localhost"]));
    assert_eq!((&has["homepage"], &has["logoutUrl"]), (&"https://loans.example".into(), &Value::Null));
    assert_eq!(has["info"]["supportUrl"], "https://loans.example/help");
    let role = &has["appRoles"][0];
    assert_eq!((&role["value"], &role["origin"]), (&"Loans.Read".into(), &"Application".into()));

    let application = format!("/applications/{}", new["id"].as_str().unwrap());
    let scope = json!({"id": write_id, "value": "Loans.Write", "isEnabled": true, "type": "Admin"});
    let change = json!({"api": {"oauth2PermissionScopes": [scope]}, "identifierUris": [],
        "web": {"logoutUrl": "https://loans.example/out", "implicitGrantSettings": {"enableAccessTokenIssuance": true}}});
    assert_eq!(patch(&tenant, &application, change).await.status, 204);
    let has = read(&tenant, &path).await;
    assert_eq!(has["servicePrincipalNames"], json!([app_id]));
    assert_eq!(has["oauth2PermissionScopes"][0]["value"], "Loans.Write");
    assert_eq!(
        (&has["homepage"], &has["logoutUrl"]),
        (&"https://loans.example".into(), &"https://loans.example/out".into())
    );
    let settings = &read(&tenant, &application).await["web"]["implicitGrantSettings"];
    assert_eq!(*settings, json!({"enableAccessTokenIssuance": true, "enableIdTokenIssuance": true}));
    let enabled = patch(&tenant, &application, json!({"api": {"oauth2PermissionScopes": []}})).await;
    assert_eq!(enabled.refusal().1, "CannotDeleteOrUpdateEnabledEntitlement");
    let enabled = patch(&tenant, &application, json!({"appRoles": []})).await;
    assert_eq!(enabled.refusal().1, "CannotDeleteOrUpdateEnabledEntitlement");
}

#[tokio::test]
async fn what_was_stored_before_a_rule_was_refuses_no_other_change() {
    let tenant = Tenant::fresh().await;
    let twice = ["https://loans.example/in", "https://loans.example/in"];
    let old = json!({
        "displayName": "Loans", "appId": Uuid::from_u128(5), "identifierUris": ["api://loans", "api://loans"],
        "signInAudience": "PersonalMicrosoftAccount", "web": {"redirectUris": twice},
        "optionalClaims": {"idToken": [{"essential": true}]}, "requiredResourceAccess": [{"resourceAccess": []}],
    });
    let id = tenant.object_with(ObjectKind::Application, old).await;
    let application = format!("/applications/{id}");
    assert_eq!(patch(&tenant, &application, json!({"notes": "old"})).await.status, 204);
    assert_eq!(read(&tenant, &application).await["notes"], "old");
    for (name, value) in [
        ("identifierUris", json!(["api://lent", "api://lent"])),
        ("signInAudience", "AzureADandPersonalMicrosoftAccount".into()),
        ("web", json!({"redirectUris": [twice[0], twice[0], "https://loans.example"]})),
        ("optionalClaims", json!({"accessToken": [{"essential": true}]})),
        (
            "requiredResourceAccess",
            json!([{"resourceAppId": null, "resourceAccess": []}, {"resourceAccess": []}]),
        ),
    ] {
        assert_eq!(patch(&tenant, &application, json!({name: value})).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn identifier_uris_are_of_one_application_and_of_the_tenants_domains() {
    let tenant = Tenant::fresh().await;
    let own = format!("https://books.{}/api", tenant.domain());
    let first = created(&tenant, json!({"displayName": "a", "identifierUris": ["api://Books", own]})).await;
    let second = created(&tenant, json!({"displayName": "b"})).await;
    let of = |application: &Value| format!("/applications/{}", application["id"].as_str().unwrap());
    let taken = "Another object with the same value for property identifierUris already exists.";
    for uri in ["api://books", &own.to_uppercase().replace("HTTPS", "https")] {
        let answer = patch(&tenant, &of(&second), json!({"identifierUris": [uri]})).await;
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", taken), "{uri}");
    }
    for bad in [
        "https://elsewhere.example/api",
        &format!("https://{}.elsewhere.example/api", tenant.domain()),
        &format!("https://x{}/api", tenant.domain()),
        "urn:books",
        "api://",
        "api://a b",
        "api://books#1",
        "api://*",
        "api://books/",
        "books",
    ] {
        let answer = patch(&tenant, &of(&second), json!({"identifierUris": [bad]})).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    assert_eq!(read(&tenant, &of(&second)).await["identifierUris"], json!([]));

    // A deleted application leaves its URIs to others, and is restored only if they are free.
    let delete = tenant.raw(Method::DELETE, &of(&first)).await;
    assert_eq!(send(delete).await.status, 204);
    assert_eq!(patch(&tenant, &of(&second), json!({"identifierUris": ["api://books"]})).await.status, 204);
    let restore = format!("/directory/deletedItems/{}/restore", first["id"].as_str().unwrap());
    let restored = send(tenant.raw(Method::POST, &restore).await).await;
    assert_eq!(restored.refusal(), refused(400, "Request_BadRequest", taken));
    assert_eq!(patch(&tenant, &of(&second), json!({"identifierUris": []})).await.status, 204);
    assert_eq!(send(tenant.raw(Method::POST, &restore).await).await.status, 200);
    let answer = patch(&tenant, &of(&second), json!({"identifierUris": ["api://books"]})).await;
    assert_eq!(answer.refusal().0, 400, "it is the restored one's again");
}

#[tokio::test]
async fn redirect_uris_are_safe_for_their_kind_of_client() {
    let tenant = Tenant::fresh().await;
    let application = created(&tenant, json!({"displayName": "a"})).await;
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let status = async |kind: &str, uri: &str| {
        patch(&tenant, &path, json!({kind: {"redirectUris": [uri]}})).await.status.as_u16()
    };
    for uri in [
        "https://a.example",
        "https://a.example:8443/in?x=1",
        "http://localhost",
        "http://localhost:5000/in",
        "http://127.0.0.1/in",
        "http://[::1]:80/",
    ] {
        for kind in ["web", "spa", "publicClient"] {
            assert_eq!(status(kind, uri).await, 204, "{kind} {uri}");
        }
    }
    for uri in [
        "http://a.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "https://*.a.example",
        "https://a.example/#x",
        "https://",
        "https:///a",
        "https://a.example\\@evil.example",
        "https://u@a.example",
        "//a.example",
        "/in",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a.example/ x",
        "",
    ] {
        for kind in ["web", "spa", "publicClient"] {
            assert_eq!(status(kind, uri).await, 400, "{kind} {uri}");
        }
    }
    for uri in ["loans://in", "ms-appx-web://Microsoft.AAD.BrokerPlugin/x", "urn:ietf:wg:oauth:2.0:oob"] {
        assert_eq!(status("publicClient", uri).await, 204, "{uri}");
        assert_eq!((status("web", uri).await, status("spa", uri).await), (400, 400), "{uri}");
    }
    let many = |count: usize| (0..count).map(|n| format!("https://a.example/{n}")).collect::<Vec<_>>();
    let all = |web: usize, spa: usize| {
        json!({"web": {"redirectUris": many(web)}, "spa": {"redirectUris": many(spa)},
        "publicClient": {"redirectUris": []}})
    };
    assert_eq!(patch(&tenant, &path, all(200, 56)).await.status, 204);
    assert_eq!(patch(&tenant, &path, all(200, 57)).await.status, 400);
}
