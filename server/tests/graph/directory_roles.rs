//! `/directoryRoles` and `/directoryRoleTemplates`: which roles there are, how they are activated, and who holds them.

use crate::support::{Answer, Tenant, forbidden, not_found, reference, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client,
    types::{
        CheckMemberObjectsParameters, DirectoryObjectCollection, DirectoryRoleCreate,
        GetMemberGroupsParameters,
    },
};
use roster_server::model::role_templates::ROLE_TEMPLATES;
use serde_json::json;
use uuid::Uuid;

const NONE: [Uuid; 0] = [];

const ALL: [&str; 4] =
    ["RoleManagement.ReadWrite.Directory", "User.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All"];
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const GLOBAL_READER: &str = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

fn id_of(text: &str) -> Uuid {
    text.parse().unwrap()
}

async fn activated(graph: &Client, template: &str) -> Uuid {
    let body = DirectoryRoleCreate::builder().role_template_id(id_of(template));
    let role = graph.create_directory_role().body(body).send().await.unwrap();
    id_of(role.id.as_ref().unwrap())
}

fn ids(page: &DirectoryObjectCollection) -> Vec<Uuid> {
    page.value.iter().map(|object| id_of(object.id.as_ref().unwrap())).collect()
}

async fn members(graph: &Client, role: Uuid) -> Vec<Uuid> {
    ids(&graph.list_directory_role_members().id(role).send().await.unwrap())
}

async fn add(graph: &Client, role: Uuid, member: Uuid) {
    graph.add_directory_role_member().id(role).body(reference(member)).send().await.unwrap();
}

#[tokio::test]
async fn templates_are_the_built_in_roles_of_every_tenant() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["RoleManagement.Read.Directory"]).await;
    let listed = graph.list_directory_role_templates().send().await.unwrap().into_inner();
    assert_eq!(listed.value.len(), ROLE_TEMPLATES.len());
    assert_eq!(listed.odata_context, format!("{}/v1.0/$metadata#directoryRoleTemplates", tenant.origin()));
    let global_reader = id_of(GLOBAL_READER);
    let one = graph.get_directory_role_template().id(global_reader).send().await.unwrap().into_inner();
    assert_eq!((one.id.as_str(), one.display_name.as_str()), (GLOBAL_READER, "Global Reader"));
    let nobody = Uuid::from_u128(7);
    assert_eq!(refusal(graph.get_directory_role_template().id(nobody).send().await), not_found(nobody));
    let weak = tenant.client(["User.Read.All"]).await;
    assert_eq!(refusal(weak.list_directory_role_templates().send().await), forbidden());
}

#[tokio::test]
async fn a_role_is_activated_once_and_found_by_its_template() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    assert_eq!(graph.list_directory_roles().send().await.unwrap().value.len(), 0);
    let role = activated(&graph, USER_ADMINISTRATOR).await;
    let read = graph.get_directory_role().id(role).send().await.unwrap().into_inner();
    assert_eq!(read.display_name.as_deref(), Some("User Administrator"));
    assert_eq!(read.role_template_id.as_deref(), Some(USER_ADMINISTRATOR));
    for path in [
        format!("/directoryRoles(roleTemplateId='{USER_ADMINISTRATOR}')"),
        format!("/directoryRoles(roleTemplateId='{}')", USER_ADMINISTRATOR.to_uppercase()),
    ] {
        let found = send(tenant.raw(Method::GET, &path).await).await;
        assert_eq!(found.json()["id"], role.to_string(), "{path}: {}", found.text);
    }
    let twice = DirectoryRoleCreate::builder().role_template_id(id_of(USER_ADMINISTRATOR));
    let twice = graph.create_directory_role().body(twice).send().await;
    let taken = "Another object with the same value for property roleTemplateId already exists.";
    assert_eq!(refusal(twice), refused(400, "Request_BadRequest", taken));
    let unknown = DirectoryRoleCreate::builder().role_template_id(Uuid::from_u128(7));
    let unknown = graph.create_directory_role().body(unknown).send().await;
    let message = "Invalid value specified for property 'roleTemplateId' of resource 'DirectoryRole'.";
    assert_eq!(refusal(unknown), refused(400, "Request_BadRequest", message));
    let named = json!({"roleTemplateId": GLOBAL_READER, "displayName": "x"});
    let named = send(tenant.raw(Method::POST, "/directoryRoles").await.json(&named)).await;
    let message = "Property 'displayName' is read-only and cannot be set.";
    assert_eq!(named.refusal(), refused(400, "Request_BadRequest", message));
    activated(&graph, GLOBAL_READER).await;
    let filter = format!("roleTemplateId eq '{GLOBAL_READER}'");
    let found = graph.list_directory_roles().filter(filter).send().await.unwrap();
    assert_eq!(found.value.len(), 1);
    assert_eq!(found.value[0].display_name.as_deref(), Some("Global Reader"));
    let reader = tenant.client(["Directory.Read.All"]).await;
    let body = DirectoryRoleCreate::builder().role_template_id(id_of(ROLE_TEMPLATES[0].id));
    assert_eq!(refusal(reader.create_directory_role().body(body).send().await), forbidden());
}

