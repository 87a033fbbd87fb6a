//! Signing in: what a browser sees, what clients get for it, and how they may not.

mod assertions;
mod assignments;
mod authorize;
mod claims;
mod codes;
mod consent;
mod device_codes;
mod forms;
mod hints;
pub mod on_behalf_of;
mod pages;
pub mod passwords;
mod refresh_tokens;
mod userinfo;

pub use crate::browser::{Browser, Page};
use crate::support::{Answer, Server, Tenant, send};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
pub use roster_server::http::state::{SignInMode, SignInSettings};
use roster_server::{auth::secrets::Secret, directory::applications::Registration};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Where the clients of these tests have their answers sent.
pub const REDIRECT: &str = "https://client.example/auth";

/// A verifier, and what a client sends of it before.
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-standard";

pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()))
}

/// A client of a fresh tenant's.
pub struct App {
    pub object: String,
    pub id: String,
    pub secret: String,
}

/// Registers an application with these values, its service principal and a secret.
pub async fn app(tenant: &Tenant, values: Value) -> App {
    let secret = Secret::random().unwrap();
    let registration = Registration::new("Loans", Vec::new(), &secret);
    let (object, id) = (registration.application.to_string(), registration.app_id.to_string());
    tenant.register(registration).await;
    let change = tenant.raw(Method::PATCH, &format!("/applications/{object}")).await.json(&values);
    let changed = send(change).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    App { object, id, secret: secret.reveal().to_owned() }
}

/// One on a server, with a redirect URI.
pub async fn web_app(tenant: &Tenant) -> App {
    app(tenant, json!({"web": {"redirectUris": [REDIRECT]}})).await
}

/// One that is a page.
pub async fn page_app(tenant: &Tenant) -> App {
    app(tenant, json!({"spa": {"redirectUris": [REDIRECT]}})).await
}

/// One on a device.
pub async fn device_app(tenant: &Tenant) -> App {
    app(
        tenant,
        json!({"isFallbackPublicClient": true, "publicClient": {"redirectUris": ["http://localhost"]}}),
    )
    .await
}

/// The query of a request for a code.
pub fn query(app: &App, more: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut fields: HashMap<&str, &str> = HashMap::from([
        ("client_id", app.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile offline_access User.Read"),
        ("state", "a state & more"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    fields.extend(more.iter().copied());
    fields.retain(|_, value| !value.is_empty());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The path of a tenant's authorization endpoint, with this query.
pub fn authorize(tenant: &Tenant, query: &str) -> String {
    format!("/{}/oauth2/v2.0/authorize?{query}", tenant.id())
}

/// The fields of an answer that a browser was sent away with.
pub fn answered(location: &str) -> HashMap<String, String> {
    let (_, fields) = location.split_once(['?', '#']).unwrap();
    url::form_urlencoded::parse(fields.as_bytes()).into_owned().collect()
}

/// Signs a user in, who consents, and gives the code that comes of it.
pub async fn sign_in(tenant: &Tenant, app: &App, user: Uuid, more: &[(&str, &str)]) -> (Browser, String) {
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(tenant, &query(app, more))).await;
    let page = browser.submit(&page, &[("account", &user.to_string())]).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("decision", "accept")]).await;
    let page = browser.follow(page).await;
    let location = page.location.unwrap_or_else(|| panic!("{}", page.html));
    let code = answered(&location).remove("code").unwrap_or_else(|| panic!("{location}"));
    (browser, code)
}

/// The value of a hidden field of a page's form.
pub fn field(page: &Page, name: &str) -> String {
    page.form().1.into_iter().find(|(own, _)| own == name).unwrap().1
}

/// Asks the token endpoint.
pub async fn token(tenant: &Tenant, form: &[(&str, &str)]) -> Answer {
    token_from(tenant, None, form).await
}

/// The same as a page of this origin, by whose browser it is said.
pub async fn token_from(tenant: &Tenant, origin: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let path = format!("/{}/oauth2/v2.0/token", tenant.id());
    let request = tenant.anonymous(Method::POST, &path).form(form);
    send(origin.into_iter().fold(request, |request, origin| request.header("origin", origin))).await
}

/// The fields by which a client on a server redeems a code.
pub fn redemption<'a>(app: &'a App, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_info", "1"),
    ]
}

/// Fields with another value of one of them, or without it.
pub fn changed<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = fields.to_vec();
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields.retain(|field| !field.1.is_empty());
    fields
}

/// What a token says, whoever signed it.
pub fn claims(token: &Value) -> Value {
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// What was refused: status, error and Entra's number.
pub fn fault(answer: &Answer) -> (u16, String, u64) {
    let body = answer.json();
    let error = body["error"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    (answer.status.as_u16(), error, body["error_codes"][0].as_u64().unwrap())
}

/// One of those, to compare with.
pub fn faulty(status: u16, error: &str, number: u64) -> (u16, String, u64) {
    (status, error.to_owned(), number)
}

/// Makes a user one who may let clients act for everybody.
pub async fn make_administrator(tenant: &Tenant, user: Uuid) {
    let role = tenant.role("62e90394-69f5-4237-9190-012177145e10").await;
    tenant.join(role, user).await;
}

/// A server of its own with these settings for signing in, and a tenant of it.
pub async fn tenant_with(sign_in: SignInSettings) -> Tenant {
    let settings = roster_server::http::state::Settings { sign_in, ..Default::default() };
    let server = Server::start_with(settings, roster_server::http::transport::Limits::default());
    // Its threads can't be ended from within a test's.
    Box::leak(Box::new(server)).tenant().await
}
