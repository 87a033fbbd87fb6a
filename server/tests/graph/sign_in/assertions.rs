//! Assertions: clients that prove who they are by a certificate, or by another issuer's token.

use super::{App, changed, fault, faulty, tenant_with, token, web_app};
use crate::{
    client_certificates::Credential,
    support::{Answer, Tenant, send},
};
use futures::future::join_all;
use jsonwebtoken::{Algorithm, Header};
use reqwest::Method;
use roster_server::{
    http::state::{SignInMode, SignInSettings},
    model::ids::ObjectId,
    store::{WriteTx, federated_issuers, federated_issuers::IssuerKeys},
};
use serde_json::{Value, json};

const SCOPE: &str = "https://graph.microsoft.com/.default";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Has an application have these certificates and no others.
async fn trust(tenant: &Tenant, app: &App, credentials: &[&Credential]) {
    let keys: Vec<_> = credentials.iter().map(|credential| credential.key_credential()).collect();
    let path = format!("/applications/{}", app.object);
    let changed = send(tenant.raw(Method::PATCH, &path).await.json(&json!({"keyCredentials": keys}))).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
}

fn claims(tenant: &Tenant, app: &App) -> Value {
    let now = tenant.server.store.clock().now().timestamp();
    json!({
        "aud": format!("{}/{}/oauth2/v2.0/token", tenant.origin(), tenant.id()), "iss": app.id, "sub": app.id,
        "jti": ObjectId::random().to_string(), "iat": now, "nbf": now, "exp": now + 600,
    })
}

fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

async fn ask(tenant: &Tenant, app: &App, assertion: &str) -> Answer {
    token(tenant, &form(app, assertion)).await
}

fn form<'a>(app: &'a App, assertion: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", &app.id),
        ("scope", SCOPE),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion),
    ]
}

#[tokio::test]
async fn a_client_proves_itself_by_each_algorithm_that_certificates_have() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let (rsa, curve) = (Credential::of_rsa(), Credential::of_curve());
    trust(&tenant, &app, &[&rsa, &curve]).await;
    for (credential, algorithm) in
        [(&rsa, Algorithm::RS256), (&rsa, Algorithm::PS256), (&curve, Algorithm::ES256)]
    {
        let answer = ask(&tenant, &app, &credential.sign(algorithm, &claims(&tenant, &app))).await;
        assert_eq!(answer.status, 200, "{algorithm:?}: {}", answer.text);
    }
    let wrong = rsa.sign(Algorithm::RS384, &claims(&tenant, &app));
    assert_eq!(fault(&ask(&tenant, &app, &wrong).await), faulty(401, "invalid_client", 50027));
}

#[tokio::test]
async fn an_assertion_counts_until_it_ends_and_its_times_may_have_parts_of_a_second() {
    let tenant = tenant_with(SignInSettings::by(SignInMode::Picker)).await;
    let (app, credential) = (web_app(&tenant).await, Credential::of_curve());
    trust(&tenant, &app, &[&credential]).await;
    let mut claims = claims(&tenant, &app);
    for name in ["iat", "nbf", "exp"] {
        claims[name] = (claims[name].as_f64().unwrap() + 0.5).into();
    }
    let assertion = credential.sign(Algorithm::ES256, &claims);
    for _ in 0..2 {
        let answer = ask(&tenant, &app, &assertion).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    tenant.server.store.clock().advance(1000);
    assert_eq!(fault(&ask(&tenant, &app, &assertion).await), faulty(401, "invalid_client", 700_024));
}

#[tokio::test]
async fn where_an_assertion_counts_once_it_does_however_often_it_is_shown_at_once() {
    let once = SignInSettings { takes_assertions_once: true, ..SignInSettings::by(SignInMode::Picker) };
    let tenant = tenant_with(once).await;
    let (app, credential) = (web_app(&tenant).await, Credential::of_curve());
    trust(&tenant, &app, &[&credential]).await;
    let assertion = credential.sign(Algorithm::ES256, &claims(&tenant, &app));
    let answers = join_all((0..16).map(|_| ask(&tenant, &app, &assertion))).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    assert!(bad.iter().all(|answer| fault(answer) == faulty(401, "invalid_client", 50013)));
}

#[tokio::test]
async fn an_assertion_for_others_of_others_or_of_another_time_proves_nothing() {
    let tenant = Tenant::fresh().await;
    let (app, other) = (web_app(&tenant).await, web_app(&tenant).await);
    let (credential, stranger) = (Credential::of_curve(), Credential::of_curve());
    trust(&tenant, &app, &[&credential]).await;
    let now = tenant.server.store.clock().now().timestamp();
    let own = || claims(&tenant, &app);
    for (what, claims, number) in [
        ("another audience", with(own(), "aud", "https://login.microsoftonline.com/x/v2.0"), 700_023),
        ("two audiences", with(own(), "aud", json!([own()["aud"], "https://elsewhere.example"])), 5_002_741),
        (
            "another tenant's",
            with(own(), "aud", format!("{}/{}/v2.0", tenant.origin(), ObjectId::random())),
            700_023,
        ),
        ("ended", with(own(), "exp", now - 301), 700_024),
        ("not begun", with(own(), "nbf", now + 400), 700_024),
        ("almost endless", with(own(), "exp", now + 200_000), 700_024),
        ("about another", with(own(), "sub", other.id.clone()), 700_021),
        ("by another", with(own(), "iss", other.id.clone()), 700_021),
        ("by a stranger", with(own(), "iss", "https://elsewhere.example"), 700_213),
    ] {
        let answer = ask(&tenant, &app, &credential.sign(Algorithm::ES256, &claims)).await;
        assert_eq!(fault(&answer), faulty(401, "invalid_client", number), "{what}");
    }
    let unknown = ask(&tenant, &app, &stranger.sign(Algorithm::ES256, &own())).await;
    assert_eq!(fault(&unknown), faulty(401, "invalid_client", 700_027), "a certificate that it doesn't have");
    for junk in ["x", "a.b.c", "..", "e30.e30.e30"] {
        assert_eq!(fault(&ask(&tenant, &app, junk).await), faulty(401, "invalid_client", 50027), "{junk}");
    }
    trust(&tenant, &app, &[]).await;
    let removed = ask(&tenant, &app, &credential.sign(Algorithm::ES256, &own())).await;
    assert_eq!(fault(&removed), faulty(401, "invalid_client", 700_027), "a removed one");
}

#[tokio::test]
async fn an_assertion_needs_its_type() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let form = form(&app, "x");
    for kind in ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] {
        let answer = token(&tenant, &changed(&form, "client_assertion_type", kind)).await;
        assert_eq!(fault(&answer), faulty(400, "invalid_request", 900_144), "{kind}");
    }
}

