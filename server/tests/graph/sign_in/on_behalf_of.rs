//! On behalf of a user: an application that was called with a user's token asks for one for another resource.

use super::{App, app, claims, fault, faulty, redemption, sign_in, token, web_app};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::json;

pub struct Called {
    pub interface: App,
    pub assertion: String,
}

/// An application that Ada's client calls, and Ada's token for it.
pub async fn called(tenant: &Tenant) -> Called {
    let ada = tenant.user("Ada").await;
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "read", "type": "User", "isEnabled": true,
        "adminConsentDisplayName": "Read", "adminConsentDescription": "Read the shelves."});
    let name = format!("api://shelves.{}", tenant.domain());
    let values = json!({"identifierUris": [name], "api": {"oauth2PermissionScopes": [scope]},
        "web": {"redirectUris": [super::REDIRECT]}});
    let interface = app(tenant, values).await;
    let client = web_app(tenant).await;
    let (_, code) = sign_in(tenant, &client, ada, &[("scope", &format!("{name}/read"))]).await;
    let body = token(tenant, &redemption(&client, &code)).await.json();
    // What it may do for Ada, Ada has granted too.
    sign_in(tenant, &interface, ada, &[("scope", "User.Read")]).await;
    Called { interface, assertion: body["access_token"].as_str().unwrap().to_owned() }
}

fn form<'a>(app: &'a App, assertion: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("assertion", assertion),
        ("scope", "https://graph.microsoft.com/User.Read offline_access"),
        ("requested_token_use", "on_behalf_of"),
    ]
}

#[tokio::test]
async fn an_application_acts_for_the_user_who_called_it() {
    let tenant = Tenant::fresh().await;
    let Called { interface, assertion } = called(&tenant).await;
    let answer = token(&tenant, &form(&interface, &assertion)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(claims(&body["access_token"])["appid"], interface.id);
    let access = body["access_token"].as_str().unwrap();
    let me = send(tenant.anonymous(Method::GET, "/v1.0/me").bearer_auth(access)).await;
    assert_eq!(me.json()["id"], claims(&json!(assertion))["oid"]);
    assert!(body["refresh_token"].is_string());
}

#[tokio::test]
async fn nobody_acts_by_a_token_that_is_for_somebody_else() {
    let tenant = Tenant::fresh().await;
    let Called { interface, assertion } = called(&tenant).await;
    let other = web_app(&tenant).await;
    let graphs = token(&tenant, &form(&interface, &assertion)).await.json()["access_token"].clone();
    let of_application = token(
        &tenant,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", &other.id),
            ("client_secret", &other.secret),
            ("scope", &format!("{}/.default", interface.id)),
        ],
    )
    .await
    .json()["access_token"]
        .clone();
    for (app, assertion, expected) in [
        (&other, assertion.as_str(), ("invalid_grant", 500_131)),
        (&interface, graphs.as_str().unwrap(), ("invalid_grant", 500_131)),
        (&interface, of_application.as_str().unwrap(), ("unauthorized_client", 7_000_114)),
        (&interface, "x", ("invalid_grant", 50013)),
        (&interface, "a.b.c", ("invalid_grant", 50013)),
    ] {
        let refused = token(&tenant, &form(app, assertion)).await;
        assert_eq!(fault(&refused), faulty(400, expected.0, expected.1), "{assertion}");
    }
    let more = super::changed(&form(&interface, &assertion), "scope", "Group.ReadWrite.All");
    assert_eq!(fault(&token(&tenant, &more).await).2, 65001);
    let no_use = form(&interface, &assertion);
    let no_use = super::changed(&no_use, "requested_token_use", "");
    assert_eq!(fault(&token(&tenant, &no_use).await).2, 900_144);
}
