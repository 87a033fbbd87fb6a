//! The authorization endpoint: who is asked what, and where the answer goes.

use super::{
    Browser, REDIRECT, SignInMode, SignInSettings, answered, app, authorize, claims, field, page_app, query,
    redemption, sign_in, tenant_with, token, web_app,
};
use crate::support::{Tenant, send};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_user_signs_in_consents_and_the_client_reads_who_that_is() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[("nonce", "n-1"), ("max_age", "600")]).await;
    let answer = token(&tenant, &redemption(&app, &code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["scope"]), (&json!("Bearer"), &json!("openid profile User.Read")));
    let info = tenant.id().to_string();
    let said = claims(&body["id_token"]);
    assert_eq!((&said["aud"], &said["tid"], &said["nonce"]), (&json!(app.id), &json!(info), &json!("n-1")));
    assert_eq!((&said["oid"], &said["ver"]), (&json!(ada.to_string()), &json!("2.0")));
    assert!(said["auth_time"].is_i64() && said["preferred_username"].is_string() && said["name"].is_string());
    let access = claims(&body["access_token"]);
    assert_eq!((&access["aud"], &access["appid"]), (&json!("https://graph.microsoft.com"), &json!(app.id)));
    let access = body["access_token"].as_str().unwrap();
    let me = send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(access)).await;
    assert_eq!(me.json()["id"], ada.to_string());
    let groups = send(tenant.anonymous(Method::GET, "/v1.0/groups").bearer_auth(access)).await;
    assert_eq!(groups.status, 403, "no more than what was consented to");
}

#[tokio::test]
async fn an_id_token_opens_nothing_and_has_no_nonce_that_was_not_sent() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
    let body = token(&tenant, &redemption(&app, &code)).await.json();
    let said = claims(&body["id_token"]);
    assert!(said.get("nonce").is_none() && said.get("auth_time").is_none(), "{said}");
    let id_token = body["id_token"].as_str().unwrap();
    let me = send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(id_token)).await;
    assert_eq!(me.status, 401);
}

#[tokio::test]
async fn a_wrong_redirect_uri_gets_a_page_and_is_led_nowhere() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    for uri in [
        "https://elsewhere.example/auth",
        "https://client.example/auth/",
        "https://client.example/auth?x=1",
        "https://client.example/auth#x",
        "https://client.example/auth/../auth",
        "https://client.example@elsewhere.example/auth",
        "https://client.example%2Felsewhere.example/auth",
        "https://client.example:8443/auth",
        "https://Client.example/auth",
        "http://client.example/auth",
        "https://client.example/%61uth",
        "https://client.examplе/auth",
        "//client.example/auth",
        "/auth",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let page = Browser::at(tenant.origin())
            .get(&authorize(&tenant, &query(&app, &[("redirect_uri", uri)])))
            .await;
        assert_eq!((page.status, page.location), (400, None), "{uri}");
        assert!(page.html.contains("AADSTS"), "{uri}: {}", page.html);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    }
    let unknown = query(&app, &[("client_id", "00000000-0000-4000-8000-000000000000")]);
    let page = Browser::at(tenant.origin()).get(&authorize(&tenant, &unknown)).await;
    assert_eq!((page.status, page.location), (400, None));
    assert!(page.html.contains("AADSTS700016"));
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_client_with_its_state() {
    let tenant = Tenant::fresh().await;
    let (web, page) = (web_app(&tenant).await, page_app(&tenant).await);
    for (app, change, error, number) in [
        (&web, ("response_type", "token"), "unsupported_response_type", 700_051),
        (&web, ("response_type", "id_token"), "unsupported_response_type", 700_051),
        (&web, ("response_type", ""), "invalid_request", 900_144),
        (&web, ("scope", ""), "invalid_request", 900_144),
        (&web, ("scope", "openid User.Read api://x/read"), "invalid_scope", 28000),
        (&web, ("code_challenge_method", "plain"), "invalid_request", 90023),
        (&web, ("code_challenge_method", ""), "invalid_request", 90023),
        (&web, ("code_challenge", "short"), "invalid_request", 90023),
        (&web, ("code_challenge", ""), "invalid_request", 900_144),
        (&web, ("prompt", "create"), "invalid_request", 90023),
        (&web, ("prompt", "none login"), "invalid_request", 90023),
        (&web, ("prompt", "none"), "login_required", 50058),
        (&web, ("request", "x"), "invalid_request", 90023),
        (&page, ("code_challenge", ""), "invalid_request", 900_144),
    ] {
        let location =
            Browser::at(tenant.origin()).get(&authorize(&tenant, &query(app, &[change]))).await.location;
        let location = location.unwrap_or_else(|| panic!("{change:?}"));
        // What isn't asked for by a code alone is answered by fragment.
        let separator = if change.1.contains("token") { '#' } else { '?' };
        assert!(location.starts_with(&format!("{REDIRECT}{separator}")), "{location}");
        let said = answered(&location);
        assert_eq!(said["error"], error, "{change:?}");
        assert!(said["error_description"].starts_with(&format!("AADSTS{number}: ")), "{change:?} {said:?}");
        assert_eq!(said["state"], "a state & more");
        assert_eq!(said["iss"], format!("{}/{}/v2.0", tenant.origin(), tenant.id()));
    }
    let both = [("code_challenge", ""), ("code_challenge_method", "")];
    let location =
        Browser::at(tenant.origin()).get(&authorize(&tenant, &query(&page, &both))).await.location.unwrap();
    assert!(answered(&location)["error_description"].starts_with("AADSTS9002325: "), "{location}");
}

