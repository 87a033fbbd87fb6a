//! Device codes: a device waits, somebody enters its code elsewhere, and the device gets what was granted.

use super::{
    App, Browser, SignInMode, SignInSettings, device_app, fault, faulty, tenant_with, token, web_app,
};
use crate::support::{Answer, Tenant, send};
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

async fn begin(tenant: &Tenant, app: &App) -> Value {
    let path = format!("/{}/oauth2/v2.0/devicecode", tenant.id());
    let form = [("client_id", app.id.as_str()), ("scope", "openid offline_access User.Read")];
    let answer = send(tenant.anonymous(Method::POST, &path).form(&form)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn poll(tenant: &Tenant, app: &App, device: &Value) -> Answer {
    let code = device["device_code"].as_str().unwrap();
    token(
        tenant,
        &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", &app.id),
            ("device_code", code),
        ],
    )
    .await
}

/// Enters a device's code as this user, up to the page that asks.
async fn enter(tenant: &Tenant, browser: &mut Browser, code: &str, user: Uuid) -> super::Page {
    let page = browser.get(&format!("/{}/oauth2/deviceauth?user_code={code}", tenant.id())).await;
    let page = browser.submit(&page, &[("account", &user.to_string())]).await;
    browser.follow(page).await
}

#[tokio::test]
async fn a_device_waits_until_its_code_is_entered_and_gets_its_tokens_once() {
    let tenant = tenant_with(SignInSettings { mode: SignInMode::Picker, ..Default::default() }).await;
    let (app, ada) = (device_app(&tenant).await, tenant.user("Ada").await);
    let device = begin(&tenant, &app).await;
    assert_eq!((device["expires_in"].as_i64(), device["interval"].as_i64()), (Some(900), Some(5)));
    let code = device["user_code"].as_str().unwrap();
    assert!(device["message"].as_str().unwrap().contains(code));
    assert_eq!(fault(&poll(&tenant, &app, &device).await), faulty(400, "authorization_pending", 70016));
    assert_eq!(fault(&poll(&tenant, &app, &device).await).1, "slow_down");
    tenant.server.store.clock().advance(6);
    assert_eq!(fault(&poll(&tenant, &app, &device).await).1, "authorization_pending");
    let mut browser = Browser::at(tenant.origin());
    let written = format!("{}-{}", &code[..4], code[4..].to_lowercase());
    let page = enter(&tenant, &mut browser, &written, ada).await;
    assert!(page.html.contains("Go on only if you started this yourself."), "{}", page.html);
    let page = browser.submit(&page, &[("decision", "accept")]).await;
    assert!(page.html.contains("You are signed in to Loans"), "{}", page.html);
    let answer = poll(&tenant, &app, &device).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let refresh = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [("grant_type", "refresh_token"), ("client_id", app.id.as_str()), ("refresh_token", &refresh)];
    assert_eq!(token(&tenant, &form).await.status, 200);
    assert_eq!(fault(&poll(&tenant, &app, &device).await), faulty(400, "invalid_grant", 54005));
    assert_eq!(fault(&token(&tenant, &form).await).1, "invalid_grant", "what came of it ended with it");
    let page = enter_again(&tenant, &mut browser, code).await;
    assert!(page.contains("Invalid verification code"), "{page}");
}

#[tokio::test]
async fn a_page_for_a_code_asks_for_another_account_only_where_somebody_wants_one() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (device_app(&tenant).await, tenant.user("Ada").await);
    let device = begin(&tenant, &app).await;
    let code = device["user_code"].as_str().unwrap();
    let mut browser = Browser::at(tenant.origin());
    enter(&tenant, &mut browser, code, ada).await;
    for (prompt, asks) in [("consent", "Sign in on another device?"), ("select_account", "<h1>Sign in</h1>")]
    {
        let path = format!("/{}/oauth2/deviceauth?prompt={prompt}&user_code={code}", tenant.id());
        let page = browser.get(&path).await;
        assert!(page.html.contains(asks), "{prompt}: {}", page.html);
    }
    let page = enter_again(&tenant, &mut browser, &format!("{}-{}", &code[..4], &code[4..])).await;
    assert!(page.contains(&format!("<code>{code}</code>")), "as the device shows it: {page}");
}

async fn enter_again(tenant: &Tenant, browser: &mut Browser, code: &str) -> String {
    browser.get(&format!("/{}/oauth2/deviceauth?user_code={code}", tenant.id())).await.html
}

#[tokio::test]
async fn a_device_is_told_that_the_user_refused_or_that_its_code_has_expired() {
    let tenant = tenant_with(SignInSettings { mode: SignInMode::Picker, ..Default::default() }).await;
    let (app, ada) = (device_app(&tenant).await, tenant.user("Ada").await);
    let device = begin(&tenant, &app).await;
    let mut browser = Browser::at(tenant.origin());
    let page = enter(&tenant, &mut browser, device["user_code"].as_str().unwrap(), ada).await;
    browser.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(fault(&poll(&tenant, &app, &device).await), faulty(400, "authorization_declined", 70017));
    let device = begin(&tenant, &app).await;
    tenant.server.store.clock().advance(901);
    assert_eq!(fault(&poll(&tenant, &app, &device).await), faulty(400, "expired_token", 70020));
    let page = enter_again(&tenant, &mut browser, device["user_code"].as_str().unwrap()).await;
    assert!(page.contains("Invalid verification code"), "{page}");
}

#[tokio::test]
async fn a_device_code_is_worth_nothing_to_another_client_nor_a_wrong_code_to_anybody() {
    let tenant = Tenant::fresh().await;
    let (app, other, web) = (device_app(&tenant).await, device_app(&tenant).await, web_app(&tenant).await);
    let device = begin(&tenant, &app).await;
    assert_eq!(fault(&poll(&tenant, &other, &device).await), faulty(400, "invalid_grant", 70000));
    assert_eq!(fault(&poll(&tenant, &web, &device).await), faulty(401, "invalid_client", 7_000_218));
    for code in ["", "x", "BCDFGHJKL", "%00", "%F0%9F%94%91"] {
        let page = Browser::at(tenant.origin())
            .get(&format!("/{}/oauth2/deviceauth?user_code={code}", tenant.id()))
            .await;
        assert!(page.html.contains("Enter code</title>"), "{code}: {}", page.html);
    }
}
