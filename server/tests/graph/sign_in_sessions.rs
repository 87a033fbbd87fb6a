//! `revokeSignInSessions`: tokens that a user has got count no longer.

use crate::{
    browser::Browser,
    sign_in,
    support::{Answer, Server, Tenant, refused, send},
};
use reqwest::Method;
use roster_server::{
    directory::Policy,
    http::state::{SignInMode, SignInSettings},
};
use serde_json::json;
use uuid::Uuid;

const REVOKED: &str = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
                       TokenIssuedBeforeRevocationTimestamp";

async fn call(tenant: &Tenant, token: &str, method: Method, path: &str) -> Answer {
    send(tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token)).await
}

#[tokio::test]
async fn tokens_from_before_are_refused_and_those_from_then_on_are_good() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let (old, other) =
        (tenant.user_token(ada, ["User.Read"]).await, tenant.user_token(grace, ["User.Read"]).await);
    assert_eq!(call(&tenant, &old, Method::GET, "/me").await.status, 200);
    let path = format!("/users/{ada}/revokeSignInSessions");
    let revoked = send(tenant.raw(Method::POST, &path).await).await;
    let context = format!("{}/v1.0/$metadata#Edm.Boolean", tenant.origin());
    assert_eq!(
        (revoked.status.as_u16(), revoked.json()),
        (200, json!({"@odata.context": context, "value": true}))
    );
    let refusal = call(&tenant, &old, Method::GET, "/me").await;
    assert_eq!(refusal.refusal(), refused(401, "InvalidAuthenticationToken", REVOKED));
    assert_eq!(call(&tenant, &other, Method::GET, "/me").await.status, 200, "another user's");
    // The next second, as the property says.
    let now = tenant.server.store.clock().now().timestamp();
    let claims = |issued_at: i64| {
        json!({"aud": "https://graph.microsoft.com", "iss": format!("{}/{}/v2.0", tenant.server.url, tenant.id()),
            "tid": tenant.id().to_string(), "oid": ada, "sub": ada, "scp": "User.Read", "ver": "2.0",
            "iat": issued_at, "nbf": issued_at - 60, "exp": issued_at + 600})
    };
    let (new, old) = (tenant.sign_claims(&claims(now + 2)).await, tenant.sign_claims(&claims(now - 5)).await);
    let select = "/me?$select=signInSessionsValidFromDateTime";
    let read = call(&tenant, &new, Method::GET, select).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert!(read.json()["signInSessionsValidFromDateTime"].is_string());
    assert_eq!(call(&tenant, &old, Method::GET, "/me").await.status, 401);
}

#[tokio::test]
async fn a_token_that_doesnt_tell_its_issue_counts_no_longer_once_sessions_were_revoked() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let now = tenant.server.store.clock().now().timestamp();
    let claims = json!({"aud": "https://graph.microsoft.com", "iss": format!("{}/{}/v2.0", tenant.server.url, tenant.id()),
        "tid": tenant.id().to_string(), "oid": ada, "sub": ada, "scp": "User.ReadWrite.All", "ver": "2.0",
        "nbf": now - 60, "exp": now + 600});
    let token = tenant.sign_claims(&claims).await;
    assert_eq!(call(&tenant, &token, Method::POST, "/me/revokeSignInSessions").await.status, 200);
    assert_eq!(call(&tenant, &token, Method::GET, "/me").await.status, 401);
}

#[tokio::test]
async fn an_application_keeps_its_tokens_and_whoever_may_only_read_revokes_nothing() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let token = tenant.app_token(["User.Read.All"]).await;
    let path = format!("/users/{ada}/revokeSignInSessions");
    assert_eq!(call(&tenant, &token, Method::POST, &path).await.status, 403);
    let revoking = tenant.app_token(["User.RevokeSessions.All"]).await;
    assert_eq!(call(&tenant, &revoking, Method::POST, &path).await.status, 200);
    assert_eq!(call(&tenant, &revoking, Method::POST, &path).await.status, 200);
}

