//! `appRoleAssignments` and `appRoleAssignedTo`: who has which role of which application, and what tokens say of it.

use crate::support::{Tenant, forbidden, refusal, refused, send};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use roster_client::{Client, types::AppRoleAssignmentCreate};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

const ALL: [&str; 3] = ["AppRoleAssignment.ReadWrite.All", "Application.Read.All", "Directory.Read.All"];
const USER_READ_ALL: Uuid = uuid!("df021288-bdef-4463-88db-98f22de89214");
const READER: Uuid = uuid!("6b1a0000-0000-4000-8000-000000000001");
const PROGRAM: Uuid = uuid!("6b1a0000-0000-4000-8000-000000000002");
const CLOSED: Uuid = uuid!("6b1a0000-0000-4000-8000-000000000003");

fn assignment(principal: Uuid, resource: Uuid, role: Uuid) -> AppRoleAssignmentCreate {
    let body = json!({"principalId": principal, "resourceId": resource, "appRoleId": role});
    serde_json::from_value(body).unwrap()
}

async fn graph_of(tenant: &Tenant) -> Uuid {
    let path = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    send(tenant.raw(Method::GET, path).await).await.json()["id"].as_str().unwrap().parse().unwrap()
}

/// A resource with a role for users, one for applications, and a disabled one for both.
async fn resource(tenant: &Tenant) -> Uuid {
    let resource = tenant.service_principal("loans").await;
    let role = |id: Uuid, name: &str, holders: &[&str], is_enabled: bool| {
        json!({"id": id, "displayName": name, "description": name, "value": name, "isEnabled": is_enabled,
            "allowedMemberTypes": holders})
    };
    let roles = [
        role(READER, "reader", &["User"], true),
        role(PROGRAM, "program", &["Application"], true),
        role(CLOSED, "closed", &["User", "Application"], false),
    ];
    let change = tenant.raw(Method::PATCH, &format!("/servicePrincipals/{resource}")).await;
    assert_eq!(send(change.json(&json!({"appRoles": roles}))).await.status, 204);
    resource
}

