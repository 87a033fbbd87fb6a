//! Authorization codes: for one client, one redirect URI, one verifier, and once.

use super::{
    REDIRECT, VERIFIER, authorize, changed, device_app, fault, faulty, page_app, query, redemption, sign_in,
    token, token_from, web_app,
};
use crate::support::Tenant;
use futures::future::join_all;

#[tokio::test]
async fn a_code_is_redeemed_once_however_many_try_at_once() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
    let form = redemption(&app, &code);
    let answers = join_all((0..16).map(|_| token(&tenant, &form))).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    assert!(bad.iter().all(|answer| fault(answer).1 == "invalid_grant"));
}

#[tokio::test]
async fn a_code_that_is_shown_again_ends_what_came_of_it() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
    let first = token(&tenant, &redemption(&app, &code)).await.json();
    assert_eq!(fault(&token(&tenant, &redemption(&app, &code)).await), faulty(400, "invalid_grant", 54005));
    let refresh = first["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("refresh_token", refresh),
    ];
    assert_eq!(fault(&token(&tenant, &form).await), faulty(400, "invalid_grant", 70000));
}

#[tokio::test]
async fn a_code_is_worth_nothing_to_others() {
    let tenant = Tenant::fresh().await;
    let (app, other, ada) = (web_app(&tenant).await, web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
    let form = redemption(&app, &code);
    let others = redemption(&other, &code);
    for (form, expected) in [
        (others, faulty(400, "invalid_grant", 70000)),
        (changed(&form, "client_secret", "wrong"), faulty(401, "invalid_client", 7_000_215)),
        (changed(&form, "client_secret", ""), faulty(401, "invalid_client", 7_000_218)),
        (
            changed(&form, "redirect_uri", "https://client.example/other"),
            faulty(400, "invalid_client", 500_112),
        ),
        (changed(&form, "redirect_uri", ""), faulty(400, "invalid_request", 900_144)),
        (changed(&form, "code_verifier", &VERIFIER.replace('a', "b")), faulty(400, "invalid_grant", 501_481)),
        (changed(&form, "code_verifier", ""), faulty(400, "invalid_grant", 501_481)),
        (changed(&form, "code", "x"), faulty(400, "invalid_grant", 70000)),
    ] {
        assert_eq!(fault(&token(&tenant, &form).await), expected, "{form:?}");
    }
    let elsewhere = Tenant::fresh().await;
    assert_eq!(fault(&token(&elsewhere, &form).await).1, "unauthorized_client");
    assert_eq!(token(&tenant, &form).await.status, 200, "none of that has used it up");
}

#[tokio::test]
async fn a_code_that_was_asked_for_without_a_challenge_takes_no_verifier() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let (_, code) = sign_in(&tenant, &app, ada, &bare).await;
    let form = redemption(&app, &code);
    assert_eq!(
        fault(&token(&tenant, &form).await),
        faulty(400, "invalid_grant", 501_481),
        "it was taken away"
    );
    assert_eq!(token(&tenant, &changed(&form, "code_verifier", "")).await.status, 200);
}

#[tokio::test]
async fn a_pages_code_is_redeemed_by_a_page_alone_and_no_page_redeems_another() {
    let tenant = Tenant::fresh().await;
    let (page, web, ada) = (page_app(&tenant).await, web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &page, ada, &[]).await;
    let public = redemption(&page, &code);
    let public = changed(&public, "client_secret", "");
    assert_eq!(fault(&token(&tenant, &public).await), faulty(400, "invalid_request", 9_002_327));
    let origin = Some("https://client.example");
    let proven = redemption(&page, &code);
    assert_eq!(fault(&token_from(&tenant, origin, &proven).await), faulty(401, "invalid_client", 700_025));
    let answer = token_from(&tenant, origin, &public).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["access-control-allow-origin"]),
        (200, &"*".parse().unwrap())
    );
    let (_, code) = sign_in(&tenant, &web, ada, &[]).await;
    let form = redemption(&web, &code);
    assert_eq!(fault(&token_from(&tenant, origin, &form).await), faulty(400, "invalid_request", 9_002_326));
}

#[tokio::test]
async fn a_program_on_a_device_takes_any_free_port_and_needs_no_secret() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (device_app(&tenant).await, tenant.user("Ada").await);
    let here = "http://localhost:50123";
    let (_, code) = sign_in(&tenant, &app, ada, &[("redirect_uri", here)]).await;
    let form = redemption(&app, &code);
    let form = changed(&changed(&form, "redirect_uri", here), "client_secret", "");
    assert_eq!(token(&tenant, &form).await.status, 200);
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    let tenant = super::tenant_with(roster_server::http::state::SignInSettings {
        mode: roster_server::http::state::SignInMode::Picker,
        ..Default::default()
    })
    .await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (_, code) = sign_in(&tenant, &app, ada, &[]).await;
    tenant.server.store.clock().advance(601);
    assert_eq!(fault(&token(&tenant, &redemption(&app, &code)).await), faulty(400, "invalid_grant", 70008));
}

#[tokio::test]
async fn a_code_is_no_use_once_its_users_sessions_are_revoked() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, code) = sign_in(&tenant, &app, ada, &[]).await;
    let path = format!("/users/{ada}/revokeSignInSessions");
    assert_eq!(crate::support::send(tenant.raw(reqwest::Method::POST, &path).await).await.status, 200);
    assert_eq!(fault(&token(&tenant, &redemption(&app, &code)).await), faulty(400, "invalid_grant", 50173));
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "none")]))).await;
    assert!(page.location.unwrap().starts_with(&format!("{REDIRECT}?error=login_required")));
}
