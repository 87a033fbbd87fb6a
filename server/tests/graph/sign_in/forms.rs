//! Forms that this server didn't make for this browser, and what its pages let others do with them.

use super::{Browser, authorize, query, sign_in, web_app};
use crate::support::Tenant;

#[tokio::test]
async fn a_form_counts_only_from_the_browser_that_it_was_made_for_and_as_it_was_made() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let (action, fields) = page.form();
    let with = |name: &str, value: &str| {
        let mut fields = fields.clone();
        fields.retain(|(own, _)| own != name);
        fields.push((name.to_owned(), value.to_owned()));
        fields.push(("account".to_owned(), ada.clone()));
        fields
    };
    let elsewhere = format!("/{}/oauth2/v2.0/authorize?client_id=x", tenant.id());
    let mut other = Browser::at(tenant.origin());
    other.get(&authorize(&tenant, &query(&app, &[]))).await;
    for (who, mut browser, fields) in [
        ("a browser without a cookie", Browser::at(tenant.origin()), with("a", "b")),
        ("another browser", other, with("a", "b")),
        ("without a mark", browser.clone(), with("form_token", "")),
        ("another mark", browser.clone(), with("form_token", "AAAA")),
        ("another place", browser.clone(), with("continue", &elsewhere)),
        ("another site", browser.clone(), with("continue", "https://elsewhere.example/?a=b")),
        ("no place", browser.clone(), with("continue", "")),
    ] {
        let answer = browser.post(&action, &fields).await;
        assert_eq!((answer.status, answer.location), (400, None), "{who}");
    }
    assert_eq!(browser.post(&action, &with("a", "b")).await.status, 303);
}

#[tokio::test]
async fn consent_counts_only_in_the_session_that_was_asked() {
    let tenant = Tenant::fresh().await;
    let (app, ada, grace) = (web_app(&tenant).await, tenant.user("Ada").await, tenant.user("Grace").await);
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("account", &ada.to_string())]).await;
    let adas = browser.follow(page).await;
    let page = browser.get(&authorize(&tenant, &query(&app, &[("prompt", "login")]))).await;
    browser.submit(&page, &[("account", &grace.to_string())]).await;
    let page = browser.submit(&adas, &[("decision", "accept")]).await;
    assert_eq!((page.status, page.location), (400, None), "Grace was asked for nothing");
}

#[tokio::test]
async fn a_session_that_somebody_planted_does_not_become_the_users() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let port = tenant.origin().rsplit_once(':').unwrap().1;
    let name = format!("roster-session-{port}-{}", tenant.id());
    let mut browser = Browser::at(tenant.origin());
    browser.cookies.insert(name.clone(), "planted".into());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    browser.submit(&page, &[("account", &ada.to_string())]).await;
    assert_ne!(browser.cookies[&name], "planted");
    let (signed_in, _) = sign_in(&tenant, &app, ada, &[]).await;
    let mut again = signed_in.clone();
    let page = again.get(&authorize(&tenant, &query(&app, &[("prompt", "login")]))).await;
    again.submit(&page, &[("account", &ada.to_string())]).await;
    assert_ne!(again.cookies[&name], signed_in.cookies[&name], "each sign-in has a new one");
}

#[tokio::test]
async fn pages_are_shown_in_no_frame_run_no_script_and_are_kept_by_nobody() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let path = authorize(&tenant, &query(&app, &[]));
    let device = format!("/{}/oauth2/deviceauth", tenant.id());
    for path in [path.as_str(), &device, &authorize(&tenant, "")] {
        let page = Browser::at(tenant.origin()).get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for rule in ["default-src 'none'", "script-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!page.html.contains("<script"));
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(page.headers[name], value, "{path}");
        }
        assert!(!page.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn cookies_are_for_this_server_alone_and_no_script_reads_them() {
    let tenant = Tenant::fresh().await;
    let port = tenant.origin().rsplit_once(':').unwrap().1;
    let app = web_app(&tenant).await;
    let page = Browser::at(tenant.origin()).get(&authorize(&tenant, &query(&app, &[]))).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with(&format!("roster-browser-{port}="))
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test]
async fn cookies_of_other_programs_take_nothing_from_a_browser_whatever_bytes_they_are() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    let mut browser = Browser::at(tenant.origin());
    browser.cookies.insert("theirs".into(), "café".into());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("account", &ada)]).await;
    assert_eq!((page.status, browser.cookies.len()), (303, 3), "{}", page.html);
    let page = browser.follow(page).await;
    assert!(page.html.contains("Permissions requested") && !page.headers.contains_key("set-cookie"));
}
