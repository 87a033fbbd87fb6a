//! `/directory/administrativeUnits`: their life, who is in them, and who sees that.

use crate::support::{Tenant, forbidden, not_found, reference, refusal, refused, send, sorted};
use reqwest::Method;
use roster_client::{
    Client, Patch, counted,
    types::{
        AdministrativeUnitCreate, AdministrativeUnitUpdate, AdministrativeUnitVisibility,
        CheckMemberGroupsParameters, CheckMemberObjectsParameters, DirectoryObjectCollection,
        GetMemberGroupsParameters,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const NONE: [Uuid; 0] = [];

const ALL: [&str; 5] = [
    "AdministrativeUnit.ReadWrite.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Device.ReadWrite.All",
    "Directory.Read.All",
];

async fn created(graph: &Client, body: AdministrativeUnitCreate) -> Uuid {
    graph.create_administrative_unit().body(body).send().await.unwrap().id.clone().unwrap().parse().unwrap()
}

async fn unit(graph: &Client, name: &str) -> Uuid {
    let body = AdministrativeUnitCreate::builder().display_name(name.to_owned());
    created(graph, body.try_into().unwrap()).await
}

async fn hidden_unit(graph: &Client, name: &str) -> Uuid {
    let body = AdministrativeUnitCreate::builder()
        .display_name(name.to_owned())
        .visibility(Some("HiddenMembership".parse().unwrap()));
    created(graph, body.try_into().unwrap()).await
}

fn ids(page: &DirectoryObjectCollection) -> Vec<Uuid> {
    page.value.iter().map(|object| object.id.as_ref().unwrap().parse().unwrap()).collect()
}

async fn members(graph: &Client, unit: Uuid) -> Vec<Uuid> {
    ids(&graph.list_administrative_unit_members().id(unit).send().await.unwrap())
}

async fn add(graph: &Client, unit: Uuid, member: Uuid) {
    graph.add_administrative_unit_member().id(unit).body(reference(member)).send().await.unwrap();
}

async fn units_of_user(graph: &Client, user: Uuid) -> Vec<Uuid> {
    ids(&graph.list_user_member_of().id(user.to_string()).send().await.unwrap())
}

#[tokio::test]
async fn a_unit_is_created_read_changed_and_deleted() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["AdministrativeUnit.ReadWrite.All"]).await;
    let body = json!({"@odata.type": "#microsoft.graph.administrativeUnit", "displayName": "Branches",
        "description": "Elsewhere.", "visibility": "hiddenmembership"});
    let path = "/directory/administrativeUnits";
    let answer = send(tenant.raw(Method::POST, path).await.json(&body)).await;
    let made = answer.json();
    let id: Uuid = made["id"].as_str().unwrap().parse().unwrap();
    let at = format!("{}/v1.0{path}", tenant.origin());
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["location"]),
        (201, &format!("{at}/{id}").parse().unwrap())
    );
    let context = format!("{}/v1.0/$metadata#directory/administrativeUnits/$entity", tenant.origin());
    assert_eq!(
        made,
        json!({"@odata.context": context, "id": id, "deletedDateTime": null, "displayName": "Branches",
            "description": "Elsewhere.", "isMemberManagementRestricted": null, "membershipRule": null,
            "membershipType": null, "membershipRuleProcessingState": null, "visibility": "HiddenMembership"})
    );
    let update = AdministrativeUnitUpdate::builder()
        .display_name(Some("Headquarters".parse().unwrap()))
        .visibility(Patch::Null);
    graph.update_administrative_unit().id(id).body(update).send().await.unwrap();
    let read = graph.get_administrative_unit().id(id).send().await.unwrap().into_inner();
    assert_eq!((read.display_name.as_deref(), read.visibility), (Some("Headquarters"), None));
    let other = unit(&graph, "Other").await;
    let listed =
        graph.list_administrative_units().filter("startsWith(displayName,'Head')").send().await.unwrap();
    assert_eq!(listed.value.len(), 1);
    let count = graph.count_administrative_units().consistency_level("eventual").send().await.unwrap();
    assert_eq!(counted(count).await.unwrap(), 2);
    graph.delete_administrative_unit().id(id).send().await.unwrap();
    assert_eq!(refusal(graph.get_administrative_unit().id(id).send().await), not_found(id));
    assert_eq!(refusal(graph.delete_administrative_unit().id(id).send().await), not_found(id));
    let listed = graph.list_administrative_units().send().await.unwrap();
    assert_eq!(
        listed.value.iter().map(|unit| unit.id.clone().unwrap()).collect::<Vec<_>>(),
        [other.to_string()]
    );
}

#[tokio::test]
async fn what_rules_of_members_need_is_read_only() {
    let tenant = Tenant::fresh().await;
    for name in ["membershipRule", "membershipType", "membershipRuleProcessingState"] {
        let body = json!({"displayName": "a", name: "x"});
        let create = tenant.raw(Method::POST, "/directory/administrativeUnits").await.json(&body);
        let message = format!("Property '{name}' is read-only and cannot be set.");
        assert_eq!(send(create).await.refusal(), refused(400, "Request_BadRequest", &message));
    }
}

