//! `/users/{id}/ownedObjects`: what users and service principals own.

use crate::support::{Tenant, forbidden, not_found, refusal, sorted};
use roster_client::{counted, types::DirectoryObjectCollection};
use uuid::Uuid;

fn ids(page: &DirectoryObjectCollection) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> =
        page.value.iter().map(|object| object.id.as_ref().unwrap().parse().unwrap()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn what_an_object_owns_is_listed_and_counted() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let (ada, service) = (tenant.user("ada").await, tenant.service_principal("service").await);
    let (readers, writers) =
        (tenant.security_group("readers").await, tenant.microsoft_365_group("writers").await);
    for (group, owner) in [(readers, ada), (writers, ada), (readers, service)] {
        tenant.own(group, owner).await;
    }
    tenant.join(readers, ada).await;
    let owned = graph.list_user_owned_objects().id(ada.to_string()).send().await.unwrap().into_inner();
    assert_eq!(ids(&owned), sorted([readers, writers]));
    assert!(owned.value.iter().all(|object| object.odata_type == "#microsoft.graph.group"));
    let count = graph.count_user_owned_objects().id(tenant.upn("ada")).consistency_level("eventual").send();
    assert_eq!(counted(count.await.unwrap()).await.unwrap(), 2);
    let of_service = graph.list_service_principal_owned_objects().id(service).send().await.unwrap();
    assert_eq!(ids(&of_service), [readers]);
    let missing = Uuid::from_u128(7);
    let absent = graph.list_service_principal_owned_objects().id(missing).send().await;
    assert_eq!(refusal(absent), not_found(missing));
}

#[tokio::test]
async fn a_deleted_group_is_owned_by_nobody() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All", "Group.ReadWrite.All"]).await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    tenant.own(group, ada).await;
    graph.delete_group().id(group).send().await.unwrap();
    let owned = graph.list_user_owned_objects().id(ada.to_string()).send().await.unwrap();
    assert_eq!(ids(&owned), [] as [Uuid; 0]);
    let count = graph.count_user_owned_objects().id(ada.to_string()).consistency_level("eventual").send();
    assert_eq!(counted(count.await.unwrap()).await.unwrap(), 0);
}

#[tokio::test]
async fn with_user_read_a_caller_sees_what_it_owns_itself_and_no_more_of_it_than_it_may_read() {
    let tenant = Tenant::fresh().await;
    let (ada, grace, group) =
        (tenant.user("ada").await, tenant.user("grace").await, tenant.security_group("readers").await);
    tenant.own(group, ada).await;
    let graph = tenant.client_of(ada, ["User.Read"]).await;
    for owned in [
        graph.list_my_owned_objects().send().await.unwrap().into_inner(),
        graph.list_user_owned_objects().id(ada.to_string()).send().await.unwrap().into_inner(),
    ] {
        assert_eq!(ids(&owned), [group]);
        assert_eq!(owned.value[0].display_name, None);
    }
    for other in [grace.to_string(), "nobody".into()] {
        let others = graph.list_user_owned_objects().id(other).send().await;
        assert_eq!(refusal(others), forbidden());
    }
    let reader = tenant.client_of(ada, ["User.Read", "GroupMember.Read.All"]).await;
    let owned = reader.list_my_owned_objects().send().await.unwrap().into_inner();
    assert_eq!(owned.value[0].display_name.as_deref(), Some("readers"));
}