#[tokio::test]
async fn a_session_answers_without_asking_until_the_client_wants_to_know_again() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, _) = sign_in(&tenant, &app, ada, &[]).await;
    for silent in
        [&[][..], &[("prompt", "none")], &[("max_age", "600")], &[("prompt", "none"), ("scope", "openid")]]
    {
        let page = browser.get(&authorize(&tenant, &query(&app, silent))).await;
        assert!(answered(&page.location.unwrap()).contains_key("code"), "{silent:?}");
    }
    for asks in [
        ("prompt", "login"),
        ("prompt", "select_account"),
        ("max_age", "0"),
        ("login_hint", "grace@x"),
        ("sid", "x"),
    ] {
        let page = browser.get(&authorize(&tenant, &query(&app, &[asks]))).await;
        assert!(page.html.contains("<title>Sign in</title>"), "{asks:?}");
        let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
        let page = browser.follow(page).await;
        assert!(answered(&page.location.unwrap()).contains_key("code"), "whoever signs in is it: {asks:?}");
    }
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "login")]))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let page = browser.follow(page).await;
    assert!(answered(&page.location.unwrap()).contains_key("code"), "who has signed in isn't asked again");
}

#[tokio::test]
async fn an_answer_goes_by_query_by_fragment_or_by_a_form() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, _) = sign_in(&tenant, &app, ada, &[]).await;
    let mut get =
        async |mode: &str| browser.get(&authorize(&tenant, &query(&app, &[("response_mode", mode)]))).await;
    assert!(get("query").await.location.unwrap().starts_with(&format!("{REDIRECT}?code=")));
    assert!(get("fragment").await.location.unwrap().starts_with(&format!("{REDIRECT}#code=")));
    let form = get("form_post").await;
    let (action, _) = form.form();
    assert_eq!((form.status, action.as_str()), (200, REDIRECT));
    assert_eq!(field(&form, "state"), "a state & more");
    assert!(!field(&form, "code").is_empty());
    let policy = form.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("form-action"), "browsers would hold what comes after against it: {policy}");
    assert!(get("web_message").await.html.contains("AADSTS90023"));
    let by_query = [("response_type", "code id_token"), ("nonce", "n"), ("response_mode", "query")];
    let page = browser.get(&authorize(&tenant, &query(&app, &by_query))).await;
    assert!(page.location.is_none() && page.html.contains("AADSTS70007"), "{page:?}");
}

#[tokio::test]
async fn an_id_token_comes_at_once_where_the_application_lets_it() {
    let tenant = Tenant::fresh().await;
    let web = json!({"redirectUris": [REDIRECT], "implicitGrantSettings": {"enableIdTokenIssuance": true}});
    let (app, ada) = (app(&tenant, json!({"web": web})).await, tenant.user("Ada").await);
    let (mut browser, _) = sign_in(&tenant, &app, ada, &[]).await;
    let mut get = async |more: &[(&str, &str)]| {
        browser.get(&authorize(&tenant, &query(&app, more))).await.location.unwrap()
    };
    let both = get(&[("response_type", "code id_token"), ("nonce", "n-2")]).await;
    assert!(both.starts_with(&format!("{REDIRECT}#")));
    let said = answered(&both);
    let id_token = claims(&json!(said["id_token"]));
    assert_eq!(id_token["nonce"], "n-2");
    let digest = digest::digest(&digest::SHA256, said["code"].as_bytes());
    assert_eq!(id_token["c_hash"], URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]), "the code belongs to it");
    assert!(said.contains_key("code"));
    let nonceless = get(&[("response_type", "id_token")]).await;
    assert_eq!(answered(&nonceless)["error"], "invalid_request");
}

