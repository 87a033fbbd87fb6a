//! What the pages for signing in tell people: which accounts there are, and what is wrong with which field.

use super::{
    Browser, authorize,
    passwords::{BY_PASSWORD, PASSWORD, user},
    query, tenant_with, web_app,
};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

async fn disable(tenant: &Tenant, user: Uuid) {
    let body = json!({"accountEnabled": false});
    let disabled = send(tenant.raw(Method::PATCH, &format!("/users/{user}")).await.json(&body)).await;
    assert_eq!(disabled.status, 204, "{}", disabled.text);
}

/// The ids of the accounts that a page shows, in its order.
fn accounts(html: &str) -> Vec<&str> {
    html.split("name=\"account\" value=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

/// The tag that has this attribute.
fn tag<'h>(html: &'h str, attribute: &str) -> &'h str {
    let at = html.find(attribute).unwrap_or_else(|| panic!("no {attribute}: {html}"));
    let from = html[..at].rfind('<').unwrap();
    html[from..].split_once('>').unwrap().0
}

#[tokio::test]
async fn accounts_that_may_sign_in_are_shown_whatever_stands_before_them() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let path = authorize(&tenant, &query(&app, &[]));
    let page = Browser::at(tenant.origin()).get(&path).await;
    assert!(page.html.contains("There are no users here who may sign in."), "{}", page.html);
    for number in 0..21 {
        disable(&tenant, tenant.user(&format!("gone{number}")).await).await;
    }
    let mut there = Vec::new();
    for number in 0..20 {
        there.push(tenant.user(&format!("there{number}")).await.to_string());
    }
    let page = Browser::at(tenant.origin()).get(&path).await;
    assert_eq!(accounts(&page.html), there);
    assert!(!page.html.contains("There are") && page.html.contains("<details>"), "{}", page.html);
    let last = tenant.user("last").await.to_string();
    let page = Browser::at(tenant.origin()).get(&path).await;
    assert_eq!(accounts(&page.html), there);
    assert!(page.html.contains("There are more accounts") && page.html.contains("<details open>"));
    for (hint, first) in [("last", &last), ("there5", &there[5]), ("gone1", &there[0]), ("nobody", &there[0])]
    {
        let asked = query(&app, &[("login_hint", &tenant.upn(hint))]);
        let page = Browser::at(tenant.origin()).get(&authorize(&tenant, &asked)).await;
        let shown = accounts(&page.html);
        assert_eq!((shown.len(), shown[0]), (20, first.as_str()), "{hint}");
        assert_eq!(shown.iter().filter(|id| *id == first).count(), 1, "{hint}");
    }
}

#[tokio::test]
async fn a_fault_is_told_beside_its_field_which_has_the_focus() {
    let tenant = Tenant::fresh().await;
    let app = web_app(&tenant).await;
    let ada = tenant.user("Ada").await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let unknown = browser.submit(&page, &[("username", "nobody@x.example")]).await.html;
    assert!(unknown.contains("<title>Error: Sign in</title>"), "{unknown}");
    let (before, after) = unknown.split_once("id=\"fault\"").unwrap();
    assert!(before.contains("<summary>") && after.contains("name=\"username\""), "{unknown}");
    let field = tag(&unknown, "name=\"username\"");
    assert!(field.contains("aria-invalid=\"true\" aria-describedby=\"fault\" autofocus"), "{field}");
    disable(&tenant, ada).await;
    let chosen = browser.submit(&page, &[("account", &ada.to_string())]).await.html;
    assert!(chosen.contains("role=\"alert\"") && !chosen.contains("aria-invalid"), "{chosen}");
    let entered = format!("/{}/oauth2/deviceauth?user_code=BCD%22FG", tenant.id());
    let device = browser.get(&entered).await.html;
    assert!(device.contains("<title>Error: Enter code</title>"), "{device}");
    let field = tag(&device, "name=\"user_code\"");
    assert!(field.contains("value=\"BCD&#34;FG\"") && field.contains("autocomplete=\"off\""), "{field}");
    assert!(field.contains("aria-invalid=\"true\" aria-describedby=\"fault\""), "{field}");
}

#[tokio::test]
async fn a_faulty_password_is_told_at_the_field_that_it_is_in() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let profile = json!({"password": PASSWORD, "forceChangePasswordNextSignIn": true});
    let ada = user(&tenant, "ada", profile).await;
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let wrong = browser.submit(&page, &[("username", &ada), ("password", "wrong")]).await.html;
    assert!(wrong.contains("<title>Error: Sign in</title>") && wrong.contains("id=\"fault\""), "{wrong}");
    let field = tag(&wrong, "name=\"password\"");
    assert!(field.contains("aria-describedby=\"fault\" autofocus"), "{field}");
    let page = browser.submit(&page, &[("username", &ada), ("password", PASSWORD)]).await;
    assert!(tag(&page.html, "name=\"password\"").ends_with(" autofocus"), "{}", page.html);
    let named = tag(&page.html, "autocomplete=\"username\"");
    assert!(named.contains("type=\"text\"") && named.contains("readonly") && named.contains(&ada), "{named}");
    let (new, long) = ("Another, 0ne!", "Aa1!".repeat(65));
    for (at, present, new, again) in [
        ("password", "wrong", new, new),
        ("new_password", PASSWORD, PASSWORD, PASSWORD),
        ("new_password", PASSWORD, &long, &long),
        ("new_password_again", PASSWORD, new, "other"),
    ] {
        let fields = [("password", present), ("new_password", new), ("new_password_again", again)];
        let html = browser.submit(&page, &fields).await.html;
        assert!(html.contains("<title>Error: Choose a new password</title>"), "{html}");
        for name in ["password", "new_password", "new_password_again"] {
            let field = tag(&html, &format!("name=\"{name}\""));
            let marks =
                [field.contains("aria-invalid"), field.contains("\"fault"), field.contains("autofocus")];
            assert_eq!(marks, [name == at; 3], "{at}: {field}");
        }
    }
}

#[tokio::test]
async fn a_disabled_user_is_refused_before_another_password_is_asked_for() {
    let tenant = tenant_with(BY_PASSWORD).await;
    let app = web_app(&tenant).await;
    let profile = json!({"password": PASSWORD, "forceChangePasswordNextSignIn": true});
    let ada = user(&tenant, "ada", profile).await;
    let body = json!({"accountEnabled": false});
    assert_eq!(send(tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&body)).await.status, 204);
    let mut browser = Browser::at(tenant.origin());
    let page = browser.get(&authorize(&tenant, &query(&app, &[]))).await;
    let page = browser.submit(&page, &[("username", &ada), ("password", PASSWORD)]).await;
    assert!(page.html.contains("The user account is disabled."), "{}", page.html);
}
