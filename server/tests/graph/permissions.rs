//! What each operation of the contract needs: no token, none of the permissions, each permission alone.

use crate::support::{Answer, Tenant, send};
use reqwest::Method;
use roster_server::{
    http,
    model::{ids::ObjectId, permissions::Permission},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// An operation of the contract.
struct Operation {
    id: String,
    method: Method,
    path: String,
    security: Value,
}

/// All operations of the contract.
fn operations() -> Vec<Operation> {
    let contract = serde_json::to_value(http::contract()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in
            item.as_object().unwrap().iter().filter(|(_, operation)| operation.is_object())
        {
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().into(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                security: operation["security"].clone(),
            });
        }
    }
    operations
}

impl Operation {
    /// Whether the contract says that this permission alone is enough.
    fn allows(&self, scheme: &str, permission: Permission) -> bool {
        let alone = json!({scheme: [permission.name()]});
        self.security.as_array().unwrap().contains(&alone)
    }
}

/// The objects that a sample request names.
#[derive(Clone, Copy)]
struct Objects {
    group: Uuid,
    user: Uuid,
    member: Uuid,
}

impl Objects {
    async fn of(tenant: &Tenant) -> Self {
        let (group, user) = (tenant.security_group("readers").await, tenant.user("ada").await);
        let member = tenant.user("grace").await;
        tenant.join(group, member).await;
        Self { group, user, member }
    }

    fn absent() -> Self {
        let [group, user, member] = [(); 3].map(|()| ObjectId::random().uuid());
        Self { group, user, member }
    }

    /// A request of this operation that its permissions alone decide. An operation without one fails the suite.
    fn request(&self, operation: &Operation) -> (String, Option<Value>) {
        let Self { group, user, member } = self;
        let name = ObjectId::random();
        match operation.id.as_str() {
            "add_group_member" => (format!("/groups/{group}/members/$ref"), Some(reference(*user))),
            "list_group_members" => (format!("/groups/{group}/members"), None),
            "count_group_members" => (format!("/groups/{group}/members/$count"), None),
            "remove_group_member" => (format!("/groups/{group}/members/{member}/$ref"), None),
            "create_group" => (
                "/groups".into(),
                Some(json!({"displayName": "g", "mailEnabled": false,
                "mailNickname": "g", "securityEnabled": true})),
            ),
            "get_group" => (format!("/groups/{group}"), None),
            "create_user" => (
                "/users".into(),
                Some(json!({"accountEnabled": true, "displayName": "u",
                "mailNickname": "u", "userPrincipalName": format!("{name}@contoso.example"),
                "passwordProfile": {"password": "Secret 123"}})),
            ),
            "get_user" => (format!("/users/{user}"), None),
            other => {
                panic!("{other} has no sample request here: give it one, so that its permissions are tested")
            }
        }
    }

    async fn send(&self, tenant: &Tenant, operation: &Operation, token: Option<&str>) -> Answer {
        let (path, body) = self.request(operation);
        let mut request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
        request = request.header("ConsistencyLevel", "eventual");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        send(request).await
    }
}

fn reference(id: Uuid) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

#[tokio::test]
async fn nothing_is_answered_without_a_token() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for operation in operations() {
        let (status, code, message) = objects.send(&tenant, &operation, None).await.refusal();
        assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"), "{}", operation.id);
        assert_eq!(message, "Access token is empty.");
    }
}

#[tokio::test]
async fn each_permission_alone_does_what_the_contract_says_and_no_more() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for permission in Permission::ALL {
        let app = tenant.app_token([permission.name()]).await;
        let user = tenant.user_token(objects.user, [permission.name()]).await;
        for operation in operations() {
            for (scheme, token) in [("application", &app), ("delegated", &user)] {
                let answer = objects.send(&tenant, &operation, Some(token)).await;
                let allowed = answer.status != 403;
                let expected = operation.allows(scheme, *permission);
                assert_eq!(allowed, expected, "{} with {scheme} {permission}: {answer:?}", operation.id);
                assert_ne!(answer.status, 401, "{}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn a_token_of_no_known_permission_is_refused_everywhere() {
    let tenant = Tenant::fresh().await;
    let objects = Objects::of(&tenant).await;
    for token in [tenant.app_token(["Mail.Send"]).await, tenant.user_token(objects.user, ["openid"]).await] {
        for operation in operations() {
            let refusal = objects.send(&tenant, &operation, Some(&token)).await.refusal();
            assert_eq!(refusal, crate::support::forbidden(), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn another_tenants_objects_and_none_at_all_are_the_same_bytes() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let (there, absent) = (Objects::of(&theirs).await, Objects::absent());
    let token = mine.app_token(Permission::ALL.iter().map(|permission| permission.name())).await;
    for operation in operations().into_iter().filter(|operation| operation.path.contains('{')) {
        let others = same(&there, &there.send(&mine, &operation, Some(&token)).await);
        let nobodys = same(&absent, &absent.send(&mine, &operation, Some(&token)).await);
        assert_eq!(others, nobodys, "{}", operation.id);
        assert_eq!(others.0, 404, "{}", operation.id);
    }
}

#[tokio::test]
async fn another_tenants_object_can_not_be_added_and_looks_like_none() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let group = mine.security_group("readers").await;
    let there = Objects { group, ..Objects::of(&theirs).await };
    let absent = Objects { group, ..Objects::absent() };
    let token = mine.app_token(["Directory.ReadWrite.All"]).await;
    let add = operations().into_iter().find(|operation| operation.id == "add_group_member").unwrap();
    let others = same(&there, &there.send(&mine, &add, Some(&token)).await);
    let nobodys = same(&absent, &absent.send(&mine, &add, Some(&token)).await);
    assert_eq!(others, nobodys);
    assert_eq!(others.0, 404);
}

/// An answer without what differs between any two requests.
fn same(objects: &Objects, answer: &Answer) -> (u16, String, Vec<String>) {
    let mut text = answer.text.clone();
    for id in [objects.group, objects.user, objects.member] {
        text = text.replace(&id.to_string(), "ID");
    }
    let mut body: Value = serde_json::from_str(&text).unwrap();
    body["error"]["innerError"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    headers.sort();
    (answer.status.as_u16(), body.to_string(), headers)
}
