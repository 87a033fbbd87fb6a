//! Dynamic groups: their members follow the rule, soon after whatever changes who they are.

use crate::support::{Tenant, forbidden, members_of, not_found, reference, refusal, sorted};
use roster_client::{
    Client, Patch, Replace,
    types::{EvaluateDynamicMembershipParameters, GroupUpdate, UserUpdate},
};
use roster_server::model::{ids::ObjectId, kinds::ObjectKind};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How long is waited for what should come within a second, on any machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Waits until a group has these members.
async fn has<const N: usize>(graph: &Client, group: Uuid, members: [Uuid; N]) {
    let expected = sorted(members);
    let has = async {
        while members_of(graph, group).await != expected {
            tokio::task::yield_now().await;
        }
    };
    let waited = timeout(LIMIT, has).await;
    if waited.is_err() {
        assert_eq!(members_of(graph, group).await, expected);
    }
}

async fn world() -> (Tenant, Client) {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"]).await;
    (tenant, graph)
}

/// A group of this kind with this rule.
async fn dynamic(tenant: &Tenant, rule: &str) -> Uuid {
    tenant
        .group(json!({"displayName": "dynamic", "mailNickname": "dynamic", "mailEnabled": false,
            "securityEnabled": true, "groupTypes": ["DynamicMembership"], "membershipRule": rule}))
        .await
}

async fn update_user(
    graph: &Client,
    user: Uuid,
    update: impl TryInto<UserUpdate, Error = impl std::fmt::Debug>,
) {
    graph.update_user().id(user.to_string()).body(update.try_into().unwrap()).send().await.unwrap();
}

async fn update_group(graph: &Client, group: Uuid, update: Value) {
    let update: GroupUpdate = serde_json::from_value(update).unwrap();
    graph.update_group().id(group).body(update).send().await.unwrap();
}

#[tokio::test]
async fn users_come_into_a_group_and_leave_it_as_they_change() {
    let (tenant, graph) = world().await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];
    let engineers = dynamic(&tenant, "user.department -eq \"Engines\"").await;
    let everybody = dynamic(&tenant, "user.objectId -ne null").await;
    has(&graph, everybody, [ada, grace]).await;
    has(&graph, engineers, []).await;

    let department = |name: &str| UserUpdate::builder().department(Patch::from(name));
    update_user(&graph, ada, department("ENGINES")).await;
    has(&graph, engineers, [ada]).await;
    let tim = tenant.user("tim").await;
    has(&graph, everybody, [ada, grace, tim]).await;
    update_user(&graph, grace, department("Engines")).await;
    update_user(&graph, ada, UserUpdate::builder().department(Patch::Null)).await;
    has(&graph, engineers, [grace]).await;
    graph.delete_user().id(grace.to_string()).send().await.unwrap();
    has(&graph, everybody, [ada, tim]).await;
    has(&graph, engineers, []).await;

    let add = graph.add_group_member().id(engineers).body(reference(tim)).send().await;
    assert_eq!(refusal(add), forbidden(), "by hand nobody comes in");
    let remove = graph.remove_group_member().id(everybody).member_id(tim).send().await;
    assert_eq!(refusal(remove), forbidden());
}

#[tokio::test]
async fn another_rule_decides_anew_and_a_paused_one_leaves_members_as_they_are() {
    let (tenant, graph) = world().await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];
    let group = dynamic(&tenant, "user.displayName -eq \"Ada\"").await;
    has(&graph, group, [ada]).await;
    update_group(&graph, group, json!({"membershipRule": "user.displayName -startsWith \"gr\""})).await;
    has(&graph, group, [grace]).await;

    update_group(&graph, group, json!({"membershipRuleProcessingState": "Paused"})).await;
    let other = dynamic(&tenant, "user.objectId -ne null").await;
    let greta = tenant.user("greta").await;
    update_group(&graph, group, json!({"membershipRule": "user.displayName -eq \"Greta\""})).await;
    // What was changed later has been followed, so that was followed before.
    has(&graph, other, [ada, grace, greta]).await;
    assert_eq!(members_of(&graph, group).await, [grace]);
    update_group(&graph, group, json!({"membershipRuleProcessingState": "On"})).await;
    has(&graph, group, [greta]).await;
}

