//! Tokens for programs on this machine, in the forms of App Service and of the Instance Metadata Service.

use crate::support::{Answer, Server, Tenant, send};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use roster_server::{
    auth::secrets::Secret,
    directory::{self, Policy, applications::Registration, managed_identity},
    model::permissions::Permission,
    store,
};
use serde_json::{Value, json};

/// A tenant on a server of its own, as a server has one identity at most.
pub async fn tenant() -> Tenant {
    // Its threads can't be ended from within a test's.
    let server: &'static Server = Box::leak(Box::new(Server::start(Policy::default(), None)));
    server.tenant().await
}

pub struct Identity {
    pub client_id: String,
    service_principal: String,
    pub secret: Secret,
}

async fn identity(tenant: &Tenant) -> Identity {
    identity_with(tenant, Vec::new()).await
}

/// An identity with these permissions.
pub async fn identity_with(tenant: &Tenant, permissions: Vec<Permission>) -> Identity {
    let secret = Secret::random().unwrap();
    let registration = Registration::new("worker", permissions, &Secret::random().unwrap());
    let (app_id, service_principal) = (registration.app_id, registration.service_principal);
    tenant.register(registration).await;
    let digest = secret.digest();
    let set = move |tx: &store::WriteTx<'_>| managed_identity::set(tx, app_id, &digest);
    let is_set: Result<bool, directory::Error> =
        tenant.server.store.tenant(tenant.store_tenant()).write(set).await;
    assert!(is_set.unwrap());
    Identity { client_id: app_id.to_string(), service_principal: service_principal.to_string(), secret }
}

/// An application whose interface tokens are asked for.
async fn resource(tenant: &Tenant) -> String {
    let registration = Registration::new("interface", Vec::new(), &Secret::random().unwrap());
    let app_id = registration.app_id.to_string();
    tenant.register(registration).await;
    app_id
}

