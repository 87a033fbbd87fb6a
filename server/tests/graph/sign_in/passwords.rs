//! Passwords: at the page for signing in, and in the hands of clients where the operator allows it.

use super::{
    Browser, Page, SignInMode, SignInSettings, answered, authorize, device_app, fault, faulty, query,
    tenant_with, token, web_app,
};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::{Value, json};

pub const BY_PASSWORD: SignInSettings =
    SignInSettings { allows_password_grant: true, ..SignInSettings::by(SignInMode::Password) };
pub const PASSWORD: &str = "Sesame, 0pen!";

/// Creates a user with a password.
pub async fn user(tenant: &Tenant, alias: &str, profile: Value) -> String {
    let name = tenant.upn(alias);
    let body = json!({"accountEnabled": true, "displayName": alias, "mailNickname": alias, "userPrincipalName": name,
        "passwordProfile": profile});
    let made = send(tenant.raw(Method::POST, "/users").await.json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.text.contains(PASSWORD));
    name
}

async fn enter(browser: &mut Browser, page: &Page, name: &str, password: &str) -> Page {
    browser.submit(page, &[("username", name), ("password", password)]).await
}

#[tokio::test]
async fn a_user_signs_in_by_the_password_that_the_profile_set_and_by_no_other() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let ada = user(&tenant, "ada", json!({"password": PASSWORD})).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[("login_hint", &ada)]))).await;
    assert!(page.html.contains(&format!("value=\"{ada}\"")) && page.html.contains("type=\"password\""));
    for (name, password) in [(&*ada, "sesame"), (&ada, ""), ("nobody@x.example", PASSWORD), ("", PASSWORD)] {
        let refused = enter(&mut browser, &page, name, password).await;
        assert_eq!(refused.status, 400, "{name}");
        let words = "Error validating credentials due to invalid username or password.";
        assert!(refused.html.contains(words), "{name}: {}", refused.html);
        assert!(!refused.html.contains(PASSWORD), "what was entered isn't shown");
    }
    let chosen = browser.submit(&page, &[("account", "5a3e0000-0000-4000-8000-000000000101")]).await;
    assert_eq!(chosen.status, 400, "nobody chooses an account");
    let page = enter(&mut browser, &page, &ada.to_uppercase(), PASSWORD).await;
    let page = browser.follow(page).await;
    assert!(page.html.contains("<title>Permissions requested</title>"), "{}", page.html);
}

#[tokio::test]
async fn whoever_has_to_choose_another_password_does_so_first() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let profile = json!({"password": PASSWORD, "forceChangePasswordNextSignIn": true});
    let ada = user(&tenant, "ada", profile).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = enter(&mut browser, &page, &ada, PASSWORD).await;
    assert!(page.html.contains("<title>Choose a new password</title>"), "{}", page.html);
    let new = "Another, 0ne!";
    for (present, new, again, why) in [
        (PASSWORD, new, "other", "The new passwords differ."),
        (PASSWORD, PASSWORD, PASSWORD, "The new password is the present one."),
        (PASSWORD, "weak", "weak", "too weak"),
        ("wrong", new, new, "invalid username or password"),
    ] {
        let fields = [("password", present), ("new_password", new), ("new_password_again", again)];
        let refused = browser.submit(&page, &fields).await;
        assert!(refused.status == 400 && refused.html.contains(why), "{why}: {}", refused.html);
    }
    let fields = [("password", PASSWORD), ("new_password", new), ("new_password_again", new)];
    let page = browser.submit(&page, &fields).await;
    let page = browser.follow(page).await;
    assert!(page.html.contains("<title>Permissions requested</title>"), "{}", page.html);
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    assert_eq!(enter(&mut browser, &page, &ada, PASSWORD).await.status, 400, "the old one is gone");
    assert_eq!(enter(&mut browser, &page, &ada, new).await.status, 303);
}

#[tokio::test]
async fn ten_wrong_passwords_lock_for_a_minute_without_telling_who_is_there() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let ada = user(&tenant, "ada", json!({"password": PASSWORD})).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    for name in [&*ada, "nobody@x.example"] {
        for _ in 0..10 {
            let refused = enter(&mut browser, &page, name, "wrong").await;
            assert!(refused.html.contains("invalid username or password"), "{name}: {}", refused.html);
        }
        let locked = enter(&mut browser, &page, name, PASSWORD).await;
        assert!(
            locked.html.contains("There were too many wrong passwords for this account, or from here."),
            "{name}: {}",
            locked.html
        );
        tenant.server.store.clock().advance(61);
    }
    assert_eq!(enter(&mut browser, &page, &ada, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn clients_show_passwords_only_where_the_operator_allows_it() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = device_app(&tenant).await;
    let ada = user(&tenant, "ada", json!({"password": PASSWORD})).await;
    let form = [
        ("grant_type", "password"),
        ("client_id", app.id.as_str()),
        ("username", &ada),
        ("password", PASSWORD),
        ("scope", "openid offline_access User.Read"),
    ];
    assert_eq!(fault(&token(&tenant, &form).await), faulty(400, "invalid_grant", 65001));
    let mut browser = Browser::at(tenant.origin());
    let here = "http://localhost:5000";
    let page = browser.get(&authorize(&tenant, &query(&app, &[("redirect_uri", here)]))).await;
    let page = enter(&mut browser, &page, &ada, PASSWORD).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("decision", "accept")]).await;
    assert!(answered(&browser.follow(page).await.location.unwrap()).contains_key("code"));
    let answer = token(&tenant, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json()["refresh_token"].is_string());
    let wrong = super::changed(&form, "password", "wrong");
    assert_eq!(fault(&token(&tenant, &wrong).await), faulty(400, "invalid_grant", 50126));
    let force = json!({"passwordProfile": {"forceChangePasswordNextSignIn": true}});
    let changed = tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&force);
    assert_eq!(send(changed).await.status, 204);
    assert_eq!(fault(&token(&tenant, &form).await), faulty(400, "invalid_grant", 50055));
    let off = Tenant::fresh().await;
    assert_eq!(fault(&token(&off, &form).await), faulty(400, "unsupported_grant_type", 70003));
}

#[tokio::test]
async fn a_new_password_ends_what_the_old_one_began() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let ada = user(&tenant, "ada", json!({"password": PASSWORD})).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    enter(&mut browser, &page, &ada, PASSWORD).await;
    let new = json!({"passwordProfile": {"password": "Another, 0ne!"}});
    let changed = tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&new);
    assert_eq!(send(changed).await.status, 204);
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "none")]))).await;
    assert_eq!(answered(&page.location.unwrap())["error"], "login_required");
}
