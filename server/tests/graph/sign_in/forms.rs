//! Forms that this server didn't make for this browser, and what its pages let others do with them.

use super::{Browser, answered, authorize, query, sign_in, web_app};
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
    let login = format!("/{}/login?client_id=x", tenant.id());
    let another = Tenant::fresh().await;
    let anothers = format!("/{}/oauth2/v2.0/authorize?client_id=x", another.id());
    for (who, mut browser, fields) in [
        ("a browser without a cookie", Browser::at(tenant.origin()), with("a", "b")),
        ("without a mark", browser.clone(), with("form_token", "")),
        ("another site", browser.clone(), with("continue", "https://elsewhere.example/?a=b")),
        (
            "another site's path",
            browser.clone(),
            with("continue", "//elsewhere.example/oauth2/authorize?a=b"),
        ),
        (
            "the same in letters that browsers take for it",
            browser.clone(),
            with("continue", "/\\elsewhere.example/oauth2/authorize?a=b"),
        ),
        ("another tenant", browser.clone(), with("continue", &anothers)),
        ("another page", browser.clone(), with("continue", &login)),
        ("no place", browser.clone(), with("continue", "")),
    ] {
        let answer = browser.post(&action, &fields).await;
        assert_eq!((answer.status, answer.location), (400, None), "{who}");
    }
    let device = format!("/{}/oauth2/deviceauth?user_code=B", tenant.domain());
    let led = format!("/{}/oauth2/deviceauth?user_code=B", tenant.id());
    for (who, mut browser, fields, to) in [
        ("another browser", other, with("a", "b"), &authorize(&tenant, &query(&app, &[]))),
        ("another mark", browser.clone(), with("form_token", "AAAA"), &authorize(&tenant, &query(&app, &[]))),
        ("another place", browser.clone(), with("continue", &elsewhere), &elsewhere),
        ("the page for devices", browser.clone(), with("continue", &device), &led),
    ] {
        let before = browser.cookies.clone();
        let answer = browser.post(&action, &fields).await;
        let location = answer.location.unwrap();
        assert_eq!(
            (answer.status, location.split_once('?').unwrap().0),
            (303, to.split_once('?').unwrap().0),
            "{who}"
        );
        assert_eq!(answered(&location), answered(to), "{who}");
        assert_eq!(browser.cookies, before, "nobody is signed in: {who}");
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
    assert_eq!(page.status, 303);
    let page = browser.follow(page).await;
    assert!(page.html.contains("Permissions requested"), "Grace is asked for herself: {}", page.html);
    assert!(
        page.html.contains("Signed in as") && page.html.to_lowercase().contains("grace@"),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn a_form_of_an_older_tab_leads_to_a_new_one_that_counts() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    let path = authorize(&tenant, &query(&app, &[]));
    let mut browser = Browser::at(tenant.origin());
    let (mut second, first) = (browser.clone(), browser.get(&path).await);
    second.get(&path).await;
    // Both asked before either was answered: the cookie of the later answer stays.
    let page = second.submit(&first, &[("account", &ada)]).await;
    let page = second.follow(page).await;
    assert!(page.html.contains("<title>Sign in</title>"), "{}", page.html);
    let page = second.submit(&page, &[("account", &ada)]).await;
    assert!(second.follow(page).await.html.contains("Permissions requested"));
}

#[tokio::test]
async fn a_request_that_another_site_posts_takes_no_cookie_away() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    let asked = query(&app, &[("state", "ä & {\"b\"}")]);
    let fields: Vec<_> = url::form_urlencoded::parse(asked.as_bytes()).into_owned().collect();
    let path = format!("/{}/oauth2/v2.0/authorize", tenant.id());
    let page = Browser::at(tenant.origin()).post(&path, &fields).await;
    assert_eq!((page.status, page.headers.contains_key("set-cookie")), (303, false));
    let led = page.location.unwrap();
    assert_eq!(led.split_once('?').unwrap().0, path);
    assert_eq!(answered(&led), fields.iter().cloned().collect());
    let mut browser = Browser::at(tenant.origin());
    browser.get(&authorize(&tenant, &asked)).await;
    let page = browser.post(&path, &fields).await;
    assert_eq!(page.status, 200, "who has a cookie is answered");
    assert_eq!(browser.submit(&page, &[("account", &ada)]).await.status, 303);
    let long = "x".repeat(9_000);
    let fields = [fields, vec![("nonce".into(), long)]].concat();
    assert_eq!(Browser::at(tenant.origin()).post(&path, &fields).await.status, 200, "no URL has room for it");
}

#[tokio::test]
async fn a_request_that_pages_can_not_send_back_is_refused_at_once() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await.to_string());
    let mut browser = Browser::at(tenant.origin());
    let state = "{\"".repeat(2_000);
    let page = browser.get(&authorize(&tenant, &query(&app, &[("state", &state)]))).await;
    let page = browser.submit(&page, &[("account", &ada)]).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("decision", "cancel")]).await;
    assert_eq!(answered(&page.location.unwrap())["state"], state);
    let longer = browser.get(&authorize(&tenant, &query(&app, &[("state", &state.repeat(2))]))).await;
    assert!(longer.status == 400 && longer.html.contains("AADSTS90015"), "{}", longer.html);
}

#[tokio::test]
async fn the_address_of_a_form_says_where_to_go_on_in_a_browsers_words() {
    let tenant = Tenant::fresh().await;
    for form in ["login", "password", "consent", "device"] {
        let page = Browser::at(tenant.origin()).get(&format!("/{}/{form}", tenant.id())).await;
        assert_eq!((page.status, &page.headers["allow"]), (405, &"POST".parse().unwrap()), "{form}");
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert!(page.html.contains("Go back to the program and sign in again."), "{}", page.html);
    }
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
