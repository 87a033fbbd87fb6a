//! Lifecycle policies: which groups expire, and when.

use crate::support::{Tenant, not_found, refusal, refused, send};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use roster_client::{
    Client,
    types::{GroupCreate, GroupLifecyclePolicyCreate, GroupLifecyclePolicyUpdate, ManagedGroupParameters},
};
use roster_server::{
    model::{ids::ObjectId, values::Values},
    store::{self, WriteTx, objects, resources},
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn world() -> (Tenant, Client) {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;
    (tenant, graph)
}

fn new(days: i32, types: &str) -> GroupLifecyclePolicyCreate {
    serde_json::from_value(json!({"groupLifetimeInDays": days, "managedGroupTypes": types})).unwrap()
}

fn change(values: Value) -> GroupLifecyclePolicyUpdate {
    serde_json::from_value(values).unwrap()
}

async fn policy(graph: &Client, days: i32, types: &str) -> Uuid {
    let made = graph.create_group_lifecycle_policy().body(new(days, types)).send().await.unwrap();
    made.into_inner().id.unwrap().parse().unwrap()
}

/// When a group was last renewed, and when it expires.
async fn dates(graph: &Client, group: Uuid) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let group = graph.get_group().id(group).send().await.unwrap().into_inner();
    (group.renewed_date_time.unwrap(), group.expiration_date_time)
}

async fn expires_after(graph: &Client, group: Uuid) -> Option<i64> {
    let (renewed, expires) = dates(graph, group).await;
    expires.map(|expires| (expires - renewed).num_days())
}

#[tokio::test]
async fn a_tenant_has_one_policy_which_is_changed_and_deleted() {
    let (_, graph) = world().await;
    assert!(graph.list_group_lifecycle_policies().send().await.unwrap().value.is_empty());
    let id = policy(&graph, 180, "All").await;
    let again = graph.create_group_lifecycle_policy().body(new(90, "None")).send().await;
    let taken = "Tenant already has maximum allowed 1 policy";
    assert_eq!(refusal(again), refused(400, "MaxExpirationPoliciesCountReached", taken));
    let mail = json!({"alternateNotificationEmails": "ada@contoso.example", "groupLifetimeInDays": 90});
    let changed = graph.update_group_lifecycle_policy().id(id).body(change(mail)).send().await.unwrap();
    let read = graph.get_group_lifecycle_policy().id(id).send().await.unwrap().into_inner();
    assert_eq!(changed.group_lifetime_in_days, read.group_lifetime_in_days);
    assert_eq!((read.group_lifetime_in_days, read.managed_group_types.as_deref()), (Some(90), Some("All")));
    graph.delete_group_lifecycle_policy().id(id).send().await.unwrap();
    assert_eq!(refusal(graph.get_group_lifecycle_policy().id(id).send().await), not_found(id));
    let invalid =
        "Invalid value specified for property 'groupLifetimeInDays' of resource 'GroupLifecyclePolicy'.";
    for days in [29, 36_501, i32::MAX] {
        let answer = graph.create_group_lifecycle_policy().body(new(days, "All")).send().await;
        assert_eq!(refusal(answer), refused(400, "Request_BadRequest", invalid), "{days}");
    }
    policy(&graph, 36_500, "All").await;
}

