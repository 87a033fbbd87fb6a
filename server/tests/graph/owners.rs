//! `/groups/{id}/owners`: which objects can own a group, how many, and which can't be removed.

use crate::support::{Tenant, forbidden, not_found, reference, refusal, refused};
use roster_client::{Client, counted, types::DirectoryObjectCollection};
use uuid::Uuid;

const BAD_REQUEST: &str = "Request_BadRequest";

/// The ids of a group's owners, sorted.
async fn owners_of(graph: &Client, group: Uuid) -> Vec<Uuid> {
    use futures::TryStreamExt;
    let first = graph.list_group_owners().id(group).top(std::num::NonZeroU32::new(7).unwrap()).send();
    let owners: Vec<_> = graph.items::<DirectoryObjectCollection>(first).try_collect().await.unwrap();
    let mut ids: Vec<Uuid> = owners.into_iter().map(|owner| owner.id.unwrap().parse().unwrap()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn users_and_service_principals_own_groups_and_nothing_else_does() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    let (user, service) = (tenant.user("ada").await, tenant.service_principal("service").await);
    for owner in [user, service] {
        graph.add_group_owner().id(group).body(reference(owner)).send().await.unwrap();
    }
    assert_eq!(owners_of(&graph, group).await, crate::support::sorted([user, service]));
    for (other, words) in [
        (tenant.device("laptop").await, "A device"),
        (tenant.contact("ludwig").await, "An organizational contact"),
        (tenant.security_group("inner").await, "A security group"),
    ] {
        let added = graph.add_group_owner().id(group).body(reference(other)).send().await;
        let message = format!("{words} can't be an owner.");
        assert_eq!(refusal(added), refused(400, BAD_REQUEST, &message));
    }
    let count = graph.count_group_owners().id(group).consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(count).await.unwrap(), 2);
}

#[tokio::test]
async fn an_owner_is_added_once() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let (group, user) = (tenant.security_group("readers").await, tenant.user("ada").await);
    graph.add_group_owner().id(group).body(reference(user)).send().await.unwrap();
    let again = graph.add_group_owner().id(group).body(reference(user)).send().await;
    let message =
        "One or more added object references already exist for the following modified properties: 'owners'.";
    assert_eq!(refusal(again), refused(400, BAD_REQUEST, message));
    let missing = Uuid::from_u128(7);
    let absent = graph.add_group_owner().id(group).body(reference(missing)).send().await;
    assert_eq!(refusal(absent), not_found(missing));
}

#[tokio::test]
async fn the_last_user_who_owns_a_group_stays() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let service = tenant.service_principal("service").await;
    for owner in [ada, grace, service] {
        tenant.own(group, owner).await;
    }
    let remove = async |owner: Uuid| graph.remove_group_owner().id(group).owner_id(owner).send().await;
    remove(grace).await.unwrap();
    let message = "The group must have at least one owner, hence this owner cannot be removed.";
    assert_eq!(refusal(remove(ada).await), refused(400, BAD_REQUEST, message));
    assert_eq!(owners_of(&graph, group).await, crate::support::sorted([ada, service]));
    let by_url = async |owner: Uuid| {
        let remove = graph.remove_group_owner_by_reference().id(group);
        remove.reference(reference(owner).odata_id).send().await
    };
    assert_eq!(refusal(by_url(ada).await), refused(400, BAD_REQUEST, message));
    by_url(service).await.unwrap();
    assert_eq!(refusal(by_url(service).await), not_found(group));
    assert_eq!(
        refusal(remove(service).await),
        not_found(group),
        "an object that isn't an owner is reported by the group's id"
    );
    assert_eq!(owners_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn a_group_has_a_hundred_owners_at_most() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    for number in 0..100 {
        tenant.own(group, tenant.user(&format!("user{number}")).await).await;
    }
    let (one, another) = (tenant.user("one").await, tenant.user("another").await);
    let added = graph.add_group_owner().id(group).body(reference(one)).send().await;
    let message = |count: u32| {
        format!(
            "Unable to perform operation as '{count}' would exceed the maximum quota count '100' for forward-link 'owners'."
        )
    };
    assert_eq!(refusal(added), refused(403, "Directory_QuotaExceeded", &message(101)));
    let both = [one, another].map(|id| reference(id).odata_id);
    let update = roster_client::types::GroupUpdate::builder().owners_odata_bind(Some(both.to_vec().into()));
    let bound = graph.update_group().id(group).body(update).send().await;
    assert_eq!(refusal(bound), refused(403, "Directory_QuotaExceeded", &message(102)));
    assert_eq!(owners_of(&graph, group).await.len(), 100);
}