/// The roles of a new token of an application.
async fn roles_of_token(tenant: &Tenant, app_id: &str, secret: &str) -> Value {
    let answer = tenant.token_for(app_id, secret).await.json();
    let token = answer["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["roles"].clone()
}

#[tokio::test]
async fn what_an_application_is_assigned_of_graph_its_next_token_says() {
    let tenant = Tenant::fresh().await;
    let post = async |path: &str, body: Value| {
        let answer = send(tenant.raw(Method::POST, path).await.json(&body)).await;
        assert!(answer.status.is_success(), "{answer:?}");
        answer.json()
    };
    let application = post("/applications", json!({"displayName": "program"})).await;
    let app_id = application["appId"].as_str().unwrap();
    let own = post("/servicePrincipals", json!({"appId": app_id})).await;
    let own: Uuid = own["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/applications/{}/addPassword", application["id"].as_str().unwrap());
    let password = post(&path, json!({})).await;
    let secret = password["secretText"].as_str().unwrap();
    assert_eq!(roles_of_token(&tenant, app_id, secret).await, Value::Null);

    let (graph, resource) = (tenant.client(ALL).await, graph_of(&tenant).await);
    let assign = graph.create_service_principal_app_role_assignment().id(own);
    let made = assign.body(assignment(own, resource, USER_READ_ALL)).send().await.unwrap();
    assert_eq!(roles_of_token(&tenant, app_id, secret).await, json!(["User.Read.All"]));
    let take = graph.delete_service_principal_app_role_assignment().id(own);
    take.app_role_assignment_id(made.id.clone().unwrap()).send().await.unwrap();
    assert_eq!(roles_of_token(&tenant, app_id, secret).await, Value::Null);
}

#[tokio::test]
async fn an_assignment_is_found_at_both_of_its_ends_until_it_is_taken_away() {
    let tenant = Tenant::fresh().await;
    let (graph, resource) = (tenant.client(ALL).await, resource(&tenant).await);
    let (ada, readers) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let of_ada = graph.create_user_app_role_assignment().id(ada.to_string());
    let of_ada = of_ada.body(assignment(ada, resource, READER)).send().await.unwrap().into_inner();
    assert_eq!(
        [&of_ada.principal_display_name, &of_ada.principal_type, &of_ada.resource_display_name]
            .map(|text| text.as_deref().unwrap()),
        ["ada", "User", "loans"]
    );
    let at_resource = graph.create_service_principal_app_role_assigned_to().id(resource);
    let of_group = at_resource.body(assignment(readers, resource, READER)).send().await.unwrap().into_inner();
    assert_eq!(of_group.principal_type.as_deref(), Some("Group"));

    let all = graph.list_service_principal_app_roles_assigned_to().id(resource).send().await.unwrap();
    let all: Vec<_> = all.value.iter().map(|one| one.id.clone()).collect();
    assert_eq!(all, [of_ada.id.clone(), of_group.id.clone()]);
    let first =
        graph.list_service_principal_app_roles_assigned_to().id(resource).top(1).send().await.unwrap();
    assert_eq!((first.value.len(), first.odata_next_link.is_some()), (1, true));
    let listed = graph.list_user_app_role_assignments().id(ada.to_string()).send().await.unwrap();
    assert_eq!(listed.value[0].id, of_ada.id);
    let me = tenant.client_of(ada, ALL).await;
    assert_eq!(me.list_my_app_role_assignments().send().await.unwrap().value[0].id, of_ada.id);
    let of_readers = graph.list_group_app_role_assignments().id(readers).send().await.unwrap();
    assert_eq!(of_readers.value[0].id, of_group.id);
    for (of, found) in [(resource, 1), (ada, 0)] {
        let filter = format!("resourceId eq {of}");
        let listed = graph.list_user_app_role_assignments().id(ada.to_string()).filter(filter).send().await;
        assert_eq!(listed.unwrap().value.len(), found);
    }

    let id = of_ada.id.clone().unwrap();
    let get = async |graph: &Client| {
        let get = graph.get_service_principal_app_role_assigned_to().id(resource);
        get.app_role_assignment_id(&id).send().await
    };
    assert_eq!(get(&graph).await.unwrap().app_role_id, of_ada.app_role_id);
    let of_another = graph.delete_group_app_role_assignment().id(readers).app_role_assignment_id(&id);
    assert_eq!(refusal(of_another.send().await).0, 404);
    let take = graph.delete_service_principal_app_role_assigned_to().id(resource);
    take.app_role_assignment_id(&id).send().await.unwrap();
    let absent = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    assert_eq!(refusal(get(&graph).await), refused(404, "Request_ResourceNotFound", &absent));
    let left = graph.list_user_app_role_assignments().id(ada.to_string()).send().await.unwrap();
    assert_eq!(left.value.len(), 0);
}

#[tokio::test]
async fn only_enabled_roles_for_such_a_principal_are_assigned_and_each_once() {
    let tenant = Tenant::fresh().await;
    let (graph, resource) = (tenant.client(ALL).await, resource(&tenant).await);
    let (ada, program) = (tenant.user("ada").await, tenant.service_principal("program").await);
    let assign = async |principal: Uuid, role: Uuid| {
        let request = graph.create_service_principal_app_role_assigned_to().id(resource);
        request.body(assignment(principal, resource, role)).send().await
    };
    let unknown =
        || refused(400, "Request_BadRequest", "Permission being assigned was not found on application");
    for (principal, role) in [
        (ada, PROGRAM),
        (program, READER),
        (ada, CLOSED),
        (program, CLOSED),
        (ada, Uuid::nil()),
        (program, USER_READ_ALL),
    ] {
        assert_eq!(refusal(assign(principal, role).await), unknown(), "{principal} {role}");
    }
    assign(ada, READER).await.unwrap();
    let twice = "Permission being assigned already exists on the object";
    assert_eq!(refusal(assign(ada, READER).await), refused(400, "Request_BadRequest", twice));
    assign(program, PROGRAM).await.unwrap();
    assert_eq!(refusal(assign(tenant.device("d").await, READER).await).0, 404);
    let elsewhere = graph.create_user_app_role_assignment().id(ada.to_string());
    let elsewhere = elsewhere.body(assignment(program, resource, PROGRAM)).send().await;
    let invalid = "Invalid value specified for property 'principalId' of resource 'AppRoleAssignment'.";
    assert_eq!(refusal(elsewhere), refused(400, "Request_BadRequest", invalid));
}

#[tokio::test]
async fn without_the_permission_nothing_is_assigned() {
    let tenant = Tenant::fresh().await;
    let (resource, ada) = (resource(&tenant).await, tenant.user("ada").await);
    let weak = tenant.client(["Application.ReadWrite.All", "Directory.ReadWrite.All"]).await;
    let assign = weak.create_service_principal_app_role_assigned_to().id(resource);
    assert_eq!(refusal(assign.body(assignment(ada, resource, READER)).send().await), forbidden());
}
