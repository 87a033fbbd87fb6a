//! `/devices` and `/servicePrincipals`: their life, and what only they have.

use crate::support::{Tenant, not_found, refusal, refused, send};
use roster_client::{
    Patch, Replace,
    types::{DeviceCreate, DeviceUpdate, ServicePrincipalCreate, ServicePrincipalUpdate},
};
use roster_server::{auth::secrets::Secret, directory::applications::Registration};
use serde_json::{Value, json};
use uuid::Uuid;

const APP: &str = "5a3e0000-0000-4000-8000-000000000392";

#[tokio::test]
async fn a_device_is_created_read_changed_and_deleted() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let graph = tenant.client_of(user, ["Directory.AccessAsUser.All", "Device.Read.All"]).await;
    let create = || {
        DeviceCreate::builder()
            .account_enabled(true)
            .alternative_security_ids(vec![])
            .device_id(APP.to_uppercase())
            .display_name("Laptop".to_owned())
            .operating_system("Linux")
            .operating_system_version("6.12")
    };
    let created = graph.create_device().body(create()).send().await.unwrap().into_inner();
    assert_eq!(created.device_id.as_deref(), Some(APP), "ids are kept in lower case");
    let taken = "Another object with the same value for property deviceId already exists.";
    let again = graph.create_device().body(create()).send().await;
    assert_eq!(refusal(again), refused(400, "Request_BadRequest", taken));
    let id: Uuid = created.id.unwrap().parse().unwrap();
    let update =
        DeviceUpdate::builder().is_managed(Patch::from(true)).display_name(Some("Desktop".parse().unwrap()));
    graph.update_device().id(id).body(update).send().await.unwrap();
    let read = graph.get_device().id(id).select("isManaged,displayName").send().await.unwrap();
    assert_eq!((read.is_managed, read.display_name.as_deref()), (Some(true), Some("Desktop")));
    graph.delete_device().id(id).send().await.unwrap();
    assert_eq!(refusal(graph.get_device().id(id).send().await), not_found(id));
    graph.create_device().body(create()).send().await.unwrap();
}

#[tokio::test]
async fn a_service_principal_takes_the_name_of_an_application_that_is_registered_here() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Application.ReadWrite.All"]).await;
    let elsewhere = ServicePrincipalCreate::builder().app_id(APP);
    let created = graph.create_service_principal().body(elsewhere).send().await.unwrap().into_inner();
    assert_eq!((created.app_id.as_deref(), created.app_display_name), (Some(APP), None));
    assert_eq!(created.account_enabled, Some(true));
    let taken = format!(
        "The service principal cannot be created, updated, or restored because the service principal name {APP} is \
         already in use."
    );
    let again = ServicePrincipalCreate::builder().app_id(APP.to_uppercase());
    let again = graph.create_service_principal().body(again).send().await;
    assert_eq!(refusal(again), refused(409, "Request_MultipleObjectsWithSameKeyValue", &taken));
    let again = tenant.raw(reqwest::Method::POST, "/servicePrincipals").await.json(&json!({"appId": APP}));
    let details = json!([{"target": "servicePrincipalNames", "code": "ObjectConflict", "message": taken}]);
    assert_eq!(send(again).await.json()["error"]["details"], details);

    let registration = Registration::new("program", Vec::new(), &Secret::new("a secret"));
    tenant.register(registration.clone()).await;
    let applications = graph.list_applications().send().await.unwrap();
    assert_eq!(applications.value[0].app_id, Some(registration.app_id.to_string()));
    graph.delete_service_principal().id(registration.service_principal.uuid()).send().await.unwrap();
    let again = ServicePrincipalCreate::builder().app_id(registration.app_id.to_string());
    let created = graph.create_service_principal().body(again).send().await.unwrap().into_inner();
    assert_eq!(created.display_name.as_deref(), Some("program"));
    assert_eq!(created.app_display_name.as_deref(), Some("program"));
    let id: Uuid = created.id.unwrap().parse().unwrap();
    let update =
        ServicePrincipalUpdate::builder().tags(Some(Replace(vec!["books".to_owned()]))).notes(Patch::Null);
    graph.update_service_principal().id(id).body(update).send().await.unwrap();
    let read =
        graph.get_service_principal().id(id).select("tags,servicePrincipalNames").send().await.unwrap();
    assert_eq!(
        (read.tags[0].as_str(), read.service_principal_names[0].clone()),
        ("books", registration.app_id.to_string())
    );
}

#[tokio::test]
async fn roles_and_permissions_have_ids_of_their_own_and_go_once_they_are_disabled() {
    let tenant = Tenant::fresh().await;
    let path = format!("/servicePrincipals/{}", tenant.service_principal("catalogue").await);
    let change = async |body: &Value| send(tenant.raw(reqwest::Method::PATCH, &path).await.json(body)).await;
    for name in ["appRoles", "oauth2PermissionScopes"] {
        let one = |id: u128, enabled: bool| json!({"id": Uuid::from_u128(id), "value": format!("x{id}"), "isEnabled": enabled});
        let named = |value: &str| json!({"id": Uuid::from_u128(1), "value": value, "isEnabled": true});
        let message =
            format!("Invalid value specified for property '{name}' of resource 'ServicePrincipal'.");
        let invalid = refused(400, "Request_BadRequest", &message);
        let twice = refused(400, "DuplicateValue", "Request contains a property with duplicate values.");
        let same_value = json!([one(1, true), {"id": Uuid::from_u128(3), "value": "x1"}]);
        for (bad, expected) in [
            (json!([{"value": "x"}]), &invalid),
            (json!([named("a b")]), &invalid),
            (json!([one(1, true), one(1, false)]), &twice),
            (same_value, &twice),
        ] {
            assert_eq!(change(&json!({name: bad})).await.refusal(), *expected, "{bad}");
        }
        assert_eq!(change(&json!({name: [one(1, true), one(2, true)]})).await.status, 204);
        let enabled = refused(
            400,
            "CannotDeleteOrUpdateEnabledEntitlement",
            "Permission (scope or role) cannot be deleted or updated unless disabled first.",
        );
        for bad in [json!([one(2, true)]), json!([named("y"), one(2, true)])] {
            assert_eq!(change(&json!({name: bad})).await.refusal(), enabled, "an enabled one stays: {bad}");
        }
        assert_eq!(change(&json!({name: [one(1, false), one(2, true)]})).await.status, 204);
        assert_eq!(change(&json!({name: [one(2, true)]})).await.status, 204);
    }
}