#[tokio::test]
async fn owners_of_what_exchange_keeps_and_of_what_roles_are_assigned_to_are_guarded() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let user = tenant.user("ada").await;
    let distribution = tenant.distribution_group("list").await;
    let added = graph.add_group_owner().id(distribution).body(reference(user)).send().await;
    let message = "Cannot Update a mail-enabled security groups and or distribution list.";
    assert_eq!(refusal(added), refused(400, BAD_REQUEST, message));
    let roles = tenant.role_assignable_group("roles").await;
    let added = graph.add_group_owner().id(roles).body(reference(user)).send().await;
    assert_eq!(refusal(added), forbidden());
    let graph = tenant.client(["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]).await;
    graph.add_group_owner().id(roles).body(reference(user)).send().await.unwrap();
    let dynamic = tenant.dynamic_group("dynamic").await;
    graph.add_group_owner().id(dynamic).body(reference(user)).send().await.unwrap();
}

#[tokio::test]
async fn first_owners_are_bound_when_a_group_is_created() {
    use roster_client::types::GroupCreate;
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let create = |owners: &[Uuid], members: &[Uuid]| {
        let bind = |ids: &[Uuid]| ids.iter().map(|id| reference(*id).odata_id).collect::<Vec<_>>();
        GroupCreate::builder()
            .display_name("Readers".to_owned())
            .mail_enabled(true)
            .mail_nickname(format!("readers{}and{}", owners.len(), members.len()))
            .security_enabled(false)
            .group_types(vec!["Unified".parse().unwrap()])
            .owners_odata_bind(bind(owners))
            .members_odata_bind(bind(members))
    };
    let caller = tenant.client_of(grace, ["Group.ReadWrite.All"]).await;
    let created = caller.create_group().body(create(&[ada], &[grace])).send().await.unwrap().into_inner();
    let group: Uuid = created.id.unwrap().parse().unwrap();
    assert_eq!(
        owners_of(&caller, group).await,
        crate::support::sorted([ada, grace]),
        "the creator owns it too"
    );
    let duplicate = refused(400, BAD_REQUEST, "Request contains a property with duplicate values.");
    for owners in [&[ada, ada, ada][..], &[grace], &[ada, grace]] {
        let twice = caller.create_group().body(create(owners, &[])).send().await;
        assert_eq!(refusal(twice), duplicate, "{owners:?}");
    }
    let application = tenant.client(["Group.ReadWrite.All"]).await;
    let created = application.create_group().body(create(&[ada, grace], &[])).send().await.unwrap();
    let group: Uuid = created.id.clone().unwrap().parse().unwrap();
    assert_eq!(owners_of(&caller, group).await, crate::support::sorted([ada, grace]));
    let many: Vec<Uuid> = vec![ada; 20];
    let over = caller.create_group().body(create(&many, &[grace])).send().await;
    assert_eq!(
        refusal(over),
        refused(400, BAD_REQUEST, "A resource cannot contain more than 20 link changes")
    );
}

#[tokio::test]
async fn an_application_that_may_only_create_groups_binds_what_it_may_read_and_itself() {
    use roster_server::{
        auth::tokens::Subject,
        model::ids::{AppId, ObjectId},
    };
    use serde_json::json;
    let tenant = Tenant::fresh().await;
    let (ada, itself) = (tenant.user("ada").await, tenant.service_principal("itself").await);
    let create = async |roles: &[&str], owner: Uuid| {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        let subject =
            Subject::Application { app_id: AppId::random(), id: ObjectId::from_uuid(itself), roles };
        let token = tenant.sign(&subject, 600).await;
        let body = json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true,
            "owners@odata.bind": [reference(owner).odata_id]});
        let request = tenant.anonymous(reqwest::Method::POST, "/v1.0/groups").bearer_auth(token).json(&body);
        crate::support::send(request).await.status.as_u16()
    };
    assert_eq!(create(&["Group.Create"], ada).await, 403);
    assert_eq!(create(&["Group.Create"], itself).await, 201);
    assert_eq!(create(&["Group.Create", "User.Read.All"], ada).await, 201);
}
