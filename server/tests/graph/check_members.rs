//! `checkMemberGroups`, `checkMemberObjects`, `getMemberGroups`, `getMemberObjects`.

use crate::support::{Answer, Tenant, forbidden, not_found, refusal, refused, send};
use reqwest::Method;
use roster_client::types::{
    CheckMemberGroupsParameters, CheckMemberObjectsParameters, GetMemberGroupsParameters,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn groups(ids: &[Uuid]) -> CheckMemberGroupsParameters {
    CheckMemberGroupsParameters { group_ids: ids.to_vec() }
}

fn texts<const N: usize>(ids: [Uuid; N]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}

async fn post(tenant: &Tenant, path: &str, body: &Value) -> Answer {
    send(tenant.raw(Method::POST, path).await.json(body)).await
}

/// `ada` is in `inner`, which is in `outer`; and in `hidden`, which is in `beyond`. Nobody is in `empty`.
struct World {
    tenant: Tenant,
    ada: Uuid,
    inner: Uuid,
    outer: Uuid,
    hidden: Uuid,
    beyond: Uuid,
    empty: Uuid,
}

async fn world() -> World {
    let tenant = Tenant::fresh().await;
    let world = World {
        tenant,
        ada: tenant.user("ada").await,
        inner: tenant.security_group("inner").await,
        outer: tenant.security_group("outer").await,
        hidden: tenant.hidden_group("hidden").await,
        beyond: tenant.security_group("beyond").await,
        empty: tenant.security_group("empty").await,
    };
    let World { ada, inner, outer, hidden, beyond, .. } = world;
    for (group, member) in [(inner, ada), (outer, inner), (hidden, ada), (beyond, hidden)] {
        tenant.join(group, member).await;
    }
    world
}

#[tokio::test]
async fn groups_that_an_object_is_in_come_back_in_the_order_in_which_they_are_asked() {
    let World { tenant, ada, inner, outer, empty, .. } = world().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let asked = [outer, empty, Uuid::from_u128(7), inner, outer, ada];
    let found =
        graph.check_user_member_groups().id(ada.to_string()).body(groups(&asked)).send().await.unwrap();
    assert_eq!(found.value, texts([outer, inner]), "what isn't there, or isn't a group, is left out");
    let context = format!("{}/v1.0/$metadata#Collection(Edm.String)", tenant.server.url);
    assert_eq!(found.odata_context, context);
    let body = CheckMemberObjectsParameters { ids: vec![inner, empty] };
    let found = graph.check_user_member_objects().id(ada.to_string()).body(body).send().await.unwrap();
    assert_eq!(found.value, texts([inner]));
    let found =
        graph.check_group_member_groups().id(inner).body(groups(&[outer, inner])).send().await.unwrap();
    assert_eq!(found.value, texts([outer]), "a group isn't in itself by being asked");
    let none = graph.check_group_member_groups().id(outer).body(groups(&[])).send().await.unwrap();
    assert!(none.value.is_empty());
}

#[tokio::test]
async fn hidden_memberships_and_what_follows_from_them_are_left_out_in_silence() {
    let World { tenant, ada, inner, outer, hidden, beyond, .. } = world().await;
    let asked = [inner, outer, hidden, beyond];
    let get = GetMemberGroupsParameters::default();
    for (more, check, all) in [
        ("User.Read", texts([inner, outer]), texts([inner, outer])),
        ("Member.Read.Hidden", texts(asked), texts(asked)),
    ] {
        let app = tenant.client(["Directory.Read.All", more]).await;
        let found =
            app.check_user_member_groups().id(ada.to_string()).body(groups(&asked)).send().await.unwrap();
        assert_eq!(found.value, check);
        let found = app.get_user_member_groups().id(ada.to_string()).body(get.clone()).send().await.unwrap();
        assert_eq!(found.value, all);
        let me = tenant.client_of(ada, ["User.Read", more]).await;
        assert_eq!(me.check_my_member_groups().body(groups(&asked)).send().await.unwrap().value, check);
        assert_eq!(me.get_my_member_objects().body(get.clone()).send().await.unwrap().value, all);
    }
}

#[tokio::test]
async fn every_kind_of_member_is_checked_under_its_own_path_and_that_of_all_objects() {
    let World { tenant, inner, outer, empty, .. } = world().await;
    let (device, service) = (tenant.device("laptop").await, tenant.service_principal("service").await);
    let contact = tenant.contact("ludwig").await;
    for (set, id) in [("devices", device), ("servicePrincipals", service), ("contacts", contact)] {
        tenant.join(inner, id).await;
        for object in [format!("/{set}/{id}"), format!("/directoryObjects/{id}")] {
            for (action, body, found) in [
                ("checkMemberGroups", json!({"groupIds": [empty, outer]}), vec![outer]),
                ("checkMemberObjects", json!({"ids": [inner, empty]}), vec![inner]),
                ("getMemberGroups", json!({"securityEnabledOnly": false}), vec![inner, outer]),
                ("getMemberObjects", json!({"securityEnabledOnly": null}), vec![inner, outer]),
                ("getMemberObjects", json!({}), vec![inner, outer]),
            ] {
                let answer = post(&tenant, &format!("{object}/{action}"), &body).await;
                assert_eq!(answer.json()["value"], json!(found), "{object} {action} {body}: {answer:?}");
            }
        }
    }
    let absent =
        post(&tenant, &format!("/devices/{inner}/checkMemberGroups"), &json!({"groupIds": []})).await;
    assert_eq!(absent.refusal(), not_found(inner));
}

#[tokio::test]
async fn a_qualified_name_and_another_case_are_the_same_action() {
    let World { tenant, ada, inner, .. } = world().await;
    for path in [
        format!("/users/{ada}/microsoft.graph.checkMemberGroups"),
        format!("/users/{ada}/checkmembergroups"),
        format!("/users('{ada}')/microsoft.graph.checkMemberGroups"),
        format!("/users/{}/checkMemberGroups", tenant.upn("ada")),
        format!("/directoryObjects/{ada}/Microsoft.Graph.CheckMemberGroups"),
    ] {
        let answer = post(&tenant, &path, &json!({"groupIds": [inner.to_string().to_uppercase()]})).await;
        assert_eq!(answer.json()["value"], json!([inner]), "{path}: {answer:?}");
    }
    let answer = send(tenant.raw(Method::GET, &format!("/users/{ada}/checkMemberGroups")).await).await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn a_body_that_is_not_what_the_action_takes_is_refused_as_a_whole() {
    let World { tenant, ada, inner, .. } = world().await;
    let check = format!("/users/{ada}/checkMemberGroups");
    let get = format!("/users/{ada}/getMemberGroups");
    let invalid = "Invalid GUID specified.";
    let node = |found: &str, expected: &str, name: &str| {
        format!(
            "An unexpected '{found}' node was found for property named '{name}' when reading from the JSON \
             reader. A '{expected}' node was expected."
        )
    };
    for (path, body, message) in [
        (&check, json!({"groupIds": [inner, "not an id"]}), invalid.to_owned()),
        (&check, json!({"groupIds": [inner.simple()]}), invalid.into()),
        (&check, json!({"groupIds": inner}), node("PrimitiveValue", "StartArray", "groupIds")),
        (&check, json!({"groupIds": [[inner]]}), node("StartArray", "PrimitiveValue", "groupIds")),
        (
            &check,
            json!({"groupIds": [true]}),
            "Cannot convert the literal 'True' to the expected type 'Edm.String'.".into(),
        ),
        (
            &check,
            json!({}),
            "A value is required for property 'groupIds' of resource 'DirectoryObject'.".into(),
        ),
        (&check, json!({"ids": [inner]}), "Invalid property 'ids'.".into()),
        (&check, json!({"groupIds": [], "more": 1}), "Invalid property 'more'.".into()),
        (
            &check,
            json!({"groupIds": vec![inner; 21]}),
            "Number of included identifiers cannot exceed '20'.".into(),
        ),
        (
            &get,
            json!({"securityEnabledOnly": "true"}),
            "Cannot convert the literal 'true' to the expected type 'Edm.Boolean'.".into(),
        ),
        (
            &get,
            json!({"securityEnabledOnly": []}),
            node("StartArray", "PrimitiveValue", "securityEnabledOnly"),
        ),
        (&get, json!({"groupIds": []}), "Invalid property 'groupIds'.".into()),
    ] {
        let answer = post(&tenant, path, &body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", &message), "{body}");
    }
    let twenty = post(&tenant, &check, &json!({"groupIds": vec![inner; 20]})).await;
    assert_eq!(twenty.json()["value"], json!([inner]));
    let empty = send(tenant.raw(Method::POST, &check).await.header("content-type", "application/json")).await;
    assert_eq!(empty.refusal(), refused(400, "BadRequest", "Empty Payload. JSON content expected."));
}

#[tokio::test]
async fn security_groups_are_those_that_are_reached_through_security_groups_only_and_only_of_users() {
    let tenant = Tenant::fresh().await;
    let (ada, letters) = (tenant.user("ada").await, tenant.distribution_group("letters").await);
    let (readers, mail) =
        (tenant.security_group("readers").await, tenant.mail_enabled_security_group("mail").await);
    let behind_letters = tenant.security_group("behind").await;
    let team = tenant.microsoft_365_group("team").await;
    let secure_team = tenant
        .group(json!({"displayName": "secure", "mailNickname": "secure", "mailEnabled": true,
            "securityEnabled": true, "groupTypes": ["Unified"]}))
        .await;
    for (group, member) in [
        (letters, ada),
        (behind_letters, letters),
        (readers, ada),
        (mail, readers),
        (team, ada),
        (secure_team, ada),
    ] {
        tenant.join(group, member).await;
    }
    let graph = tenant.client(["Directory.Read.All"]).await;
    let get = |only: bool| {
        let body = GetMemberGroupsParameters { security_enabled_only: Some(only) };
        graph.get_user_member_groups().id(ada.to_string()).body(body).send()
    };
    assert_eq!(get(true).await.unwrap().value, texts([readers, mail, secure_team]));
    let all = texts([letters, readers, mail, behind_letters, team, secure_team]);
    assert_eq!(get(false).await.unwrap().value, all);

    let body = GetMemberGroupsParameters { security_enabled_only: Some(true) };
    let of_group = graph.get_group_member_groups().id(readers).body(body).send().await;
    let message = "To get security groups, the member must be a user";
    assert_eq!(refusal(of_group), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn a_permission_for_users_or_for_groups_alone_checks_no_other_user() {
    let World { tenant, ada, inner, .. } = world().await;
    let status = async |permissions: &[&str], user: Uuid, action: &str, body: Value| {
        let token = tenant.user_token(ada, permissions.iter().copied()).await;
        let path = format!("/v1.0/users/{user}/{action}");
        send(tenant.anonymous(Method::POST, &path).bearer_auth(token).json(&body)).await.status.as_u16()
    };
    let grace = tenant.user("grace").await;
    let body = || json!({"groupIds": [inner]});
    for (permissions, own, others) in [
        (&["User.Read"][..], 200, 403),
        (&["User.Read.All"], 403, 403),
        (&["GroupMember.Read.All"], 403, 403),
        (&["GroupMember.Read.All", "User.Read.All"], 200, 200),
        (&["Directory.Read.All"], 200, 200),
    ] {
        assert_eq!(status(permissions, ada, "checkMemberGroups", body()).await, own, "{permissions:?}");
        assert_eq!(status(permissions, grace, "checkMemberGroups", body()).await, others, "{permissions:?}");
        let missing = Uuid::from_u128(7);
        let absent = if others == 200 { 404 } else { 403 };
        assert_eq!(
            status(permissions, missing, "checkMemberGroups", body()).await,
            absent,
            "{permissions:?}"
        );
    }
    let ids = json!({"ids": [inner]});
    assert_eq!(status(&["User.Read.All"], grace, "checkMemberObjects", ids.clone()).await, 200);
    assert_eq!(status(&["GroupMember.Read.All"], grace, "checkMemberObjects", ids).await, 403);
}

#[tokio::test]
async fn another_tenants_object_is_none_and_its_groups_are_in_no_answer() {
    let World { tenant: theirs, ada, inner, .. } = world().await;
    let World { tenant, ada: mine, inner: my_group, .. } = world().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let check =
        |user: Uuid| graph.check_user_member_groups().id(user.to_string()).body(groups(&[inner, my_group]));
    assert_eq!(refusal(check(ada).send().await), not_found(ada));
    assert_eq!(check(mine).send().await.unwrap().value, texts([my_group]));
    let weak = theirs.client(["User.Read.All"]).await;
    let body = groups(&[inner]);
    let refusal_of_weak = weak.check_user_member_groups().id(ada.to_string()).body(body).send().await;
    assert_eq!(refusal(refusal_of_weak), forbidden());
}
