//! `/oauth2PermissionGrants`: which delegated permissions clients were granted, for whom.

use crate::support::{Tenant, forbidden, refusal, refused};
use roster_client::types::{OAuth2PermissionGrantCreate, OAuth2PermissionGrantUpdate};
use serde_json::json;
use uuid::Uuid;

const ALL: [&str; 1] = ["DelegatedPermissionGrant.ReadWrite.All"];

fn grant(client: Uuid, resource: Uuid, user: Option<Uuid>) -> OAuth2PermissionGrantCreate {
    let mut body = json!({"clientId": client, "resourceId": resource, "scope": "Loans.Read",
        "consentType": if user.is_some() { "Principal" } else { "AllPrincipals" }});
    if let Some(user) = user {
        body["principalId"] = user.to_string().into();
    }
    serde_json::from_value(body).unwrap()
}

#[tokio::test]
async fn a_grant_is_made_found_at_its_ends_changed_and_taken_away() {
    let tenant = Tenant::bare().await;
    let graph = tenant.client(ALL).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let (client, loans) = (tenant.service_principal("c").await, tenant.service_principal("loans").await);
    let mut ids = Vec::new();
    for user in [None, Some(ada), Some(grace)] {
        let made =
            graph.create_oauth2_permission_grant().body(grant(client, loans, user)).send().await.unwrap();
        assert_eq!(made.principal_id.as_ref().map(ToString::to_string), user.map(|user| user.to_string()));
        ids.push(made.id.clone().unwrap());
    }
    let twice = graph.create_oauth2_permission_grant().body(grant(client, loans, Some(ada))).send().await;
    let exists = "Permission entry already exists.";
    assert_eq!(refusal(twice), refused(409, "Request_MultipleObjectsWithSameKeyValue", exists));

    for (filter, found) in [
        (format!("clientId eq '{client}'"), 0..3),
        (format!("clientId eq '{client}' and consentType eq 'AllPrincipals'"), 0..1),
        (format!("resourceId eq '{loans}' and consentType eq 'Principal'"), 1..3),
        (format!("principalId eq '{ada}'"), 1..2),
        (format!("clientId eq '{loans}'"), 0..0),
        (format!("principalId eq '{ada}' and principalId eq '{grace}'"), 0..0),
        ("consentType eq 'Nobody'".into(), 0..0),
        (format!("clientId eq '{}'", Uuid::from_u128(7)), 0..0),
    ] {
        let listed = graph.list_oauth2_permission_grants().filter(&filter).send().await.unwrap();
        let listed: Vec<_> = listed.value.iter().map(|one| one.id.clone().unwrap()).collect();
        assert_eq!(listed, ids[found], "{filter}");
    }
    let of_client = graph.list_service_principal_oauth2_permission_grants().id(client).top(2).send().await;
    let of_client = of_client.unwrap();
    assert_eq!((of_client.value.len(), of_client.odata_next_link.is_some()), (2, true));
    let of_ada = graph.list_user_oauth2_permission_grants().id(ada.to_string()).send().await.unwrap();
    assert_eq!(of_ada.value.iter().map(|one| one.id.clone().unwrap()).collect::<Vec<_>>(), ids[1..2]);
    let me = tenant.client_of(grace, ALL).await;
    assert_eq!(me.list_my_oauth2_permission_grants().send().await.unwrap().value.len(), 1);

    let change: OAuth2PermissionGrantUpdate =
        serde_json::from_value(json!({"scope": "Loans.Write"})).unwrap();
    graph.update_oauth2_permission_grant().id(&ids[1]).body(change).send().await.unwrap();
    let changed = graph.get_oauth2_permission_grant().id(&ids[1]).send().await.unwrap();
    assert_eq!(changed.scope.as_deref(), Some("Loans.Write"));
    graph.delete_oauth2_permission_grant().id(&ids[1]).send().await.unwrap();
    for gone in [&ids[1], "nonsense"] {
        assert_eq!(refusal(graph.get_oauth2_permission_grant().id(gone).send().await).0, 404);
        assert_eq!(refusal(graph.delete_oauth2_permission_grant().id(gone).send().await).0, 404);
    }
    tenant.delete(grace).await;
    let left = graph.list_oauth2_permission_grants().send().await.unwrap();
    assert_eq!(left.value.iter().map(|one| one.id.clone().unwrap()).collect::<Vec<_>>(), ids[..1]);
}

#[tokio::test]
async fn a_grant_is_for_a_user_or_for_everybody() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (ada, client) = (tenant.user("ada").await, tenant.service_principal("c").await);
    let create = async |consent_type: &str, user: Option<Uuid>| {
        let mut body = json!({"clientId": client, "resourceId": client, "consentType": consent_type});
        if let Some(user) = user {
            body["principalId"] = user.to_string().into();
        }
        let body: OAuth2PermissionGrantCreate = serde_json::from_value(body).unwrap();
        refusal(graph.create_oauth2_permission_grant().body(body).send().await)
    };
    assert_eq!(create("AllPrincipals", Some(ada)).await.0, 400);
    assert_eq!(create("Principal", None).await.0, 400);
    assert_eq!(create("Principal", Some(client)).await.0, 404);
    let weak = tenant.client(["Application.ReadWrite.All", "Directory.Read.All"]).await;
    let refused = weak.create_oauth2_permission_grant().body(grant(client, client, None)).send().await;
    assert_eq!(refusal(refused), forbidden());
}
