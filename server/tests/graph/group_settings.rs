//! Settings of groups: how they are made and changed, and what they decide.

use crate::support::{Tenant, forbidden, members_of, not_found, reference, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client,
    types::{GroupCreate, GroupSettingCreate, GroupSettingUpdate, GroupUpdate},
};
use roster_server::model::{
    group_setting::{TEMPLATES, Template, UNIFIED, UNIFIED_GUEST},
    ids::ObjectId,
    kinds::ObjectKind,
};
use serde_json::{Value, json};
use uuid::Uuid;

const GUESTS: &str = "Guests users are not allowed to join this Unified Group due to policy setting. paramName: Members, \
                      paramValue: , objectType: Microsoft.Online.DirectoryServices.Group";

/// Values of all settings of a template, these ones other than they are where nothing was set.
fn values(template: &Template, others: Value) -> Value {
    let value = |name: &str, default: &str| others[name].as_str().unwrap_or(default).to_owned();
    let settings = template.settings.iter();
    settings
        .map(|setting| json!({"name": setting.name, "value": value(setting.name, setting.default)}))
        .collect()
}

fn body(template: &Template, others: Value) -> Value {
    json!({"templateId": template.id, "values": values(template, others)})
}

fn new(template: &Template, others: Value) -> GroupSettingCreate {
    serde_json::from_value(body(template, others)).unwrap()
}

fn change(template: &Template, others: Value) -> GroupSettingUpdate {
    serde_json::from_value(json!({"values": values(template, others)})).unwrap()
}

/// Makes settings for the whole tenant, and gives their id.
async fn set(graph: &Client, others: Value) -> Uuid {
    let made = graph.create_group_setting().body(new(&UNIFIED, others)).send().await.unwrap();
    made.into_inner().id.unwrap().parse().unwrap()
}

async fn world() -> (Tenant, Client) {
    let tenant = Tenant::fresh().await;
    let permissions = ["GroupSettings.ReadWrite.All", "Group.ReadWrite.All", "User.ReadWrite.All"];
    let graph = tenant.client(permissions).await;
    (tenant, graph)
}

async fn guest(tenant: &Tenant) -> Uuid {
    let values = json!({"accountEnabled": true, "displayName": "Guest", "userType": "Guest"});
    tenant.object_with(ObjectKind::User, values).await
}

