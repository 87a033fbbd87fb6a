//! `/servicePrincipals`: those that every tenant has.

use crate::support::{Tenant, forbidden, refusal, send};
use reqwest::Method;
use roster_server::model::{permissions::Permission, well_known_applications};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn every_tenant_has_graph_with_its_own_roles_and_scopes_and_well_known_clients() {
    let tenant = Tenant::fresh().await;
    let get = async |path: &str| send(tenant.raw(Method::GET, path).await).await.json();
    for application in well_known_applications::all() {
        let path = format!("/servicePrincipals(appId='{}')", application.app_id);
        let found = get(&path).await;
        assert_eq!(
            (&found["displayName"], &found["appDisplayName"], &found["accountEnabled"]),
            (&application.name.into(), &application.name.into(), &true.into()),
            "{found}"
        );
        let select = "?$select=appOwnerOrganizationId,replyUrls,servicePrincipalNames";
        let found = get(&(path + select)).await;
        assert_eq!(found["appOwnerOrganizationId"], "f8cdef31-a31e-4b4a-93e4-5f571e91255a");
        assert_eq!(found["replyUrls"], json!(application.redirect_uris));
        assert_eq!(found["servicePrincipalNames"][0], application.app_id.to_string());
    }
    let graph = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    let found = get(&format!("{graph}?$select=appRoles,oauth2PermissionScopes")).await;
    let id_of = |set: &str, value: &str| {
        let declared = found[set].as_array().unwrap().iter();
        declared.clone().find(|one| one["value"] == value).map(|one| one["id"].clone())
    };
    for (set, value, id) in [
        ("appRoles", "User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
        ("oauth2PermissionScopes", "User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"),
        ("oauth2PermissionScopes", "openid", "37f7f235-527c-4136-accd-4a02d197296e"),
    ] {
        assert_eq!(id_of(set, value), Some(id.into()));
    }
    assert_eq!(id_of("appRoles", "User.Read"), None, "only users delegate it");
    for permission in Permission::ALL {
        let text = |id: Option<Uuid>| id.map(|id| Value::from(id.to_string()));
        assert_eq!(id_of("appRoles", permission.name()), text(permission.role_id()));
        assert_eq!(id_of("oauth2PermissionScopes", permission.name()), text(permission.scope_id()));
    }
}

#[tokio::test]
async fn graph_stays_and_a_well_known_client_can_be_deleted() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All", "Directory.ReadWrite.All"]).await;
    let id_of = async |app_id: &str| -> Uuid {
        let found =
            send(tenant.raw(Method::GET, &format!("/servicePrincipals(appId='{app_id}')")).await).await;
        found.json()["id"].as_str().unwrap().parse().unwrap()
    };
    let own = id_of("00000003-0000-0000-c000-000000000000").await;
    assert_eq!(refusal(graph.delete_service_principal().id(own).send().await), forbidden());
    assert_eq!(refusal(graph.delete_directory_object().id(own).send().await), forbidden());
    let client = id_of("04b07795-8ddb-461a-bbee-02f9e1bf7b46").await;
    graph.delete_service_principal().id(client).send().await.unwrap();
}
