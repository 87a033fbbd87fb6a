//! Consent: once for each user and client, for everybody by an administrator, and what only administrators grant.

use super::{
    Browser, REDIRECT, answered, app, authorize, make_administrator, query, redemption, sign_in, token,
    web_app,
};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_user_is_asked_once_and_again_for_more() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, _) = sign_in(&tenant, &app, ada, &[]).await;
    let more =
        browser.get(&authorize(&tenant, &query(&app, &[("scope", "openid User.ReadBasic.All")]))).await;
    assert!(more.html.contains("<title>Permissions requested</title>"), "{more:?}");
    assert!(
        more.html.contains("(User.ReadBasic.All)") && !more.html.contains("(User.Read)"),
        "{}",
        more.html
    );
    let silent = [("scope", "User.ReadBasic.All"), ("prompt", "none")];
    let silent = browser.get(&authorize(&tenant, &query(&app, &silent))).await;
    assert_eq!(answered(&silent.location.unwrap())["error"], "consent_required");
    let grants = send(tenant.raw(Method::GET, "/oauth2PermissionGrants").await).await.json();
    let of_ada: Vec<_> =
        grants["value"].as_array().unwrap().iter().filter(|g| g["principalId"] == ada.to_string()).collect();
    assert_eq!(of_ada.len(), 1, "{grants}");
    assert_eq!(of_ada[0]["consentType"], "Principal");
}

#[tokio::test]
async fn a_user_who_does_not_consent_is_led_back_with_that() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    let said = answered(&browser.submit(&page, &[("decision", "cancel")]).await.location.unwrap());
    assert_eq!((said["error"].as_str(), said["state"].as_str()), ("access_denied", "a state & more"));
    assert!(said["error_description"].starts_with("AADSTS65004: "));
}

#[tokio::test]
async fn what_is_for_administrators_only_they_grant_and_for_everybody_if_they_want() {
    let tenant = Tenant::fresh().await;
    let (app, ada, grace) = (web_app(&tenant).await, tenant.user("Ada").await, tenant.user("Grace").await);
    make_administrator(&tenant, grace).await;
    let scope = [("scope", "openid Group.ReadWrite.All")];
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &scope))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    assert!(page.html.contains("only an administrator can grant"), "{}", page.html);
    let forced = browser.submit(&page, &[("decision", "accept"), ("everybody", "1")]).await;
    assert!(forced.status == 400 && forced.html.contains("AADSTS90094"), "{forced:?}");
    let page = browser.submit(&page, &[("decision", "other")]).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("account", &grace.to_string())]).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("decision", "accept"), ("everybody", "1")]).await;
    let page = browser.follow(page).await;
    assert!(answered(&page.location.unwrap()).contains_key("code"));
    // Ada isn't asked any more.
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &scope))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    let code = answered(&page.location.unwrap()).remove("code").unwrap();
    let answer = token(&tenant, &redemption(&app, &code)).await.json();
    assert_eq!(answer["scope"], "openid Group.ReadWrite.All");
}

#[tokio::test]
async fn an_application_that_asks_for_all_it_needs_says_what_that_is() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let silent = web_app(&tenant).await;
    let default = [("scope", "https://graph.microsoft.com/.default")];
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&silent, &default))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let said = answered(&browser.follow(page).await.location.unwrap());
    assert!(said["error_description"].starts_with("AADSTS650056: "), "{said:?}");
    let read = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
    let needs = json!([{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{"id": read, "type": "Scope"}]}]);
    let app =
        app(&tenant, json!({"web": {"redirectUris": [REDIRECT]}, "requiredResourceAccess": needs})).await;
    let (_, code) = sign_in(&tenant, &app, ada, &default).await;
    let answer = token(&tenant, &redemption(&app, &code)).await.json();
    let scope = "https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default";
    assert_eq!(answer["scope"], scope);
}

#[tokio::test]
async fn a_token_for_an_applications_own_interface_is_for_that_alone() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "read", "type": "User", "isEnabled": true,
        "adminConsentDisplayName": "Read", "adminConsentDescription": "Read the shelves."});
    let name = format!("api://shelves.{}", tenant.domain());
    let interface =
        app(&tenant, json!({"identifierUris": [name], "api": {"oauth2PermissionScopes": [scope]}})).await;
    let client = web_app(&tenant).await;
    let asked = format!("openid {name}/read");
    let (_, code) = sign_in(&tenant, &client, ada, &[("scope", &asked)]).await;
    let answer = token(&tenant, &redemption(&client, &code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["scope"], asked);
    let said = super::claims(&body["access_token"]);
    assert_eq!((&said["aud"], &said["scp"], &said["azp"]), (&json!(name), &json!("read"), &json!(client.id)));
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(access)).await.status, 401);
    let _ = interface;
}
