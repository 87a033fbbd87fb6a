//! Applications that only those may use who were assigned to them.

use super::{App, answered, app, authorize, fault, faulty, query, redemption, sign_in, token, web_app};
use crate::support::{Answer, Tenant, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The role of those who are assigned where an application declares none.
const DEFAULT_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// Changes an application's service principal, and gives its id.
async fn change(tenant: &Tenant, app: &App, values: Value) -> Uuid {
    let path = format!("/servicePrincipals(appId='{}')", app.id);
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&values)).await.status, 204);
    send(tenant.raw(Method::GET, &path).await).await.json()["id"].as_str().unwrap().parse().unwrap()
}

async fn assign(tenant: &Tenant, set: &str, principal: Uuid, resource: Uuid) {
    let body = json!({"principalId": principal, "resourceId": resource, "appRoleId": DEFAULT_ROLE});
    let path = format!("/{set}/{principal}/appRoleAssignments");
    let made = send(tenant.raw(Method::POST, &path).await.json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

async fn refresh(tenant: &Tenant, app: &App, refresh_token: &Value) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("refresh_token", refresh_token.as_str().unwrap()),
    ];
    token(tenant, &form).await
}

#[tokio::test]
async fn a_user_who_is_not_assigned_gets_neither_a_code_nor_a_token() {
    let tenant = Tenant::fresh().await;
    let (app, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (mut browser, code) = sign_in(&tenant, &app, ada, &[]).await;
    let first = token(&tenant, &redemption(&app, &code)).await.json()["refresh_token"].clone();
    let resource = change(&tenant, &app, json!({"appRoleAssignmentRequired": true})).await;
    let refused = refresh(&tenant, &app, &first).await;
    assert_eq!(fault(&refused), faulty(400, "invalid_grant", 50105));
    let ask = authorize(&tenant, &query(&app, &[]));
    let said = answered(&browser.get(&ask).await.location.unwrap());
    assert_eq!(said["error"], "access_denied");
    assert!(said["error_description"].starts_with("AADSTS50105"), "{said:?}");

    // A direct member of a group that is assigned.
    let (outer, inner) = (tenant.security_group("outer").await, tenant.security_group("inner").await);
    tenant.join(outer, inner).await;
    tenant.join(inner, ada).await;
    assign(&tenant, "groups", outer, resource).await;
    assert_eq!(fault(&refresh(&tenant, &app, &first).await), faulty(400, "invalid_grant", 50105));
    assign(&tenant, "groups", inner, resource).await;
    let answer = refresh(&tenant, &app, &first).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answered(&browser.get(&ask).await.location.unwrap()).contains_key("code"));
}

/// Another application with a scope that users can be asked for, and the scope's name.
async fn interface(tenant: &Tenant) -> (App, String) {
    let scope = json!({"id": "5a3e0000-0000-4000-8000-00000000c001", "value": "read", "type": "User"});
    let name = format!("api://shelves.{}", tenant.domain());
    let values = json!({"identifierUris": [name], "api": {"oauth2PermissionScopes": [scope]}});
    (app(tenant, values).await, format!("{name}/read"))
}

#[tokio::test]
async fn a_user_who_is_not_assigned_to_it_gets_nothing_for_another_application() {
    let tenant = Tenant::fresh().await;
    let (client, ada) = (web_app(&tenant).await, tenant.user("Ada").await);
    let (interface, scope) = interface(&tenant).await;
    let scopes = format!("openid offline_access {scope}");
    let asked = [("scope", scopes.as_str())];
    let (mut browser, code) = sign_in(&tenant, &client, ada, &asked).await;
    let first = token(&tenant, &redemption(&client, &code)).await.json()["refresh_token"].clone();
    let resource = change(&tenant, &interface, json!({"appRoleAssignmentRequired": true})).await;
    let refused = refresh(&tenant, &client, &first).await;
    assert_eq!(fault(&refused), faulty(400, "invalid_grant", 50105));
    assert!(refused.json()["error_description"].as_str().unwrap().contains(&interface.id));
    let ask = authorize(&tenant, &query(&client, &asked));
    let said = answered(&browser.get(&ask).await.location.unwrap());
    assert_eq!(said["error"], "access_denied");
    assert!(said["error_description"].starts_with("AADSTS50105"), "{said:?}");
    // Being assigned to the client doesn't count here.
    let own = change(&tenant, &client, json!({"notes": "assigned"})).await;
    assign(&tenant, "users", ada, own).await;
    assert_eq!(fault(&refresh(&tenant, &client, &first).await), faulty(400, "invalid_grant", 50105));

    assign(&tenant, "users", ada, resource).await;
    let answer = refresh(&tenant, &client, &first).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answered(&browser.get(&ask).await.location.unwrap()).contains_key("code"));
}

/// What a client by itself gets of another application.
async fn ask(tenant: &Tenant, client: &App, resource: &App) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
        ("scope", &format!("{}/.default", resource.id)),
    ];
    token(tenant, &form).await
}

#[tokio::test]
async fn a_client_that_is_not_assigned_gets_no_token_for_a_resource_that_needs_it() {
    let tenant = Tenant::fresh().await;
    let (client, resource) = (web_app(&tenant).await, web_app(&tenant).await);
    assert_eq!(ask(&tenant, &client, &resource).await.status, 200);
    let of = change(&tenant, &resource, json!({"appRoleAssignmentRequired": true})).await;
    let refused = ask(&tenant, &client, &resource).await;
    assert_eq!(fault(&refused), faulty(400, "invalid_grant", 501_051));
    let own = change(&tenant, &client, json!({"notes": "assigned"})).await;
    assign(&tenant, "servicePrincipals", own, of).await;
    assert_eq!(ask(&tenant, &client, &resource).await.status, 200);
}

#[tokio::test]
async fn nobody_gets_a_token_for_a_resource_that_is_disabled() {
    let tenant = Tenant::fresh().await;
    let (client, resource) = (web_app(&tenant).await, web_app(&tenant).await);
    change(&tenant, &resource, json!({"accountEnabled": false})).await;
    let refused = ask(&tenant, &client, &resource).await;
    assert_eq!(fault(&refused), faulty(400, "invalid_resource", 500_014));
}
