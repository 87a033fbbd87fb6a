//! The client's sources of tokens, one for each grant: what they get works, is renewed when it has ended, and refusals have their numbers.

use crate::{
    client::{Scripted, answer, client, granted},
    http_client, managed_identity,
    sign_in::{
        App, Browser, REDIRECT, answered, device_app,
        on_behalf_of::{Called, called},
        passwords::{BY_PASSWORD, PASSWORD, user},
        tenant_with, web_app,
    },
    support::{Tenant, send},
};
use aws_lc_rs::digest;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use roster_client::{
    AuthorizationCode, Client, ClientApplication, ClientCredentials, DeviceCode, GraphError, ManagedIdentity,
    OnBehalfOf, RefreshToken, TokenError, TokenSource, UsernamePassword,
};
use roster_server::{
    auth::secrets::Secret,
    directory::applications::Registration,
    http::state::{SignInMode, SignInSettings},
    model::{ids::ObjectId, permissions::Permission},
};
use serde_json::json;
use uuid::Uuid;

/// A tenant whose server has a clock of its own. Its users sign in by being chosen.
async fn tenant() -> Tenant {
    tenant_with(SignInSettings { mode: SignInMode::Picker, ..Default::default() }).await
}

/// A client of the tenant's server with tokens of this source.
fn graph(tenant: &Tenant, tokens: impl TokenSource + 'static) -> Client {
    client(tenant.origin(), tokens)
}

fn public(tenant: &Tenant, client_id: &str) -> ClientApplication {
    ClientApplication::new(tenant.origin(), &tenant.id().to_string(), client_id)
}

fn confidential(tenant: &Tenant, app: &App) -> ClientApplication {
    public(tenant, &app.id).client_secret(&app.secret)
}

/// Lets every access token end.
fn end_tokens(tenant: &Tenant) {
    tenant.server.store.clock().advance(2 * 60 * 60);
}

async fn name(graph: &Client) -> String {
    graph.get_me().send().await.unwrap().into_inner().display_name.unwrap()
}

fn number<T>(outcome: Result<T, TokenError>) -> Option<u32> {
    outcome.err().unwrap().aadsts()
}

/// What a browser is led to after somebody has decided at this page.
async fn decide(tenant: &Tenant, url: &str, user: Uuid, decision: &str) -> String {
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(url.strip_prefix(tenant.origin()).unwrap()).await;
    let page = browser.submit(&page, &[("account", &user.to_string())]).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("decision", decision)]).await;
    let page = browser.follow(page).await;
    page.location.unwrap_or_else(|| panic!("{}", page.html))
}

/// A user who has signed in, and the application.
async fn signed_in(tenant: &Tenant) -> (App, RefreshToken) {
    let (app, ada) = (web_app(tenant).await, tenant.user("Ada").await);
    let sign_in = AuthorizationCode::begin(confidential(tenant, &app), REDIRECT, "User.Read").unwrap();
    let led_to = decide(tenant, sign_in.url(), ada, "accept").await;
    let user = sign_in.redeem(http_client::shared(), &led_to).await.unwrap();
    (app, user)
}

#[tokio::test]
async fn an_application_proves_itself_by_assertions_of_its_certificate_each_time() {
    let tenant = tenant().await;
    let registration =
        Registration::new("reader", vec![Permission::GroupReadAll], &Secret::random().unwrap());
    let (object, client_id) = (registration.application, registration.app_id.to_string());
    tenant.register(registration).await;
    let pair = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["client".into()]).unwrap().self_signed(&pair).unwrap();
    let trust = async |keys| {
        let change = tenant.raw(Method::PATCH, &format!("/applications/{object}")).await;
        let changed = send(change.json(&json!({"keyCredentials": keys}))).await;
        assert_eq!(changed.status, 204, "{}", changed.text);
    };
    let key = STANDARD.encode(certificate.der());
    trust(json!([{"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}])).await;

    let mut header = Header::new(Algorithm::ES256);
    header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, certificate.der())));
    let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
    let audience = format!("{}/{}/oauth2/v2.0/token", tenant.origin(), tenant.id());
    let (own, clock) = (client_id.clone(), tenant.server.store.clock().clone());
    let sign = move || {
        let now = clock.now().timestamp();
        let claims = json!({"aud": audience, "iss": own, "sub": own, "jti": ObjectId::random().to_string(),
            "nbf": now, "exp": now + 600});
        std::future::ready(jsonwebtoken::encode(&header, &claims, &key))
    };
    let credentials = ClientCredentials::of(public(&tenant, &client_id).client_assertion(sign));
    let graph = graph(&tenant, credentials);
    assert!(graph.list_groups().send().await.is_ok());
    end_tokens(&tenant);
    assert!(graph.list_groups().send().await.is_ok(), "the assertion is another one");
    trust(json!([])).await;
    end_tokens(&tenant);
    assert!(graph.list_groups().send().await.is_err());
    assert_eq!(number(graph.token().await), Some(700_027));
}

