//! `transitiveMembers`: who is in a group, be it through groups in it.

use crate::support::{Tenant, forbidden, not_found, reference, refusal, send, sorted};
use futures::TryStreamExt;
use reqwest::Method;
use roster_client::{
    Client, counted,
    types::{DirectoryObject, DirectoryObjectCollection},
};
use std::num::NonZeroU32;
use uuid::Uuid;

/// All transitive members of a group, so many on a page, in their order.
async fn transitive_members(graph: &Client, group: Uuid, size: u32) -> Vec<Uuid> {
    let first = graph.list_group_transitive_members().id(group).top(NonZeroU32::new(size).unwrap()).send();
    let members: Vec<DirectoryObject> =
        graph.items::<DirectoryObjectCollection>(first).try_collect().await.unwrap();
    members.into_iter().map(|member| member.id.unwrap().parse().unwrap()).collect()
}

async fn count(graph: &Client, group: Uuid) -> u64 {
    let count = graph.count_group_transitive_members().id(group).consistency_level("eventual");
    counted(count.send().await.unwrap()).await.unwrap()
}

async fn reader(tenant: Tenant) -> Client {
    tenant.client(["GroupMember.Read.All"]).await
}

#[tokio::test]
async fn each_object_is_listed_once_in_the_same_order_on_pages_of_any_size_however_it_is_reached() {
    let tenant = Tenant::fresh().await;
    let [ada, grace, alan] =
        [tenant.user("ada").await, tenant.user("grace").await, tenant.user("alan").await];
    let (top, left, right) = (
        tenant.security_group("top").await,
        tenant.security_group("left").await,
        tenant.security_group("right").await,
    );
    // A diamond, whose lowest member is a direct one too.
    let bottom = tenant.security_group("bottom").await;
    for (group, member) in [
        (top, left),
        (top, right),
        (left, bottom),
        (right, bottom),
        (bottom, ada),
        (bottom, grace),
        (left, grace),
        (top, alan),
        (top, ada),
    ] {
        tenant.join(group, member).await;
    }
    let graph = reader(tenant).await;
    let expected = [ada, grace, alan, left, right, bottom];
    for size in 1..8 {
        assert_eq!(transitive_members(&graph, top, size).await, expected, "pages of {size}");
    }
    assert_eq!(count(&graph, top).await, 6);
    assert_eq!(transitive_members(&graph, bottom, 9).await, [ada, grace]);
}

#[tokio::test]
async fn a_group_in_a_circle_is_a_member_of_itself_and_is_listed_once() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let [one, two, three, alone] = [
        tenant.security_group("one").await,
        tenant.security_group("two").await,
        tenant.security_group("three").await,
        tenant.security_group("alone").await,
    ];
    for (group, member) in [(one, two), (two, three), (three, one), (three, ada), (alone, alone)] {
        tenant.join(group, member).await;
    }
    let graph = reader(tenant).await;
    for group in [one, two, three] {
        assert_eq!(transitive_members(&graph, group, 2).await, [ada, one, two, three]);
        assert_eq!(count(&graph, group).await, 4);
        let above = graph.list_group_transitive_member_of().id(group).send().await;
        assert_eq!(refusal(above), forbidden(), "an application needs more for this");
    }
    assert_eq!(transitive_members(&graph, alone, 2).await, [alone]);
    let strong = tenant.client(["Directory.Read.All"]).await;
    let above = strong.list_group_transitive_member_of().id(one).send().await.unwrap().into_inner().value;
    assert_eq!(above.len(), 3);
}

#[tokio::test]
async fn what_is_added_and_removed_through_the_api_is_seen_at_once() {
    let tenant = Tenant::fresh().await;
    let (outer, inner) = (tenant.security_group("outer").await, tenant.security_group("inner").await);
    let ada = tenant.user("ada").await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.ReadWrite.All"]).await;
    let add = async |group: Uuid, member: Uuid| {
        graph.add_group_member().id(group).body(reference(member)).send().await.unwrap();
    };
    add(inner, ada).await;
    assert!(transitive_members(&graph, outer, 9).await.is_empty());
    add(outer, inner).await;
    assert_eq!(transitive_members(&graph, outer, 9).await, [inner, ada]);
    graph.remove_group_member().id(outer).member_id(inner).send().await.unwrap();
    assert!(transitive_members(&graph, outer, 9).await.is_empty());
    add(outer, inner).await;
    graph.delete_group().id(inner).send().await.unwrap();
    assert!(transitive_members(&graph, outer, 9).await.is_empty(), "a deleted group leads nowhere");
    assert_eq!(count(&graph, outer).await, 0);
    let gone = graph.list_group_transitive_members().id(inner).send().await;
    assert_eq!(refusal(gone), not_found(inner));
}

#[tokio::test]
async fn who_is_in_only_through_a_group_that_hides_its_members_is_left_out() {
    let tenant = Tenant::fresh().await;
    let (outer, hidden) = (tenant.security_group("outer").await, tenant.hidden_group("hidden").await);
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    for (group, member) in [(outer, hidden), (hidden, ada), (hidden, grace), (outer, grace)] {
        tenant.join(group, member).await;
    }
    let weak = tenant.client(["Directory.Read.All"]).await;
    let mut listed = transitive_members(&weak, outer, 2).await;
    listed.sort();
    assert_eq!(listed, sorted([hidden, grace]), "that the group is in the other is no secret");
    assert_eq!(count(&weak, outer).await, 2);
    assert_eq!(refusal(weak.list_group_transitive_members().id(hidden).send().await), forbidden());
    let counted = weak.count_group_transitive_members().id(hidden).consistency_level("eventual").send().await;
    assert_eq!(refusal(counted.map(drop)), forbidden());

    let strong = tenant.client(["Directory.Read.All", "Member.Read.Hidden"]).await;
    let mut listed = transitive_members(&strong, outer, 2).await;
    listed.sort();
    assert_eq!(listed, sorted([hidden, ada, grace]));
    assert_eq!(count(&strong, outer).await, 3);
}

#[tokio::test]
async fn another_tenants_group_leads_nowhere() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let (outer, inner) = (theirs.security_group("outer").await, theirs.security_group("inner").await);
    theirs.join(outer, inner).await;
    let graph = mine.client(["Directory.Read.All"]).await;
    assert_eq!(refusal(graph.list_group_transitive_members().id(outer).send().await), not_found(outer));
    assert_eq!(refusal(graph.list_group_transitive_member_of().id(inner).send().await), not_found(inner));
}

#[tokio::test]
async fn a_paging_token_of_members_is_none_of_transitive_members() {
    let tenant = Tenant::fresh().await;
    let (outer, inner) = (tenant.security_group("outer").await, tenant.security_group("inner").await);
    let ada = tenant.user("ada").await;
    for member in [inner, ada] {
        tenant.join(outer, member).await;
    }
    let get = async |path: String| send(tenant.raw(Method::GET, &path).await).await;
    let page = get(format!("/groups/{outer}/members?$top=1")).await.json();
    let token = page["@odata.nextLink"].as_str().unwrap().split_once("$skiptoken=").unwrap().1.to_owned();
    let other = get(format!("/groups/{outer}/transitiveMembers?$top=1&$skiptoken={token}")).await;
    assert_eq!(other.refusal().1, "Directory_ExpiredPageToken");
}
