//! `/groups`: creating and reading groups.

use crate::support::{Server, Tenant, forbidden, members_of, not_found, refusal, refused, send, sorted};
use futures::future::join_all;
use reqwest::Method;
use roster_client::types::GroupCreate;
use roster_server::{
    directory::{ExchangeManagedGroups, Policy},
    model::{
        group::GROUP,
        ids::ObjectId,
        properties::{Property, Returned, Source},
    },
};
use serde_json::{Value, json};
use std::sync::OnceLock;
use uuid::Uuid;

const MAIL_ENABLED: &str = "The service does not currently support writes of mail-enabled groups. Please ensure that \
    the mail-enablement property is unset and the security-enablement property is set.";

fn security(more: Value) -> Value {
    with(
        json!({"displayName": "Readers", "mailEnabled": false, "mailNickname": "readers", "securityEnabled": true}),
        more,
    )
}

fn unified(nickname: &str, more: Value) -> Value {
    let group = json!({"displayName": "Engineering", "mailEnabled": true, "mailNickname": nickname,
        "securityEnabled": false, "groupTypes": ["Unified"]});
    with(group, more)
}

fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn create(tenant: &Tenant, body: &Value) -> crate::support::Answer {
    send(tenant.raw(Method::POST, "/groups").await.json(body)).await
}

fn invalid(property: &str) -> (u16, String, String) {
    let message = format!("Invalid value specified for property '{property}' of resource 'Group'.");
    refused(400, "Request_BadRequest", &message)
}

fn combination() -> (u16, String, String) {
    refused(400, "Request_BadRequest", "One or more property values specified are invalid.")
}

#[tokio::test]
async fn a_group_is_created_and_read_back_by_the_client() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let group = GroupCreate::builder()
        .display_name("Readers".to_owned())
        .mail_enabled(false)
        .mail_nickname("readers".to_owned())
        .security_enabled(true)
        .description(Some("Who reads.".parse().unwrap()));

    let created = graph.create_group().body(group).send().await.unwrap();

    assert_eq!(created.status(), 201);
    let location = created.headers()["location"].to_str().unwrap().to_owned();
    let created = created.into_inner();
    let id: Uuid = created.id.clone().unwrap().parse().unwrap();
    assert_eq!(location, format!("{}/v1.0/groups/{id}", tenant.server.url));
    let read = graph.get_group().id(id).send().await.unwrap().into_inner();
    assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&created).unwrap());
    assert_eq!(read.description.as_deref(), Some("Who reads."));
}

#[tokio::test]
async fn a_new_group_has_the_whole_default_set_in_graphs_order() {
    let tenant = Tenant::fresh().await;
    let group = create(&tenant, &unified("engineering", json!({}))).await.json();
    let keys: Vec<&str> = group.as_object().unwrap().keys().map(String::as_str).collect();
    let by_default = GROUP.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    let expected: Vec<&str> = std::iter::once("@odata.context").chain(by_default.map(|p| p.name)).collect();
    assert_eq!(keys, expected);
    let id: ObjectId = group["id"].as_str().unwrap().parse().unwrap();
    let mail = format!("engineering@{}", tenant.domain());
    assert_eq!(group["@odata.context"], format!("{}/v1.0/$metadata#groups/$entity", tenant.server.url));
    assert_eq!(group["securityIdentifier"], id.security_identifier());
    assert_eq!((&group["mail"], &group["proxyAddresses"]), (&json!(mail), &json!([format!("SMTP:{mail}")])));
    assert_eq!((&group["visibility"], &group["groupTypes"]), (&json!("Public"), &json!(["Unified"])));
    assert_eq!(group["createdDateTime"], group["renewedDateTime"]);
    assert!(group["createdDateTime"].as_str().unwrap().ends_with('Z'));
    assert_eq!((&group["description"], &group["onPremisesProvisioningErrors"]), (&Value::Null, &json!([])));

    let security_group = create(&tenant, &security(json!({}))).await.json();
    assert_eq!((&security_group["visibility"], &security_group["mail"]), (&json!("Private"), &Value::Null));
}