#[tokio::test]
async fn users_service_principals_and_role_assignable_groups_hold_roles() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let role = activated(&graph, USER_ADMINISTRATOR).await;
    let (ada, payroll) = (tenant.user("ada").await, tenant.service_principal("payroll").await);
    let administrators = tenant.role_assignable_group("administrators").await;
    for member in [ada, payroll, administrators] {
        add(&graph, role, member).await;
    }
    assert_eq!(members(&graph, role).await, [ada, payroll, administrators]);
    let references = graph.list_directory_role_member_references().id(role).send().await.unwrap();
    assert_eq!(references.value.len(), 3);
    let by_template = format!("/directoryRoles(roleTemplateId='{USER_ADMINISTRATOR}')/members");
    let by_template = send(tenant.raw(Method::GET, &by_template).await).await;
    assert_eq!(by_template.json()["value"].as_array().unwrap().len(), 3);

    let add = |member: Uuid| graph.add_directory_role_member().id(role).body(reference(member)).send();
    let twice =
        "One or more added object references already exist for the following modified properties: 'members'.";
    assert_eq!(refusal(add(ada).await), refused(400, "Request_BadRequest", twice));
    for (other, words) in [
        (tenant.security_group("readers").await, "A security group"),
        (tenant.device("d").await, "A device"),
        (role, "A directory role"),
    ] {
        let message = format!("{words} can't be assigned a directory role.");
        assert_eq!(refusal(add(other).await), refused(400, "Request_BadRequest", &message));
    }
    let nobody = Uuid::from_u128(7);
    assert_eq!(refusal(add(nobody).await), not_found(nobody));

    let remove = |member: Uuid| graph.remove_directory_role_member().id(role).member_id(member).send();
    remove(payroll).await.unwrap();
    assert_eq!(refusal(remove(payroll).await), not_found(role));
    assert_eq!(members(&graph, role).await, [ada, administrators]);
}

#[tokio::test]
async fn roles_are_told_of_those_who_hold_them_be_it_through_a_group() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (own, of_group) =
        (activated(&graph, USER_ADMINISTRATOR).await, activated(&graph, GLOBAL_READER).await);
    let (ada, group) = (tenant.user("ada").await, tenant.role_assignable_group("administrators").await);
    tenant.join(group, ada).await;
    add(&graph, own, ada).await;
    add(&graph, of_group, group).await;
    let direct = ids(&graph.list_user_member_of().id(ada.to_string()).send().await.unwrap());
    assert_eq!(direct, [own, group]);
    let roles = graph.list_user_member_of_as_directory_role().id(ada.to_string()).send().await.unwrap();
    assert_eq!(roles.value.len(), 1);
    let transitive = ids(&graph.list_user_transitive_member_of().id(ada.to_string()).send().await.unwrap());
    assert_eq!(transitive, [own, of_group, group]);
    let get = graph
        .get_user_member_objects()
        .id(ada.to_string())
        .body(GetMemberGroupsParameters::builder().security_enabled_only(false));
    assert_eq!(get.send().await.unwrap().value, [own, of_group, group].map(|id| id.to_string()));
    let asked = vec![id_of(GLOBAL_READER), own, id_of(ROLE_TEMPLATES[0].id)];
    let check = graph
        .check_user_member_objects()
        .id(ada.to_string())
        .body(CheckMemberObjectsParameters::builder().ids(asked));
    assert_eq!(check.send().await.unwrap().value, [GLOBAL_READER.to_owned(), own.to_string()]);
    for (of, served) in [(format!("/users/{ada}"), 200), (format!("/groups/{group}"), 400)] {
        for relation in ["memberOf", "transitiveMemberOf"] {
            let cast = format!("{of}/{relation}/microsoft.graph.directoryRole?$count=true");
            let request = tenant.raw(Method::GET, &cast).await.header("ConsistencyLevel", "eventual");
            assert_eq!(send(request).await.status, served, "{cast}");
        }
    }
    let below = graph.list_group_transitive_members().id(group).send().await.unwrap();
    assert_eq!(ids(&below), [ada]);
}

#[tokio::test]
async fn a_deleted_user_holds_no_role_until_it_is_restored() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let role = activated(&graph, USER_ADMINISTRATOR).await;
    let ada = tenant.user("ada").await;
    add(&graph, role, ada).await;
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    assert_eq!(members(&graph, role).await, NONE);
    let restore = format!("/directory/deletedItems/{ada}/restore");
    assert_eq!(send(tenant.raw(Method::POST, &restore).await).await.status, 200);
    assert_eq!(members(&graph, role).await, [ada]);
}

/// A tenant with a role, and a group to which roles can be assigned; and what has rights by them: a user who holds the role, a service
/// principal that does, and users who are a member and an owner of the group.
async fn privileged() -> (Tenant, [Uuid; 3], Uuid) {
    let tenant = Tenant::fresh().await;
    let (role, group) =
        (tenant.role(USER_ADMINISTRATOR).await, tenant.role_assignable_group("administrators").await);
    let users = [tenant.user("holder").await, tenant.user("member").await, tenant.user("owner").await];
    let service = tenant.service_principal("service").await;
    tenant.join(role, users[0]).await;
    tenant.join(role, service).await;
    tenant.join(group, users[1]).await;
    tenant.own(group, users[2]).await;
    (tenant, users, service)
}

