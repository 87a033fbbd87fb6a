//! Connections over TLS: every URL in a response has the connection's scheme. No socket is needed: the tests put into a request
//! what the transport would.

use crate::support;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, header, uri::Scheme},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use roster_server::{
    auth::keys::{self, Keys},
    http::{
        self,
        state::{Addresses, AppState, Settings},
        transport::App,
    },
    model::{ids::TenantId, permissions::Permission},
    store::{Durability, Options, Store},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

const HOST: &str = "directory.example:8443";

/// A server with one tenant, which listens nowhere.
struct Server<A> {
    app: A,
    tenant: TenantId,
    key: EncodingKey,
    _folder: TempDir,
}

async fn server(public_url: Option<&str>) -> Server<impl App> {
    let folder = tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = Options { durability: Durability::Ephemeral, ..Options::default() };
    let store = Store::open(folder.path(), options).unwrap();
    let tenant = TenantId::random();
    store.create_tenant(tenant, vec!["contoso.example".parse().unwrap()], support::fill).await.unwrap();
    let pem = keys::generate().unwrap();
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let settings = Settings { public_url: public_url.map(str::to_owned), ..Settings::default() };
    let addresses = Addresses { http: None, https: Some("0.0.0.0:8443".parse().unwrap()) };
    let state = AppState::new(store, move || Keys::from_pem(&pem), addresses, settings);
    Server { app: http::app(state), tenant, key, _folder: folder }
}

impl<A: App> Server<A> {
    /// A token for this audience, of an application that may do everything.
    fn token(&self, audience: &str) -> String {
        let roles: Vec<_> = Permission::ALL.iter().map(|permission| permission.name()).collect();
        let claims = json!({"aud": audience, "exp": 4_000_000_000_u32, "idtyp": "app", "roles": roles,
            "tid": self.tenant.to_string()});
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key).unwrap()
    }

    /// What comes back over TLS: headers, and the body as JSON.
    async fn ask(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, HeaderMap, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(Scheme::HTTPS);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, headers, serde_json::from_slice(&text).unwrap_or_default())
    }
}

/// Every URL of such a server's begins with this origin.
async fn names_itself(server: &Server<impl App>, origin: &str) {
    let token = server.token("https://graph.microsoft.com");
    let mut created = Vec::new();
    for name in ["readers", "writers"] {
        let group =
            json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true});
        let (status, headers, body) = server.ask("POST", "/v1.0/groups", &token, group).await;
        let id = body["id"].as_str().unwrap();
        assert_eq!(status, 201, "{body}");
        assert_eq!(headers["location"], format!("{origin}/v1.0/groups/{id}"));
        assert_eq!(body["@odata.context"], format!("{origin}/v1.0/$metadata#groups/$entity"));
        created.push(id.to_owned());
    }
    let member = json!({"@odata.id": format!("https://{HOST}/v1.0/groups/{}", created[1])});
    let members = format!("/v1.0/groups/{}/members/$ref", created[0]);
    assert_eq!(server.ask("POST", &members, &token, member).await.0, 204);
    let (.., references) = server.ask("GET", &members, &token, Value::Null).await;
    let reference = &references["value"][0]["@odata.id"];
    assert_eq!(*reference, format!("{origin}/v1.0/directoryObjects/{}", created[1]));

    let (.., page) = server.ask("GET", "/v1.0/groups?$top=1", &token, Value::Null).await;
    let next = page["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with(&format!("{origin}/v1.0/groups?")), "{next}");

    let discovery = format!("/{}/v2.0/.well-known/openid-configuration", server.tenant);
    let (.., discovery) = server.ask("GET", &discovery, "", Value::Null).await;
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        let url = discovery[name].as_str().unwrap();
        assert!(url.starts_with(&format!("{origin}/{}/", server.tenant)), "{name}: {url}");
    }
    let (status, headers, _) = server.ask("GET", "/v1.0/groups", "", Value::Null).await;
    let challenge = headers["www-authenticate"].to_str().unwrap();
    let names_it = challenge.contains(&format!("authorization_uri=\"{origin}/common/oauth2/authorize\""));
    assert_eq!((status, names_it), (401, true), "{challenge}");
}

#[tokio::test]
async fn over_tls_every_url_is_one_of_https() {
    names_itself(&server(None).await, &format!("https://{HOST}")).await;
}

#[tokio::test]
async fn a_public_url_is_named_whatever_the_connection() {
    names_itself(&server(Some("http://proxy.example/")).await, "http://proxy.example").await;
}

#[tokio::test]
async fn over_tls_the_servers_own_origins_as_audiences_are_those_of_https() {
    let server = server(None).await;
    for (audience, status) in [
        ("https://localhost:8443", 200),
        ("https://127.0.0.1:8443/", 200),
        ("http://localhost:8443", 401),
        ("https://localhost", 401),
    ] {
        let token = server.token(audience);
        assert_eq!(server.ask("GET", "/v1.0/groups", &token, Value::Null).await.0, status, "{audience}");
    }
}

#[tokio::test]
async fn the_contract_names_the_server_that_it_comes_from() {
    let server = server(None).await;
    let (status, headers, _) = server.ask("GET", "/docs", "", Value::Null).await;
    assert_eq!(status, 308);
    assert_eq!(headers["location"], "/docs/");
    let (.., contract) = server.ask("GET", "/openapi.json", "", Value::Null).await;
    assert_eq!(contract["servers"][0]["variables"]["origin"]["default"], format!("https://{HOST}"));
    let flows = &contract["components"]["securitySchemes"]["oauth2"]["flows"];
    let token_url = format!("https://{HOST}/common/oauth2/v2.0/token");
    assert_eq!(flows["clientCredentials"]["tokenUrl"], token_url);
}
