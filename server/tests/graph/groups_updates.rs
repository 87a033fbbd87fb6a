//! `PATCH /groups/{id}`: which properties of a group can change, in which combinations, and with which permissions.

use crate::support::{
    Answer, Tenant, forbidden, members_of, not_found, reference, refusal, refused, send, sorted,
};
use futures::future::join_all;
use reqwest::Method;
use roster_client::{Patch, Replace, types::GroupUpdate};
use serde_json::{Value, json};
use uuid::Uuid;

const BAD_REQUEST: &str = "Request_BadRequest";

async fn patch(tenant: &Tenant, group: Uuid, body: Value) -> Answer {
    send(tenant.raw(Method::PATCH, &format!("/groups/{group}")).await.json(&body)).await
}

async fn get(tenant: &Tenant, group: Uuid) -> Value {
    send(tenant.raw(Method::GET, &format!("/groups/{group}")).await).await.json()
}

fn combination() -> (u16, String, String) {
    refused(400, BAD_REQUEST, "One or more property values specified are invalid.")
}

#[tokio::test]
async fn the_client_tells_absent_null_and_a_value_apart() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    let update = async |update: GroupUpdate| {
        let answer = graph.update_group().id(group).body(update).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        graph.get_group().id(group).send().await.unwrap().into_inner()
    };
    let set =
        GroupUpdate::builder().description(Patch::from("Who reads.")).classification(Patch::from("low"));
    let read = update(set.try_into().unwrap()).await;
    assert_eq!(read.description.as_deref(), Some("Who reads."));
    let cleared = update(GroupUpdate::builder().description(Patch::Null).try_into().unwrap()).await;
    assert_eq!((cleared.description, cleared.classification.as_deref()), (None, Some("low")));
}

#[tokio::test]
async fn the_kind_of_a_group_stays() {
    let tenant = Tenant::fresh().await;
    let (security, unified) =
        (tenant.security_group("readers").await, tenant.microsoft_365_group("all").await);
    let mail = tenant.mail_enabled_security_group("mail").await;
    let other_kind = refused(400, BAD_REQUEST, "The kind of a group can't be changed.");
    for (group, body) in [
        (security, json!({"mailEnabled": true})),
        (security, json!({"mailEnabled": true, "groupTypes": ["Unified"]})),
        (mail, json!({"securityEnabled": false})),
        (mail, json!({"groupTypes": ["Unified"]})),
        (unified, json!({"groupTypes": [], "securityEnabled": true})),
    ] {
        let before = get(&tenant, group).await;
        assert_eq!(patch(&tenant, group, body.clone()).await.refusal(), other_kind, "{body}");
        assert_eq!(get(&tenant, group).await, before);
    }
    for (group, body) in [
        (security, json!({"securityEnabled": false})),
        (unified, json!({"mailEnabled": false})),
        (mail, json!({"groupTypes": ["DynamicMembership"], "membershipRule": "x"})),
    ] {
        assert_eq!(patch(&tenant, group, body.clone()).await.refusal(), combination(), "{body}");
    }
    let same = json!({"groupTypes": ["unified"], "mailEnabled": true, "securityEnabled": true});
    assert_eq!(
        patch(&tenant, unified, same).await.status,
        204,
        "a Microsoft 365 group can be security enabled"
    );
}

#[tokio::test]
async fn a_static_group_becomes_dynamic_and_back() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let no_rule = patch(&tenant, group, json!({"groupTypes": ["DynamicMembership"]})).await;
    let message = "A value is required for property 'membershipRule' of resource 'Group'.";
    assert_eq!(no_rule.refusal(), refused(400, BAD_REQUEST, message));
    for body in [
        json!({"membershipRule": "user.department -eq \"x\""}),
        json!({"membershipRuleProcessingState": "On"}),
        json!({"membershipRuleProcessingState": "Paused"}),
    ] {
        assert_eq!(patch(&tenant, group, body).await.refusal(), combination());
    }

    let rule = json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"x\"",
        "membershipRuleProcessingState": "on"});
    assert_eq!(patch(&tenant, group, rule).await.status, 204);
    let dynamic = get(&tenant, group).await;
    assert_eq!(dynamic["membershipRuleProcessingState"], "On");
    let add = async || graph.add_group_member().id(group).body(reference(ada)).send().await;
    assert_eq!(refusal(add().await), forbidden(), "its members follow the rule now");
    let gone = patch(&tenant, group, json!({"membershipRule": null})).await;
    assert_eq!(gone.refusal(), refused(400, BAD_REQUEST, message));
    let bound = json!({"members@odata.bind": [reference(ada).odata_id]});
    assert_eq!(patch(&tenant, group, bound).await.refusal(), forbidden());

    let back = GroupUpdate::builder().group_types(Some(Replace(vec![])));
    graph.update_group().id(group).body(back).send().await.unwrap();
    let paused = get(&tenant, group).await;
    assert_eq!(paused["groupTypes"], json!([]));
    assert_eq!(paused["membershipRuleProcessingState"], "Paused");
    assert_eq!(paused["membershipRule"], dynamic["membershipRule"], "the rule is kept, and not applied");
    add().await.unwrap();
    assert_eq!(patch(&tenant, group, json!({"membershipRule": null})).await.status, 204);
    assert_eq!(get(&tenant, group).await["membershipRuleProcessingState"], Value::Null);
}

