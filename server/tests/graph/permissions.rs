//! What each operation of the contract needs: tried without a token, without each permission, and with only one alternative.

use crate::{
    operations::{Objects, Operation, operations, reference},
    support::{Answer, Tenant, forbidden, refused, send},
};
use reqwest::Method;
use roster_server::model::permissions::Permission;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test]
async fn nothing_is_answered_without_a_token() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        let (status, code, message) = objects.send(&tenant, operation, None).await.refusal();
        assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"), "{}", operation.id);
        assert_eq!(message, "Access token is empty.");
    }
}

#[tokio::test]
async fn each_alternative_is_enough_and_all_other_permissions_together_are_not() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        for scheme in ["application", "delegated"] {
            let ask = async |permissions: Vec<&str>| {
                // Where they are enough for objects of a kind, it is asked for one of that kind.
                let deleted = match operation.limited_to(scheme, &permissions) {
                    Some("groups") => objects.deleted_group,
                    Some("applications and service principals") => objects.deleted_application,
                    Some("administrative units") => objects.deleted_unit,
                    _ => objects.deleted,
                };
                let token = match scheme {
                    "application" => tenant.app_token(permissions).await,
                    _ => tenant.user_token(objects.user, permissions).await,
                };
                Objects { deleted, ..objects }.send(&tenant, operation, Some(&token)).await
            };
            let alternatives = operation.alternatives(scheme);
            for permissions in not_enough(&alternatives).into_iter().filter(|_| !operation.needs_nothing()) {
                let refusal = ask(permissions.clone()).await.refusal();
                let expected = if operation.is_on_me() && scheme == "application" {
                    let message = "/me request is only valid with delegated authentication flow.";
                    refused(400, "BadRequest", message)
                } else {
                    forbidden()
                };
                assert_eq!(refusal, expected, "{} with {scheme} {permissions:?}", operation.id);
            }
            // What is enough for little has tests of its own.
            for permissions in alternatives.into_iter().filter(|set| !operation.is_for_little(set)) {
                let answer = ask(permissions.clone()).await;
                let allowed = ![401, 403].contains(&answer.status.as_u16());
                assert!(allowed, "{} with {scheme} {permissions:?}: {answer:?}", operation.id);
            }
        }
    }
}

/// The largest sets of permissions that aren't enough where these alternatives are: all that none of them names, and an
/// alternative but for one permission. Their subsets needn't be tried: a further permission never takes any right away.
fn not_enough<'a>(alternatives: &[Vec<&'a str>]) -> BTreeSet<Vec<&'a str>> {
    let names = Permission::ALL.iter().map(|permission| permission.name());
    let others: Vec<_> = names.filter(|name| !alternatives.concat().contains(name)).collect();
    let short = alternatives.iter().flat_map(|all_of| {
        all_of.iter().map(|left_out| all_of.iter().copied().filter(|name| name != left_out).collect())
    });
    short.chain([vec![]]).map(|some: Vec<_>| [others.clone(), some].concat()).collect()
}

/// What is tried elsewhere, and why.
fn is_owned_by_nobody_yet(operation: &Operation) -> bool {
    // It makes what is owned then. Of whose application, `application_owners` asks.
    operation.id == "create_service_principal"
}

#[tokio::test]
async fn what_is_enough_for_what_an_application_owns_is_enough_for_all_of_that_and_for_nothing_else() {
    let mut asked = 0;
    for operation in operations().iter().filter(|it| !is_owned_by_nobody_yet(it)) {
        let owned = |set: &Vec<&str>| operation.limited_to("application", set) == Some("owned");
        for permissions in operation.alternatives("application").into_iter().filter(owned) {
            let tenant = Tenant::fresh().await;
            let mut objects = Objects::of(&tenant).await;
            let [owner, stranger] =
                [tenant.service_principal("owner").await, tenant.service_principal("stranger").await];
            let deleted =
                [tenant.application("deleted-too").await, tenant.service_principal("deleted").await];
            for own in [
                objects.application,
                objects.service_principal,
                objects.doomed_application,
                objects.doomed_service_principal,
            ] {
                tenant.own(own, owner).await;
            }
            for own in deleted {
                tenant.own(own, owner).await;
                tenant.delete(own).await;
            }
            let kinds = if operation.path.contains("/deletedItems/") { 2 } else { 1 };
            for deleted in deleted.into_iter().take(kinds) {
                objects.deleted = deleted;
                let [own, others] =
                    [owner, stranger].map(|caller| tenant.app_token_of(caller, permissions.clone()));
                let refused = objects.send(&tenant, operation, Some(&others.await)).await;
                assert_eq!(refused.refusal(), forbidden(), "{} with {permissions:?}", operation.id);
                let answer = objects.send(&tenant, operation, Some(&own.await)).await;
                assert!(answer.status.is_success(), "{} with {permissions:?}: {answer:?}", operation.id);
                asked += 1;
            }
        }
    }
    assert!(asked > 20, "{asked} operations");
}

