//! `/oidc/userinfo`: who a token's user is, for libraries that ask besides the id token.

use super::{claims, redemption, sign_in, token, web_app};
use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_client_is_told_who_signed_in_by_the_name_that_its_id_token_has() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("Ada").await;
    let path = format!("/users/{ada}");
    let names = json!({"givenName": "Ada", "surname": "Lovelace", "mail": "ada@contoso.example"});
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&names)).await.status, 204);
    let document = format!("/{}/v2.0/.well-known/openid-configuration", tenant.id());
    let document = send(tenant.anonymous(Method::GET, &document)).await.json();
    assert_eq!(document["userinfo_endpoint"], format!("{}/oidc/userinfo", tenant.origin()));

    let client = web_app(&tenant).await;
    let scope = ("scope", "openid profile email https://graph.microsoft.com/User.Read");
    let (_, code) = sign_in(&tenant, &client, ada, &[scope]).await;
    let answer = token(&tenant, &redemption(&client, &code)).await.json();
    let access = answer["access_token"].as_str().unwrap();
    for method in [Method::GET, Method::POST] {
        let told = send(tenant.anonymous(method, "/oidc/userinfo").bearer_auth(access)).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let expected = json!({
            "sub": claims(&answer["id_token"])["sub"], "name": "Ada", "given_name": "Ada", "family_name": "Lovelace",
            "email": "ada@contoso.example",
        });
        assert_eq!(told.json(), expected);
    }
    for token in [answer["id_token"].as_str().unwrap(), "", &tenant.app_token(["User.Read.All"]).await] {
        let refused = send(tenant.anonymous(Method::GET, "/oidc/userinfo").bearer_auth(token)).await;
        assert_eq!(refused.status, 401, "{token}");
    }
}
