//! `/$ref` of members and owners: the URLs of related objects, one at a time and as pages.

use crate::support::{Tenant, forbidden, not_found, refusal, refused, send};
use reqwest::Method;
use roster_client::types::Reference;
use uuid::Uuid;

/// The object whose URL a reference has.
fn referred(reference: &Reference) -> Uuid {
    let (_, id) = reference.odata_id.rsplit_once("/directoryObjects/").unwrap();
    id.parse().unwrap()
}

#[tokio::test]
async fn a_member_has_a_reference_and_who_is_none_has_not() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["GroupMember.Read.All"]).await;
    let group = tenant.security_group("readers").await;
    let (ada, grace, owner) = (tenant.user("ada").await, tenant.user("grace").await, tenant.user("o").await);
    tenant.join(group, ada).await;
    tenant.own(group, owner).await;
    let get =
        async |member: Uuid| graph.get_group_member_reference().id(group).member_id(member).send().await;
    let found = get(ada).await.unwrap().into_inner();
    assert_eq!(referred(&found), ada);
    assert!(found.odata_context.unwrap().ends_with("/v1.0/$metadata#$ref"));
    for other in [grace, owner, group, Uuid::from_u128(7)] {
        assert_eq!(refusal(get(other).await), not_found(other), "as one that isn't there at all");
    }
}

#[tokio::test]
async fn an_owner_has_a_reference_and_who_is_none_has_not() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let group = tenant.security_group("readers").await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    tenant.own(group, ada).await;
    tenant.join(group, grace).await;
    let get = async |owner: Uuid| graph.get_group_owner_reference().id(group).owner_id(owner).send().await;
    assert_eq!(referred(&get(ada).await.unwrap()), ada);
    assert_eq!(refusal(get(grace).await), not_found(grace));
    let page = graph.list_group_owner_references().id(group).send().await.unwrap().into_inner();
    assert_eq!(page.value.iter().map(referred).collect::<Vec<_>>(), [ada]);
}

#[tokio::test]
async fn a_deleted_member_and_a_member_of_a_deleted_group_have_no_reference() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    for member in [ada, grace] {
        tenant.join(group, member).await;
    }
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    let get =
        async |member: Uuid| graph.get_group_member_reference().id(group).member_id(member).send().await;
    assert_eq!(refusal(get(ada).await), not_found(ada));
    assert_eq!(referred(&get(grace).await.unwrap()), grace);
    graph.delete_group().id(group).send().await.unwrap();
    assert_eq!(refusal(get(grace).await), not_found(group));
}

#[tokio::test]
async fn members_of_a_group_that_hides_them_have_references_only_for_those_who_may_see_them() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.hidden_group("confidential").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let get = async |permissions: &[&str], member: Uuid| {
        let graph = tenant.client(permissions.iter().copied()).await;
        graph.get_group_member_reference().id(group).member_id(member).send().await
    };
    for member in [ada, Uuid::from_u128(7)] {
        assert_eq!(refusal(get(&["Group.Read.All"], member).await), forbidden());
    }
    assert_eq!(referred(&get(&["Group.Read.All", "Member.Read.Hidden"], ada).await.unwrap()), ada);
}

#[tokio::test]
async fn another_tenants_member_is_as_one_that_is_not_there() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let graph = tenant.client(["Group.Read.All"]).await;
    let (group, theirs) = (tenant.security_group("readers").await, other.security_group("readers").await);
    let ada = other.user("ada").await;
    other.join(theirs, ada).await;
    let get = async |group: Uuid| graph.get_group_member_reference().id(group).member_id(ada).send().await;
    assert_eq!(refusal(get(group).await), not_found(ada));
    assert_eq!(refusal(get(theirs).await), not_found(theirs));
}

#[tokio::test]
async fn a_reference_takes_the_select_that_clients_send_and_nothing_else() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let path = format!("/groups/{group}/members/{ada}/$ref");
    let found = send(tenant.raw(Method::GET, &format!("{path}?$select=id,url")).await).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.json().as_object().unwrap().len(), 2, "{}", found.text);
    let topped = send(tenant.raw(Method::GET, &format!("{path}?$top=1")).await).await.refusal();
    assert_eq!((topped.0, &*topped.1), (400, "Request_UnsupportedQuery"));
    let wrong = send(tenant.raw(Method::GET, &format!("/groups/{group}/members/ada/$ref")).await).await;
    assert_eq!(wrong.refusal(), refused(400, "Request_BadRequest", "Invalid object identifier 'ada'."));
}