#[tokio::test]
async fn a_new_policy_is_where_its_location_says_and_keeps_its_id() {
    let (tenant, _) = world().await;
    let made = tenant.raw(Method::POST, "/groupLifecyclePolicies").await.json(&new(90, "All"));
    let made = send(made).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/groupLifecyclePolicies/{id}");
    assert_eq!(made.headers["location"].to_str().unwrap(), format!("{}/v1.0{path}", tenant.origin()));
    let patch = async |id: &str| {
        send(tenant.raw(Method::PATCH, &path).await.json(&json!({"id": id, "groupLifetimeInDays": 50}))).await
    };
    assert_eq!(patch(&id.to_uppercase()).await.status, 200);
    let message = "Property 'id' is read-only and cannot be set.";
    let other = patch(&ObjectId::random().to_string()).await;
    assert_eq!(other.refusal(), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn a_group_that_was_selected_expires_by_a_policy_for_all_and_isnt_taken_from_it() {
    let (tenant, graph) = world().await;
    let group = tenant.microsoft_365_group("one").await;
    let id = policy(&graph, 100, "Selected").await;
    let named = || ManagedGroupParameters { group_id: group };
    let remove =
        async || graph.remove_group_from_lifecycle_policy().id(id).body(named()).send().await.unwrap().value;
    let have = async |types: &str| {
        let body = change(json!({"managedGroupTypes": types}));
        graph.update_group_lifecycle_policy().id(id).body(body).send().await.unwrap();
    };
    assert!(graph.add_group_to_lifecycle_policy().id(id).body(named()).send().await.unwrap().value);
    for types in ["All", "None"] {
        have(types).await;
        assert!(!remove().await, "{types}");
    }
    have("All").await;
    assert_eq!(expires_after(&graph, group).await, Some(100));
    have("Selected").await;
    assert!(remove().await);
}

#[tokio::test]
async fn a_group_expires_so_long_after_its_renewal_while_the_policy_has_it_expire() {
    let (tenant, graph) = world().await;
    let group = tenant.microsoft_365_group("before").await;
    graph.renew_group().id(group).send().await.unwrap();
    assert_eq!(expires_after(&graph, group).await, None, "there is no policy");
    let before = dates(&graph, group).await.0;
    policy(&graph, 180, "All").await;
    graph.renew_group().id(group).send().await.unwrap();
    assert_eq!(expires_after(&graph, group).await, Some(180));
    assert!(dates(&graph, group).await.0 - before >= TimeDelta::zero());
    let body: GroupCreate =
        serde_json::from_value(json!({"displayName": "new", "mailNickname": "new", "mailEnabled": true,
        "securityEnabled": false, "groupTypes": ["Unified"]}))
        .unwrap();
    let new = graph.create_group().body(body).send().await.unwrap().into_inner();
    assert!(new.expiration_date_time.is_some());
    let security = tenant.security_group("s").await;
    let never = refused(400, "Request_BadRequest", "Only Microsoft 365 groups expire and are renewed.");
    assert_eq!(refusal(graph.renew_group().id(security).send().await), never);
    assert!(graph.list_lifecycle_policies_of_group().id(security).send().await.unwrap().value.is_empty());
    assert_eq!(graph.list_lifecycle_policies_of_group().id(group).send().await.unwrap().value.len(), 1);
    let absent = ObjectId::random().uuid();
    assert_eq!(refusal(graph.renew_group().id(absent).send().await), not_found(absent));
}

#[tokio::test]
async fn groups_are_selected_one_by_one() {
    let (tenant, graph) = world().await;
    let (group, other) = (tenant.microsoft_365_group("one").await, tenant.microsoft_365_group("other").await);
    let id = policy(&graph, 100, "Selected").await;
    let named = |group: Uuid| ManagedGroupParameters { group_id: group };
    let add = async |group: Uuid| {
        graph.add_group_to_lifecycle_policy().id(id).body(named(group)).send().await.map(|done| done.value)
    };
    let remove = async |group: Uuid| {
        graph
            .remove_group_from_lifecycle_policy()
            .id(id)
            .body(named(group))
            .send()
            .await
            .map(|done| done.value)
    };
    assert!(add(group).await.unwrap());
    assert!(!add(group).await.unwrap(), "it is selected");
    assert_eq!((expires_after(&graph, group).await, expires_after(&graph, other).await), (Some(100), None));
    assert!(!remove(other).await.unwrap());
    graph
        .update_group_lifecycle_policy()
        .id(id)
        .body(change(json!({"groupLifetimeInDays": 50})))
        .send()
        .await
        .unwrap();
    assert_eq!(expires_after(&graph, group).await, Some(50));
    assert_eq!(graph.list_lifecycle_policies_of_group().id(group).send().await.unwrap().value.len(), 1);
    assert!(graph.list_lifecycle_policies_of_group().id(other).send().await.unwrap().value.is_empty());
    assert!(remove(group).await.unwrap());
    assert_eq!(expires_after(&graph, group).await, None);
    assert!(add(group).await.unwrap());
    graph.delete_group_lifecycle_policy().id(id).send().await.unwrap();
    assert_eq!(expires_after(&graph, group).await, None);

    let id = policy(&graph, 100, "None").await;
    let done = graph.add_group_to_lifecycle_policy().id(id).body(named(group)).send().await.unwrap();
    assert!(!done.value, "no groups are selected");
    let security = tenant.security_group("s").await;
    let never = refused(400, "Request_BadRequest", "Only Microsoft 365 groups expire and are renewed.");
    let refusal_of = graph.add_group_to_lifecycle_policy().id(id).body(named(security)).send().await;
    assert_eq!(refusal(refusal_of), never);
}

#[tokio::test]
async fn a_restored_group_expires_as_the_policy_has_it_by_then() {
    let (tenant, graph) = world().await;
    let policy_id = policy(&graph, 180, "Selected").await;
    let group = tenant.microsoft_365_group("selected").await;
    let select = ManagedGroupParameters::builder().group_id(group);
    graph.add_group_to_lifecycle_policy().id(policy_id).body(select).send().await.unwrap();
    let restore = async || {
        let path = format!("/directory/deletedItems/{group}/restore");
        assert_eq!(send(tenant.raw(Method::POST, &path).await).await.status, 200);
    };
    tenant.delete(group).await;
    let shorter = change(json!({"groupLifetimeInDays": 90}));
    graph.update_group_lifecycle_policy().id(policy_id).body(shorter).send().await.unwrap();
    restore().await;
    assert_eq!(expires_after(&graph, group).await, Some(90));

    tenant.delete(group).await;
    graph.delete_group_lifecycle_policy().id(policy_id).send().await.unwrap();
    restore().await;
    assert_eq!(expires_after(&graph, group).await, None);
    let left = tenant.server.store.tenant(tenant.store_tenant());
    let left = left.read(|tx| resources::count(tx, resources::Kind::ManagedGroup)).await.unwrap();
    assert_eq!(left, 0, "nothing is left of the policy");
}

#[tokio::test]
async fn deleted_groups_take_no_place_among_those_that_are_selected() {
    let (tenant, graph) = world().await;
    let policy = policy(&graph, 180, "Selected").await;
    let (deleted, other) =
        (tenant.microsoft_365_group("deleted").await, tenant.microsoft_365_group("other").await);
    // As many as can be, all of the same group.
    let select = move |tx: &WriteTx<'_>| {
        let group = objects::find(tx, ObjectId::from_uuid(deleted))?.map(|group| group.row);
        (0..500).try_for_each(|_| {
            let id = ObjectId::random();
            resources::insert(tx, resources::Kind::ManagedGroup, group, id, &Values::new()).map(drop)
        })
    };
    tenant.server.store.tenant(tenant.store_tenant()).write::<_, store::Error>(select).await.unwrap();
    let add = || {
        let select = ManagedGroupParameters::builder().group_id(other);
        graph.add_group_to_lifecycle_policy().id(policy).body(select).send()
    };
    assert_eq!(refusal(add().await).0, 400);
    tenant.delete(deleted).await;
    add().await.unwrap();
}
