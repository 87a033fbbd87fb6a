//! What each operation of the contract needs: no token, none of the permissions, each permission alone.

use crate::{
    operations::{Objects, operations},
    support::{Answer, Tenant, refused},
};
use roster_server::model::permissions::Permission;
use serde_json::Value;

#[tokio::test]
async fn nothing_is_answered_without_a_token() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        let (status, code, message) = objects.send(&tenant, &operation, None).await.refusal();
        assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"), "{}", operation.id);
        assert_eq!(message, "Access token is empty.");
    }
}

#[tokio::test]
async fn each_permission_alone_does_what_the_contract_says_and_no_more() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for permission in Permission::ALL {
        let app = tenant.app_token([permission.name()]).await;
        let user = tenant.user_token(objects.user, [permission.name()]).await;
        for operation in operations() {
            for (scheme, token) in [("application", &app), ("delegated", &user)] {
                let answer = objects.send(&tenant, &operation, Some(token)).await;
                if operation.path == "/me" && scheme == "application" {
                    let message = "/me request is only valid with delegated authentication flow.";
                    assert_eq!(answer.refusal(), refused(400, "BadRequest", message));
                    continue;
                }
                let allowed = answer.status != 403;
                let expected = operation.allows(scheme, *permission);
                assert_eq!(allowed, expected, "{} with {scheme} {permission}: {answer:?}", operation.id);
                assert_ne!(answer.status, 401, "{}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn a_token_of_no_known_permission_is_refused_everywhere() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for token in [tenant.app_token(["Mail.Send"]).await, tenant.user_token(objects.user, ["openid"]).await] {
        for operation in operations().into_iter().filter(|operation| operation.path != "/me") {
            let refusal = objects.send(&tenant, &operation, Some(&token)).await.refusal();
            assert_eq!(refusal, crate::support::forbidden(), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn another_tenants_objects_and_none_at_all_are_the_same_bytes() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let (there, absent) = (Objects::of(&theirs).await, Objects::absent());
    let token = mine.app_token(Permission::ALL.iter().map(|permission| permission.name())).await;
    for operation in operations().into_iter().filter(|operation| operation.path.contains('{')) {
        let others = same(&there, &there.send(&mine, &operation, Some(&token)).await);
        let nobodys = same(&absent, &absent.send(&mine, &operation, Some(&token)).await);
        assert_eq!(others, nobodys, "{}", operation.id);
        // Nobody deletes by this operation without a signed-in user.
        let expected = if operation.id == "delete_directory_object" { 403 } else { 404 };
        assert_eq!(others.0, expected, "{}", operation.id);
    }
}

#[tokio::test]
async fn another_tenants_object_can_not_be_added_and_looks_like_none() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let group = mine.security_group("readers").await;
    let there = Objects { group, ..Objects::of(&theirs).await };
    let absent = Objects { group, ..Objects::absent() };
    let token = mine.app_token(["Directory.ReadWrite.All"]).await;
    let add = operations().into_iter().find(|operation| operation.id == "add_group_member").unwrap();
    let others = same(&there, &there.send(&mine, &add, Some(&token)).await);
    let nobodys = same(&absent, &absent.send(&mine, &add, Some(&token)).await);
    assert_eq!(others, nobodys);
    assert_eq!(others.0, 404);
}

/// An answer without what differs between any two requests.
fn same(objects: &Objects, answer: &Answer) -> (u16, String, Vec<String>) {
    let mut text = answer.text.clone();
    for id in objects.ids() {
        text = text.replace(&id.to_string(), "ID");
    }
    let mut body: Value = serde_json::from_str(&text).unwrap();
    body["error"]["innerError"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    headers.sort();
    (answer.status.as_u16(), body.to_string(), headers)
}