#[tokio::test]
async fn the_end_of_a_session_leads_only_where_its_clients_may_be_led() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let end = format!("/{}/oauth2/v2.0/logout", tenant.id());
    for (to, led) in [
        (format!("?post_logout_redirect_uri={REDIRECT}&state=s"), Some(format!("{REDIRECT}?state=s"))),
        ("?post_logout_redirect_uri=https://elsewhere.example/".into(), None),
        (String::new(), None),
    ] {
        let (mut browser, _) = sign_in(&tenant, &app, ada, &[("prompt", "consent")]).await;
        let before = browser.clone();
        let page = browser.get(&format!("{end}{to}")).await;
        assert_eq!(page.location, led, "{to}");
        for mut browser in [browser, before] {
            let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "none")]))).await;
            assert_eq!(
                answered(&page.location.unwrap())["error"],
                "login_required",
                "its secret is worth nothing"
            );
        }
    }
}

#[tokio::test]
async fn a_user_who_may_not_sign_in_any_more_has_no_session() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, _) = sign_in(&tenant, &app, ada, &[]).await;
    let disable =
        tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&json!({"accountEnabled": false}));
    assert_eq!(send(disable).await.status, 204);
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "none")]))).await;
    assert_eq!(answered(&page.location.unwrap())["error"], "login_required");
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    assert!(page.status == 400 && page.html.contains("The user account is disabled."), "{}", page.html);
}

#[tokio::test]
async fn who_has_signed_in_for_a_request_is_not_asked_again_for_it() {
    let picker = SignInSettings { mode: SignInMode::Picker, ..Default::default() };
    let tenant = tenant_with(picker).await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    for more in [[("prompt", "login\tconsent"), ("max_age", "")], [("prompt", "consent"), ("max_age", "30")]]
    {
        let mut browser = Browser::at(tenant.origin());
        let page = browser.get(&authorize(&tenant, &query(&app, &more))).await;
        let page = browser.submit(&page, &[("account", &ada)]).await;
        let page = browser.follow(page).await;
        assert!(page.html.contains("Permissions requested"), "{more:?}: {}", page.html);
        tenant.server.store.clock().advance(120);
        let page = browser.submit(&page, &[("decision", "accept")]).await;
        let page = browser.follow(page).await;
        let led = page.location.unwrap_or_else(|| panic!("{more:?}: {}", page.html));
        assert!(answered(&led).contains_key("code"), "{more:?}");
    }
}

#[tokio::test]
async fn version_1_0_knows_resources_and_ignores_scopes() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let read = json!([{"resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}]}]);
    let redirect = json!({"redirectUris": [REDIRECT]});
    let client = app(&tenant, json!({"web": redirect, "requiredResourceAccess": read})).await;
    let path = |query: &str| authorize(&tenant, query).replace("/oauth2/v2.0/", "/oauth2/");
    // As libraries for OAuth in general ask, or with nothing at all.
    for scope in ["openid profile user_impersonation email", ""] {
        let mut browser = Browser::at(tenant.origin());
        let page = browser.get(&path(&query(&client, &[("scope", scope), ("prompt", "consent")]))).await;
        let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
        let page = browser.follow(page).await;
        let page = browser.submit(&page, &[("decision", "accept")]).await;
        let location = browser.follow(page).await.location.unwrap();
        let code = answered(&location).remove("code").unwrap_or_else(|| panic!("{location}"));
        let form = redemption(&client, &code);
        let at = format!("/{}/oauth2/token", tenant.id());
        let answer = send(tenant.anonymous(Method::POST, &at).form(&form)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        let (access, id) = (claims(&answer["access_token"]), claims(&answer["id_token"]));
        assert_eq!(access["aud"], "https://graph.microsoft.com");
        let upn = json!(tenant.upn("Ada"));
        assert_eq!(
            (&id["ver"], &id["unique_name"], &id["preferred_username"]),
            (&json!("1.0"), &upn, &json!(null))
        );
        assert_eq!(id["iss"], format!("{}/{}/", tenant.origin(), tenant.id()));
    }
}