#[tokio::test]
async fn a_token_of_no_known_permission_is_refused_everywhere() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for token in [tenant.app_token(["Mail.Send"]).await, tenant.user_token(objects.user, ["openid"]).await] {
        for operation in operations().iter().filter(|it| !it.is_on_me() && !it.needs_nothing()) {
            let refusal = objects.send(&tenant, operation, Some(&token)).await.refusal();
            assert_eq!(refusal, forbidden(), "{}", operation.id);
        }
    }
}

/// The permission that a 403 names, if it names one.
fn named(answer: &Answer) -> Option<String> {
    assert_eq!(answer.refusal(), forbidden());
    let error = answer.json()["error"].clone();
    let details = error.get("details")?.as_array().unwrap().clone();
    let [detail] = &*details else { panic!("{details:?}") };
    assert_eq!(detail["code"], "PermissionRequired");
    let target = detail["target"].as_str().unwrap().to_owned();
    assert!(detail["message"].as_str().unwrap().contains(&target), "{detail}");
    Some(target)
}

#[tokio::test]
async fn a_refusal_names_the_permission_that_is_enough_and_none_that_does_more_than_is_needed() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        for scheme in ["application", "delegated"] {
            if operation.is_on_me() && scheme == "application" || operation.needs_nothing() {
                continue;
            }
            let token = async |permissions: &str| {
                let permissions = permissions.split(" and ");
                match scheme {
                    "application" => tenant.app_token(permissions).await,
                    _ => tenant.user_token(objects.user, permissions).await,
                }
            };
            let refused = objects.send(&tenant, operation, Some(&token("none").await)).await;
            let Some(name) = named(&refused) else {
                assert!(!operation.permissions.to_string().contains(scheme), "{}", operation.id);
                continue;
            };
            let enough = objects.send(&tenant, operation, Some(&token(&name).await)).await;
            assert_ne!(enough.status, 403, "{} with {scheme} {name}", operation.id);
            let lesser = name.replace(".ReadWrite.", ".Read.");
            let lesser_ones = lesser.split(" and ").collect();
            let is_least = lesser == name || !operation.alternatives(scheme).contains(&lesser_ones);
            assert!(is_least, "{} with {scheme} {lesser}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_refusal_names_what_an_object_a_group_or_a_property_needs_besides() {
    let tenant = Tenant::fresh().await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let (device, contact) = (tenant.device("laptop").await, tenant.contact("printer").await);
    let (roles, hidden) =
        (tenant.role_assignable_group("roles").await, tenant.hidden_group("confidential").await);
    let dynamic = tenant.dynamic_group("all").await;
    let weak = tenant.app_token(["GroupMember.ReadWrite.All", "User.ReadWrite.All", "Group.Create"]).await;
    let add = |group: Uuid| format!("/groups/{group}/members/$ref");
    let new_group = |more: Value| {
        let mut group =
            json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true});
        group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        group
    };
    let owned = new_group(json!({"owners@odata.bind": [reference(device)["@odata.id"]]}));
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    for (method, path, body, permission) in [
        (&post, add(group), reference(device), Some("Device.ReadWrite.All")),
        (&post, add(group), reference(contact), Some("OrgContact.Read.All")),
        (&post, add(roles), reference(ada), Some("RoleManagement.ReadWrite.Directory")),
        (&post, add(dynamic), reference(ada), None),
        (&get, format!("/groups/{hidden}/members"), Value::Null, Some("Member.Read.Hidden")),
        (&patch, format!("/groups/{group}"), json!({"description": "d"}), Some("Group.ReadWrite.All")),
        (
            &post,
            "/groups".into(),
            new_group(json!({"isAssignableToRole": true})),
            Some("RoleManagement.ReadWrite.Directory"),
        ),
        (&post, "/groups".into(), owned, Some("Group.ReadWrite.All")),
        (
            &get,
            "/users?$select=employeeLeaveDateTime".into(),
            Value::Null,
            Some("User-LifeCycleInfo.Read.All"),
        ),
        (&patch, format!("/users/{ada}"), json!({"identities": []}), Some("User.ManageIdentities.All")),
        (
            &patch,
            format!("/users/{ada}"),
            json!({"identities": [], "passwordProfile": {"password": "Anything 1"}}),
            Some("User.ManageIdentities.All and User-PasswordProfile.ReadWrite.All"),
        ),
        (&patch, format!("/users/{ada}"), json!({"aboutMe": "x"}), None),
    ] {
        let request = tenant.anonymous(method.clone(), &format!("/v1.0{path}")).bearer_auth(&weak);
        let request = if body.is_null() { request } else { request.json(&body) };
        assert_eq!(named(&send(request).await).as_deref(), permission, "{method} {path} {body}");
    }
}

