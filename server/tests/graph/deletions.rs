//! Deleting objects: what goes with them, what is free again, and what is left after thirty days.

use crate::support::{Server, Tenant, forbidden, members_of, not_found, reference, refusal, refused, send};
use reqwest::Method;
use roster_client::counted;
use roster_server::{directory::objects::KEPT, store::Progress};
use serde_json::{Value, json};
use std::sync::OnceLock;
use uuid::Uuid;

async fn status(tenant: &Tenant, method: Method, path: &str) -> u16 {
    send(tenant.raw(method, path).await.header("ConsistencyLevel", "eventual")).await.status.as_u16()
}

#[tokio::test]
async fn a_deleted_object_is_absent_wherever_it_could_be_named() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.ReadWrite.All", "User.ReadWrite.All", "Group.ReadWrite.All"]).await;
    let (group, inner) = (tenant.security_group("readers").await, tenant.security_group("inner").await);
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    for member in [ada, grace, inner] {
        tenant.join(group, member).await;
    }
    for owner in [ada, grace] {
        tenant.own(group, owner).await;
    }

    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    graph.delete_group().id(inner).send().await.unwrap();

    assert_eq!(members_of(&graph, group).await, [grace]);
    let count = graph.count_group_members().id(group).consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(count).await.unwrap(), 1);
    let owners = graph.list_group_owners().id(group).send().await.unwrap();
    assert_eq!(owners.value.len(), 1);
    assert_eq!(refusal(graph.get_user().id(ada.to_string()).send().await), not_found(ada));
    assert_eq!(refusal(graph.get_group().id(inner).send().await), not_found(inner));
    assert_eq!(refusal(graph.delete_user().id(ada.to_string()).send().await), not_found(ada));
    let add = graph.add_group_member().id(group).body(reference(ada)).send().await;
    assert_eq!(refusal(add), not_found(ada));
    let remove = graph.remove_group_member().id(group).member_id(ada).send().await;
    assert_eq!(refusal(remove), not_found(group));
    let users = graph.list_users().send().await.unwrap();
    assert_eq!(users.value.len(), 1);
    for path in [
        format!("/directoryObjects/{ada}"),
        format!("/users/ada@{}", tenant.domain()),
        format!("/groups/{inner}/members"),
        format!("/groups/{inner}/members/$count"),
        format!("/groups/{inner}/owners"),
    ] {
        assert_eq!(status(&tenant, Method::GET, &path).await, 404, "{path}");
    }
}

#[tokio::test]
async fn the_names_of_deleted_objects_are_free_again() {
    let tenant = Tenant::fresh().await;
    let group = async || {
        let body = json!({"displayName": "All", "mailEnabled": true, "mailNickname": "all", "securityEnabled": false,
            "groupTypes": ["Unified"], "uniqueName": "all"});
        send(tenant.raw(Method::POST, "/groups").await.json(&body)).await
    };
    let user = async || {
        let body = json!({"accountEnabled": true, "displayName": "Ada", "mailNickname": "ada",
            "userPrincipalName": tenant.upn("ada"), "passwordProfile": {"password": "Secret 123"}});
        send(tenant.raw(Method::POST, "/users").await.json(&body)).await
    };
    let service = async || {
        let body = json!({"appId": "5a3e0000-0000-4000-8000-000000000392"});
        send(tenant.raw(Method::POST, "/servicePrincipals").await.json(&body)).await
    };
    for (set, create) in [("groups", 0), ("users", 1), ("servicePrincipals", 2)] {
        let create = async || match create {
            0 => group().await,
            1 => user().await,
            _ => service().await,
        };
        let first = create().await;
        assert_eq!(first.status, 201, "{set}: {}", first.text);
        let taken = if set == "servicePrincipals" { 409 } else { 400 };
        assert_eq!(create().await.status, taken, "{set}: taken");
        let id = first.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(status(&tenant, Method::DELETE, &format!("/{set}/{id}")).await, 204);
        let second = create().await;
        assert_eq!(second.status, 201, "{set}: free again");
        assert_ne!(second.json()["id"], Value::from(id));
    }
}

#[tokio::test]
async fn a_deleted_group_shows_no_members_and_they_stay_themselves() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.Read.All"]).await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let members = format!("/groups/{group}/members");
    assert_eq!(status(&tenant, Method::GET, &members).await, 200);
    graph.delete_group().id(group).send().await.unwrap();
    assert_eq!(status(&tenant, Method::GET, &members).await, 404);
    graph.get_user().id(ada.to_string()).send().await.unwrap();
}

