//! Refresh tokens: each is exchanged for the next one, and one that is shown again ends them all.

use super::{App, fault, faulty, redemption, sign_in, token, web_app};
use crate::support::{Answer, Tenant, send};
use futures::future::join_all;
use reqwest::Method;
use roster_server::http::state::{SignInMode, SignInSettings};
use serde_json::json;

const PICKER: SignInSettings = SignInSettings::by(SignInMode::Picker);

async fn first(tenant: &Tenant, app: &App) -> String {
    let ada = tenant.user("Ada").await;
    let (_, code) = sign_in(tenant, app, ada, &[]).await;
    next(&token(tenant, &redemption(app, &code)).await)
}

fn next(answer: &Answer) -> String {
    answer.json()["refresh_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

async fn refresh(tenant: &Tenant, app: &App, refresh_token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("refresh_token", refresh_token),
    ];
    token(tenant, &[&form, more].concat()).await
}

#[tokio::test]
async fn each_refresh_token_gives_the_next_one() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let mut token = first(&tenant, &app).await;
    for _ in 0..3 {
        let answer = refresh(&tenant, &app, &token, &[("scope", "openid User.Read")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.json()["id_token"].is_string() && next(&answer) != token);
        token = next(&answer);
    }
}

#[tokio::test]
async fn a_refresh_token_may_be_shown_again_for_ten_seconds_and_then_ends_its_family() {
    let tenant = super::tenant_with(PICKER).await;
    let app = web_app(&tenant).await;
    let used = first(&tenant, &app).await;
    let answers = join_all((0..16).map(|_| refresh(&tenant, &app, &used, &[]))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "a client that lost an answer tries again");
    let (last, other) = (next(&answers[0]), next(&answers[1]));
    tenant.server.store.clock().advance(11);
    assert_eq!(fault(&refresh(&tenant, &app, &used, &[]).await), faulty(400, "invalid_grant", 70000));
    for token in [last, other] {
        assert_eq!(fault(&refresh(&tenant, &app, &token, &[]).await), faulty(400, "invalid_grant", 70000));
    }
}

#[tokio::test]
async fn a_refresh_token_is_worth_nothing_to_another_client_or_without_a_proof() {
    let tenant = Tenant::fresh().await;
    let (app, other) = (web_app(&tenant).await, web_app(&tenant).await);
    let token = first(&tenant, &app).await;
    assert_eq!(fault(&refresh(&tenant, &other, &token, &[]).await), faulty(400, "invalid_grant", 70000));
    let form = [("grant_type", "refresh_token"), ("client_id", app.id.as_str()), ("refresh_token", &token)];
    assert_eq!(fault(&super::token(&tenant, &form).await), faulty(401, "invalid_client", 7_000_218));
    assert_eq!(refresh(&tenant, &app, &token, &[]).await.status, 200, "none of that has used it up");
}

#[tokio::test]
async fn a_refresh_token_gives_nothing_that_was_not_consented_to() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let token = first(&tenant, &app).await;
    let more = refresh(&tenant, &app, &token, &[("scope", "Group.ReadWrite.All")]).await;
    assert_eq!(fault(&more), faulty(400, "invalid_grant", 65001));
    assert_eq!(more.json()["suberror"], "consent_required");
    let unknown = refresh(&tenant, &app, &token, &[("scope", "Nothing.Like.This")]).await;
    assert_eq!(fault(&unknown).2, 650_053);
}

#[tokio::test]
async fn a_refresh_token_ends_with_its_users_sessions_and_with_the_user() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    for (name, method, path, body, number) in [
        ("Ada", Method::POST, "/revokeSignInSessions", None, 50173),
        ("Alan", Method::PATCH, "", Some(json!({"accountEnabled": false})), 50057),
        ("Grace", Method::DELETE, "", None, 50020),
    ] {
        let ada = tenant.user(name).await;
        let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
        let token = next(&token(&tenant, &redemption(&app, &code)).await);
        let request = tenant.raw(method, &format!("/users/{ada}{path}")).await;
        let done = send(body.iter().fold(request, |request, body| request.json(body))).await;
        assert!(done.status.is_success(), "{}", done.text);
        assert_eq!(
            fault(&refresh(&tenant, &app, &token, &[]).await),
            faulty(400, "invalid_grant", number),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_not_used_for_ninety_days_ends() {
    let tenant = super::tenant_with(PICKER).await;
    let app = web_app(&tenant).await;
    let day = 24 * 60 * 60;
    let token = first(&tenant, &app).await;
    tenant.server.store.clock().advance(89 * day);
    let token = next(&refresh(&tenant, &app, &token, &[]).await);
    tenant.server.store.clock().advance(90 * day + 1);
    assert_eq!(fault(&refresh(&tenant, &app, &token, &[]).await), faulty(400, "invalid_grant", 700_082));
}