#[tokio::test]
async fn what_makes_no_assertion_is_told() {
    let application = ClientApplication::new("http://127.0.0.1:1", "a-tenant", "an-id");
    let application = application.client_assertion(async || std::fs::read_to_string("/nowhere/token"));
    let failed = graph_of_nobody(ClientCredentials::of(application)).token().await.unwrap_err();
    assert!(failed.to_string().starts_with("no token: no client assertion: "), "{failed}");
}

fn graph_of_nobody(tokens: impl TokenSource + 'static) -> Client {
    client("http://127.0.0.1:1", tokens)
}

#[tokio::test]
async fn a_user_signs_in_by_a_browser_and_stays_signed_in() {
    let tenant = tenant().await;
    let (_, user) = signed_in(&tenant).await;
    let graph = graph(&tenant, user.clone());
    assert_eq!(name(&graph).await, "Ada");
    for _ in 0..3 {
        let before = user.refresh_token().await.unwrap();
        end_tokens(&tenant);
        let names = join_all((0..10).map(|_| name(&graph))).await;
        assert!(names.iter().all(|name| name == "Ada"), "{names:?}");
        assert_ne!(user.refresh_token().await.unwrap(), before, "the next one is kept");
    }
}

#[tokio::test]
async fn a_program_that_keeps_no_secret_signs_a_user_in_by_a_browser_too() {
    let tenant = tenant().await;
    let (app, ada) = (device_app(&tenant).await, tenant.user("Ada").await);
    let here = "http://localhost:5000";
    let sign_in = AuthorizationCode::begin(public(&tenant, &app.id), here, "User.Read").unwrap();
    let led_to = decide(&tenant, sign_in.url(), ada, "accept").await;
    let user = sign_in.redeem(http_client::shared(), &led_to).await.unwrap();
    let graph = graph(&tenant, user);
    assert_eq!(name(&graph).await, "Ada");
    end_tokens(&tenant);
    assert_eq!(name(&graph).await, "Ada");
    assert_eq!(
        number(sign_in.redeem(http_client::shared(), &led_to).await),
        Some(54005),
        "a code counts once"
    );
}

#[tokio::test]
async fn a_sign_in_that_the_user_declines_or_that_is_another_ones_gives_no_tokens() {
    let tenant = tenant().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let begin = || AuthorizationCode::begin(confidential(&tenant, &app), REDIRECT, "User.Read").unwrap();
    let (sign_in, other, http) = (begin(), begin(), http_client::shared());
    let answer = decide(&tenant, sign_in.url(), ada, "cancel").await;
    let declined = sign_in.redeem(http, &answer).await.unwrap_err();
    assert!(matches!(&declined, TokenError::Declined { code, .. } if code == "access_denied"), "{declined}");
    assert_eq!(declined.aadsts(), Some(65004));

    let led_to = decide(&tenant, other.url(), ada, "accept").await;
    let refused = sign_in.redeem(http, &led_to).await.unwrap_err();
    assert_eq!(refused.to_string(), "no token: what the browser came back with has another state");
    let injected = format!("?code={}&state={}", answered(&led_to)["code"], answered(&answer)["state"]);
    assert_eq!(number(sign_in.redeem(http, &injected).await), Some(501_481), "the verifier is another one's");
}

