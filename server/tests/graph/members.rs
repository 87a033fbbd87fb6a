//! `/groups/{id}/members`: who is in a group.

use crate::support::{Tenant, forbidden, members_of, not_found, reference, refusal, refused, sorted};
use futures::future::join_all;
use uuid::Uuid;

const ALREADY: &str =
    "One or more added object references already exist for the following modified properties: 'members'.";

#[tokio::test]
async fn a_user_is_added_to_a_security_group() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let answer = graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();

    assert_eq!(answer.status(), 204);
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn adding_a_member_twice_is_refused_and_the_group_still_has_it_once() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();

    let again = graph.add_group_member().id(group).body(reference(ada)).send().await;

    assert_eq!(refusal(again), refused(400, "Request_BadRequest", ALREADY));
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn of_sixteen_who_add_one_member_at_once_one_succeeds() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let add = || graph.add_group_member().id(group).body(reference(ada)).send();
    let outcomes = join_all((0..16).map(|_| add())).await;

    let (added, refused_ones): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((added.len(), refused_ones.len()), (1, 15));
    for outcome in refused_ones {
        assert_eq!(refusal(outcome), refused(400, "Request_BadRequest", ALREADY));
    }
    assert_eq!(members_of(&graph, group).await, [ada]);
}

#[tokio::test]
async fn every_kind_of_member_joins_a_security_group() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let members = [
        tenant.user("ada").await,
        tenant.security_group("inner").await,
        tenant.mail_enabled_security_group("mail").await,
        tenant.distribution_group("list").await,
        tenant.device("laptop").await,
        tenant.service_principal("service").await,
        tenant.contact("ludwig").await,
    ];
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    for member in members {
        let answer = graph.add_group_member().id(group).body(reference(member)).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    assert_eq!(members_of(&graph, group).await, sorted(members));
}

#[tokio::test]
async fn a_member_that_does_not_exist_is_not_found_and_neither_is_a_group() {
    let tenant = Tenant::fresh().await;
    let (group, nobody) = (tenant.security_group("readers").await, Uuid::from_u128(7));
    let graph = tenant.client(["Group.ReadWrite.All"]).await;

    let absent_member = graph.add_group_member().id(group).body(reference(nobody)).send().await;
    assert_eq!(refusal(absent_member), not_found(nobody));

    let absent_group = graph.add_group_member().id(nobody).body(reference(group)).send().await;
    assert_eq!(refusal(absent_group), not_found(nobody));
}

#[tokio::test]
async fn a_member_of_a_dynamic_group_cannot_be_added_by_hand() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.dynamic_group("all").await, tenant.user("ada").await);
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;

    let outcome = graph.add_group_member().id(group).body(reference(ada)).send().await;

    assert_eq!(refusal(outcome), forbidden());
}