#[tokio::test]
async fn a_user_who_reaches_only_itself_is_told_the_same_whether_another_is_there_or_not() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let token = tenant.user_token(ada, ["User.ReadWrite"]).await;
    let (get, patch) = (Method::GET, Method::PATCH);
    for (method, user, body, permission) in [
        (&get, grace, None, "User.ReadBasic.All"),
        (&get, Uuid::from_u128(7), None, "User.ReadBasic.All"),
        (&patch, grace, Some(json!({"city": "Turin"})), "User.ReadWrite.All"),
        (&patch, Uuid::from_u128(7), Some(json!({"city": "Turin"})), "User.ReadWrite.All"),
        (&patch, ada, Some(json!({"accountEnabled": false})), "User.ReadWrite.All"),
    ] {
        let request = tenant.anonymous(method.clone(), &format!("/v1.0/users/{user}")).bearer_auth(&token);
        let request = body.iter().fold(request, |request, body| request.json(body));
        assert_eq!(named(&send(request).await).as_deref(), Some(permission), "{method} {user}");
    }
}

#[tokio::test]
async fn another_tenants_objects_and_none_at_all_are_the_same_bytes() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let (there, absent) = (Objects::of(&theirs).await, Objects::absent());
    let token = mine.app_token(Permission::ALL.iter().map(|permission| permission.name())).await;
    // Templates are no tenant's.
    let is_of_tenant = |it: &&Operation| {
        it.path.contains('{')
            && !["get_group_setting_template", "get_directory_role_template"].contains(&&*it.id)
    };
    for operation in operations().iter().filter(is_of_tenant) {
        let others = same(&there, &there.send(&mine, operation, Some(&token)).await);
        let nobodys = same(&absent, &absent.send(&mine, operation, Some(&token)).await);
        assert_eq!(others, nobodys, "{}", operation.id);
        // Some operations are no application's.
        let expected = if operation.alternatives("application").is_empty() { 403 } else { 404 };
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
    let add = operations().iter().find(|operation| operation.id == "add_group_member").unwrap();
    let others = same(&there, &there.send(&mine, add, Some(&token)).await);
    let nobodys = same(&absent, &absent.send(&mine, add, Some(&token)).await);
    assert_eq!(others, nobodys);
    assert_eq!(others.0, 404);
}

/// A response without what differs between any two requests.
fn same(objects: &Objects, answer: &Answer) -> (u16, String, Vec<String>) {
    let mut text = answer.text.replace(&objects.role_assignment(), "ID");
    for id in objects.app_role_assignments().into_iter().chain([objects.grant()]) {
        text = text.replace(&id, "ID");
    }
    for id in objects.ids() {
        text = text.replace(&id.to_string(), "ID");
    }
    let mut body: Value = serde_json::from_str(&text).unwrap();
    body["error"]["innerError"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    headers.sort();
    (answer.status.as_u16(), body.to_string(), headers)
}