/// Does this to an object as an application, or as a user, with these permissions.
async fn ask(
    tenant: &Tenant,
    (method, path): (Method, String),
    by_user: bool,
    permissions: &[&str],
) -> Answer {
    let permissions = permissions.iter().copied();
    let token = match by_user {
        true => tenant.user_token(Uuid::from_u128(1), permissions).await,
        false => tenant.app_token(permissions).await,
    };
    send(tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(token)).await
}

#[tokio::test]
async fn what_gets_back_a_role_is_restored_only_by_those_who_could_give_it() {
    let (tenant, users, service) = privileged().await;
    let restore = async |object: Uuid, by_user, permissions: &[&str]| {
        let path = format!("/directory/deletedItems/{object}/restore");
        let own = ["User.DeleteRestore.All", "Application.ReadWrite.All", "Directory.ReadWrite.All"];
        ask(&tenant, (Method::POST, path), by_user, &[&own[..], permissions].concat()).await
    };
    let roles = "RoleManagement.ReadWrite.Directory";
    let as_user = "Directory.AccessAsUser.All";
    for object in users.into_iter().chain([service]) {
        tenant.delete(object).await;
        assert_eq!(restore(object, false, &[]).await.refusal(), forbidden());
        assert_eq!(restore(object, true, &[as_user]).await.refusal(), forbidden());
        assert_eq!(restore(object, false, &[roles]).await.status, 200);
    }
    for (object, status) in users.map(|user| (user, 403)).into_iter().chain([(service, 200)]) {
        tenant.delete(object).await;
        assert_eq!(restore(object, true, &[roles]).await.status, status);
    }
    assert_eq!(restore(users[0], true, &[roles, as_user]).await.status, 200);
    let plain = tenant.user("plain").await;
    tenant.delete(plain).await;
    assert_eq!(restore(plain, false, &[]).await.status, 200);
}

#[tokio::test]
async fn a_group_that_is_deleted_too_gives_rights_to_those_who_are_restored_before_it() {
    let (tenant, [_, member, _], _) = privileged().await;
    let group = send(tenant.raw(Method::GET, &format!("/users/{member}/memberOf")).await).await.json();
    let group = id_of(group["value"][0]["id"].as_str().unwrap());
    tenant.delete(group).await;
    tenant.delete(member).await;
    let restore = async |id, permissions: &[&str]| {
        let path = format!("/directory/deletedItems/{id}/restore");
        ask(&tenant, (Method::POST, path), false, permissions).await
    };
    assert_eq!(restore(member, &["User.ReadWrite.All"]).await.refusal(), forbidden());
    let purge = format!("/directory/deletedItems/{group}");
    let purge = ask(
        &tenant,
        (Method::DELETE, purge),
        true,
        &["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"],
    );
    assert_eq!(purge.await.status, 204);
    assert_eq!(
        restore(member, &["User.ReadWrite.All"]).await.status,
        200,
        "of a group that is gone it gets nothing"
    );
}

#[tokio::test]
async fn users_with_roles_are_deleted_by_few() {
    let (tenant, users, service) = privileged().await;
    let restore = async |user: Uuid| {
        send(tenant.raw(Method::POST, &format!("/directory/deletedItems/{user}/restore")).await).await
    };
    let users_alone = "User.ReadWrite.All";
    for (by_user, besides) in
        [(true, "Directory.AccessAsUser.All"), (false, "RoleManagement.ReadWrite.Directory")]
    {
        for user in users {
            let delete = async |permissions: &[&str]| {
                ask(&tenant, (Method::DELETE, format!("/users/{user}")), by_user, permissions).await
            };
            assert_eq!(delete(&[users_alone]).await.refusal(), forbidden());
            assert_eq!(delete(&[users_alone, besides]).await.status, 204);
            assert_eq!(restore(user).await.status, 200);
        }
    }
    let user = users[0];
    tenant.delete(user).await;
    let purge = async |permissions: &[&str]| {
        ask(&tenant, (Method::DELETE, format!("/directory/deletedItems/{user}")), true, permissions).await
    };
    assert_eq!(purge(&[users_alone]).await.refusal(), forbidden());
    assert_eq!(purge(&[users_alone, "Directory.AccessAsUser.All"]).await.status, 204);
    let service = format!("/servicePrincipals/{service}");
    let deleted = ask(&tenant, (Method::DELETE, service), false, &["Application.ReadWrite.All"]).await;
    assert_eq!(deleted.status, 204, "only users are guarded so");
}

#[tokio::test]
async fn a_role_stays_activated() {
    let tenant = Tenant::fresh().await;
    let role = tenant.role(GLOBAL_READER).await;
    let user = tenant.user("ada").await;
    let graph = tenant.client_of(user, ["Directory.AccessAsUser.All"]).await;
    assert_eq!(refusal(graph.delete_directory_object().id(role).send().await), forbidden());
}