#[tokio::test]
async fn an_id_token_of_another_sign_in_is_refused() {
    let claims = URL_SAFE_NO_PAD.encode(r#"{"nonce":"another"}"#);
    let body = format!(r#"{{"access_token":"a","expires_in":60,"id_token":"e30.{claims}.x"}}"#);
    let authority = Scripted::start([answer("200 OK", &body)]).await;
    let application = ClientApplication::new(&authority.url, "a-tenant", "an-id");
    let sign_in = AuthorizationCode::begin(application, REDIRECT, "User.Read").unwrap();
    let state = &answered(sign_in.url())["state"];
    let outcome = sign_in.redeem(http_client::shared(), &format!("?code=c&state={state}")).await;
    assert_eq!(outcome.err(), Some(TokenError::Failed("the id token has another nonce".into())));
}

#[tokio::test]
async fn a_refresh_token_from_before_gives_tokens_and_one_that_is_none_is_refused() {
    let tenant = tenant().await;
    let (app, user) = signed_in(&tenant).await;
    let before = user.refresh_token().await.unwrap();
    let renewed =
        |token: &str| graph(&tenant, RefreshToken::new(confidential(&tenant, &app), token, "User.Read"));
    assert_eq!(name(&renewed(&before)).await, "Ada");
    assert_eq!(number(renewed("x").token().await), Some(70000));
}

#[tokio::test]
async fn requests_at_once_use_a_refresh_token_once_and_then_the_next_one() {
    let granted = |token: &str, next: &str, seconds: u32| {
        let next = format!(r#""refresh_token":"{next}","#);
        let body = format!(r#"{{"access_token":"{token}",{next}"expires_in":{seconds}}}"#);
        answer("200 OK", &body)
    };
    let authority = Scripted::start([granted("first", "b", 3600), granted("second", "c", 3600)]).await;
    let application = ClientApplication::new(&authority.url, "a-tenant", "an-id");
    let user = RefreshToken::new(application, "a", "User.Read");
    let clients: Vec<Client> = (0..10).map(|_| graph_of_nobody(user.clone())).collect();
    let at_once = || join_all(clients.iter().map(Client::token));
    assert!(at_once().await.iter().all(|token| token.as_deref() == Ok("first")));
    user.forget("first").await;
    assert!(at_once().await.iter().all(|token| token.as_deref() == Ok("second")));
    let asked = authority.asked();
    let used: Vec<bool> = ["refresh_token=a&", "refresh_token=b&"]
        .into_iter()
        .zip(&asked)
        .map(|(field, request)| request.contains(field))
        .collect();
    assert_eq!((asked.len(), used), (2, vec![true, true]), "{asked:?}");
    assert_eq!(user.refresh_token().await.as_deref(), Some("c"));
}

#[tokio::test]
async fn a_renewal_goes_on_where_whoever_began_it_has_stopped_waiting() {
    let body = r#"{"access_token":"first","refresh_token":"b","expires_in":3600}"#;
    let authority = Scripted::start([answer("200 OK", body)]).await;
    let application = ClientApplication::new(&authority.url, "a-tenant", "an-id");
    let user = RefreshToken::new(application, "a", "User.Read");
    let graph = graph_of_nobody(user.clone());
    let begun = futures::poll!(std::pin::pin!(graph.token()));
    assert!(begun.is_pending());
    assert_eq!(graph.token().await.as_deref(), Ok("first"));
    assert_eq!(authority.asked().len(), 1);
}

#[tokio::test]
async fn a_user_without_a_refresh_token_has_to_sign_in_again() {
    let codes =
        r#"{"device_code":"d","user_code":"u","verification_uri":"https://x.example","expires_in":900}"#;
    let authority = Scripted::start([answer("200 OK", codes), granted("only", 3600)]).await;
    let application = ClientApplication::new(&authority.url, "a-tenant", "an-id");
    let http = http_client::shared();
    let device = DeviceCode::begin(http, application, "User.Read").await.unwrap();
    assert_eq!(device.message(), "Open https://x.example and enter u to sign in.");
    let user = device.wait(http).await.unwrap();
    let graph = graph_of_nobody(user.clone());
    assert_eq!(graph.token().await.as_deref(), Ok("only"));
    user.forget("only").await;
    assert_eq!(graph.token().await, Err(TokenError::Ended));
}

#[tokio::test]
async fn a_device_asks_until_its_code_was_entered() {
    let codes = r#"{"device_code":"d","user_code":"u","verification_uri":"https://x.example","expires_in":900,
        "interval":0,"message":"Enter u."}"#;
    let pending = || answer("400 Bad Request", r#"{"error":"authorization_pending"}"#);
    let answers = [answer("200 OK", codes), pending(), pending(), granted("token", 3600)];
    let authority = Scripted::start(answers).await;
    let application = ClientApplication::new(&authority.url, "a-tenant", "an-id");
    let http = http_client::shared();
    let device = DeviceCode::begin(http, application, "User.Read").await.unwrap();
    let user = device.wait(http).await.unwrap();
    assert_eq!(graph_of_nobody(user).token().await.as_deref(), Ok("token"));
    assert_eq!(authority.asked().len(), 4);
}

/// Enters a device's code as this user, who decides so.
async fn enter(tenant: &Tenant, device: &DeviceCode, user: Uuid, decision: &str) {
    let mut browser = Browser::at(tenant.origin());
    let page = device.verification_uri().strip_prefix(tenant.origin()).unwrap();
    let page = browser.get(&format!("{page}?user_code={}", device.user_code())).await;
    let page = browser.submit(&page, &[("account", &user.to_string())]).await;
    let page = browser.follow(page).await;
    browser.submit(&page, &[("decision", decision)]).await;
}

#[tokio::test]
async fn a_user_signs_in_to_a_device_and_stays_signed_in() {
    let tenant = tenant().await;
    let (app, ada, http) = (device_app(&tenant).await, tenant.user("Ada").await, http_client::shared());
    let begin = async || DeviceCode::begin(http, public(&tenant, &app.id), "User.Read").await.unwrap();
    let device = begin().await;
    assert!(device.message().contains(device.user_code()));
    enter(&tenant, &device, ada, "accept").await;
    let user = graph(&tenant, device.wait(http).await.unwrap());
    assert_eq!(name(&user).await, "Ada");
    end_tokens(&tenant);
    assert_eq!(name(&user).await, "Ada");

    let device = begin().await;
    enter(&tenant, &device, ada, "cancel").await;
    assert_eq!(number(device.wait(http).await), Some(70017), "the user declined");
    let device = begin().await;
    end_tokens(&tenant);
    assert_eq!(number(device.wait(http).await), Some(70020), "nobody entered it in time");
    let unknown = public(&tenant, &Uuid::nil().to_string());
    assert_eq!(number(DeviceCode::begin(http, unknown, "User.Read").await), Some(700_016));
}

#[tokio::test]
async fn a_service_acts_for_the_user_who_called_it_and_goes_on_by_its_refresh_token() {
    let tenant = tenant().await;
    let Called { interface, assertion } = called(&tenant).await;
    let for_caller =
        |scope: &str| graph(&tenant, OnBehalfOf::new(confidential(&tenant, &interface), &assertion, scope));
    let (short, long) = (for_caller("User.Read"), for_caller("User.Read offline_access"));
    assert_eq!((name(&short).await, name(&long).await), ("Ada".into(), "Ada".into()));
    end_tokens(&tenant);
    assert_eq!(name(&long).await, "Ada");
    let error: GraphError = short.get_me().send().await.unwrap_err().into();
    assert!(matches!(&error, GraphError::Refused(said) if said.status == 401), "{error}");
    assert_eq!(number(short.token().await), Some(500_133), "the caller's own token has ended");
}

#[tokio::test]
async fn a_user_signs_in_by_name_and_password_where_that_is_allowed() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = device_app(&tenant).await;
    let ada = user(&tenant, "ada", json!({"password": PASSWORD})).await;
    let by = |password| {
        graph(&tenant, UsernamePassword::new(public(&tenant, &app.id), &ada, password, "User.Read"))
    };
    let graph = by(PASSWORD);
    assert_eq!(number(graph.token().await), Some(65001), "nobody has consented");
    let sign_in =
        AuthorizationCode::begin(public(&tenant, &app.id), "http://localhost", "User.Read").unwrap();
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(sign_in.url().strip_prefix(tenant.origin()).unwrap()).await;
    let page = browser.submit(&page, &[("username", &ada), ("password", PASSWORD)]).await;
    let page = browser.follow(page).await;
    browser.submit(&page, &[("decision", "accept")]).await;
    assert_eq!(name(&graph).await, "ada");
    end_tokens(&tenant);
    assert_eq!(name(&graph).await, "ada");
    assert_eq!(number(by("wrong").token().await), Some(50126));
}

#[tokio::test]
async fn a_program_gets_the_tokens_of_the_machines_identity_in_both_forms() {
    let tenant = managed_identity::tenant().await;
    let identity = managed_identity::identity_with(&tenant, vec![Permission::GroupReadAll]).await;
    let endpoint = format!("{}/msi/token", tenant.origin());
    let app_service = ManagedIdentity::app_service(&endpoint, identity.secret.reveal());
    assert!(!format!("{app_service:?}").contains(identity.secret.reveal()));
    let instance_metadata = ManagedIdentity::instance_metadata(tenant.origin());
    for source in [app_service, instance_metadata] {
        let (graph_itself, named) = (source.clone(), source.clone().client_id(&identity.client_id));
        for source in [graph_itself, named] {
            let graph = graph(&tenant, source);
            assert!(graph.list_groups().send().await.is_ok());
            assert_eq!(graph.token().await, graph.token().await, "it is kept");
            end_tokens(&tenant);
            assert!(graph.list_groups().send().await.is_ok());
        }
        let nowhere = graph(&tenant, source.clone().resource("https://nowhere.example"));
        assert_eq!(number(nowhere.token().await), Some(500_011));
        let another = graph(&tenant, source.client_id(&Uuid::nil().to_string()));
        let refused = another.token().await.unwrap_err().to_string();
        assert!(refused.starts_with("no token: 400"), "{refused}");
    }
    let stranger = graph(&tenant, ManagedIdentity::app_service(&endpoint, "x"));
    let refused = stranger.token().await.unwrap_err().to_string();
    assert!(refused.starts_with("no token: 401: The header 'X-IDENTITY-HEADER'"), "{refused}");
}
