//! The tenant as its callers see it.

use crate::support::{Tenant, not_found, refusal, send};
use reqwest::Method;
use roster_server::model::ids::ObjectId;
use serde_json::json;

#[tokio::test]
async fn the_tenant_is_read_by_its_id_and_is_alone_in_its_list() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Organization.Read.All"]).await;
    let id = tenant.id().uuid();
    let one = graph.get_organization().id(id).send().await.unwrap().into_inner();
    assert_eq!(one.id.as_deref(), Some(id.to_string().as_str()));
    assert_eq!(one.display_name, Some(tenant.domain()));
    assert_eq!((one.tenant_type.as_deref(), one.city.as_deref()), (Some("AAD"), None));
    assert!(one.created_date_time.is_some());
    let [default, initial] = &*one.verified_domains else { panic!("{one:?}") };
    assert_eq!(
        (default.name.clone(), default.is_default, default.is_initial),
        (Some(tenant.domain()), Some(true), Some(false))
    );
    assert_eq!((initial.is_default, initial.is_initial), (Some(false), Some(true)));
    assert_eq!(default.type_.as_deref(), Some("Managed"));

    let all = graph.list_organizations().send().await.unwrap().into_inner();
    let ids: Vec<_> = all.value.iter().map(|organization| organization.id.clone()).collect();
    assert_eq!(ids, [one.id]);

    let other = Tenant::fresh().await.id().uuid();
    for absent in [other, ObjectId::random().uuid()] {
        assert_eq!(refusal(graph.get_organization().id(absent).send().await), not_found(absent));
    }
}

#[tokio::test]
async fn with_user_read_a_user_sees_the_tenants_name_and_domains_only() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let graph = tenant.client_of(user, ["User.Read"]).await;
    let seen = graph.get_organization().id(tenant.id().uuid()).send().await.unwrap().into_inner();
    assert_eq!((seen.display_name, seen.verified_domains.len()), (Some(tenant.domain()), 2));
    assert_eq!((seen.created_date_time, seen.tenant_type), (None, None));
}

#[tokio::test]
async fn select_names_what_is_told_of_the_tenant() {
    let tenant = Tenant::fresh().await;
    let selected = send(tenant.raw(Method::GET, "/organization?$select=id,displayName").await).await.json();
    let one = json!({"id": tenant.id().to_string(), "displayName": tenant.domain()});
    assert_eq!(selected["value"], json!([one]));
    let context = format!("{}/v1.0/$metadata#organization(id,displayName)", tenant.origin());
    assert_eq!(selected["@odata.context"], context);
}