#[tokio::test]
async fn what_was_revoked_stays_so_though_the_clock_goes_back() {
    // A server of its own: its clock is moved.
    let server: &'static Server = Box::leak(Box::new(Server::start(Policy::default(), None)));
    let tenant = server.tenant().await;
    let ada = tenant.user("ada").await;
    let path = format!("/users/{ada}/revokeSignInSessions");
    let revoke = async || assert_eq!(send(tenant.raw(Method::POST, &path).await).await.status, 200);
    let clock = server.store.clock();
    clock.advance(3_600);
    revoke().await;
    clock.advance(-1_800);
    let between = tenant.user_token(ada, ["User.Read"]).await;
    assert_eq!(call(&tenant, &between, Method::GET, "/me").await.status, 401);
    revoke().await;
    assert_eq!(call(&tenant, &between, Method::GET, "/me").await.status, 401);
    let later = tenant.user_token(ada, ["User.Read"]).await;
    assert_eq!(call(&tenant, &later, Method::GET, "/me").await.status, 401);
}

/// A server of its own, whose clock is moved, and a user whose sessions count from some seconds from now on.
async fn revoked(seconds: i64) -> (Tenant, Uuid) {
    let picker = SignInSettings { mode: SignInMode::Picker, ..Default::default() };
    let tenant = sign_in::tenant_with(picker).await;
    let ada = tenant.user("ada").await;
    let clock = tenant.server.store.clock();
    clock.advance(seconds);
    revoke(&tenant, ada).await;
    clock.advance(-seconds);
    (tenant, ada)
}

async fn revoke(tenant: &Tenant, user: Uuid) {
    let revoked = send(tenant.raw(Method::POST, &format!("/users/{user}/revokeSignInSessions")).await).await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
}

#[tokio::test]
async fn who_signs_in_in_the_second_of_a_revocation_gets_what_counts_until_the_next_one() {
    let (tenant, ada) = revoked(5).await;
    let app = sign_in::web_app(&tenant).await;
    let (mut browser, code) = sign_in::sign_in(&tenant, &app, ada, &[]).await;
    let answer = sign_in::token(&tenant, &sign_in::redemption(&app, &code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let refresh = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(call(&tenant, &token, Method::GET, "/me").await.status, 200);
    let silent = sign_in::authorize(&tenant, &sign_in::query(&app, &[("prompt", "none")]));
    let led = browser.get(&silent).await.location.unwrap();
    assert!(sign_in::answered(&led).contains_key("code"), "{led}");
    // Once more in the same second.
    revoke(&tenant, ada).await;
    assert_eq!(call(&tenant, &token, Method::GET, "/me").await.status, 401);
    let led = browser.get(&silent).await.location.unwrap();
    assert_eq!(sign_in::answered(&led)["error"], "login_required");
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", app.id.as_str()),
        ("client_secret", &app.secret),
        ("refresh_token", &refresh),
    ];
    let refused = sign_in::token(&tenant, &form).await;
    assert_eq!(sign_in::fault(&refused), sign_in::faulty(400, "invalid_grant", 50173));
}

#[tokio::test]
async fn a_device_that_waited_while_sessions_were_revoked_is_signed_in_by_who_signs_in_then() {
    let (tenant, ada) = revoked(5).await;
    let app = sign_in::device_app(&tenant).await;
    let path = format!("/{}/oauth2/v2.0/devicecode", tenant.id());
    let form = [("client_id", app.id.as_str()), ("scope", "openid User.Read")];
    let device = send(tenant.anonymous(Method::POST, &path).form(&form)).await.json();
    revoke(&tenant, ada).await;
    let mut browser = Browser::at(tenant.origin());
    let code = device["user_code"].as_str().unwrap();
    let page = browser.get(&format!("/{}/oauth2/deviceauth?user_code={code}", tenant.id())).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    browser.submit(&page, &[("decision", "accept")]).await;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", &app.id),
        ("device_code", device["device_code"].as_str().unwrap()),
    ];
    let answer = sign_in::token(&tenant, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(call(&tenant, &token, Method::GET, "/me").await.status, 200);
}