#[tokio::test]
async fn a_group_that_becomes_dynamic_loses_whom_its_rule_does_not_hold_for_and_a_static_one_keeps_all() {
    let (tenant, graph) = world().await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];
    let (group, device) = (tenant.security_group("readers").await, tenant.device("reader").await);
    for member in [ada, device, tenant.security_group("inside").await, tenant.contact("c").await] {
        tenant.join(group, member).await;
    }
    tenant.own(group, ada).await;
    let becomes =
        json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.displayName -eq \"grace\""});
    update_group(&graph, group, becomes).await;
    has(&graph, group, [grace]).await;
    update_group(&graph, group, json!({"membershipRule": "device.displayName -contains \"READ\""})).await;
    has(&graph, group, [device]).await;

    let back = GroupUpdate::builder().group_types(Some(Replace(vec![])));
    graph.update_group().id(group).body(back).send().await.unwrap();
    graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();
    let other = dynamic(&tenant, "device.objectId -ne null").await;
    has(&graph, other, [device]).await;
    assert_eq!(members_of(&graph, group).await, sorted([ada, device]));
    let owners = graph.list_group_owners().id(group).send().await.unwrap();
    assert_eq!(owners.value.len(), 1, "owners stay");
}

#[tokio::test]
async fn rules_of_managers_and_groups_follow_those() {
    let (tenant, graph) = world().await;
    let [ada, grace, tim] = [tenant.user("ada").await, tenant.user("grace").await, tenant.user("tim").await];
    let (one, other) = (tenant.security_group("one").await, tenant.security_group("other").await);
    let reports = dynamic(&tenant, &format!("Direct Reports for \"{grace}\"")).await;
    let both =
        dynamic(&tenant, &format!("user.memberof -any (group.objectId -in ['{one}', '{other}'])")).await;
    tenant.join(one, ada).await;
    tenant.join(one, tenant.device("d").await).await;
    tenant.join(other, ada).await;
    graph.set_user_manager().id(tim.to_string()).body(reference(grace)).send().await.unwrap();
    has(&graph, reports, [tim]).await;
    has(&graph, both, [ada]).await;
    graph.add_group_member().id(other).body(reference(tim)).send().await.unwrap();
    has(&graph, both, [ada, tim]).await;
    graph.remove_group_member().id(one).member_id(ada).send().await.unwrap();
    graph.set_user_manager().id(ada.to_string()).body(reference(grace)).send().await.unwrap();
    has(&graph, reports, [ada, tim]).await;
    assert_eq!(members_of(&graph, both).await, sorted([ada, tim]), "who is in another one stays");
    graph.remove_user_manager().id(tim.to_string()).send().await.unwrap();
    has(&graph, reports, [ada]).await;
    graph.delete_group().id(other).send().await.unwrap();
    has(&graph, both, []).await;
    graph.delete_user().id(grace.to_string()).send().await.unwrap();
    has(&graph, reports, []).await;
}

#[tokio::test]
async fn plans_and_collections_are_asked_for_item_by_item() {
    let (tenant, graph) = world().await;
    let plan = |status: &str| json!([{"service": "SCO", "capabilityStatus": status}, {"service": "x", "capabilityStatus": "Enabled"}]);
    let user = async |values: Value| {
        let id = ObjectId::random();
        tenant.put(ObjectKind::User, id, values).await;
        id.uuid()
    };
    let enabled =
        user(json!({"assignedPlans": plan("Enabled"), "proxyAddresses": ["SMTP:ada@contoso.example"]})).await;
    let deleted = user(json!({"assignedPlans": plan("Deleted")})).await;
    let without = user(json!({})).await;
    for (rule, members) in [
        (
            "user.assignedPlans -any (assignedPlan.service -eq \"SCO\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
            vec![enabled],
        ),
        ("user.assignedPlans -all (assignedPlan.service -eq null)", vec![without]),
        ("user.proxyAddresses -any (_ -contains \"contoso\")", vec![enabled]),
        ("user.proxyAddresses -notEndsWith \"contoso.example\"", vec![deleted, without]),
    ] {
        let group = dynamic(&tenant, rule).await;
        match *members {
            [one] => has(&graph, group, [one]).await,
            [one, other] => has(&graph, group, [one, other]).await,
            _ => unreachable!(),
        }
    }
}