async fn ask(tenant: &Tenant, path: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let request = tenant.anonymous(Method::GET, path).query(query);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

const INSTANCE_METADATA: &str = "/metadata/identity/oauth2/token";
const APP_SERVICE: &str = "/msi/token";
const METADATA: (&str, &str) = ("Metadata", "True");

fn claims(answer: &Value) -> Value {
    let token = answer["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test]
async fn the_instance_metadata_service_gives_the_identitys_tokens_to_whoever_sends_its_header() {
    let tenant = tenant().await;
    let (identity, resource) = (identity(&tenant).await, resource(&tenant).await);
    let upper = identity.client_id.to_uppercase();
    for more in [
        &[][..],
        &[("client_id", &*identity.client_id)],
        &[("client_id", &upper)],
        &[("object_id", &identity.service_principal)],
    ] {
        let query = [&[("api-version", "2018-02-01"), ("resource", &resource)], more].concat();
        let answer = ask(&tenant, INSTANCE_METADATA, &query, &[METADATA]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        let said = answer.json();
        let names: Vec<&String> = said.as_object().unwrap().keys().collect();
        let expected = [
            "access_token",
            "client_id",
            "expires_on",
            "not_before",
            "resource",
            "token_type",
            "expires_in",
            "ext_expires_in",
            "refresh_token",
        ];
        assert_eq!(names, expected);
        assert!(said.as_object().unwrap().values().all(Value::is_string), "each is a text: {said}");
        assert_eq!((&said["resource"], &said["token_type"]), (&json!(resource), &json!("Bearer")));
        assert_eq!((&said["client_id"], &said["expires_in"]), (&json!(identity.client_id), &json!("3599")));
        let number = |name: &str| said[name].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(number("expires_on") - number("not_before"), 3599);
        let claims = claims(&said);
        assert_eq!((&claims["aud"], &claims["appid"]), (&json!(resource), &json!(identity.client_id)));
        assert_eq!(claims["oid"], json!(identity.service_principal));
        assert_eq!(claims["tid"], json!(tenant.id().to_string()));
    }
}

#[tokio::test]
async fn app_service_gives_the_identitys_tokens_to_whoever_has_its_secret() {
    let tenant = tenant().await;
    let (identity, resource) = (identity(&tenant).await, resource(&tenant).await);
    let secret = identity.secret.reveal();
    for (path, by_id) in [
        (APP_SERVICE, ("client_id", &identity.client_id)),
        ("/msi/token/", ("principal_id", &identity.service_principal)),
        (APP_SERVICE, ("object_id", &identity.service_principal)),
    ] {
        let query = [("resource", &*resource), ("api-version", "2019-08-01"), (by_id.0, by_id.1)];
        let answer = ask(&tenant, path, &query, &[("X-IDENTITY-HEADER", secret)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let said = answer.json();
        let names: Vec<&String> = said.as_object().unwrap().keys().collect();
        let expected = ["access_token", "client_id", "expires_on", "not_before", "resource", "token_type"];
        assert_eq!(names, expected);
        said["expires_on"].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(claims(&said)["aud"], json!(resource));
    }
    let first = [("resource", &*resource), ("api-version", "2017-09-01"), ("clientid", &identity.client_id)];
    let answer = ask(&tenant, APP_SERVICE, &first, &[("secret", secret)]).await;
    let said = answer.json();
    let time = said["expires_on"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(time.ends_with(" +00:00") && time.as_bytes()[2] == b'/' && time.len() == 26, "{time}");
}

#[tokio::test]
async fn app_service_refuses_in_its_own_form_whoever_lacks_the_secret_or_asks_for_another_identity() {
    let tenant = tenant().await;
    let (identity, resource) = (identity(&tenant).await, resource(&tenant).await);
    let secret = identity.secret.reveal();
    let right = ("X-IDENTITY-HEADER", secret);
    let base = [("api-version", "2019-08-01"), ("resource", &*resource)];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    let absent = "00000000-0000-4000-8000-000000000000";
    for (query, headers, status, said) in [
        (with(&[]), vec![], 401, "X-IDENTITY-HEADER"),
        (with(&[]), vec![("X-IDENTITY-HEADER", "wrong")], 401, "X-IDENTITY-HEADER"),
        (with(&[]), vec![("X-IDENTITY-HEADER", "")], 401, "X-IDENTITY-HEADER"),
        (with(&[]), vec![("secret", secret)], 401, "X-IDENTITY-HEADER"),
        (with(&[]), vec![right, right], 401, "X-IDENTITY-HEADER"),
        (with(&[]), vec![right, ("X-Forwarded-For", "192.0.2.7")], 400, "X-Forwarded-For"),
        (with(&[]), vec![right, ("Host", "directory.example")], 401, "same machine"),
        (with(&[("client_id", absent)]), vec![right], 400, "No Managed Identity found"),
        (with(&[("object_id", absent)]), vec![right], 400, "No Managed Identity found"),
        (with(&[("mi_res_id", "/subscriptions/x")]), vec![right], 400, "No Managed Identity found"),
        (with(&[("client_id", absent), ("object_id", absent)]), vec![right], 400, "one parameter"),
        (with(&[("resource", "x")]), vec![right], 400, "AADSTS9000411: "),
        (vec![("api-version", "2019-08-01")], vec![right], 400, "'resource'"),
        (vec![("resource", &*resource)], vec![right], 400, "'api-version'"),
        (vec![("resource", &*resource), ("api-version", "2018-02-01")], vec![right], 400, "'api-version'"),
        (
            vec![("resource", "https://nowhere.example"), ("api-version", "2019-08-01")],
            vec![right],
            400,
            "AADSTS500011: ",
        ),
    ] {
        let answer = ask(&tenant, APP_SERVICE, &query, &headers).await;
        let body = answer.json();
        assert_eq!(answer.status, status, "{query:?} {headers:?}: {body}");
        assert_eq!(body["statusCode"], status);
        assert!(body["message"].as_str().unwrap().contains(said), "{said}: {body}");
        assert_eq!(body["correlationId"], answer.headers["request-id"].to_str().unwrap());
        assert!(!answer.text.contains(secret));
    }
}

#[tokio::test]
async fn the_instance_metadata_service_refuses_in_its_own_form() {
    let tenant = tenant().await;
    let resource = resource(&tenant).await;
    let base = [("api-version", "2018-02-01"), ("resource", &*resource)];
    let refusal = async |query: &[(&str, &str)], headers: &[(&str, &str)]| {
        let answer = ask(&tenant, INSTANCE_METADATA, query, headers).await;
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
        (answer.status.as_u16(), text("error"), text("error_description"))
    };
    let not_found = (400, "invalid_request".to_owned(), "Identity not found".to_owned());
    assert_eq!(refusal(&base, &[METADATA]).await, not_found, "no identity is set");
    let identity = identity(&tenant).await;
    let no_metadata =
        (400, "bad_request_102".to_owned(), "Required metadata header not specified".to_owned());
    for headers in [&[][..], &[("Metadata", "yes")], &[("Metadata", "false")], &[METADATA, METADATA]] {
        assert_eq!(refusal(&base, headers).await, no_metadata, "{headers:?}");
    }
    let absent = [("client_id", "00000000-0000-4000-8000-000000000000")];
    assert_eq!(refusal(&[&base[..], &absent].concat(), &[METADATA]).await, not_found);
    let by_other = [("object_id", &*identity.client_id)];
    assert_eq!(refusal(&[&base[..], &by_other].concat(), &[METADATA]).await, not_found);
    let (status, error, _) = refusal(&base, &[METADATA, ("X-Forwarded-For", "127.0.0.1")]).await;
    assert_eq!((status, &*error), (400, "invalid_request"));
    let (status, error, _) = refusal(&base, &[METADATA, ("Host", "directory.example")]).await;
    assert_eq!((status, &*error), (401, "unauthorized_client"));
    let nowhere = [("api-version", "2018-02-01"), ("resource", "https://nowhere.example")];
    let (status, error, said) = refusal(&nowhere, &[METADATA]).await;
    assert_eq!((status, &*error), (400, "invalid_resource"));
    assert!(said.starts_with("AADSTS500011: "), "{said}");
    let (status, error, _) = refusal(&base[1..], &[METADATA]).await;
    assert_eq!((status, &*error), (400, "invalid_request"));
}

#[tokio::test]
async fn an_identity_whose_service_principal_is_disabled_or_deleted_gets_no_tokens() {
    let tenant = tenant().await;
    let (identity, resource) = (identity(&tenant).await, resource(&tenant).await);
    let query = [("api-version", "2018-02-01"), ("resource", &*resource)];
    let path = format!("/servicePrincipals/{}", identity.service_principal);
    let change = tenant.raw(Method::PATCH, &path).await.json(&json!({"accountEnabled": false}));
    assert_eq!(send(change).await.status, 204);
    let refused = ask(&tenant, INSTANCE_METADATA, &query, &[METADATA]).await.json();
    assert_eq!(refused["error"], "unauthorized_client", "{refused}");
    assert_eq!(send(tenant.raw(Method::DELETE, &path).await).await.status, 204);
    let refused = ask(&tenant, INSTANCE_METADATA, &query, &[METADATA]).await.json();
    assert_eq!(refused["error_description"], "Identity not found");
}
