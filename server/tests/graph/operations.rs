//! The operations of the contract, each with a request that its permissions alone decide.

use crate::support::{Answer, Tenant, domain, send};
use reqwest::Method;
use roster_server::{
    http,
    model::{ids::ObjectId, permissions::Permission},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// An operation of the contract.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub security: Value,
    pub responses: Value,
    pub parameters: Value,
    /// The example of its body; `null` where it has none.
    pub body_example: Value,
}

/// All operations of the contract.
pub fn operations() -> Vec<Operation> {
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
                responses: operation["responses"].clone(),
                parameters: operation["parameters"].clone(),
                body_example: operation["requestBody"]["content"]["application/json"]["example"].clone(),
            });
        }
    }
    operations
}

impl Operation {
    /// Whether the contract says that this permission alone is enough.
    pub fn allows(&self, scheme: &str, permission: Permission) -> bool {
        let alone = json!({scheme: [permission.name()]});
        self.security.as_array().unwrap().contains(&alone)
    }

    /// The path with the examples of its parameters.
    pub fn example_path(&self) -> String {
        let parameters = self.parameters.as_array().into_iter().flatten();
        parameters.filter(|parameter| parameter["in"] == "path").fold(self.path.clone(), |path, parameter| {
            let [name, example] = ["name", "example"].map(|key| parameter[key].as_str().unwrap());
            path.replace(&format!("{{{name}}}"), example)
        })
    }

    /// What the contract shows as the answer of this status.
    pub fn example(&self, status: u16) -> &Value {
        &self.responses[status.to_string()]["content"]["application/json"]["example"]
    }
}

/// The objects that sample requests name.
macro_rules! objects {
    ($($name:ident),* $(,)?) => {
        /// The objects that a sample request names. Those that are doomed are deleted.
        #[derive(Clone, Copy)]
        pub struct Objects {
            $(pub $name: Uuid,)*
        }

        impl Objects {
            /// Ids that no object has.
            pub fn absent() -> Self {
                Self { $($name: ObjectId::random().uuid(),)* }
            }

            /// Each of them.
            pub fn ids(&self) -> Vec<Uuid> {
                vec![$(self.$name),*]
            }
        }
    };
}

objects! {
    tenant,
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

impl Objects {
    pub async fn of(tenant: &Tenant) -> Self {
        let objects = Self {
            tenant: tenant.id().uuid(),
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

    /// A request of this operation that its permissions alone decide. An operation without one fails the suite.
    pub fn request(&self, operation: &Operation) -> (String, Option<Value>) {
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
                "mailNickname": "u", "userPrincipalName": format!("{name}@{}", domain(self.tenant)),
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

    pub async fn send(&self, tenant: &Tenant, operation: &Operation, token: Option<&str>) -> Answer {
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

pub fn reference(id: Uuid) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}