#[tokio::test]
async fn users_groups_and_devices_are_put_into_a_unit_and_taken_out() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let unit = unit(&graph, "u").await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("d").await);
    let (group, newsletter) = (tenant.security_group("g").await, tenant.distribution_group("n").await);
    for member in [ada, device, group, newsletter] {
        add(&graph, unit, member).await;
    }
    assert_eq!(sorted([ada, device, group, newsletter]), {
        let mut found = members(&graph, unit).await;
        found.sort_unstable();
        found
    });
    let references = graph.list_administrative_unit_member_references().id(unit).send().await.unwrap();
    assert_eq!(references.value.len(), 4);
    let groups = graph.list_administrative_unit_members_as_group().id(unit).send().await.unwrap();
    assert_eq!(groups.value.len(), 2);
    let users = graph.list_administrative_unit_members_as_user().id(unit).send().await.unwrap();
    assert_eq!(users.value[0].id, Some(ada.to_string()));
    let devices = graph.count_administrative_unit_members_as_device().consistency_level("eventual").id(unit);
    assert_eq!(counted(devices.send().await.unwrap()).await.unwrap(), 1);
    let count = graph.count_administrative_unit_members().consistency_level("eventual").id(unit);
    assert_eq!(counted(count.send().await.unwrap()).await.unwrap(), 4);
    let with_members = graph.get_administrative_unit().id(unit).expand("members").send().await.unwrap();
    assert_eq!(with_members.members.len(), 4);

    let remove = |member: Uuid| graph.remove_administrative_unit_member().id(unit).member_id(member).send();
    remove(group).await.unwrap();
    assert_eq!(refusal(remove(group).await), not_found(unit), "the unit is named, as the group is");
    assert_eq!(members(&graph, unit).await.len(), 3);
    assert!(!members(&graph, unit).await.contains(&group));
}

#[tokio::test]
async fn other_kinds_and_duplicates_are_refused() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (unit, inner) = (unit(&graph, "u").await, unit(&graph, "inner").await);
    let ada = tenant.user("ada").await;
    add(&graph, unit, ada).await;
    let add = |member: Uuid| graph.add_administrative_unit_member().id(unit).body(reference(member)).send();
    let twice =
        "One or more added object references already exist for the following modified properties: 'members'.";
    assert_eq!(refusal(add(ada).await), refused(400, "Request_BadRequest", twice));
    for (other, words) in [
        (tenant.contact("c").await, "An organizational contact"),
        (tenant.service_principal("s").await, "A service principal"),
        (tenant.application("a").await, "An application"),
        (inner, "An administrative unit"),
    ] {
        let message = format!("{words} can't be a member of an administrative unit.");
        assert_eq!(refusal(add(other).await), refused(400, "Request_BadRequest", &message));
    }
    let nobody = Uuid::from_u128(7);
    assert_eq!(refusal(add(nobody).await), not_found(nobody));
    let nowhere = graph.add_administrative_unit_member().id(nobody).body(reference(ada)).send().await;
    assert_eq!(refusal(nowhere), not_found(nobody));
    // A group is no unit, and a unit is no member of a group.
    let group = tenant.security_group("g").await;
    let to_group = graph.add_administrative_unit_member().id(group).body(reference(ada)).send().await;
    assert_eq!(refusal(to_group), not_found(group));
    let join = graph.add_group_member().id(group).body(reference(unit)).send().await;
    let message = "An administrative unit can't be a member of a security group.";
    assert_eq!(refusal(join), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn who_is_in_a_hidden_unit_needs_a_permission_of_its_own() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let unit = hidden_unit(&graph, "secret").await;
    let ada = tenant.user("ada").await;
    add(&graph, unit, ada).await;
    let seeing = tenant.client(ALL.into_iter().chain(["Member.Read.Hidden"])).await;
    assert_eq!(members(&seeing, unit).await, [ada]);
    assert_eq!(units_of_user(&seeing, ada).await, [unit]);
    assert_eq!(refusal(graph.list_administrative_unit_members().id(unit).send().await), forbidden());
    let expanded = graph.get_administrative_unit().id(unit).expand("members").send().await;
    assert_eq!(refusal(expanded), forbidden());
    assert_eq!(units_of_user(&graph, ada).await, NONE);

    let update =
        AdministrativeUnitUpdate::builder().visibility(Patch::from(AdministrativeUnitVisibility::Public));
    graph.update_administrative_unit().id(unit).body(update).send().await.unwrap();
    assert_eq!(members(&graph, unit).await, [ada]);
    assert_eq!(units_of_user(&graph, ada).await, [unit]);
    let update = AdministrativeUnitUpdate::builder()
        .visibility(Patch::from(AdministrativeUnitVisibility::HiddenMembership));
    graph.update_administrative_unit().id(unit).body(update).send().await.unwrap();
    assert_eq!(refusal(graph.list_administrative_unit_members().id(unit).send().await), forbidden());
    assert_eq!(units_of_user(&graph, ada).await, NONE);
}

