//! `--roles enforce`: what a signed-in user may do by directory roles, by owning an object, and as every member or guest, besides what
//! the token's permissions say.

use crate::{
    operations::{Objects, Operation, operations, settings},
    support::{Answer, Server, Tenant, domain, forbidden, reference, refusal, send},
};
use reqwest::Method;
use roster_client::{
    Client, Patch,
    types::{
        AppRoleAssignmentCreate, ApplicationCreate, ApplicationUpdate, DirectoryRoleCreate, GroupCreate,
        GroupUpdate, UserUpdate,
    },
};
use roster_server::{
    directory::{Policy, RoleEnforcement},
    model::{group_setting::UNIFIED, permissions::Permission, role_templates::ROLE_TEMPLATES},
};
use serde_json::{Value, json};
use std::sync::OnceLock;
use uuid::Uuid;

/// A fresh tenant on a server that enforces roles.
async fn enforced() -> Tenant {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let policy = Policy { roles: RoleEnforcement::Enforced, ..Policy::default() };
    SERVER.get_or_init(|| Server::start(policy, None)).tenant().await
}

/// All permissions there are.
fn all() -> impl Iterator<Item = &'static str> {
    Permission::ALL.iter().map(|permission| permission.name())
}

/// A role of this name, which these hold.
async fn role(tenant: &Tenant, name: &str, holders: &[Uuid]) -> Uuid {
    let template = ROLE_TEMPLATES.iter().find(|template| template.name == name).unwrap();
    let role = tenant.role(template.id).await;
    for &holder in holders {
        tenant.join(role, holder).await;
    }
    role
}

/// A user who holds a role of this name.
async fn holder(tenant: &Tenant, name: &str) -> Uuid {
    let user = tenant.user(&name.to_lowercase().replace(' ', "-")).await;
    role(tenant, name, &[user]).await;
    user
}

async fn guest(tenant: &Tenant, name: &str) -> Uuid {
    let guest = tenant.user(name).await;
    let made =
        tenant.raw(Method::PATCH, &format!("/users/{guest}")).await.json(&json!({"userType": "Guest"}));
    assert_eq!(send(made).await.status, 204);
    guest
}

/// The client of a user with all permissions.
async fn client(tenant: &Tenant, user: Uuid) -> Client {
    tenant.client_of(user, all()).await
}

/// What a user with all permissions is answered.
async fn ask(tenant: &Tenant, user: Uuid, method: Method, path: &str, body: Option<Value>) -> Answer {
    let token = tenant.user_token(user, all()).await;
    let request = tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token);
    send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

/// Whether every member may do it without a role, as an ordinary user does it here: with nothing of its own.
fn members_may(operation: &Operation) -> bool {
    let path = operation.path.as_str();
    if operation.method == Method::GET {
        let of_settings = path.starts_with("/groupSetting") || path.contains("/settings");
        let deleted = path.starts_with("/directory/deletedItems/");
        let of_roles = path.starts_with("/roleManagement/");
        return !of_settings && !of_roles && (!deleted || path.contains(".device"));
    }
    guests_may(operation)
        || ["/groups", "/applications"].contains(&path)
        || ["Groups", "Objects", "ByIds", "/evaluateDynamicMembership", "/validateProperties"]
            .iter()
            .any(|end| operation.method == Method::POST && path.ends_with(end) && !path.contains("UserOwned"))
}

/// Whether every guest may.
fn guests_may(operation: &Operation) -> bool {
    let path = operation.path.as_str();
    let of = |set: &str| path.starts_with(set) && !path.contains("/settings") && !path.contains("Policies");
    let of_one = ["/groups/{id}", "/users/{id}", "/servicePrincipals/{id}"].into_iter().any(of);
    let of_others =
        path.starts_with("/users/") && (path.contains("ownedObjects") || path.contains("createdObjects"));
    let of_app_roles = !path.starts_with("/servicePrincipals") && path.contains("/{id}/appRoleAssignments")
        || path.ends_with("}/oauth2PermissionGrants");
    if operation.method == Method::GET {
        let sets = ["/me", "/applications", "/servicePrincipals", "/organization", "/domains"];
        return (of_one || sets.into_iter().any(of)) && !of_others && !of_app_roles;
    }
    let of_memberships = ["checkMemberGroups", "checkMemberObjects", "getMemberGroups", "getMemberObjects"];
    (of_one || of("/me")) && of_memberships.iter().any(|end| path.ends_with(end))
        || ["/invitations", "/$batch"].contains(&path)
        || ["/revokeSignInSessions", "/changePassword"].iter().any(|end| path.ends_with(end))
}