#[tokio::test]
async fn an_evaluation_tells_whether_a_rule_holds_and_why() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("EndTestUser001").await;
    let graph = tenant.client_of(user, ["Group.Read.All", "User.Read.All"]).await;
    let rule = "(user.displayName -startsWith \"EndTestUser\")";
    let group = dynamic(&tenant, rule).await;
    let body = |rule: Option<&str>| EvaluateDynamicMembershipParameters {
        member_id: user,
        membership_rule: rule.map(|rule| rule.parse().unwrap()),
    };
    let of_group = graph.evaluate_group_dynamic_membership().id(group).body(body(None)).send().await.unwrap();
    let of_none = graph.evaluate_dynamic_membership().body(body(Some(rule))).send().await.unwrap();
    for evaluated in [of_group.into_inner(), of_none.into_inner()] {
        let mut told = serde_json::to_value(&evaluated).unwrap();
        told.as_object_mut().unwrap().remove("@odata.context");
        let documented = json!({
            "membershipRule": rule,
            "membershipRuleEvaluationResult": true,
            "membershipRuleEvaluationDetails": {
                "expressionResult": true,
                "expression": "user.displayName -startsWith \"EndTestUser\"",
                "propertyToEvaluate": {"propertyName": "displayName", "propertyValue": "EndTestUser001"},
            },
        });
        assert_eq!(told, documented);
    }

    let both = "user.displayName -startsWith \"End\" -and -not (user.department -ne \"x\")";
    let evaluated = graph.evaluate_dynamic_membership().body(body(Some(both))).send().await.unwrap();
    let details = &evaluated.membership_rule_evaluation_details;
    let results: Vec<_> =
        details.expression_evaluation_details.iter().map(|part| part.expression_result).collect();
    assert_eq!((evaluated.membership_rule_evaluation_result, results), (false, vec![true, false]));
    let not = &details.expression_evaluation_details[1].expression_evaluation_details[0];
    let asked = not.property_to_evaluate.as_ref().unwrap();
    assert_eq!((asked.property_name.as_str(), &asked.property_value), ("department", &None));

    let of_devices = graph.evaluate_dynamic_membership().body(body(Some("device.objectId -ne null"))).send();
    assert!(!of_devices.await.unwrap().membership_rule_evaluation_result, "a user is no device");
    let rule = format!("Direct Reports for \"{user}\"");
    tenant.manage(user, user).await;
    let reports = graph.evaluate_dynamic_membership().body(body(Some(&rule))).send().await.unwrap();
    assert!(reports.membership_rule_evaluation_result);

    let device = tenant.device("d").await;
    let unreadable =
        EvaluateDynamicMembershipParameters { member_id: device, ..body(Some("device.objectId -ne null")) };
    let refused = graph.evaluate_dynamic_membership().body(unreadable).send().await;
    assert_eq!(refusal(refused), not_found(device), "without Device.Read.All nothing is told of devices");
}

#[tokio::test]
async fn nothing_of_another_tenant_comes_into_a_group() {
    let ((tenant, graph), (other, others_graph)) = (world().await, world().await);
    let (ada, grace) = (tenant.user("ada").await, other.user("grace").await);
    let (ours, theirs) =
        (dynamic(&tenant, "user.objectId -ne null").await, dynamic(&other, "user.objectId -ne null").await);
    has(&graph, ours, [ada]).await;
    has(&others_graph, theirs, [grace]).await;
}
