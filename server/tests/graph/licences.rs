//! Licences: the products that the tenant has some of, and who has one.

use crate::support::{Tenant, not_found, refusal, refused, send};
use reqwest::Method;
use roster_client::{Client, types::AssignLicenseParameters};
use roster_server::model::{ids::ObjectId, kinds::ObjectKind};
use serde_json::{Value, json};
use uuid::Uuid;

async fn world() -> (Tenant, Client, Uuid, Uuid) {
    let tenant = Tenant::fresh().await;
    let graph = tenant
        .client(["LicenseAssignment.ReadWrite.All", "Organization.Read.All", "Directory.Read.All"])
        .await;
    let (sku, plan) = (ObjectId::random().uuid(), ObjectId::random().uuid());
    tenant.licences(sku, plan, 1).await;
    (tenant, graph, sku, plan)
}

async fn located(tenant: &Tenant, name: &str) -> Uuid {
    let values = json!({"accountEnabled": true, "displayName": name, "mailNickname": name,
        "userPrincipalName": tenant.upn(name), "usageLocation": "GB"});
    tenant.object_with(ObjectKind::User, values).await
}

fn change(add: Value, remove: Value) -> AssignLicenseParameters {
    serde_json::from_value(json!({"addLicenses": add, "removeLicenses": remove})).unwrap()
}

async fn assigned(graph: &Client, user: Uuid) -> Vec<Option<String>> {
    let user = graph.get_user().id(user.to_string()).select("assignedLicenses").send().await.unwrap();
    user.into_inner().assigned_licenses.into_iter().map(|license| license.sku_id).collect()
}

async fn consumed(graph: &Client) -> Option<i32> {
    let all = graph.list_subscribed_skus().send().await.unwrap().into_inner().value;
    let [sku] = &*all else { panic!("{all:?}") };
    sku.consumed_units
}

#[tokio::test]
async fn a_licence_is_assigned_and_taken_away_and_counted() {
    let (tenant, graph, sku, plan) = world().await;
    let user = located(&tenant, "ada").await;
    let id = format!("{}_{sku}", tenant.id());
    let one = graph.get_subscribed_sku().id(&id).send().await.unwrap().into_inner();
    assert_eq!((one.sku_id, one.consumed_units), (Some(sku.to_string()), Some(0)));
    let assign = async |user: Uuid, change: AssignLicenseParameters| {
        graph.assign_license_to_user().id(user.to_string()).body(change).send().await.map(drop)
    };
    let add = || change(json!([{"skuId": sku, "disabledPlans": [plan]}]), json!([]));
    assign(user, add()).await.unwrap();
    assign(user, add()).await.unwrap();
    assert_eq!(
        (assigned(&graph, user).await, consumed(&graph).await),
        (vec![Some(sku.to_string())], Some(1))
    );

    let left = format!("Subscription with SKU {sku} does not have any available licenses.");
    let other = located(&tenant, "grace").await;
    assert_eq!(refusal(assign(other, add()).await), refused(400, "Request_BadRequest", &left));
    assign(user, change(json!([]), json!([sku]))).await.unwrap();
    assert_eq!((assigned(&graph, user).await, consumed(&graph).await), (vec![], Some(0)));
    assign(other, add()).await.unwrap();
}

#[tokio::test]
async fn licences_of_deleted_users_are_free_and_are_the_restored_ones_again() {
    let (tenant, graph, sku, _) = world().await;
    let (ada, grace) = (located(&tenant, "ada").await, located(&tenant, "grace").await);
    let assign = async |user: Uuid| {
        let add = change(json!([{"skuId": sku, "disabledPlans": []}]), json!([]));
        graph.assign_license_to_user().id(user.to_string()).body(add).send().await.unwrap();
    };
    let restore = async |user: Uuid| {
        let path = format!("/directory/deletedItems/{user}/restore");
        assert_eq!(send(tenant.raw(Method::POST, &path).await).await.status, 200);
    };
    assign(ada).await;
    tenant.delete(ada).await;
    assert_eq!(consumed(&graph).await, Some(0));
    restore(ada).await;
    assert_eq!(consumed(&graph).await, Some(1));
    tenant.delete(ada).await;
    assign(grace).await;
    restore(ada).await;
    assert_eq!((assigned(&graph, ada).await, consumed(&graph).await), (vec![Some(sku.to_string())], Some(2)));
    for user in [ada, grace] {
        tenant.delete(user).await;
    }
    assert_eq!(consumed(&graph).await, Some(0));
}

#[tokio::test]
async fn only_licences_that_the_tenant_has_are_assigned_and_only_to_users_of_whom_it_is_known_where_they_are()
{
    let (tenant, graph, sku, _) = world().await;
    let user = located(&tenant, "ada").await;
    let absent = ObjectId::random().uuid();
    let nowhere = tenant.user("nowhere").await;
    let unknown = format!("License {absent} does not correspond to a valid company License.");
    let plan = format!("The service plan {absent} does not belong to the license {sku}.");
    let location = "License assignment cannot be done for user with invalid usage location.";
    for (user, add, remove, message) in [
        (user, json!([{"skuId": absent, "disabledPlans": []}]), json!([]), &*unknown),
        (user, json!([]), json!([absent]), &unknown),
        (user, json!([]), json!([sku]), "User does not have a corresponding license."),
        (user, json!([{"skuId": sku, "disabledPlans": [absent]}]), json!([]), &plan),
        (nowhere, json!([{"skuId": sku, "disabledPlans": []}]), json!([]), location),
    ] {
        let answer =
            graph.assign_license_to_user().id(user.to_string()).body(change(add, remove)).send().await;
        assert_eq!(refusal(answer), refused(400, "Request_BadRequest", message));
    }
    let none = graph.get_subscribed_sku().id(absent.to_string()).send().await;
    assert_eq!(refusal(none), not_found(absent));
}

#[tokio::test]
async fn a_group_has_licences_too() {
    let (tenant, graph, sku, _) = world().await;
    let group = tenant.security_group("readers").await;
    let add = change(json!([{"skuId": sku, "disabledPlans": []}]), json!([]));
    let answer = graph.assign_license_to_group().id(group).body(add).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let group = graph.get_group().id(group).select("assignedLicenses").send().await.unwrap().into_inner();
    assert_eq!(group.assigned_licenses[0].sku_id, Some(sku.to_string()));
}