fn named(name: &str, kind: Value) -> Value {
    let mut group =
        json!({"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true});
    group.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    group
}

fn unified(name: &str) -> Value {
    named(name, json!({"mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"]}))
}

fn group(values: Value) -> GroupCreate {
    serde_json::from_value(values).unwrap()
}

fn renamed(values: Value) -> GroupUpdate {
    serde_json::from_value(values).unwrap()
}

#[tokio::test]
async fn the_templates_tell_which_settings_there_are() {
    let (_, graph) = world().await;
    let templates = graph.list_group_setting_templates().send().await.unwrap().into_inner().value;
    assert_eq!(templates.len(), TEMPLATES.len());
    let id: Uuid = UNIFIED_GUEST.id.parse().unwrap();
    let one = graph.get_group_setting_template().id(id).send().await.unwrap().into_inner();
    assert_eq!(one.display_name.as_deref(), Some("Group.Unified.Guest"));
    let [value] = &*one.values else { panic!("{one:?}") };
    let told = [&value.name, &value.type_, &value.default_value].map(|text| text.clone().unwrap());
    assert_eq!(told, ["AllowToAddGuests", "System.Boolean", "true"]);
    let absent = ObjectId::random().uuid();
    let none = graph.get_group_setting_template().id(absent).send().await;
    assert_eq!(refusal(none), not_found(absent));
}

#[tokio::test]
async fn settings_are_made_of_a_template_once_changed_and_deleted() {
    let (_, graph) = world().await;
    assert!(graph.list_group_settings().send().await.unwrap().value.is_empty());
    let id = set(&graph, json!({"UsageGuidelinesUrl": "https://contoso.example"})).await;
    let one = graph.get_group_setting().id(id).send().await.unwrap().into_inner();
    assert_eq!(one.display_name.as_deref(), Some("Group.Unified"));
    assert_eq!((one.template_id.as_deref(), one.values.len()), (Some(UNIFIED.id), UNIFIED.settings.len()));

    let again = graph.create_group_setting().body(new(&UNIFIED, json!({}))).send().await;
    let taken = "Another object with the same value for property templateId already exists.";
    assert_eq!(refusal(again), refused(400, "Request_BadRequest", taken));

    let off = change(&UNIFIED, json!({"AllowToAddGuests": "False"}));
    graph.update_group_setting().id(id).body(off).send().await.unwrap();
    let all = graph.list_group_settings().send().await.unwrap().into_inner().value;
    let [changed] = &*all else { panic!("{all:?}") };
    let off = changed.values.iter().find(|value| value.name.as_deref() == Some("AllowToAddGuests")).unwrap();
    assert_eq!(off.value.as_deref(), Some("False"));

    graph.delete_group_setting().id(id).send().await.unwrap();
    assert_eq!(refusal(graph.get_group_setting().id(id).send().await), not_found(id));
    assert_eq!(refusal(graph.delete_group_setting().id(id).send().await), not_found(id));
    set(&graph, json!({})).await;
}

#[tokio::test]
async fn settings_have_each_name_of_their_template_once_with_a_value_of_its_type() {
    let (tenant, graph) = world().await;
    let (unified, security) = (tenant.microsoft_365_group("m").await, tenant.security_group("s").await);
    let invalid =
        |name: &str| format!("Invalid value specified for property '{name}' of resource 'GroupSetting'.");
    let mut fewer = body(&UNIFIED, json!({}));
    fewer["values"].as_array_mut().unwrap().pop();
    let mut more = body(&UNIFIED, json!({}));
    more["values"].as_array_mut().unwrap().push(json!({"name": "AllowColours", "value": "true"}));
    let mut twice = body(&UNIFIED, json!({}));
    twice["values"].as_array_mut().unwrap().push(json!({"name": "AllowToAddGuests", "value": "true"}));
    for (body, message) in [
        (
            fewer,
            "A value is required for property 'EnableGroupCreation' of resource 'GroupSetting'.".to_owned(),
        ),
        (more, "Invalid property 'AllowColours'.".into()),
        (twice, invalid("AllowToAddGuests")),
        (body(&UNIFIED, json!({"AllowToAddGuests": "yes"})), invalid("AllowToAddGuests")),
        (
            body(&UNIFIED, json!({"GroupCreationAllowedGroupId": "readers"})),
            invalid("GroupCreationAllowedGroupId"),
        ),
        (
            body(&UNIFIED, json!({"PrefixSuffixNamingRequirement": "GRP_"})),
            invalid("PrefixSuffixNamingRequirement"),
        ),
        (
            body(&UNIFIED, json!({"CustomBlockedWordsList": "word,".repeat(5_001)})),
            invalid("CustomBlockedWordsList"),
        ),
        (body(&UNIFIED_GUEST, json!({})), invalid("templateId")),
    ] {
        let body = serde_json::from_value::<GroupSettingCreate>(body).unwrap();
        let answer = graph.create_group_setting().body(body).send().await;
        assert_eq!(refusal(answer), refused(400, "Request_BadRequest", &message));
    }
    set(&graph, json!({"CustomBlockedWordsList": "word,".repeat(5_000)})).await;
    for (group, template) in [(unified, &UNIFIED), (security, &UNIFIED_GUEST)] {
        let answer = graph.create_setting_of_group().id(group).body(new(template, json!({}))).send().await;
        assert_eq!(refusal(answer), refused(400, "Request_BadRequest", &invalid("templateId")));
    }
}

#[tokio::test]
async fn a_restored_guest_is_not_in_a_group_that_takes_no_guests_any_more() {
    let (tenant, graph) = world().await;
    let (closed, open) =
        (tenant.microsoft_365_group("closed").await, tenant.microsoft_365_group("open").await);
    let guest = guest(&tenant).await;
    for group in [closed, open] {
        tenant.join(group, guest).await;
        tenant.own(group, guest).await;
    }
    graph.delete_user().id(guest.to_string()).send().await.unwrap();
    let off = new(&UNIFIED_GUEST, json!({"AllowToAddGuests": "false"}));
    graph.create_setting_of_group().id(closed).body(off).send().await.unwrap();
    let restore = format!("/directory/deletedItems/{guest}/restore");
    assert_eq!(send(tenant.raw(Method::POST, &restore).await).await.status, 200);
    for (group, expected) in [(closed, &[][..]), (open, &[guest])] {
        assert_eq!(members_of(&graph, group).await, expected);
        let owners = graph.list_group_owners().id(group).send().await.unwrap();
        assert_eq!(owners.value.len(), expected.len());
    }
}

#[tokio::test]
async fn guests_are_added_to_microsoft_365_groups_where_tenant_and_group_let_them_in() {
    let (tenant, graph) = world().await;
    let (group, other) = (tenant.microsoft_365_group("one").await, tenant.microsoft_365_group("other").await);
    let (guest, member) = (guest(&tenant).await, tenant.user("ada").await);
    let add = async |group: Uuid, user: Uuid| {
        graph.add_group_member().id(group).body(reference(user)).send().await.map(drop)
    };
    let remove = async |group: Uuid, user: Uuid| {
        graph.remove_group_member().id(group).member_id(user).send().await.unwrap();
    };
    let no_guests = || refused(403, "Authorization_RequestDenied", GUESTS);
    add(group, guest).await.unwrap();
    remove(group, guest).await;

    let off = new(&UNIFIED_GUEST, json!({"AllowToAddGuests": "false"}));
    let made = graph.create_setting_of_group().id(group).body(off.clone()).send().await.unwrap().into_inner();
    let setting: Uuid = made.id.unwrap().parse().unwrap();
    assert_eq!(refusal(add(group, guest).await), no_guests());
    let owner = graph.add_group_owner().id(group).body(reference(guest)).send().await;
    assert_eq!(refusal(owner), no_guests());
    let url = reference(guest).odata_id;
    let bound = renamed(json!({"members@odata.bind": [url]}));
    assert_eq!(refusal(graph.update_group().id(group).body(bound).send().await), no_guests());
    add(group, member).await.unwrap();
    add(other, guest).await.unwrap();
    remove(other, guest).await;
    let again = graph.create_setting_of_group().id(group).body(off).send().await;
    let conflict =
        "A conflicting object with one or more of the specified property values is present in the directory.";
    assert_eq!(refusal(again), refused(400, "Request_BadRequest", conflict));

    let on = change(&UNIFIED_GUEST, json!({}));
    graph.update_setting_of_group().id(group).setting_id(setting).body(on).send().await.unwrap();
    add(group, guest).await.unwrap();
    remove(group, guest).await;

    // The tenant's settings count first.
    let of_tenant = set(&graph, json!({"AllowToAddGuests": "false"})).await;
    for closed in [group, other] {
        assert_eq!(refusal(add(closed, guest).await), no_guests());
    }
    let mut new_group = unified("new");
    new_group["members@odata.bind"] = json!([url_of(guest)]);
    assert_eq!(refusal(graph.create_group().body(group_of(new_group)).send().await), no_guests());
    add(tenant.security_group("s").await, guest).await.unwrap();
    graph.delete_group_setting().id(of_tenant).send().await.unwrap();
    add(group, guest).await.unwrap();

    // Who becomes a guest is one.
    graph.delete_setting_of_group().id(group).setting_id(setting).send().await.unwrap();
    set(&graph, json!({"AllowToAddGuests": "false"})).await;
    add(other, member).await.unwrap();
    remove(other, member).await;
    let become_guest = tenant.raw(Method::PATCH, &format!("/users/{member}")).await;
    assert_eq!(send(become_guest.json(&json!({"userType": "Guest"}))).await.status, 204);
    assert_eq!(refusal(add(other, member).await), no_guests());
}

fn url_of(object: Uuid) -> String {
    reference(object).odata_id
}

fn group_of(values: Value) -> GroupCreate {
    group(values)
}

#[tokio::test]
async fn users_create_microsoft_365_groups_only_where_the_tenant_lets_them() {
    let (tenant, graph) = world().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let (allowed, nested) = (tenant.security_group("allowed").await, tenant.security_group("nested").await);
    tenant.join(allowed, nested).await;
    tenant.join(nested, ada).await;
    let settings =
        json!({"EnableGroupCreation": "false", "GroupCreationAllowedGroupId": allowed.to_string()});
    let id = set(&graph, settings).await;
    let create =
        async |graph: &Client, values: Value| graph.create_group().body(group(values)).send().await.map(drop);
    let [of_ada, of_grace] = [
        tenant.client_of(ada, ["Group.ReadWrite.All"]).await,
        tenant.client_of(grace, ["Group.ReadWrite.All"]).await,
    ];
    create(&of_ada, unified("a")).await.unwrap();
    assert_eq!(refusal(create(&of_grace, unified("g")).await), forbidden());
    create(&of_grace, named("s", json!({}))).await.unwrap();
    create(&graph, unified("application")).await.unwrap();
    let on = change(&UNIFIED, json!({}));
    graph.update_group_setting().id(id).body(on).send().await.unwrap();
    create(&of_grace, unified("g")).await.unwrap();
}

#[tokio::test]
async fn names_of_microsoft_365_groups_follow_the_tenants_policy() {
    let (tenant, graph) = world().await;
    let values = json!({"accountEnabled": true, "displayName": "Ada", "department": "Engines"});
    let ada = tenant.object_with(ObjectKind::User, values).await;
    let before = tenant.microsoft_365_group("before").await;
    let policy = json!({"PrefixSuffixNamingRequirement": "GRP_[GroupName]_[Department]",
        "CustomBlockedWordsList": "CEO,Pay Roll"});
    set(&graph, policy).await;
    let of_ada = tenant.client_of(ada, ["Group.ReadWrite.All"]).await;
    let missing =
        "The property is missing a required prefix/suffix per your organization's Group naming requirements.";
    let missing = || refused(400, "Request_BadRequest", missing);
    let create = async |values: Value| of_ada.create_group().body(group(values)).send().await.map(drop);

    assert_eq!(refusal(create(unified("library")).await), missing());
    create(unified("GRP_library_Engines")).await.unwrap();
    create(named("library", json!({}))).await.unwrap();
    let mut half = unified("GRP_other_Engines");
    half["mailNickname"] = "other".into();
    assert_eq!(refusal(create(half).await), missing());
    let blocked =
        "The property has a word that is blocked per your organization's Group naming requirements.";
    let blocked = refused(400, "Request_BadRequest", blocked);
    assert_eq!(refusal(create(unified("GRP_the-ceo_Engines")).await), blocked);

    // An application has no department.
    graph.create_group().body(group(unified("GRP_program_"))).send().await.unwrap();
    let update =
        async |values: Value| graph.update_group().id(before).body(renamed(values)).send().await.map(drop);
    update(json!({"description": "It keeps its name."})).await.unwrap();
    assert_eq!(refusal(update(json!({"displayName": "after"})).await), missing());
    update(json!({"displayName": "GRP_after_"})).await.unwrap();

    let suggested = tenant.raw(Method::POST, "/groups").await.json(&unified("library"));
    let suggested = send(suggested).await.json();
    let detail = json!({"target": "displayName", "code": "MissingPrefixSuffix", "suggestedPropertyValue": "GRP_library_"});
    assert_eq!(suggested["error"]["details"], json!([detail]));

    let both =
        json!({"entityType": "Group", "displayName": "CEO", "mailNickname": "ceo", "onBehalfOfUserId": ada});
    let both = tenant.raw(Method::POST, "/directoryObjects/validateProperties").await.json(&both);
    let details = send(both).await.json()["error"]["details"].clone();
    let told: Vec<_> =
        details.as_array().unwrap().iter().map(|it| [&it["target"], &it["prefix"], &it["suffix"]]).collect();
    assert_eq!(told, [["displayName", "GRP_", "_Engines"], ["mailNickname", "GRP_", "_Engines"]]);
    let word = json!({"displayName": "GRP_CEO_", "mailNickname": "GRP_program_"});
    let word = tenant.raw(Method::POST, &format!("/groups/{before}/validateProperties")).await.json(&word);
    let details = send(word).await.json()["error"]["details"].clone();
    assert_eq!((&details[0]["code"], details.as_array().unwrap().len()), (&json!("ContainsBlockedWord"), 1));
}

#[tokio::test]
async fn new_settings_are_where_their_location_says() {
    let (tenant, _) = world().await;
    let group = json!({"uniqueName": "readers", "displayName": "r", "mailNickname": "r", "mailEnabled": true,
        "securityEnabled": false, "groupTypes": ["Unified"]});
    let group = tenant.group(group).await;
    let of_group = |named: &str| format!("{named}/settings");
    let stored = format!("/groups/{group}/settings");
    for (path, template, set) in [
        ("/groupSettings".to_owned(), &UNIFIED, "/groupSettings".to_owned()),
        (of_group(&format!("/groups/{group}")), &UNIFIED_GUEST, stored.clone()),
        (of_group("/groups(uniqueName='readers')"), &UNIFIED_GUEST, stored),
    ] {
        let made = send(tenant.raw(Method::POST, &path).await.json(&body(template, json!({})))).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let location = made.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(location, format!("{}/v1.0{set}/{id}", tenant.origin()));
        let place = location.strip_prefix(&format!("{}/v1.0", tenant.origin())).unwrap();
        assert_eq!(send(tenant.raw(Method::GET, place).await).await.json()["id"], json!(id));
        assert_eq!(send(tenant.raw(Method::DELETE, place).await).await.status, 204);
    }
}

#[tokio::test]
async fn settings_keep_their_id_and_are_as_large_as_objects_at_the_most() {
    let (tenant, graph) = world().await;
    let id = set(&graph, json!({})).await;
    let path = format!("/groupSettings/{id}");
    let patch = async |body: Value| send(tenant.raw(Method::PATCH, &path).await.json(&body)).await;
    assert_eq!(patch(json!({"id": id, "values": values(&UNIFIED, json!({}))})).await.status, 204);
    let other =
        patch(json!({"id": ObjectId::random().to_string(), "values": values(&UNIFIED, json!({}))})).await;
    let message = "Property 'id' is read-only and cannot be set.";
    assert_eq!(other.refusal(), refused(400, "Request_BadRequest", message));
    let long = "x".repeat(65_536);
    let large = json!({"ClassificationList": long, "CustomBlockedWordsList": long});
    let message = "The size of the object has exceeded its limit. Please reduce the number of values and retry your request.";
    let too_large = || refused(403, "Directory_ResourceSizeExceeded", message);
    assert_eq!(patch(json!({"values": values(&UNIFIED, large.clone())})).await.refusal(), too_large());
    graph.delete_group_setting().id(id).send().await.unwrap();
    let create = tenant.raw(Method::POST, "/groupSettings").await.json(&body(&UNIFIED, large));
    assert_eq!(send(create).await.refusal(), too_large());
}