#[tokio::test]
async fn only_groups_that_graph_knows_can_be_created() {
    let tenant = Tenant::fresh().await;
    let status = async |body: Value| create(&tenant, &body).await.status.as_u16();
    assert_eq!(status(security(json!({"mailEnabled": true}))).await, 201, "mail-enabled security");
    assert_eq!(status(unified("both", json!({"securityEnabled": true}))).await, 201);
    let list = create(&tenant, &security(json!({"mailEnabled": true, "securityEnabled": false}))).await;
    assert_eq!(list.refusal(), refused(400, "Request_BadRequest", MAIL_ENABLED));
    for body in [
        security(json!({"securityEnabled": false})),
        unified("x", json!({"mailEnabled": false})),
        security(json!({"visibility": "HiddenMembership"})),
        security(json!({"membershipRule": "user.department -eq \"x\""})),
        security(json!({"isAssignableToRole": true, "visibility": "Public"})),
        security(json!({"mailEnabled": true, "groupTypes": ["DynamicMembership"], "membershipRule": "x"})),
        unified("x", json!({"isAssignableToRole": true})),
    ] {
        assert_eq!(create(&tenant, &body).await.refusal(), combination(), "{body}");
    }
    assert_eq!(
        create(&tenant, &security(json!({"groupTypes": ["Unifed"]}))).await.refusal(),
        invalid("groupTypes")
    );
    let twice = unified("x", json!({"groupTypes": ["Unified", "Unified"]}));
    assert_eq!(create(&tenant, &twice).await.refusal(), invalid("groupTypes"));
}

#[tokio::test]
async fn what_programs_send_besides_what_is_needed_is_accepted() {
    let tenant = Tenant::fresh().await;
    let more = json!({"@odata.type": "#microsoft.graph.group", "description": null, "isAssignableToRole": false,
        "membershipRule": null, "resourceBehaviorOptions": [], "resourceProvisioningOptions": [], "theme": null});
    for body in [security(more.clone()), unified("engineering", more)] {
        let created = create(&tenant, &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let path = format!("/groups/{}", created.json()["id"].as_str().unwrap());
        let update =
            json!({"id": created.json()["id"], "theme": "teal", "resourceProvisioningOptions": ["Team"]});
        assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&update)).await.status, 204);
        let read = send(tenant.raw(Method::GET, &path).await).await.json();
        assert_eq!(
            (&read["theme"], &read["resourceProvisioningOptions"]),
            (&json!("Teal"), &json!(["Team"]))
        );
    }
    assert_eq!(create(&tenant, &security(json!({"theme": "Beige"}))).await.refusal(), invalid("theme"));
}

#[tokio::test]
async fn a_dynamic_group_needs_a_rule_and_takes_no_members() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let dynamic = json!({"groupTypes": ["DynamicMembership"]});
    let missing = create(&tenant, &security(dynamic.clone())).await.refusal();
    let message = "A value is required for property 'membershipRule' of resource 'Group'.";
    assert_eq!(missing, refused(400, "Request_BadRequest", message));
    let bound = json!({"members@odata.bind": [format!("https://graph.microsoft.com/v1.0/users/{ada}")]});
    assert_eq!(create(&tenant, &security(with(dynamic.clone(), bound))).await.refusal(), forbidden());
    let rule = json!({"membershipRule": "user.department -eq \"x\"", "membershipRuleProcessingState": "on"});
    let created = create(&tenant, &security(with(dynamic, rule))).await.json();
    assert_eq!(created["membershipRuleProcessingState"], "On");
}