async fn answers_as(tenant: &Tenant, objects: &Objects) -> Vec<(&'static Operation, Answer)> {
    let token = tenant.user_token(objects.user, all()).await;
    let mut answers = Vec::new();
    for operation in operations() {
        answers.push((operation, objects.send(tenant, operation, Some(&token)).await));
    }
    answers
}

#[tokio::test]
async fn a_member_without_a_role_does_what_every_member_may_and_nothing_else() {
    let tenant = enforced().await;
    let objects = Objects::of(&tenant).await;
    for (operation, answer) in answers_as(&tenant, &objects).await {
        if members_may(operation) {
            assert!(answer.status.is_success(), "{}: {answer:?}", operation.id);
        } else {
            assert_eq!(answer.refusal(), forbidden(), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn a_guest_without_a_role_does_less() {
    let tenant = enforced().await;
    let objects = Objects { user: guest(&tenant, "guest").await, ..Objects::of(&tenant).await };
    tenant.manage(objects.user, objects.member).await;
    for (operation, answer) in answers_as(&tenant, &objects).await {
        if guests_may(operation) {
            assert!(answer.status.is_success(), "{}: {answer:?}", operation.id);
        } else {
            assert_eq!(answer.refusal(), forbidden(), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn global_administrators_and_applications_are_refused_nothing_for_want_of_a_role() {
    let tenant = enforced().await;
    let objects = Objects::of(&tenant).await;
    role(&tenant, "Global Administrator", &[objects.user]).await;
    for (operation, answer) in answers_as(&tenant, &objects).await {
        assert!(![401, 403].contains(&answer.status.as_u16()), "{}: {answer:?}", operation.id);
    }
    let tenant = enforced().await;
    let objects = Objects::of(&tenant).await;
    let token = tenant.app_token(all()).await;
    for operation in operations().iter().filter(|it| !it.alternatives("application").is_empty()) {
        let answer = objects.send(&tenant, operation, Some(&token)).await;
        assert!(![401, 403].contains(&answer.status.as_u16()), "{}: {answer:?}", operation.id);
    }
}

#[tokio::test]
async fn roles_count_only_where_a_server_enforces_them() {
    let tenant = Tenant::fresh().await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let graph = client(&tenant, ada).await;
    graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();
    graph.delete_user().id(tenant.user("grace").await.to_string()).send().await.unwrap();
}

#[tokio::test]
async fn who_is_in_no_directory_is_a_guest() {
    let tenant = enforced().await;
    let graph = client(&tenant, Uuid::from_u128(7)).await;
    assert_eq!(refusal(graph.list_users().send().await), forbidden());
    let group = tenant.security_group("readers").await;
    graph.get_group().id(group).send().await.unwrap();
    assert_eq!(refusal(graph.add_group_member().id(group).body(reference(group)).send().await), forbidden());
}

#[tokio::test]
async fn owners_change_their_group_and_no_other() {
    let tenant = enforced().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let [own, other] = [tenant.security_group("own").await, tenant.security_group("other").await];
    for (group, owner) in [(own, ada), (own, grace), (other, grace)] {
        tenant.own(group, owner).await;
    }
    tenant.join(other, grace).await;
    let graph = client(&tenant, ada).await;
    let described = || GroupUpdate::builder().description(Patch::from("d"));
    let bound = json!({"members@odata.bind": [format!("https://graph.microsoft.com/v1.0/users/{grace}")]});

    assert_eq!(refusal(graph.add_group_member().id(other).body(reference(ada)).send().await), forbidden());
    let remove = graph.remove_group_member().id(other).member_id(grace).send().await;
    assert_eq!(refusal(remove), forbidden());
    assert_eq!(refusal(graph.add_group_owner().id(other).body(reference(ada)).send().await), forbidden());
    assert_eq!(refusal(graph.update_group().id(other).body(described()).send().await), forbidden());
    let path = format!("/groups/{other}");
    let patched = ask(&tenant, ada, Method::PATCH, &path, Some(bound.clone())).await;
    assert_eq!(patched.refusal(), forbidden());
    assert_eq!(refusal(graph.delete_group().id(other).send().await), forbidden());
    // Neither expires, which only those who may renew it learn.
    let renewed = async |group| {
        ask(&tenant, ada, Method::POST, &format!("/groups/{group}/renew"), None).await.status.as_u16()
    };
    assert_eq!([renewed(other).await, renewed(own).await], [403, 400]);

    graph.add_group_member().id(own).body(reference(ada)).send().await.unwrap();
    graph.remove_group_member().id(own).member_id(ada).send().await.unwrap();
    graph
        .add_group_owner()
        .id(own)
        .body(reference(tenant.service_principal("s").await))
        .send()
        .await
        .unwrap();
    graph.update_group().id(own).body(described()).send().await.unwrap();
    let patched = ask(&tenant, ada, Method::PATCH, &format!("/groups/{own}"), Some(bound)).await;
    assert_eq!(patched.status, 204);
    graph.delete_group().id(own).send().await.unwrap();
    let restore = format!("/directory/deletedItems/{own}/restore");
    assert_eq!(ask(&tenant, ada, Method::POST, &restore, Some(json!({}))).await.status, 200);
    graph.delete_group().id(own).send().await.unwrap();
    let purged = ask(&tenant, ada, Method::DELETE, &format!("/directory/deletedItems/{own}"), None).await;
    assert_eq!(purged.refusal(), forbidden());
}

#[tokio::test]
async fn a_member_owns_the_group_that_it_creates_and_an_administrator_does_not() {
    let tenant = enforced().await;
    let (ada, administrator) = (tenant.user("ada").await, holder(&tenant, "Groups Administrator").await);
    let create = |name: &str| {
        GroupCreate::builder()
            .display_name(name)
            .mail_nickname(name)
            .mail_enabled(false)
            .security_enabled(true)
    };
    for (user, owners) in [(ada, 1), (administrator, 0)] {
        let graph = client(&tenant, user).await;
        let group = graph.create_group().body(create("g")).send().await.unwrap().into_inner();
        let group: Uuid = group.id.unwrap().parse().unwrap();
        assert_eq!(graph.list_group_owners().id(group).send().await.unwrap().value.len(), owners);
        graph.add_group_member().id(group).body(reference(ada)).send().await.unwrap();
    }
    let outsider = client(&tenant, guest(&tenant, "guest").await).await;
    assert_eq!(refusal(outsider.create_group().body(create("h")).send().await), forbidden());
}

#[tokio::test]
async fn a_role_counts_until_it_is_taken_away_and_through_a_group_too() {
    let tenant = enforced().await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let administrators = tenant.role_assignable_group("administrators").await;
    let groups_administrator = role(&tenant, "Groups Administrator", &[ada]).await;
    let graph = client(&tenant, ada).await;
    let roles = tenant.client(["RoleManagement.ReadWrite.Directory"]).await;
    let add = async |name: &str| {
        let member = tenant.user(name).await;
        graph.add_group_member().id(group).body(reference(member)).send().await
    };
    add("a").await.unwrap();
    roles.remove_directory_role_member().id(groups_administrator).member_id(ada).send().await.unwrap();
    assert_eq!(refusal(add("b").await), forbidden());
    tenant.join(groups_administrator, administrators).await;
    assert_eq!(refusal(add("c").await), forbidden());
    tenant.join(administrators, ada).await;
    add("d").await.unwrap();
    tenant.delete(administrators).await;
    assert_eq!(refusal(add("e").await), forbidden());
}

#[tokio::test]
async fn some_roles_manage_groups_of_one_sort() {
    let tenant = enforced().await;
    let [security, unified] = [tenant.security_group("s").await, tenant.microsoft_365_group("m").await];
    let roles = tenant.role_assignable_group("r").await;
    for (name, may) in [
        ("Teams Administrator", [false, true, false]),
        ("Intune Administrator", [true, false, false]),
        ("User Administrator", [true, true, false]),
        ("Privileged Role Administrator", [false, false, true]),
        ("Helpdesk Administrator", [false, false, false]),
    ] {
        let user = holder(&tenant, name).await;
        let graph = client(&tenant, user).await;
        for (group, may) in [security, unified, roles].into_iter().zip(may) {
            let added = graph.add_group_member().id(group).body(reference(user)).send().await;
            assert_eq!(added.is_ok(), may, "{name}: {added:?}");
        }
    }
}

#[tokio::test]
async fn some_roles_change_only_owners_who_are_users() {
    let tenant = enforced().await;
    let (user, service) = (tenant.user("u").await, tenant.service_principal("s").await);
    for (name, may) in [("User Administrator", [true, false]), ("Groups Administrator", [true, true])] {
        let group = tenant.security_group("g").await;
        let graph = client(&tenant, holder(&tenant, name).await).await;
        for (owner, may) in [user, service].into_iter().zip(may) {
            let added = graph.add_group_owner().id(group).body(reference(owner)).send().await;
            assert_eq!(added.is_ok(), may, "{name}: {added:?}");
        }
    }
}

#[tokio::test]
async fn owners_do_not_change_by_what_rule_a_group_has_its_members() {
    let tenant = enforced().await;
    let (ada, group) = (tenant.user("ada").await, tenant.dynamic_group("all").await);
    tenant.own(group, ada).await;
    let rule = || Some(json!({"membershipRule": "user.city -eq \"London\""}));
    let path = format!("/groups/{group}");
    assert_eq!(ask(&tenant, ada, Method::PATCH, &path, rule()).await.refusal(), forbidden());
    assert_eq!(ask(&tenant, ada, Method::PATCH, &path, Some(json!({"description": "d"}))).await.status, 204);
    let as_it_is = json!({"description": "e", "groupTypes": ["DynamicMembership"]});
    assert_eq!(ask(&tenant, ada, Method::PATCH, &path, Some(as_it_is)).await.status, 204);
    let paused = json!({"membershipRuleProcessingState": "Paused"});
    assert_eq!(ask(&tenant, ada, Method::PATCH, &path, Some(paused)).await.refusal(), forbidden());
    let dynamic = json!({"displayName": "d", "mailNickname": "d", "mailEnabled": false, "securityEnabled": true,
        "groupTypes": ["DynamicMembership"], "membershipRule": "user.city -eq \"London\""});
    let created = ask(&tenant, ada, Method::POST, "/groups", Some(dynamic.clone())).await;
    assert_eq!(created.refusal(), forbidden());
    let administrator = holder(&tenant, "Groups Administrator").await;
    assert_eq!(ask(&tenant, administrator, Method::PATCH, &path, rule()).await.status, 204);
    assert_eq!(ask(&tenant, administrator, Method::POST, "/groups", Some(dynamic)).await.status, 201);
}

#[tokio::test]
async fn administrators_of_groups_create_them_where_the_settings_let_nobody() {
    let tenant = enforced().await;
    let mut settings = settings(&UNIFIED);
    for value in settings["values"].as_array_mut().unwrap() {
        if value["name"] == "EnableGroupCreation" {
            value["value"] = "false".into();
        }
    }
    let unified = |name: &str| {
        Some(json!({"displayName": name, "mailNickname": name, "mailEnabled": true, "securityEnabled": false,
            "groupTypes": ["Unified"]}))
    };
    let directory = holder(&tenant, "Directory Writers").await;
    let made = ask(&tenant, directory, Method::POST, "/groupSettings", Some(settings)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let ada = tenant.user("ada").await;
    assert_eq!(ask(&tenant, ada, Method::POST, "/groups", unified("a")).await.refusal(), forbidden());
    let administrator = holder(&tenant, "User Administrator").await;
    assert_eq!(ask(&tenant, administrator, Method::POST, "/groups", unified("b")).await.status, 201);
}

#[tokio::test]
async fn users_are_created_and_changed_by_their_administrators_and_change_little_of_themselves() {
    let tenant = enforced().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let administrator = holder(&tenant, "User Administrator").await;
    let helpdesk = holder(&tenant, "Helpdesk Administrator").await;
    let licences = holder(&tenant, "License Administrator").await;
    let change = async |by: Uuid, of: Uuid, body: Value| {
        let path = format!("/users/{of}");
        ask(&tenant, by, Method::PATCH, &path, Some(body)).await.status.as_u16()
    };
    let new = |name: &str| {
        Some(json!({"accountEnabled": true, "displayName": name, "mailNickname": name,
            "userPrincipalName": format!("{name}@{}", domain(tenant.id())),
            "passwordProfile": {"password": "Secret 123"}}))
    };
    assert_eq!(ask(&tenant, ada, Method::POST, "/users", new("x")).await.refusal(), forbidden());
    assert_eq!(ask(&tenant, administrator, Method::POST, "/users", new("x")).await.status, 201);
    for (by, of, body, status) in [
        (ada, ada, json!({"mobilePhone": "1"}), 204),
        (ada, ada, json!({"aboutMe": "Poet"}), 204),
        (ada, ada, json!({"mobilePhone": "1", "city": "London"}), 403),
        (ada, ada, json!({"accountEnabled": false}), 403),
        (ada, grace, json!({"mobilePhone": "1"}), 403),
        (administrator, ada, json!({"city": "London", "mobilePhone": "2", "accountEnabled": true}), 204),
        (helpdesk, ada, json!({"passwordProfile": {"password": "Secret 456"}, "mobilePhone": "3"}), 204),
        (helpdesk, ada, json!({"city": "Turin"}), 403),
        (helpdesk, ada, json!({"accountEnabled": false}), 403),
        (licences, ada, json!({"usageLocation": "GB"}), 204),
        (licences, ada, json!({"city": "Turin"}), 403),
    ] {
        assert_eq!(change(by, of, body.clone()).await, status, "{body}");
    }
    let me = client(&tenant, ada).await;
    let phone = UserUpdate::builder().mobile_phone(Patch::from("4"));
    me.update_me().body(phone).send().await.unwrap();
    let named = UserUpdate::builder().display_name("Ada".to_owned());
    assert_eq!(refusal(me.update_me().body(named).send().await), forbidden());
    let managed = reference(grace);
    assert_eq!(refusal(me.set_my_manager().body(managed.clone()).send().await), forbidden());
    let by_administrator = client(&tenant, administrator).await;
    by_administrator.set_user_manager().id(ada.to_string()).body(managed).send().await.unwrap();
}

#[tokio::test]
async fn nobody_acts_upon_who_may_do_more() {
    let tenant = enforced().await;
    let administrator = holder(&tenant, "User Administrator").await;
    let highest = holder(&tenant, "Privileged Authentication Administrator").await;
    let reports = role(&tenant, "Reports Reader", &[]).await;
    let global = role(&tenant, "Global Administrator", &[]).await;
    let assignable = tenant.role_assignable_group("roles").await;
    for (of, by_user_administrator) in [(reports, true), (global, false), (assignable, false)] {
        for (by, may) in [(administrator, by_user_administrator), (highest, true)] {
            let target = tenant.user("target").await;
            tenant.join(of, target).await;
            let path = format!("/users/{target}");
            let named = ask(&tenant, by, Method::PATCH, &path, Some(json!({"city": "London"}))).await;
            assert_eq!(named.status, 204);
            let enabled = ask(&tenant, by, Method::PATCH, &path, Some(json!({"accountEnabled": true}))).await;
            let revoked = ask(&tenant, by, Method::POST, &format!("{path}/revokeSignInSessions"), None).await;
            let deleted = ask(&tenant, by, Method::DELETE, &path, None).await;
            assert_eq!([enabled.status == 204, revoked.status == 200, deleted.status == 204], [may; 3]);
            if !may {
                tenant.delete(target).await;
            }
            let path = format!("/directory/deletedItems/{target}");
            let restore = format!("{path}/restore");
            let restored = ask(&tenant, by, Method::POST, &restore, Some(json!({}))).await;
            assert_eq!(restored.status == 200, may, "{}", restored.text);
            if may {
                tenant.delete(target).await;
            }
            assert_eq!(ask(&tenant, by, Method::DELETE, &path, None).await.status == 204, may);
        }
    }
}

#[tokio::test]
async fn whoever_registers_an_application_changes_it_and_administrators_of_applications_all() {
    let tenant = enforced().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let administrator = holder(&tenant, "Cloud Application Administrator").await;
    let create = || ApplicationCreate::builder().display_name("a");
    let note = || ApplicationUpdate::builder().notes(Patch::from("n"));
    let graph = client(&tenant, ada).await;
    let id: Uuid =
        graph.create_application().body(create()).send().await.unwrap().id.clone().unwrap().parse().unwrap();
    graph.update_application().id(id).body(note()).send().await.unwrap();
    let other = client(&tenant, grace).await;
    assert_eq!(refusal(other.update_application().id(id).body(note()).send().await), forbidden());
    assert_eq!(refusal(other.delete_application().id(id).send().await), forbidden());
    let managing = client(&tenant, administrator).await;
    managing.update_application().id(id).body(note()).send().await.unwrap();
    graph.delete_application().id(id).send().await.unwrap();
    let outsider = client(&tenant, guest(&tenant, "guest").await).await;
    assert_eq!(refusal(outsider.create_application().body(create()).send().await), forbidden());
    outsider.list_applications().send().await.unwrap();
    let service = tenant.service_principal("s").await;
    assert_eq!(refusal(graph.delete_service_principal().id(service).send().await), forbidden());
    managing.delete_service_principal().id(service).send().await.unwrap();
}

#[tokio::test]
async fn who_registers_an_application_and_holds_a_role_that_changes_none_owns_it_too() {
    let tenant = enforced().await;
    let (developer, other) = (holder(&tenant, "Application Developer").await, tenant.user("ada").await);
    let graph = client(&tenant, developer).await;
    let body = ApplicationCreate::builder().display_name("a");
    let id: Uuid =
        graph.create_application().body(body).send().await.unwrap().id.clone().unwrap().parse().unwrap();
    let note = || ApplicationUpdate::builder().notes(Patch::from("n"));
    graph.update_application().id(id).body(note()).send().await.unwrap();
    let others = client(&tenant, other).await;
    assert_eq!(refusal(others.update_application().id(id).body(note()).send().await), forbidden());
    let application = ask(&tenant, developer, Method::GET, "/me/ownedObjects", None).await.json();
    assert_eq!(application["value"][0]["id"], json!(id));
}

#[tokio::test]
async fn only_global_administrators_invite_members() {
    let tenant = enforced().await;
    let (ada, inviter) = (tenant.user("ada").await, holder(&tenant, "User Administrator").await);
    let global = holder(&tenant, "Global Administrator").await;
    for (by, kind, status) in [
        (ada, "Guest", 201),
        (ada, "Member", 403),
        (inviter, "Member", 403),
        (global, "Member", 201),
        (global, "Guest", 201),
    ] {
        let body = json!({"invitedUserEmailAddress": format!("{by}@fabrikam.example"), "invitedUserType": kind,
            "inviteRedirectUrl": "https://loans.contoso.example"});
        let invited = ask(&tenant, by, Method::POST, "/invitations", Some(body)).await;
        assert_eq!(invited.status, status, "{kind}: {}", invited.text);
    }
}

#[tokio::test]
async fn nobody_expands_what_it_may_not_list() {
    let tenant = enforced().await;
    let (guest, ada) = (guest(&tenant, "guest").await, tenant.user("ada").await);
    let group = tenant.security_group("g").await;
    tenant.join(group, ada).await;
    for (by, of, property, status) in [
        (guest, ada, "ownedObjects", 403),
        (guest, ada, "createdObjects", 403),
        (guest, ada, "memberOf", 200),
        (guest, guest, "ownedObjects", 200),
        (ada, guest, "ownedObjects", 200),
    ] {
        let path = format!("/users/{of}?$expand={property}");
        let expanded = ask(&tenant, by, Method::GET, &path, None).await;
        assert_eq!(expanded.status, status, "{path}: {}", expanded.text);
    }
    let me = ask(&tenant, guest, Method::GET, "/me?$expand=ownedObjects", None).await;
    assert_eq!(me.status, 200, "{}", me.text);
    let members = format!("/groups/{group}/members/microsoft.graph.user?$expand=");
    for (property, status) in [("ownedObjects", 403), ("memberOf", 200)] {
        let page = ask(&tenant, guest, Method::GET, &format!("{members}{property}"), None).await;
        assert_eq!(page.status, status, "{property}: {}", page.text);
    }
}

#[tokio::test]
async fn who_holds_which_role_and_deleted_units_are_read_by_three_roles() {
    let tenant = enforced().await;
    let unit = tenant.unit("u").await;
    tenant.delete(unit).await;
    let paths = [
        "/roleManagement/directory/roleAssignments".to_owned(),
        "/directory/deletedItems/microsoft.graph.administrativeUnit".to_owned(),
        format!("/directory/deletedItems/{unit}"),
    ];
    for (name, status) in [
        ("Directory Readers", 200),
        ("Global Reader", 200),
        ("Privileged Role Administrator", 200),
        ("User Administrator", 403),
    ] {
        let user = holder(&tenant, name).await;
        for path in &paths {
            let answer = ask(&tenant, user, Method::GET, path, None).await;
            assert_eq!(answer.status, status, "{name}: {path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_deleted_group_to_which_roles_can_be_assigned_is_another_roles_matter() {
    let tenant = enforced().await;
    let groups = [tenant.security_group("g").await, tenant.role_assignable_group("r").await];
    for group in groups {
        tenant.delete(group).await;
    }
    for (name, may) in [
        ("Groups Administrator", [true, false]),
        ("User Administrator", [true, false]),
        ("Privileged Role Administrator", [false, true]),
        ("Global Reader", [true, true]),
    ] {
        let user = holder(&tenant, name).await;
        for (group, may) in groups.into_iter().zip(may) {
            let path = format!("/directory/deletedItems/{group}");
            let answer = ask(&tenant, user, Method::GET, &path, None).await;
            assert_eq!(answer.status == 200, may, "{name}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn roles_and_units_are_one_roles_matter() {
    let tenant = enforced().await;
    let (ada, unit) = (tenant.user("ada").await, tenant.unit("u").await);
    let administrator = holder(&tenant, "Privileged Role Administrator").await;
    let others = client(&tenant, holder(&tenant, "User Administrator").await).await;
    let graph = client(&tenant, administrator).await;
    let template: Uuid = "4a5d8f65-41da-4de4-8968-e035b65339cf".parse().unwrap();
    let activate = || DirectoryRoleCreate::builder().role_template_id(template);
    assert_eq!(refusal(others.create_directory_role().body(activate()).send().await), forbidden());
    let role = graph.create_directory_role().body(activate()).send().await.unwrap();
    let role: Uuid = role.id.as_ref().unwrap().parse().unwrap();
    let add = async |graph: &Client| {
        graph.add_directory_role_member().id(role).body(reference(ada)).send().await.map(drop)
    };
    assert_eq!(refusal(add(&others).await), forbidden());
    add(&graph).await.unwrap();
    let join = async |graph: &Client| {
        graph.add_administrative_unit_member().id(unit).body(reference(ada)).send().await.map(drop)
    };
    assert_eq!(refusal(join(&others).await), forbidden());
    join(&graph).await.unwrap();
}

#[tokio::test]
async fn devices_are_disabled_by_more_roles_than_change_them() {
    let tenant = enforced().await;
    let device = tenant.device("d").await;
    let bodies = || {
        let annotated = json!({"@odata.type": "#microsoft.graph.device", "accountEnabled": true});
        [json!({"accountEnabled": false}), annotated, json!({"displayName": "e"})]
    };
    for (name, may) in
        [("Cloud Device Administrator", [true, true, false]), ("Intune Administrator", [true; 3])]
    {
        let user = holder(&tenant, name).await;
        for (body, may) in bodies().into_iter().zip(may) {
            let changed = ask(&tenant, user, Method::PATCH, &format!("/devices/{device}"), Some(body)).await;
            assert_eq!(changed.status == 204, may, "{name}: {}", changed.text);
        }
    }
}

#[tokio::test]
async fn objects_of_any_kind_are_deleted_by_those_who_delete_that_kind() {
    let tenant = enforced().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let group = tenant.security_group("g").await;
    let administrator = holder(&tenant, "Groups Administrator").await;
    let delete = async |by: Uuid, id: Uuid| {
        ask(&tenant, by, Method::DELETE, &format!("/directoryObjects/{id}"), None).await.status.as_u16()
    };
    assert_eq!(delete(ada, group).await, 403);
    assert_eq!(delete(administrator, grace).await, 403);
    assert_eq!(delete(administrator, group).await, 204);
    let deleted = ask(&tenant, ada, Method::GET, &format!("/directory/deletedItems/{group}"), None).await;
    assert_eq!(deleted.refusal(), forbidden());
}

#[tokio::test]
async fn a_group_that_is_missing_is_created_by_those_who_may_create_one() {
    let tenant = enforced().await;
    let (guest, ada) = (guest(&tenant, "guest").await, tenant.user("ada").await);
    let body =
        json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true});
    for (user, status) in [(guest, 403), (ada, 201)] {
        let token = tenant.user_token(user, all()).await;
        let upsert = tenant.anonymous(Method::PATCH, "/v1.0/groups(uniqueName='g')").bearer_auth(token);
        let upsert = upsert.header("Prefer", "create-if-missing").json(&body);
        assert_eq!(send(upsert).await.status, status);
    }
}

#[tokio::test]
async fn requests_of_a_batch_are_asked_for_the_same_rights_each_at_its_time() {
    let tenant = enforced().await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("g").await);
    role(&tenant, "Privileged Role Administrator", &[ada]).await;
    let groups = role(&tenant, "Groups Administrator", &[ada]).await;
    let add = |id: &str, member: Uuid, after: &[&str]| {
        json!({"id": id, "method": "POST", "url": format!("/groups/{group}/members/$ref"), "dependsOn": after,
            "headers": {"Content-Type": "application/json"}, "body": reference(member)})
    };
    let end = format!("/directoryRoles/{groups}/members/{ada}/$ref");
    let own_groups = json!({"id": "2", "method": "DELETE", "url": end, "dependsOn": ["1"]});
    let requests = [add("1", ada, &[]), own_groups, add("3", tenant.user("grace").await, &["2"])];
    let batch = ask(&tenant, ada, Method::POST, "/$batch", Some(json!({"requests": requests}))).await.json();
    let status = |id: &str| {
        let mut responses = batch["responses"].as_array().unwrap().iter();
        responses.find(|response| response["id"] == id).unwrap()["status"].as_u64().unwrap()
    };
    assert_eq!(["1", "2", "3"].map(status), [204, 204, 403]);
}

#[tokio::test]
async fn hidden_members_are_shown_by_a_role_besides_the_permission() {
    let tenant = enforced().await;
    let (ada, group) = (tenant.user("ada").await, tenant.hidden_group("secret").await);
    tenant.join(group, ada).await;
    let list = async |user: Uuid| client(&tenant, user).await.list_group_members().id(group).send().await;
    assert_eq!(refusal(list(ada).await), forbidden());
    let administrator = holder(&tenant, "Groups Administrator").await;
    assert_eq!(list(administrator).await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn what_applications_may_do_with_graph_by_themselves_a_privileged_role_administrator_decides() {
    let tenant = enforced().await;
    let program = tenant.service_principal("program").await;
    let path = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    let graph = send(tenant.raw(Method::GET, path).await).await.json()["id"].clone();
    let body = json!({"principalId": program, "resourceId": graph,
        "appRoleId": "df021288-bdef-4463-88db-98f22de89214"});
    for (role, is_enough) in [("Application Administrator", false), ("Privileged Role Administrator", true)] {
        let client = client(&tenant, holder(&tenant, role).await).await;
        let assign = client.create_service_principal_app_role_assignment().id(program);
        let assigned = assign.body(serde_json::from_value::<AppRoleAssignmentCreate>(body.clone()).unwrap());
        match assigned.send().await {
            Ok(_) => assert!(is_enough, "{role}"),
            refused => assert_eq!((refusal(refused), is_enough), (forbidden(), false), "{role}"),
        }
    }
}

#[tokio::test]
async fn a_deleted_application_of_a_user_is_shown_whole_to_holders_of_roles_that_read_applications() {
    let tenant = enforced().await;
    let (ada, application) = (tenant.user("ada").await, tenant.application("loans").await);
    tenant.own(application, ada).await;
    tenant.delete(application).await;
    for (name, shown) in [("Groups Administrator", json!(null)), ("Global Reader", json!("loans"))] {
        let reader = holder(&tenant, name).await;
        let body = json!({"userId": ada, "type": "Application"});
        let path = "/directory/deletedItems/getUserOwnedObjects";
        let answer = ask(&tenant, reader, Method::POST, path, Some(body)).await.json();
        assert_eq!(answer["value"][0]["id"], json!(application), "{name}");
        assert_eq!(answer["value"][0]["displayName"], shown, "{name}");
    }
}
