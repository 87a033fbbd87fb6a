//! What each operation of the contract needs: no token, none of the permissions, each permission alone.

use crate::support::{Answer, Tenant, refused, send};
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

/// The objects that a sample request names. Those that are doomed are deleted.
#[derive(Clone, Copy)]
struct Objects {
    group: Uuid,
    user: Uuid,
    member: Uuid,
    owner: Uuid,
    device: Uuid,
    service_principal: Uuid,
    contact: Uuid,
    application: Uuid,
    doomed_group: Uuid,
    doomed_user: Uuid,
    doomed_device: Uuid,
    doomed_service_principal: Uuid,
    doomed: Uuid,
}

impl Objects {
    async fn of(tenant: &Tenant) -> Self {
        let objects = Self {
            group: tenant.security_group("readers").await,
            user: tenant.user("ada").await,
            member: tenant.user("grace").await,
            owner: tenant.user("alan").await,
            device: tenant.device("d").await,
            service_principal: tenant.service_principal("s").await,
            contact: tenant.contact("c").await,
            application: tenant.application("a").await,
            doomed_group: tenant.security_group("doomed").await,
            doomed_user: tenant.user("doomed").await,
            doomed_device: tenant.device("doomed").await,
            doomed_service_principal: tenant.service_principal("doomed").await,
            doomed: tenant.user("doomed-too").await,
        };
        tenant.join(objects.group, objects.member).await;
        tenant.own(objects.group, objects.owner).await;
        objects
    }

    fn absent() -> Self {
        let [
            group,
            user,
            member,
            owner,
            device,
            service_principal,
            contact,
            application,
            doomed_group,
            doomed_user,
            doomed_device,
            doomed_service_principal,
            doomed,
        ] = [(); 13].map(|()| ObjectId::random().uuid());
        Self {
            group,
            user,
            member,
            owner,
            device,
            service_principal,
            contact,
            application,
            doomed_group,
            doomed_user,
            doomed_device,
            doomed_service_principal,
            doomed,
        }
    }

    fn ids(&self) -> [Uuid; 13] {
        [
            self.group,
            self.user,
            self.member,
            self.owner,
            self.device,
            self.service_principal,
            self.contact,
            self.application,
            self.doomed_group,
            self.doomed_user,
            self.doomed_device,
            self.doomed_service_principal,
            self.doomed,
        ]
    }

    /// A request of this operation that its permissions alone decide. An operation without one fails the suite.
    fn request(&self, operation: &Operation) -> (String, Option<Value>) {
        let Self { group, user, member, owner, device, service_principal, contact, application, .. } = self;
        let name = ObjectId::random();
        match operation.id.as_str() {
            "add_group_member" => (format!("/groups/{group}/members/$ref"), Some(reference(*user))),
            "list_group_members" => (format!("/groups/{group}/members"), None),
            "list_group_member_references" => (format!("/groups/{group}/members/$ref"), None),
            "count_group_members" => (format!("/groups/{group}/members/$count"), None),
            "remove_group_member" => (format!("/groups/{group}/members/{member}/$ref"), None),
            "add_group_owner" => (format!("/groups/{group}/owners/$ref"), Some(reference(*user))),
            "list_group_owners" => (format!("/groups/{group}/owners"), None),
            "count_group_owners" => (format!("/groups/{group}/owners/$count"), None),
            "remove_group_owner" => (format!("/groups/{group}/owners/{owner}/$ref"), None),
            "list_groups" => ("/groups".into(), None),
            "count_groups" => ("/groups/$count".into(), None),
            "create_group" => (
                "/groups".into(),
                Some(json!({"displayName": "g", "mailEnabled": false,
                "mailNickname": "g", "securityEnabled": true})),
            ),
            "get_group" => (format!("/groups/{group}"), None),
            "update_group" => {
                let member = &reference(*user)["@odata.id"];
                (format!("/groups/{group}"), Some(json!({"members@odata.bind": [member]})))
            }
            "delete_group" => (format!("/groups/{}", self.doomed_group), None),
            "list_users" => ("/users".into(), None),
            "count_users" => ("/users/$count".into(), None),
            "create_user" => (
                "/users".into(),
                Some(json!({"accountEnabled": true, "displayName": "u",
                "mailNickname": "u", "userPrincipalName": format!("{name}@contoso.example"),
                "passwordProfile": {"password": "Secret 123"}})),
            ),
            "get_user" => (format!("/users/{user}"), None),
            "update_user" => (format!("/users/{user}"), Some(json!({"city": "London"}))),
            "delete_user" => (format!("/users/{}", self.doomed_user), None),
            "get_me" => ("/me".into(), None),
            "update_me" => ("/me".into(), Some(json!({"city": "Turin"}))),
            "list_devices" => ("/devices".into(), None),
            "count_devices" => ("/devices/$count".into(), None),
            "create_device" => (
                "/devices".into(),
                Some(
                    json!({"accountEnabled": true, "alternativeSecurityIds": [], "deviceId": name.to_string(),
                "displayName": "d", "operatingSystem": "Linux", "operatingSystemVersion": "6"}),
                ),
            ),
            "get_device" => (format!("/devices/{device}"), None),
            "update_device" => (format!("/devices/{device}"), Some(json!({"isManaged": true}))),
            "delete_device" => (format!("/devices/{}", self.doomed_device), None),
            "list_service_principals" => ("/servicePrincipals".into(), None),
            "count_service_principals" => ("/servicePrincipals/$count".into(), None),
            "create_service_principal" => {
                ("/servicePrincipals".into(), Some(json!({"appId": name.to_string()})))
            }
            "get_service_principal" => (format!("/servicePrincipals/{service_principal}"), None),
            "update_service_principal" => {
                (format!("/servicePrincipals/{service_principal}"), Some(json!({"notes": "n"})))
            }
            "delete_service_principal" => {
                (format!("/servicePrincipals/{}", self.doomed_service_principal), None)
            }
            "list_applications" => ("/applications".into(), None),
            "count_applications" => ("/applications/$count".into(), None),
            "get_application" => (format!("/applications/{application}"), None),
            "list_contacts" => ("/contacts".into(), None),
            "count_contacts" => ("/contacts/$count".into(), None),
            "get_contact" => (format!("/contacts/{contact}"), None),
            "get_directory_object" => (format!("/directoryObjects/{contact}"), None),
            "delete_directory_object" => (format!("/directoryObjects/{}", self.doomed), None),
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
                if operation.path == "/me" && scheme == "application" {
                    let message = "/me request is only valid with delegated authentication flow.";
                    assert_eq!(answer.refusal(), refused(400, "BadRequest", message));
                    continue;
                }
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
        for operation in operations().into_iter().filter(|operation| operation.path != "/me") {
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
        // Nobody deletes by this operation without a signed-in user.
        let expected = if operation.id == "delete_directory_object" { 403 } else { 404 };
        assert_eq!(others.0, expected, "{}", operation.id);
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
    for id in objects.ids() {
        text = text.replace(&id.to_string(), "ID");
    }
    let mut body: Value = serde_json::from_str(&text).unwrap();
    body["error"]["innerError"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(|name| name.to_string()).collect();
    headers.sort();
    (answer.status.as_u16(), body.to_string(), headers)
}