#[tokio::test]
async fn a_rule_that_is_none_is_refused_with_its_fault_and_place() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let by_groups = format!("user.memberOf -any (group.objectId -in ['{group}'])");
    let dynamic = |rule: &str| json!({"groupTypes": ["DynamicMembership"], "membershipRule": rule});
    let named = create(&tenant, &security(dynamic(&by_groups))).await.json()["id"].clone();
    let validation = "Dynamic membership rule validation error:";
    for (rule, fault) in [
        (
            "user.city -eq \"x\" -and device.displayName -eq \"y\"".into(),
            "Invalid object type. (position 23)",
        ),
        (
            "user.colour -eq \"red\"".into(),
            "Wrong property applied. Property 'colour' cannot be applied to object 'User' (position 0)",
        ),
        (
            "user.city -eq Turin".into(),
            "Invalid operands found for operator. Invalid operands found for operator -eq (position 14)",
        ),
        ("all".into(), "Invalid object type. (position 0)"),
        (
            by_groups.replace(&group.to_string(), named.as_str().unwrap()),
            "A group whose own rule is by groups can't be named in one.",
        ),
    ] {
        let expected = refused(400, "Request_BadRequest", &format!("{validation} {fault}"));
        let created = create(&tenant, &security(dynamic(&rule))).await;
        assert_eq!(created.refusal(), expected);
        let detail = json!([{"target": "membershipRule", "code": "InvalidValue"}]);
        assert_eq!(created.json()["error"]["details"], detail);
        let path = format!("/groups/{group}");
        let updated = send(tenant.raw(Method::PATCH, &path).await.json(&dynamic(&rule))).await;
        assert_eq!(updated.refusal(), expected);
    }
    let of_devices = dynamic("device.objectId -ne null");
    assert_eq!(create(&tenant, &security(of_devices.clone())).await.status, 201);
    let types = json!({"groupTypes": ["Unified", "DynamicMembership"]});
    let message = "A device can't be a member of a Microsoft 365 group.";
    let of_devices = create(&tenant, &unified("devices", with(of_devices, types))).await;
    assert_eq!(of_devices.refusal(), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn a_bad_value_is_named_in_the_details() {
    let tenant = Tenant::fresh().await;
    for nickname in ["a b", "a@b", "a\"b", "é", ""] {
        let answer = create(&tenant, &security(json!({"mailNickname": nickname}))).await;
        assert_eq!(answer.refusal(), invalid("mailNickname"), "{nickname}");
        let detail = json!([{"target": "mailNickname", "code": "InvalidValue"}]);
        assert_eq!(answer.json()["error"]["details"], detail);
    }
    let unknown = create(&tenant, &security(json!({"colour": "red"}))).await;
    assert_eq!(unknown.json()["error"]["details"][0]["target"], "colour");
    assert_eq!(create(&tenant, &security(json!({"mailNickname": "a.b"}))).await.status, 201);
}

#[tokio::test]
async fn annotations_that_name_the_kind_are_taken_and_others_refused() {
    let tenant = Tenant::fresh().await;
    let typed = security(
        json!({"@odata.type": "#microsoft.graph.group", "groupTypes@odata.type": "#Collection(String)"}),
    );
    assert_eq!(create(&tenant, &typed).await.status, 201);
    let wrong = security(json!({"@odata.type": "#microsoft.graph.user"}));
    assert_eq!(create(&tenant, &wrong).await.refusal(), invalid("@odata.type"));
    let senders = security(json!({"acceptedSenders@odata.bind": []}));
    let message = "'acceptedSenders@odata.bind' is not supported in this request.";
    assert_eq!(create(&tenant, &senders).await.refusal(), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn a_mail_nickname_is_unique_only_among_microsoft_365_groups() {
    let tenant = Tenant::fresh().await;
    let bodies: Vec<Value> = (0..16).map(|_| unified("Engineering", json!({}))).collect();
    let answers = join_all(bodies.iter().map(|body| create(&tenant, body))).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 201).count(),
        1,
        "of sixteen at once one wins"
    );
    let taken = "Another object with the same value for property mailNickname already exists.";
    let details = json!([{"target": "mailNickname", "code": "ObjectConflict", "message": taken}]);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", taken));
        assert_eq!(answer.json()["error"]["details"], details);
    }
    let lower = create(&tenant, &unified("engineering", json!({}))).await;
    assert_eq!(lower.status, 400, "in any case");
    for _ in 0..2 {
        assert_eq!(create(&tenant, &security(json!({"mailNickname": "engineering"}))).await.status, 201);
    }
    let unique = security(json!({"uniqueName": "readers"}));
    assert_eq!([create(&tenant, &unique).await.status, create(&tenant, &unique).await.status], [201, 400]);
}