#[tokio::test]
async fn of_sixteen_groups_that_want_one_nickname_at_once_one_gets_it() {
    let tenant = Tenant::fresh().await;
    let mut groups = Vec::new();
    for number in 0..16 {
        groups.push(tenant.microsoft_365_group(&format!("group{number}")).await);
    }
    let renamed = groups.iter().map(|&group| patch(&tenant, group, json!({"mailNickname": "Readers"})));
    let answers = join_all(renamed).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let taken = "Another object with the same value for property mailNickname already exists.";
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        assert_eq!(answer.refusal(), refused(400, BAD_REQUEST, taken));
    }
    let winner = answers.iter().position(|answer| answer.status == 204).unwrap();
    let again = patch(&tenant, groups[winner], json!({"mailNickname": "readers"})).await;
    assert_eq!(again.status, 204, "a group's own name isn't taken by another");
}

#[tokio::test]
async fn a_groups_addresses_follow_its_nickname() {
    let tenant = Tenant::fresh().await;
    let (unified, security) =
        (tenant.microsoft_365_group("first").await, tenant.security_group("first").await);
    for group in [unified, security] {
        assert_eq!(patch(&tenant, group, json!({"mailNickname": "second"})).await.status, 204);
    }
    let domain = tenant.domain();
    let read = get(&tenant, unified).await;
    assert_eq!(read["mail"], format!("second@{domain}"));
    assert_eq!(
        read["proxyAddresses"],
        json!([format!("SMTP:second@{domain}"), format!("smtp:first@{domain}")])
    );
    let read = get(&tenant, security).await;
    assert_eq!((&read["mail"], &read["proxyAddresses"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn members_and_owners_are_bound_beside_properties_all_of_it_or_nothing() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = tenant.security_group("readers").await;
    let [ada, grace, alan] =
        [tenant.user("ada").await, tenant.user("grace").await, tenant.user("alan").await];
    let url = |id: Uuid| reference(id).odata_id;
    let body = json!({"description": "d", "members@odata.bind": [url(ada), url(grace)], "owners@odata.bind": [url(alan)]});
    assert_eq!(patch(&tenant, group, body).await.status, 204);
    assert_eq!(members_of(&graph, group).await, sorted([ada, grace]));
    let before = get(&tenant, group).await;
    let exists = |name: &str| {
        let message = format!(
            "One or more added object references already exist for the following modified properties: '{name}'."
        );
        refused(400, BAD_REQUEST, &message)
    };
    let missing = Uuid::from_u128(7);
    for (body, expected) in [
        (json!({"members@odata.bind": [url(alan), url(ada)]}), exists("members")),
        (json!({"owners@odata.bind": [url(ada), url(alan)]}), exists("owners")),
        (json!({"members@odata.bind": [url(alan), url(missing)]}), not_found(missing)),
        (json!({"members@odata.bind": [url(alan)], "displayName": null}), {
            let message = "A value is required for property 'displayName' of resource 'Group'.";
            refused(400, BAD_REQUEST, message)
        }),
        (json!({"members@odata.bind": vec![url(alan); 15], "owners@odata.bind": vec![url(ada); 6]}), {
            refused(400, BAD_REQUEST, "A resource cannot contain more than 20 link changes")
        }),
        (json!({"members@odata.bind": "x"}), {
            refused(400, BAD_REQUEST, "Invalid URL format specified in payload.")
        }),
    ] {
        let mut body = body;
        if body.get("displayName").is_none() {
            body["description"] = json!("half written");
        }
        assert_eq!(patch(&tenant, group, body.clone()).await.refusal(), expected, "{body}");
        assert_eq!(get(&tenant, group).await, before);
        assert_eq!(members_of(&graph, group).await, sorted([ada, grace]));
    }
    let twice = patch(&tenant, group, json!({"members@odata.bind": [url(alan), url(alan)]})).await.refusal();
    assert!(twice.2.contains("can only be present once as an add/remove change"), "{twice:?}");
}

#[tokio::test]
async fn binding_only_members_needs_what_adding_them_needs() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let device = tenant.device("laptop").await;
    let token = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let patch = async |body: Value| {
        let request = tenant.anonymous(Method::PATCH, &format!("/v1.0/groups/{group}"));
        send(request.bearer_auth(&token).json(&body)).await
    };
    let url = |id: Uuid| reference(id).odata_id;
    assert_eq!(patch(json!({"members@odata.bind": [url(ada)]})).await.status, 204);
    for body in [
        json!({"members@odata.bind": [url(device)]}),
        json!({"owners@odata.bind": [url(ada)]}),
        json!({"description": "d"}),
        json!({"description": "d", "members@odata.bind": []}),
    ] {
        assert_eq!(patch(body.clone()).await.refusal(), forbidden(), "{body}");
    }
}

#[tokio::test]
async fn lists_that_bind_nothing_change_nothing() {
    let tenant = Tenant::fresh().await;
    let none = json!({"members@odata.bind": [], "owners@odata.bind": []});
    let dynamic = json!({"displayName": "d", "mailNickname": "d", "mailEnabled": false, "securityEnabled": true,
        "groupTypes": ["DynamicMembership"], "membershipRule": "user.city -eq \"Turin\"",
        "members@odata.bind": [], "owners@odata.bind": []});
    let created = send(tenant.raw(Method::POST, "/groups").await.json(&dynamic)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let group = created.json()["id"].as_str().unwrap().parse().unwrap();
    for body in [none, json!({"members@odata.bind": []}), json!({"owners@odata.bind": []})] {
        assert_eq!(patch(&tenant, group, body.clone()).await.status, 204, "{body}");
    }
    let annotation = json!({"members@odata.count": 0});
    let message = "The request names nothing to change: its body has no property.";
    let answer = patch(&tenant, group, annotation).await;
    assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn members_are_bound_with_no_more_permissions_by_a_client_that_sends_empty_lists_too() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let token = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let body = json!({"members@odata.bind": [reference(ada).odata_id], "owners@odata.bind": [],
        "assignedLabels": [], "groupTypes": [], "proxyAddresses": [], "resourceBehaviorOptions": []});
    let request = tenant.anonymous(Method::PATCH, &format!("/v1.0/groups/{group}"));
    let answer = send(request.bearer_auth(&token).json(&body)).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(members_of(&tenant.client(["Group.Read.All"]).await, group).await, [ada]);
}

#[tokio::test]
async fn other_faults_of_an_update_do_not_tell_who_is_in_a_group_that_hides_its_members() {
    let tenant = Tenant::fresh().await;
    let all = tenant.client(["Group.ReadWrite.All", "Member.Read.Hidden"]).await;
    let hidden = tenant.hidden_group("hidden").await;
    let (member, other) = (tenant.user("member").await, tenant.user("other").await);
    let (owner, device) = (tenant.user("owner").await, tenant.device("laptop").await);
    tenant.join(hidden, member).await;
    tenant.own(hidden, owner).await;
    for number in 0..98 {
        tenant.own(hidden, tenant.service_principal(&format!("service{number}")).await).await;
    }
    let token = tenant.app_token(["Group.ReadWrite.All", "Device.ReadWrite.All"]).await;
    let answer = async |candidate: Uuid, others: &[Uuid], owners: &[Uuid]| {
        let urls = |ids: &[Uuid]| ids.iter().map(|id| reference(*id).odata_id).collect::<Value>();
        let members = [&[candidate], others].concat();
        let body = json!({"members@odata.bind": urls(&members), "owners@odata.bind": urls(owners)});
        let request = tenant.anonymous(Method::PATCH, &format!("/v1.0/groups/{hidden}"));
        let (status, code, message) = send(request.bearer_auth(&token).json(&body)).await.refusal();
        (status, code, message.replace(&candidate.to_string(), "CANDIDATE"))
    };
    let (first, second) = (tenant.user("first").await, tenant.user("second").await);
    let unified = tenant.microsoft_365_group("unified").await;
    let missing = Uuid::from_u128(7);
    let cases: [(&[Uuid], &[Uuid]); 8] = [
        (&[device], &[]),
        (&[unified], &[]),
        (&[missing], &[]),
        (&[first, first], &[]),
        (&[], &[device]),
        (&[], &[first, first]),
        (&[], &[owner]),
        (&[], &[first, second]),
    ];
    for (members, owners) in cases {
        let of_member = answer(member, members, owners).await;
        assert_eq!(of_member, answer(other, members, owners).await, "{members:?} {owners:?}");
    }
    assert_eq!(answer(member, &[member], &[]).await, answer(other, &[other], &[]).await);
    assert_eq!(members_of(&all, hidden).await, [member]);
}

#[tokio::test]
async fn what_exchange_holds_is_changed_by_itself_by_a_user_and_only_in_microsoft_365_groups() {
    let tenant = Tenant::fresh().await;
    let (unified, security) =
        (tenant.microsoft_365_group("all").await, tenant.security_group("readers").await);
    let ada = tenant.user("ada").await;
    let token = tenant.user_token(ada, ["Group.ReadWrite.All"]).await;
    let patch_by_user = async |group: Uuid, body: Value| {
        let request = tenant.anonymous(Method::PATCH, &format!("/v1.0/groups/{group}"));
        send(request.bearer_auth(&token).json(&body)).await
    };
    let body = json!({"allowExternalSenders": true, "unseenCount": 3});
    assert_eq!(patch(&tenant, unified, body.clone()).await.refusal(), forbidden());
    let answer = patch_by_user(unified, body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    let select = "$select=allowExternalSenders,autoSubscribeNewMembers,unseenCount";
    let path = |group: Uuid| format!("/groups/{group}?{select}");
    let read = send(tenant.raw(Method::GET, &path(unified)).await).await.json();
    assert_eq!(
        (&read["allowExternalSenders"], &read["autoSubscribeNewMembers"], &read["unseenCount"]),
        (&json!(true), &json!(false), &json!(3))
    );
    let mixed = patch_by_user(unified, json!({"allowExternalSenders": false, "description": "d"})).await;
    assert_eq!(mixed.status, 400);
    let no_mailbox = refused(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
    assert_eq!(patch_by_user(security, body).await.refusal(), no_mailbox);
    assert_eq!(send(tenant.raw(Method::GET, &path(security)).await).await.refusal(), no_mailbox);
    let list = send(tenant.raw(Method::GET, &format!("/groups?{select}")).await).await;
    let not_yet = refused(501, "NotImplemented", "This operation target is not yet supported.");
    assert_eq!(list.refusal(), not_yet);
}

#[tokio::test]
async fn who_sees_the_members_never_changes_and_roles_need_their_permission() {
    let tenant = Tenant::fresh().await;
    let immutable = "Property visibility cannot be updated because it is immutable.";
    let hidden = tenant.hidden_group("hidden").await;
    let unified = tenant.microsoft_365_group("all").await;
    for (group, visibility) in [(hidden, "Private"), (unified, "HiddenMembership")] {
        let answer = patch(&tenant, group, json!({"visibility": visibility})).await;
        assert_eq!(answer.refusal(), refused(400, BAD_REQUEST, immutable));
    }
    assert_eq!(patch(&tenant, unified, json!({"visibility": "private"})).await.status, 204);
    let roles = tenant.role_assignable_group("roles").await;
    assert_eq!(patch(&tenant, roles, json!({"visibility": "Public"})).await.refusal(), combination());
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let update = GroupUpdate::builder().description(Patch::from("d"));
    assert_eq!(refusal(graph.update_group().id(roles).body(update).send().await), forbidden());
    let managed = tenant.distribution_group("list").await;
    let message = "Cannot Update a mail-enabled security groups and or distribution list.";
    let answer = patch(&tenant, managed, json!({"description": "d"})).await;
    assert_eq!(answer.refusal(), refused(400, BAD_REQUEST, message));
}