/// Another issuer, whose keys the tenant was told.
async fn issuer(tenant: &Tenant, name: &str) -> Credential {
    let credential = Credential::of_curve();
    let mut key = jsonwebtoken::jwk::Jwk::from_encoding_key(&credential.key, Algorithm::ES256).unwrap();
    key.common.key_id = Some("1".into());
    let (name, keys) = (name.to_owned(), json!({"keys": [key]}).to_string());
    let set = move |tx: &WriteTx<'_>| federated_issuers::set(tx, &name, &IssuerKeys::Given(keys.clone()));
    tenant.server.store.tenant(tenant.store_tenant()).write(set).await.unwrap();
    credential
}

#[tokio::test]
async fn another_issuers_token_stands_for_a_client_that_names_it() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let name = "https://ci.example";
    let credential = issuer(&tenant, name).await;
    let path = format!("/applications/{}/federatedIdentityCredentials", app.object);
    let body = json!({"name": "pipeline", "issuer": name, "subject": "repo:loans", "audiences": ["api://AzureADTokenExchange"]});
    let made = send(tenant.raw(Method::POST, &path).await.json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let now = tenant.server.store.clock().now().timestamp();
    let own =
        || json!({"iss": name, "sub": "repo:loans", "aud": "api://AzureADTokenExchange", "exp": now + 600});
    let sign = |credential: &Credential, claims: &Value| {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("1".into());
        jsonwebtoken::encode(&header, claims, &credential.key).unwrap()
    };
    for _ in 0..2 {
        let answer = ask(&tenant, &app, &sign(&credential, &own())).await;
        assert_eq!(answer.status, 200, "a cluster shows its token often: {}", answer.text);
    }
    for (claims, number) in [
        (with(own(), "sub", "repo:others"), 700_213),
        (with(own(), "aud", "api://others"), 700_213),
        (with(own(), "iss", "https://others.example"), 700_213),
        (with(own(), "exp", now - 301), 700_024),
    ] {
        let answer = ask(&tenant, &app, &sign(&credential, &claims)).await;
        assert_eq!(fault(&answer), faulty(401, "invalid_client", number), "{claims}");
    }
    let forged = ask(&tenant, &app, &sign(&Credential::of_curve(), &own())).await;
    assert_eq!(fault(&forged), faulty(401, "invalid_client", 700_027));
    let unknown = json!({"name": "unknown", "issuer": "https://unknown.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"]});
    assert_eq!(send(tenant.raw(Method::POST, &path).await.json(&unknown)).await.status, 201);
    let unknown = with(with(own(), "iss", "https://unknown.example"), "sub", "s");
    assert_eq!(
        fault(&ask(&tenant, &app, &sign(&credential, &unknown)).await).2,
        700_211,
        "nobody told its keys"
    );
}