#[tokio::test]
async fn two_spellings_of_one_name_are_one_name() {
    let tenant = Tenant::fresh().await;
    let named = async |name: &str| create(&tenant, &security(json!({"uniqueName": name}))).await;
    let taken = "Another object with the same value for property uniqueName already exists.";
    for (name, others) in [
        ("Élan", &["élan", "E\u{301}LAN", " Élan ", "Élan\u{a0}", "élan\u{fe0f}"][..]),
        ("Straße", &["STRASSE", "strasse"]),
        ("ﬁle ２", &["file 2", "ＦＩＬＥ\u{2003}2"]),
    ] {
        let created = named(name).await;
        assert_eq!((created.status.as_u16(), &created.json()["uniqueName"]), (201, &json!(name)));
        for other in others {
            assert_eq!(named(other).await.refusal(), refused(400, "Request_BadRequest", taken), "{other:?}");
        }
    }
    for hidden in
        ["reade\u{200b}rs", "readers\u{202e}", "read\ters", "\u{feff}readers", "readers\u{378}", "\u{fe0f}"]
    {
        assert_eq!(named(hidden).await.refusal(), invalid("uniqueName"), "{hidden:?}");
    }
    let shown = async |name: &str| create(&tenant, &security(json!({"displayName": name}))).await;
    for name in ["👩\u{200d}💻 team", "علی\u{200c}رضا", " Readers "] {
        assert_eq!(shown(name).await.json()["displayName"], name);
    }
    for hidden in
        ["Read\ners", "Readers\u{7}", "Readers\u{202e}sredaeR", "\u{2066}Readers", "Read\u{2028}ers"]
    {
        assert_eq!(shown(hidden).await.refusal(), invalid("displayName"), "{hidden:?}");
    }
    let path = format!("/groups/{}", named("plain").await.json()["id"].as_str().unwrap());
    let again = json!({"uniqueName": "plain", "mailNickname": "other", "displayName": "Other"});
    assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&again)).await.status, 204);
    assert_eq!(named("PLAIN").await.status, 400, "it is kept beside changes of other names");
}

#[tokio::test]
async fn members_are_bound_at_creation_all_or_none() {
    let tenant = Tenant::fresh().await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("laptop").await);
    let url = |id: Uuid| format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
    let bound = |ids: &[Uuid]| {
        let urls: Vec<String> = ids.iter().map(|id| url(*id)).collect();
        unified(
            "bound",
            json!({"members@odata.bind": urls, "groupTypes": [], "securityEnabled": true, "mailEnabled": false}),
        )
    };
    let created = create(&tenant, &bound(&[ada, device])).await.json();
    let graph = tenant.client(["Directory.Read.All"]).await;
    let group = created["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(members_of(&graph, group).await, sorted([ada, device]));

    let missing = Uuid::from_u128(7);
    assert_eq!(create(&tenant, &bound(&[ada, missing])).await.refusal(), not_found(missing));
    let (status, code, message) = create(&tenant, &bound(&[ada, ada])).await.refusal();
    assert_eq!((status, code.as_str()), (400, "Request_BadRequest"));
    assert!(
        message.starts_with(&format!("Object '[ResourceType=User,Id={ada},ChangedProperties=[]")),
        "{message}"
    );
    assert!(message.ends_with("can only be present once as an add/remove change."), "{message}");
    let many: Vec<Uuid> = (0..21).map(Uuid::from_u128).collect();
    let message = "A resource cannot contain more than 20 link changes";
    assert_eq!(create(&tenant, &bound(&many)).await.refusal(), refused(400, "Request_BadRequest", message));

    // What was refused left nothing: the unique nickname is still free.
    let refused_one = unified("free", json!({"members@odata.bind": [url(missing)]}));
    assert_eq!(create(&tenant, &refused_one).await.status, 404);
    assert_eq!(create(&tenant, &unified("free", json!({}))).await.status, 201);
}

