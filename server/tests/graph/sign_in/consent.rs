//! Consent: once for each user and client, for everybody by an administrator, and what only administrators grant.

use super::{
    Browser, REDIRECT, answered, app, authorize, make_administrator, query, redemption, sign_in, token,
    web_app,
};
use crate::support::{Server, Tenant, send};
use reqwest::Method;
use roster_server::directory::Policy;
use serde_json::{Value, json};

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
async fn a_token_for_an_applications_own_interface_is_for_that_alone_and_of_the_version_that_it_asks_for() {
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
    let upn = tenant.upn("Ada");
    let (origin, id) = (tenant.origin(), tenant.id());
    for (claim, expected) in [
        ("aud", json!(name)),
        ("iss", json!(format!("{origin}/{id}/"))),
        ("ver", json!("1.0")),
        ("appid", json!(client.id)),
        ("azp", Value::Null),
        ("scp", json!("read")),
        ("oid", json!(ada)),
        ("upn", json!(upn)),
        ("unique_name", json!(upn)),
        ("name", json!("Ada")),
        ("preferred_username", Value::Null),
        ("roles", Value::Null),
    ] {
        assert_eq!(said[claim], expected, "{claim}");
    }
    // The client's own tokens name the user otherwise than the interface's.
    assert_ne!(said["sub"], super::claims(&body["id_token"])["sub"]);
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(access)).await.status, 401);

    let second = json!({"api": {"requestedAccessTokenVersion": 2}});
    let path = format!("/applications/{}", interface.object);
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&second)).await.status, 204);
    let again = [("scope", &*asked), ("prompt", "consent")];
    let (_, code) = sign_in(&tenant, &client, ada, &again).await;
    let answer = token(&tenant, &redemption(&client, &code)).await.json();
    let second = super::claims(&answer["access_token"]);
    for (claim, expected) in [
        ("aud", json!(interface.id)),
        ("iss", json!(format!("{origin}/{id}/v2.0"))),
        ("ver", json!("2.0")),
        ("azp", json!(client.id)),
        ("appid", Value::Null),
        ("preferred_username", json!(upn)),
        ("name", json!("Ada")),
        ("upn", Value::Null),
        ("sub", said["sub"].clone()),
    ] {
        assert_eq!(second[claim], expected, "{claim}");
    }
    assert_ne!(second["uti"], said["uti"]);
}

#[tokio::test]
async fn a_user_agrees_to_what_the_page_showed_and_to_nothing_that_came_after() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let needs = |id: &str| json!([{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{"id": id, "type": "Scope"}]}]);
    let (read, read_all) = ("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "b340eb25-3456-403f-be2f-af7a0d370277");
    let values = json!({"web": {"redirectUris": [REDIRECT]}, "requiredResourceAccess": needs(read)});
    let app = app(&tenant, values).await;
    let mut browser = Browser::at(tenant.origin());
    let default = [("scope", "https://graph.microsoft.com/.default")];
    let page = browser.get(&authorize(&tenant, &query(&app, &default))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    assert!(page.html.contains("(User.Read)"), "{}", page.html);
    let path = format!("/applications/{}", app.object);
    let more = json!({"requiredResourceAccess": needs(read_all)});
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&more)).await.status, 204);
    let (action, mut fields) = page.form();
    let agreed = browser.submit(&page, &[("decision", "accept")]).await;
    let asked = browser.follow(agreed).await;
    assert!(asked.html.contains("(User.ReadBasic.All)"), "the rest is asked for: {}", asked.html);
    for field in &mut fields {
        if field.0 == "scopes" {
            field.1 = "Group.ReadWrite.All".into();
        }
    }
    fields.push(("decision".into(), "accept".into()));
    let refused = browser.post(&action, &fields).await;
    let page = browser.follow(refused).await;
    assert!(page.html.contains("(User.ReadBasic.All)"), "what was shown is under the mark: {}", page.html);
    assert!(!page.html.contains("Group.ReadWrite.All"), "{}", page.html);
}

#[tokio::test]
async fn an_administrator_grants_for_everybody_what_was_granted_to_the_administrator_alone() {
    let tenant = Tenant::fresh().await;
    let (app, ada, grace) = (web_app(&tenant).await, tenant.user("Ada").await, tenant.user("Grace").await);
    make_administrator(&tenant, grace).await;
    let (mut browser, _) = sign_in(&tenant, &app, grace, &[]).await;
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "consent")]))).await;
    let page = browser.submit(&page, &[("decision", "accept"), ("everybody", "1")]).await;
    browser.follow(page).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    assert!(answered(&page.location.unwrap()).contains_key("code"), "Ada isn't asked");
}

#[tokio::test]
async fn scopes_are_meant_in_whatever_case_they_are_written() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[("scope", "https://graph.microsoft.com/user.read")]).await;
    let answer = token(&tenant, &redemption(&app, &code)).await.json();
    assert_eq!(super::claims(&answer["access_token"])["scp"], "User.Read");
}

#[tokio::test]
async fn an_applications_interface_is_never_taken_for_graph() {
    let public = "https://directory.contoso.example";
    let server = Server::start(Policy::default(), Some(public));
    // Its threads can't be ended from within a test's.
    let tenant = Box::leak(Box::new(server)).tenant().await;
    let ada = tenant.user("Ada").await;
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "Group.ReadWrite.All", "type": "User", "isEnabled": true,
        "adminConsentDisplayName": "x", "adminConsentDescription": "x"});
    let name = format!("https://directory.{}", tenant.domain());
    let _ = app(&tenant, json!({"identifierUris": [name], "api": {"oauth2PermissionScopes": [scope]}})).await;
    let client = web_app(&tenant).await;
    for graphs in [
        "HTTPS://directory.contoso.example",
        "https://DIRECTORY.contoso.example//",
        "https://Graph.Microsoft.com",
    ] {
        let mut browser = Browser::at(tenant.origin());
        let scope = format!("{graphs}/User.Read");
        let page = browser.get(&authorize(&tenant, &query(&client, &[("scope", &scope)]))).await;
        let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
        let page = browser.follow(page).await;
        assert!(
            page.html.contains("Permissions requested") || page.location.is_some(),
            "{graphs}: {}",
            page.html
        );
        assert!(!page.html.contains("Group.ReadWrite.All"), "{graphs}");
    }
}
