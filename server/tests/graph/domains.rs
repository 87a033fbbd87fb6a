//! The domains of the tenant.

use crate::support::{Tenant, not_found, refusal};
use roster_server::store::domains::Given;

#[tokio::test]
async fn domains_are_listed_the_default_first_and_read_by_name_in_any_case() {
    let tenant = Tenant::fresh().await;
    let default = tenant.domain();
    let below = format!("mail.{default}");
    let give = tenant.server.store.add_domain(tenant.store_tenant(), below.parse().unwrap()).await;
    assert_eq!(give.unwrap(), Given::New);
    let graph = tenant.client(["Domain.Read.All"]).await;
    let all = graph.list_domains().send().await.unwrap().into_inner().value;
    let told: Vec<_> = all
        .iter()
        .map(|domain| {
            (
                domain.id.clone().unwrap(),
                domain.is_default.unwrap(),
                domain.is_initial.unwrap(),
                domain.is_root.unwrap(),
            )
        })
        .collect();
    assert_eq!(told[0], (default.clone(), true, false, true));
    assert!(told.contains(&(below.clone(), false, false, false)), "{told:?}");
    assert_eq!(told.iter().filter(|(.., is_initial, _)| *is_initial).count(), 1);
    assert_eq!(told.len(), 3);

    let one = graph.get_domain().id(below.to_uppercase()).send().await.unwrap().into_inner();
    assert_eq!(one.id, Some(below));
    assert_eq!((one.is_verified, one.authentication_type.as_deref()), (Some(true), Some("Managed")));
    assert_eq!(one.supported_services, ["Email"]);
}

#[tokio::test]
async fn another_tenants_domain_is_none() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let graph = tenant.client(["Domain.Read.All"]).await;
    for absent in [other.domain(), "nowhere.example".into()] {
        assert_eq!(refusal(graph.get_domain().id(&absent).send().await), not_found(absent));
    }
}
