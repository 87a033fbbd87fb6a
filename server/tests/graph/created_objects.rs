//! `createdObjects`: what users and service principals have created.

use crate::support::{Answer, Tenant, send};
use reqwest::Method;
use serde_json::{Value, json};

const ALL: [&str; 3] = ["Group.ReadWrite.All", "Application.ReadWrite.All", "Directory.ReadWrite.All"];

async fn call(tenant: &Tenant, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token);
    send(body.iter().fold(request, |request, body| request.json(body))).await
}

/// Creates something in a set, and tells its id.
async fn create(tenant: &Tenant, token: &str, set: &str, body: Value) -> String {
    let created = call(tenant, token, Method::POST, set, Some(&body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.json()["id"].as_str().unwrap().to_owned()
}

fn group(name: &str) -> Value {
    json!({"displayName": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true})
}

/// The ids in a list, as an application reads it that may do everything.
async fn listed(tenant: &Tenant, path: &str) -> Vec<String> {
    let page = send(tenant.raw(Method::GET, path).await).await;
    assert_eq!(page.status, 200, "{page:?}");
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();
    page.json()["value"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_user_has_created_groups_applications_and_service_principals() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let token = tenant.user_token(ada, ALL).await;
    let created = [
        create(&tenant, &token, "/groups", group("readers")).await,
        create(&tenant, &token, "/applications", json!({"displayName": "Loans"})).await,
        create(
            &tenant,
            &token,
            "/servicePrincipals",
            json!({"appId": "65415bb1-9267-4313-bbf5-ae259732ee12"}),
        )
        .await,
    ];
    let others = tenant.user_token(grace, ALL).await;
    create(&tenant, &others, "/groups", group("writers")).await;
    let path = format!("/users/{ada}/createdObjects");
    assert_eq!(listed(&tenant, &path).await, created);
    assert_eq!(listed(&tenant, &format!("{path}/microsoft.graph.servicePrincipal")).await, created[2..]);
    let count =
        tenant.raw(Method::GET, &format!("{path}/$count")).await.header("ConsistencyLevel", "eventual");
    assert_eq!(send(count).await.text, "3");
    let own = call(&tenant, &token, Method::GET, "/me/createdObjects?$select=id", None).await.json();
    assert_eq!(own["value"].as_array().unwrap().len(), 3);
    let own = tenant.user_token(ada, ["User.ReadWrite"]).await;
    for path in [&path, "/me/createdObjects"] {
        assert_eq!(call(&tenant, &own, Method::GET, path, None).await.status, 200, "{path}");
    }
    let expanded = format!("/users/{ada}?$expand=createdObjects($select=id)");
    let expanded = send(tenant.raw(Method::GET, &expanded).await).await.json();
    assert_eq!(expanded["createdObjects"][0]["id"], json!(created[0]));
}

#[tokio::test]
async fn a_service_principal_has_created_what_its_application_did_by_itself() {
    let tenant = Tenant::fresh().await;
    let service_principal = tenant.service_principal("loans").await;
    let claims = json!({"oid": service_principal, "roles": ALL});
    let token = tenant.sign_claims(&crate::tokens::claims(&tenant, &claims)).await;
    let created = create(&tenant, &token, "/groups", group("readers")).await;
    assert_eq!(
        listed(&tenant, &format!("/servicePrincipals/{service_principal}/createdObjects")).await,
        [created]
    );
}

#[tokio::test]
async fn of_what_administrators_create_nothing_is_noted() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let token = tenant.user_token(ada, ALL).await;
    let before = create(&tenant, &token, "/groups", group("readers")).await;
    let role = json!({"roleTemplateId": "fe930be7-5e62-47db-91af-98c3a49a38b1"});
    let role = send(tenant.raw(Method::POST, "/directoryRoles").await.json(&role)).await.json();
    let members = format!("/directoryRoles/{}/members/$ref", role["id"].as_str().unwrap());
    let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{ada}")});
    assert_eq!(send(tenant.raw(Method::POST, &members).await.json(&reference)).await.status, 204);
    create(&tenant, &token, "/groups", group("writers")).await;
    assert_eq!(listed(&tenant, &format!("/users/{ada}/createdObjects")).await, [before]);
}

#[tokio::test]
async fn who_is_in_a_group_that_holds_a_role_is_an_administrator_too() {
    let tenant = Tenant::fresh().await;
    let (ada, administrators) =
        (tenant.user("ada").await, tenant.role_assignable_group("administrators").await);
    tenant.join(administrators, ada).await;
    let token = tenant.user_token(ada, ALL).await;
    let before = create(&tenant, &token, "/groups", group("readers")).await;
    tenant.join(tenant.role("fe930be7-5e62-47db-91af-98c3a49a38b1").await, administrators).await;
    create(&tenant, &token, "/groups", group("writers")).await;
    let path = format!("/users/{ada}/createdObjects");
    assert_eq!(listed(&tenant, &path).await, std::slice::from_ref(&before));
    tenant.delete(administrators).await;
    let after = create(&tenant, &token, "/groups", group("others")).await;
    assert_eq!(listed(&tenant, &path).await, [before, after]);
}

#[tokio::test]
async fn what_is_deleted_is_left_out_until_it_or_its_creator_is_restored() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let token = tenant.user_token(ada, ALL).await;
    let group = create(&tenant, &token, "/groups", group("readers")).await;
    let path = format!("/users/{ada}/createdObjects");
    for deleted in [format!("/groups/{group}"), format!("/users/{ada}")] {
        assert_eq!(send(tenant.raw(Method::DELETE, &deleted).await).await.status, 204);
        if deleted.starts_with("/groups") {
            assert_eq!(listed(&tenant, &path).await, [""; 0]);
        }
        let id = deleted.rsplit('/').next().unwrap();
        let restore = tenant.raw(Method::POST, &format!("/directory/deletedItems/{id}/restore")).await;
        assert_eq!(send(restore).await.status, 200);
        assert_eq!(listed(&tenant, &path).await, std::slice::from_ref(&group));
    }
}