#[tokio::test]
async fn binding_members_needs_what_adding_them_needs() {
    let tenant = Tenant::fresh().await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("laptop").await);
    let outcome = async |roles: &[&'static str], member: Uuid| {
        let token = tenant.app_token(roles.iter().copied()).await;
        let url = format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}");
        let body = security(json!({"members@odata.bind": [url]}));
        let request = tenant.anonymous(Method::POST, "/v1.0/groups").bearer_auth(token).json(&body);
        send(request).await.status.as_u16()
    };
    assert_eq!(outcome(&["Group.Create"], ada).await, 403);
    assert_eq!(
        outcome(&["Group.Create"], ObjectId::random().uuid()).await,
        403,
        "it doesn't learn which objects exist"
    );
    assert_eq!(outcome(&["Group.Create", "User.Read.All"], ada).await, 201);
    assert_eq!(outcome(&["Group.Create", "GroupMember.ReadWrite.All"], ada).await, 201);
    assert_eq!(outcome(&["Group.ReadWrite.All"], ada).await, 201);
    assert_eq!(outcome(&["Group.ReadWrite.All"], device).await, 403);
    assert_eq!(outcome(&["Group.ReadWrite.All", "Device.ReadWrite.All"], device).await, 201);
}

#[tokio::test]
async fn a_role_assignable_group_needs_a_permission_of_its_own() {
    let tenant = Tenant::fresh().await;
    let body = security(json!({"isAssignableToRole": true}));
    let weak = tenant.app_token(["Group.ReadWrite.All"]).await;
    let refused = send(tenant.anonymous(Method::POST, "/v1.0/groups").bearer_auth(weak).json(&body)).await;
    assert_eq!(refused.refusal(), forbidden());
    assert_eq!(create(&tenant, &body).await.json()["isAssignableToRole"], true);
}

#[tokio::test]
async fn select_returns_what_it_names_and_ignores_what_is_unknown() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let get = async |query: &str| {
        send(tenant.raw(Method::GET, &format!("/groups/{group}?{query}")).await).await.json()
    };
    let some = get("$select=DISPLAYNAME,id,fantasy").await;
    let keys: Vec<&String> = some.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["@odata.context", "id", "displayName"]);
    let context = format!("{}/v1.0/$metadata#groups(DISPLAYNAME,id,fantasy)/$entity", tenant.server.url);
    assert_eq!(some["@odata.context"], context);
    let all = get("$select=*").await;
    let shown =
        |property: &&Property| property.returned != Returned::Never && property.source == Source::Directory;
    assert_eq!(all.as_object().unwrap().len(), 1 + GROUP.properties.iter().filter(shown).count());
    assert_eq!(get("$select=fantasy").await.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn where_exchange_manages_its_groups_they_are_read_only() {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let policy = Policy { exchange_managed_groups: ExchangeManagedGroups::ReadOnly, ..Policy::default() };
    let tenant = SERVER.get_or_init(|| Server::start(policy, None)).tenant().await;
    let (group, ada) = (tenant.mail_enabled_security_group("mail").await, tenant.user("ada").await);
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let managed = "Cannot Update a mail-enabled security groups and or distribution list.";
    let add = graph.add_group_member().id(group).body(crate::support::reference(ada)).send().await;
    assert_eq!(refusal(add), refused(400, "Request_BadRequest", managed));
    let created = create(&tenant, &security(json!({"mailEnabled": true}))).await;
    assert_eq!(created.refusal(), refused(400, "Request_BadRequest", MAIL_ENABLED));
}