#[tokio::test]
async fn groups_that_are_guarded_are_not_deleted_by_anyone() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let (distribution, roles) =
        (tenant.distribution_group("list").await, tenant.role_assignable_group("roles").await);
    let message = "Cannot Update a mail-enabled security groups and or distribution list.";
    let deleted = graph.delete_group().id(distribution).send().await;
    assert_eq!(refusal(deleted), refused(400, "Request_BadRequest", message));
    assert_eq!(refusal(graph.delete_group().id(roles).send().await), forbidden());
    let user = tenant.user("ada").await;
    let as_user = tenant.client_of(user, ["Directory.AccessAsUser.All"]).await;
    let deleted = as_user.delete_directory_object().id(distribution).send().await;
    assert_eq!(refusal(deleted), refused(400, "Request_BadRequest", message));
    assert_eq!(refusal(as_user.delete_directory_object().id(roles).send().await), forbidden());
    let contact = tenant.contact("ludwig").await;
    assert_eq!(refusal(as_user.delete_directory_object().id(contact).send().await), forbidden());
}

#[tokio::test]
async fn any_other_object_is_deleted_only_by_its_id() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let as_user = tenant.client_of(user, ["Directory.AccessAsUser.All", "Directory.Read.All"]).await;
    for object in [
        tenant.user("grace").await,
        tenant.security_group("readers").await,
        tenant.device("laptop").await,
        tenant.service_principal("service").await,
        tenant.application("application").await,
    ] {
        let found = as_user.get_directory_object().id(object).send().await.unwrap();
        assert_eq!(found.id.as_deref(), Some(object.to_string().as_str()));
        as_user.delete_directory_object().id(object).send().await.unwrap();
        let gone = as_user.get_directory_object().id(object).send().await;
        assert_eq!(refusal(gone), not_found(object));
    }
}

#[tokio::test]
async fn a_deleted_application_takes_its_service_principal_with_it() {
    use roster_server::{auth::secrets::Secret, directory::applications::Registration};
    let tenant = Tenant::fresh().await;
    let registration = Registration::new("program", Vec::new(), &Secret::new("a secret of an application"));
    tenant.register(registration.clone()).await;
    let as_user = tenant
        .client_of(tenant.user("ada").await, ["Directory.AccessAsUser.All", "Directory.Read.All"])
        .await;
    as_user.delete_directory_object().id(registration.application.uuid()).send().await.unwrap();
    let gone = as_user.get_directory_object().id(registration.service_principal.uuid()).send().await;
    assert_eq!(refusal(gone), not_found(registration.service_principal.uuid()));
}

#[tokio::test]
async fn a_deleted_service_principal_gets_no_more_tokens() {
    use roster_server::{auth::secrets::Secret, directory::applications::Registration};
    let tenant = Tenant::fresh().await;
    let secret = Secret::new("a secret of an application");
    let registration = Registration::new("program", Vec::new(), &secret);
    tenant.register(registration.clone()).await;
    let app_id = registration.app_id.to_string();
    let token = async || tenant.token_for(&app_id, "a secret of an application").await.status.as_u16();
    assert_eq!(token().await, 200);
    let path = format!("/servicePrincipals/{}", registration.service_principal);
    assert_eq!(status(&tenant, Method::DELETE, &path).await, 204);
    assert!(matches!(token().await, 400 | 401));
}

#[tokio::test]
async fn after_thirty_days_a_deleted_object_is_purged_in_batches_and_others_stay() {
    // A server of its own: its clock is moved.
    static SERVER: OnceLock<Server> = OnceLock::new();
    let tenant = SERVER
        .get_or_init(|| Server::start(roster_server::directory::Policy::default(), None))
        .tenant()
        .await;
    let store = &tenant.server.store;
    let group = tenant.security_group("readers").await;
    let mut members = Vec::new();
    for number in 0..1_100 {
        let user = tenant.user(&format!("user{number}")).await;
        tenant.join(group, user).await;
        members.push(user);
    }
    let graph = tenant.client(["Group.ReadWrite.All", "User.ReadWrite.All", "GroupMember.Read.All"]).await;
    graph.delete_group().id(group).send().await.unwrap();
    let purge = async || {
        let mut batches = 0;
        while store.purge(store.clock().now() - KEPT).await.unwrap() == Progress::Unfinished {
            batches += 1;
        }
        batches
    };
    assert_eq!(purge().await, 0, "it can still be restored");
    store.clock().advance(KEPT.num_seconds() - 60);
    let fresh: Uuid = members[0];
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    graph.delete_user().id(fresh.to_string()).send().await.unwrap();
    store.clock().advance(120);
    assert_eq!(purge().await, 3, "1,100 members in batches of 500");
    assert_eq!(purge().await, 0, "what was deleted two minutes ago is kept");
    let count = send(tenant.raw(Method::GET, "/users/$count").await.header("ConsistencyLevel", "eventual"));
    assert_eq!(count.await.text, "1099");
}
