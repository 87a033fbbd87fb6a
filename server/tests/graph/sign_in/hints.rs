//! Id tokens that clients show again (`id_token_hint`): whom they mean, and where a signed-out browser is led.

use super::{
    App, Browser, REDIRECT, SignInMode, SignInSettings, answered, app, authorize, query, redemption, sign_in,
    tenant_with, token, web_app,
};
use crate::support::Tenant;
use serde_json::json;
use uuid::Uuid;

/// A browser in which Ada is signed in, and the id token that the client got for it.
async fn signed_in(tenant: &Tenant, app: &App, user: Uuid) -> (Browser, String) {
    let (browser, code) = sign_in(tenant, app, user, &[]).await;
    let answer = token(tenant, &redemption(app, &code)).await.json();
    (browser, answer["id_token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_hint_of_another_account_is_no_silent_sign_in_and_asks_for_that_account() {
    let tenant = Tenant::fresh().await;
    let (app, ada, grace) = (web_app(&tenant).await, tenant.user("Ada").await, tenant.user("Grace").await);
    let (mut browser, adas) = signed_in(&tenant, &app, ada).await;
    let (_, graces) = signed_in(&tenant, &app, grace).await;
    let mut ask = async |hint: &str, prompt: &str| {
        let asked = query(&app, &[("id_token_hint", hint), ("prompt", prompt)]);
        browser.get(&authorize(&tenant, &asked)).await
    };
    for prompt in ["none", ""] {
        assert!(answered(&ask(&adas, prompt).await.location.unwrap()).contains_key("code"), "{prompt}");
    }
    let silent = answered(&ask(&graces, "none").await.location.unwrap());
    assert_eq!(silent["error"], "login_required");
    let page = ask(&graces, "").await;
    let first = page.html.split_once("name=\"account\" value=\"").unwrap().1;
    assert!(first.starts_with(&grace.to_string()), "Grace is the first to choose: {}", page.html);
    let page = browser.submit(&page, &[("account", &grace.to_string())]).await;
    let page = browser.follow(page).await;
    assert!(answered(&page.location.unwrap()).contains_key("code"));
}

#[tokio::test]
async fn a_hint_counts_though_it_has_expired() {
    let tenant = tenant_with(SignInSettings { mode: SignInMode::Picker, ..Default::default() }).await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, hint) = signed_in(&tenant, &app, ada).await;
    tenant.server.store.clock().advance(2 * 3600);
    let asked = query(&app, &[("id_token_hint", &hint), ("prompt", "none")]);
    let page = browser.get(&authorize(&tenant, &asked)).await;
    assert!(answered(&page.location.unwrap()).contains_key("code"));
}

#[tokio::test]
async fn what_is_no_id_token_of_this_tenant_is_no_hint() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, code) = sign_in(&tenant, &app, ada, &[]).await;
    let answer = token(&tenant, &redemption(&app, &code)).await.json();
    let (hint, access) = (answer["id_token"].as_str().unwrap(), answer["access_token"].as_str().unwrap());
    let (foreign_app, foreign_user) = (web_app(&other).await, other.user("Ada").await);
    let (_, foreign) = signed_in(&other, &foreign_app, foreign_user).await;
    let parts: Vec<&str> = hint.split('.').collect();
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let altered = format!("{}.{}.{}", parts[0], access.split('.').nth(1).unwrap(), parts[2]);
    for (what, hint) in [
        ("nonsense", "x"),
        ("unsigned", &unsigned),
        ("altered", &altered),
        ("an access token", access),
        ("another tenant's", &foreign),
    ] {
        for prompt in ["none", "", "login"] {
            let asked = query(&app, &[("id_token_hint", hint), ("prompt", prompt)]);
            let said = answered(&browser.get(&authorize(&tenant, &asked)).await.location.unwrap());
            assert_eq!((&*said["error"], &*said["state"]), ("invalid_request", "a state & more"), "{what}");
        }
    }
}

#[tokio::test]
async fn the_client_of_an_id_token_says_where_a_browser_goes_whose_session_has_ended() {
    let tenant = Tenant::fresh().await;
    let (client, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, hint) = signed_in(&tenant, &client, ada).await;
    let end = |hint: &str, to: &str| {
        let fields = [("id_token_hint", hint), ("post_logout_redirect_uri", to)];
        let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("/{}/oauth2/v2.0/logout?{fields}", tenant.id())
    };
    assert_eq!(browser.get(&end("x", REDIRECT)).await.location.as_deref(), Some(REDIRECT), "by its session");
    assert_eq!(browser.get(&end("", REDIRECT)).await.location, None, "it has ended");
    assert_eq!(browser.get(&end(&hint, REDIRECT)).await.location.as_deref(), Some(REDIRECT));
    assert_eq!(browser.get(&end("x", REDIRECT)).await.location, None);
    let elsewhere = "https://elsewhere.example/";
    let _others = app(&tenant, json!({"web": {"redirectUris": [elsewhere]}})).await;
    assert_eq!(browser.get(&end(&hint, elsewhere)).await.location, None, "another client's");
}