#[tokio::test]
async fn member_of_tells_units_and_not_those_of_the_groups_that_one_is_in() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (own, of_group) = (unit(&graph, "own").await, unit(&graph, "of the group").await);
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("g").await);
    tenant.join(group, ada).await;
    add(&graph, own, ada).await;
    add(&graph, of_group, group).await;
    let direct = graph.list_user_member_of().id(ada.to_string()).send().await.unwrap();
    let kinds: Vec<_> = direct.value.iter().map(|object| object.odata_type.as_str()).collect();
    assert_eq!(ids(&direct), [own, group]);
    assert_eq!(kinds, ["#microsoft.graph.administrativeUnit", "#microsoft.graph.group"]);
    let transitive = graph.list_user_transitive_member_of().id(ada.to_string()).send().await.unwrap();
    assert_eq!(ids(&transitive), [own, group]);
    let units = graph.list_user_member_of_as_administrative_unit().id(ada.to_string()).send().await.unwrap();
    assert_eq!(units.value[0].id, Some(own.to_string()));
    let groups = graph.list_user_member_of_as_group().id(ada.to_string()).send().await.unwrap();
    assert_eq!(groups.value[0].id, Some(group.to_string()));
    let count = graph
        .count_user_transitive_member_of_as_administrative_unit()
        .id(ada.to_string())
        .consistency_level("eventual");
    assert_eq!(counted(count.send().await.unwrap()).await.unwrap(), 1);
    let of_group_ids = ids(&graph.list_group_transitive_member_of().id(group).send().await.unwrap());
    assert_eq!(of_group_ids, [of_group]);
    let below = graph.list_group_transitive_members().id(group).send().await.unwrap();
    assert_eq!(ids(&below), [ada]);
}

#[tokio::test]
async fn units_are_among_member_objects_and_not_among_member_groups() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (own, of_group) = (unit(&graph, "own").await, unit(&graph, "of the group").await);
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("g").await);
    tenant.join(group, ada).await;
    add(&graph, own, ada).await;
    add(&graph, of_group, group).await;
    let asked = || vec![own, of_group, group];
    let objects = graph
        .check_user_member_objects()
        .id(ada.to_string())
        .body(CheckMemberObjectsParameters::builder().ids(asked()));
    assert_eq!(objects.send().await.unwrap().value, [own, group].map(|id| id.to_string()));
    let groups = graph
        .check_user_member_groups()
        .id(ada.to_string())
        .body(CheckMemberGroupsParameters::builder().group_ids(asked()));
    assert_eq!(groups.send().await.unwrap().value, [group.to_string()]);
    let get = async |only: bool| {
        let body = GetMemberGroupsParameters::builder().security_enabled_only(only);
        let objects = graph.get_user_member_objects().id(ada.to_string()).body(body.clone()).send().await;
        let groups = graph.get_user_member_groups().id(ada.to_string()).body(body).send().await;
        (objects.unwrap().value.clone(), groups.unwrap().value.clone())
    };
    assert_eq!(get(false).await, ([own, group].map(|id| id.to_string()).to_vec(), vec![group.to_string()]));
    assert_eq!(get(true).await, (vec![group.to_string()], vec![group.to_string()]));
}

#[tokio::test]
async fn a_deleted_unit_is_restored_with_its_members_and_is_never_deleted_for_good() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let unit = unit(&graph, "u").await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    add(&graph, unit, ada).await;
    add(&graph, unit, grace).await;
    graph.delete_administrative_unit().id(unit).send().await.unwrap();
    assert_eq!(units_of_user(&graph, ada).await, NONE);
    let deleted = graph.list_deleted_administrative_units().send().await.unwrap();
    assert_eq!(deleted.value[0].id, Some(unit.to_string()));
    assert_eq!(graph.get_deleted_item().id(unit).send().await.unwrap().id, Some(unit.to_string()));
    assert_eq!(refusal(graph.delete_deleted_item().id(unit).send().await), forbidden());
    // Who is deleted meanwhile comes back by being restored.
    graph.delete_user().id(grace.to_string()).send().await.unwrap();
    restore(&tenant, unit).await;
    assert_eq!(members(&graph, unit).await, [ada]);
    assert_eq!(units_of_user(&graph, ada).await, [unit]);
    restore(&tenant, grace).await;
    assert_eq!(members(&graph, unit).await, [ada, grace]);
    assert_eq!(units_of_user(&graph, grace).await, [unit]);
}

async fn restore(tenant: &Tenant, object: Uuid) -> Value {
    let answer =
        send(tenant.raw(Method::POST, &format!("/directory/deletedItems/{object}/restore")).await).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}
