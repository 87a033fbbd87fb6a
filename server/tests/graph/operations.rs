//! The operations of the contract, each with a request that only its permissions decide.

use crate::{
    client_certificates::Credential,
    support::{Answer, Tenant, domain, send},
};
use chrono::DateTime;
use reqwest::Method;
use roster_server::{
    directory::{self, federated_identity_credentials, sample},
    http,
    model::{
        app_role_assignment,
        group_setting::{Template, UNIFIED, UNIFIED_GUEST},
        ids::ObjectId,
        kinds::ObjectKind,
        oauth2_permission_grant::Ends,
        role_assignment,
        role_templates::ROLE_TEMPLATES,
    },
    odata::listing::Cursor,
    store::{
        self, WriteTx, app_role_assignments, app_role_assignments::Of, oauth2_permission_grants, objects,
        principals, resources, resources::Kind,
    },
};
use serde_json::{Value, json};
use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use uuid::Uuid;

/// An operation of the contract.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub permissions: Value,
    pub responses: Value,
    pub parameters: Value,
    /// Whether a body is sent to it.
    pub has_body: bool,
    /// The example of its body; `null` where it has none.
    pub body_example: Value,
    /// Where the contract has the schema of its body.
    body_schema: String,
}

/// An error that the contract shows of an operation.
pub struct ErrorExample {
    pub status: u16,
    pub name: String,
    pub value: Value,
}

impl ErrorExample {
    /// Whether no request provokes it: it tells of what breaks in the server, or is too much for it.
    pub fn is_of_server(&self) -> bool {
        [429, 500, 503, 504].contains(&self.status)
    }
}

/// The password of the user who changes it, as the example has it.
const PASSWORD: &str = "An engine, analytical";

/// All operations of the contract.
pub fn operations() -> &'static [Operation] {
    static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(read_operations);
    &OPERATIONS
}

static CONTRACT: LazyLock<Value> = LazyLock::new(|| http::document().unwrap());

fn read_operations() -> Vec<Operation> {
    let contract = &*CONTRACT;
    let mut operations = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in
            item.as_object().unwrap().iter().filter(|(_, operation)| operation.is_object())
        {
            let body = &operation["requestBody"]["content"]["application/json"];
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().into(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                permissions: operation["x-permissions"].clone(),
                responses: responses(operation),
                parameters: operation["parameters"].clone(),
                body_schema: body["schema"]["$ref"].as_str().unwrap_or_default().into(),
                has_body: operation["requestBody"].is_object(),
                body_example: body["example"].clone(),
            });
        }
    }
    operations
}

/// An operation's responses, each where it is referred to.
pub fn responses(operation: &Value) -> Value {
    let resolved = |(status, response): (&String, &Value)| {
        let place = response["$ref"].as_str().map(|place| &place[1..]);
        let shared = place.map(|place| CONTRACT.pointer(place).unwrap());
        (status.clone(), shared.unwrap_or(response).clone())
    };
    operation["responses"].as_object().unwrap().iter().map(resolved).collect()
}

/// A value as it stands in a URL.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Operation {
    /// Whether it takes `$count=true`.
    pub fn counts(&self) -> bool {
        self.parameters.as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "$count"))
    }

    /// The sets of permissions of which each is enough, as the contract says.
    pub fn alternatives(&self, scheme: &str) -> Vec<Vec<&str>> {
        let alternatives = self.permissions.as_array().unwrap().iter();
        let sets = alternatives.filter_map(|alternative| alternative.get(scheme)?.as_array());
        sets.map(|names| names.iter().filter_map(Value::as_str).collect()).collect()
    }

    /// Whether these are enough only for single properties, for a creation by an operation that changes what is there, or for what is
    /// an application's own or what it owns.
    pub fn is_for_little(&self, permissions: &[&str]) -> bool {
        let entries = self.permissions.as_array().into_iter().flatten();
        let mut limited = entries.filter(|entry| match entry["limitedTo"].as_str() {
            Some("properties" | "creation") => true,
            Some("self" | "owned") => entry["application"].is_array(),
            _ => false,
        });
        let named = json!(permissions);
        limited.any(|entry| [&entry["application"], &entry["delegated"]].contains(&&named))
    }

    /// For which part of what it does a set of permissions is enough. `None`: for all of it.
    pub fn limited_to(&self, scheme: &str, permissions: &[&str]) -> Option<&str> {
        let mut alternatives = self.permissions.as_array().unwrap().iter();
        let limited = alternatives.find(|alternative| alternative[scheme] == json!(permissions));
        limited.and_then(|alternative| alternative["limitedTo"].as_str())
    }

    /// Whether a tenant can have only one of what it creates, which the sample requests have already.
    pub fn is_once(&self) -> bool {
        ["create_group_lifecycle_policy", "create_group_setting"].contains(&self.id.as_str())
    }

    /// The path with the examples of its parameters, and of those in the query that it needs.
    pub fn example_path(&self) -> String {
        let parameters = self.parameters.as_array().into_iter().flatten();
        let needed = parameters.filter(|parameter| parameter["required"] == true);
        needed.fold(self.path.clone(), |path, parameter| {
            let [name, example] = ["name", "example"].map(|key| text(&parameter[key]));
            match parameter["in"].as_str() {
                Some("path") => path.replace(&format!("{{{name}}}"), &example),
                Some("query") => format!("{path}?{name}={example}"),
                _ => path,
            }
        })
    }

    /// Whether it demands advanced query parameters.
    pub fn is_advanced(&self) -> bool {
        let mut parameters = self.parameters.as_array().into_iter().flatten();
        parameters.any(|parameter| parameter["name"] == "$count" && parameter["required"] == true)
    }

    /// Whether it is one on the signed-in user.
    pub fn is_on_me(&self) -> bool {
        self.path == "/me" || self.path.starts_with("/me/")
    }

    /// Whether any token is enough for it.
    pub fn needs_nothing(&self) -> bool {
        self.alternatives("delegated").contains(&Vec::new())
    }

    /// Whether its query names an object.
    pub fn takes_reference(&self) -> bool {
        self.parameters.as_array().into_iter().flatten().any(|parameter| parameter["name"] == "@id")
    }

    /// The contract's example of the response with this status.
    pub fn example(&self, status: u16) -> &Value {
        &self.responses[status.to_string()]["content"]["application/json"]["example"]
    }

    /// The errors that the contract shows.
    pub fn error_examples(&self) -> Vec<ErrorExample> {
        let mut shown = Vec::new();
        for (status, answer) in self.responses.as_object().unwrap() {
            let examples = answer["content"]["application/json"]["examples"].as_object();
            for (name, example) in examples.into_iter().flatten() {
                let shared = example["$ref"].as_str().map(|place| CONTRACT.pointer(&place[1..]).unwrap());
                let value = shared.unwrap_or(example)["value"].clone();
                shown.push(ErrorExample { status: status.parse().unwrap(), name: name.clone(), value });
            }
        }
        shown
    }

    /// The names of its body's properties.
    pub fn properties(&self) -> impl Iterator<Item = &'static String> {
        let schema = self.body_schema.rsplit('/').next().unwrap();
        CONTRACT["components"]["schemas"][schema]["properties"].as_object().unwrap().keys()
    }

    /// Whether its body refers to an object.
    pub fn is_of_reference(&self) -> bool {
        self.has_body && self.path.ends_with("/$ref")
    }
}

/// The objects that sample requests name.
macro_rules! objects {
    ($($name:ident),* $(,)?) => {
        /// The objects that a sample request names. Deletions delete those named `doomed`.
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

/// The key of the certificates that the applications have here.
pub static CREDENTIAL: LazyLock<Credential> = LazyLock::new(Credential::of_curve);

/// A body that adds the same certificate to this application once more.
fn add_key(to: Uuid) -> Value {
    json!({"keyCredential": CREDENTIAL.key_credential(), "proof": CREDENTIAL.proof(to)})
}

fn remove_key(of: Uuid, key_id: Uuid) -> Value {
    json!({"keyId": key_id, "proof": CREDENTIAL.proof(of)})
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
    application_password,
    application_key,
    app_role_assignment,
    federated_credential,
    service_principal_password,
    service_principal_key,
    unit,
    role,
    role_template,
    doomed_group,
    doomed_user,
    doomed_device,
    doomed_service_principal,
    doomed_application,
    doomed_unit,
    doomed,
    deleted,
    deleted_group,
    deleted_application,
    unified,
    bare,
    setting,
    group_setting,
    policy,
    located,
    template,
    deleted_unit,
}

impl Objects {
    pub async fn of(tenant: &Tenant) -> Self {
        let located = json!({"accountEnabled": true, "displayName": "located", "mailNickname": "located",
            "userPrincipalName": tenant.upn("located"), "usageLocation": "GB"});
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
            application_password: ObjectId::random().uuid(),
            application_key: ObjectId::random().uuid(),
            app_role_assignment: ObjectId::random().uuid(),
            federated_credential: ObjectId::random().uuid(),
            service_principal_password: ObjectId::random().uuid(),
            service_principal_key: ObjectId::random().uuid(),
            unit: tenant.unit("u").await,
            role: tenant.role(ROLE_TEMPLATES[0].id).await,
            role_template: ROLE_TEMPLATES[0].id.parse().unwrap(),
            doomed_group: tenant.security_group("doomed").await,
            doomed_user: tenant.user("doomed").await,
            doomed_device: tenant.device("doomed").await,
            doomed_service_principal: tenant.service_principal("doomed").await,
            doomed_application: tenant.application("doomed").await,
            doomed_unit: tenant.unit("doomed").await,
            doomed: tenant.user("doomed-too").await,
            deleted: tenant.user("deleted").await,
            deleted_group: tenant.security_group("deleted").await,
            deleted_application: tenant.application("deleted").await,
            unified: tenant.microsoft_365_group("unified").await,
            bare: tenant.microsoft_365_group("bare").await,
            setting: ObjectId::random().uuid(),
            group_setting: ObjectId::random().uuid(),
            policy: ObjectId::random().uuid(),
            template: UNIFIED.id.parse().unwrap(),
            located: tenant.object_with(ObjectKind::User, located).await,
            deleted_unit: tenant.unit("deleted").await,
        };
        tenant.set_password(objects.user, PASSWORD).await;
        tenant.licences(sample::id(801).uuid(), sample::id(802).uuid(), 25).await;
        tenant.policy(objects.policy).await;
        tenant.settings(None, objects.setting, &settings(&UNIFIED)).await;
        tenant.settings(Some(objects.unified), objects.group_setting, &settings(&UNIFIED_GUEST)).await;
        for deleted in
            [objects.deleted, objects.deleted_group, objects.deleted_application, objects.deleted_unit]
        {
            tenant.delete(deleted).await;
        }
        objects.give_passwords(tenant).await;
        objects.give_keys(tenant).await;
        objects.give_app_roles(tenant).await;
        objects.give_grant(tenant).await;
        objects.give_federated_credentials(tenant).await;
        tenant.join(objects.group, objects.member).await;
        tenant.join(objects.unit, objects.member).await;
        tenant.join(objects.role, objects.member).await;
        for owned in [objects.group, objects.application, objects.service_principal] {
            tenant.own(owned, objects.owner).await;
        }
        for managed in [objects.user, objects.contact] {
            tenant.manage(managed, objects.member).await;
        }
        objects
    }

    /// Gives the application and the service principal the passwords that are to be taken away.
    async fn give_passwords(&self, tenant: &Tenant) {
        for (of, key_id) in [
            (self.application, self.application_password),
            (self.service_principal, self.service_principal_password),
        ] {
            tenant.password(of, key_id).await;
        }
    }

    /// Gives the application and the service principal a certificate each, and takes away what requests added.
    async fn give_keys(&self, tenant: &Tenant) {
        for (path, key_id) in [
            (format!("/applications/{}", self.application), self.application_key),
            (format!("/servicePrincipals/{}", self.service_principal), self.service_principal_key),
        ] {
            let mut key = CREDENTIAL.key_credential();
            key["keyId"] = key_id.to_string().into();
            send(tenant.raw(Method::PATCH, &path).await.json(&json!({"keyCredentials": [key]}))).await;
        }
    }

    /// Gives those who can have them a role each of the service principal's, and takes away what requests assigned.
    async fn give_app_roles(&self, tenant: &Tenant) {
        let (id, resource) = (self.app_role_assignment, ObjectId::from_uuid(self.service_principal));
        let principals =
            [self.user, self.group, self.member, self.service_principal].map(ObjectId::from_uuid);
        let give = move |tx: &WriteTx<'_>| {
            let Some(resource) = objects::find(tx, resource)? else { return Ok(()) };
            for principal in principals {
                let Some(principal) = objects::find(tx, principal)? else { continue };
                let of = Of::Principal(principal.row, None);
                for assigned in app_role_assignments::page(tx, of, &Cursor::START, 9)?.assignments {
                    app_role_assignments::delete(tx, &principal, assigned.id)?;
                }
                app_role_assignments::insert(tx, id, principal.row, resource.row, id)?;
            }
            Ok(())
        };
        tenant.server.store.tenant(tenant.store_tenant()).write::<_, store::Error>(give).await.unwrap();
    }

    /// Gives the service principal a grant for the member, and takes away what requests granted it for the user.
    async fn give_grant(&self, tenant: &Tenant) {
        let ids = [self.service_principal, self.member, self.user].map(ObjectId::from_uuid);
        let give = move |tx: &WriteTx<'_>| {
            let [client, member, user] = ids.map(|id| objects::find(tx, id));
            let Some(client) = client? else { return Ok(()) };
            if let Some(user) = user? {
                oauth2_permission_grants::delete(tx, &client, &client, Some(&user))?;
            }
            match member? {
                Some(member) => {
                    oauth2_permission_grants::put(tx, &client, &client, Some(&member), "Loans.Read")
                }
                None => Ok(()),
            }
        };
        tenant.server.store.tenant(tenant.store_tenant()).write::<_, store::Error>(give).await.unwrap();
    }

    /// Gives the applications a federated identity credential each, and takes away what requests made.
    async fn give_federated_credentials(&self, tenant: &Tenant) {
        let id = ObjectId::from_uuid(self.federated_credential);
        let applications = [self.application, self.doomed_application].map(ObjectId::from_uuid);
        let give = move |tx: &WriteTx<'_>| -> Result<(), directory::Error> {
            for application in applications {
                let Some(found) = objects::find(tx, application)? else { continue };
                for credential in resources::all(tx, Kind::FederatedIdentityCredential, Some(found.row))? {
                    resources::delete(tx, Kind::FederatedIdentityCredential, Some(found.row), credential.id)?;
                }
                let values = json!({"name": "pipeline", "issuer": "https://ci.example", "subject": "s", "audiences": ["a"]});
                let values = values.as_object().unwrap();
                federated_identity_credentials::add(tx, &found, id, values)?;
            }
            Ok(())
        };
        tenant.server.store.tenant(tenant.store_tenant()).write(give).await.unwrap();
    }

    /// The id of that grant.
    pub fn grant(&self) -> String {
        let [client, member] = [self.service_principal, self.member].map(ObjectId::from_uuid);
        Ends { client, resource: client, principal: Some(member) }.id()
    }

    /// The ids of the assignments of roles to the user, the group and the service principal.
    pub fn app_role_assignments(&self) -> [String; 3] {
        let principals = [self.user, self.group, self.service_principal].map(ObjectId::from_uuid);
        principals.map(|principal| app_role_assignment::id(principal, self.app_role_assignment))
    }

    /// A request of this operation that only its permissions decide. A body that it needs and that isn't here fails the suite.
    pub fn request(&self, operation: &Operation) -> (String, Option<Value>) {
        let name = ObjectId::random();
        let body = match operation.id.as_str() {
            _ if !operation.has_body => None,
            "add_group_member"
            | "add_group_owner"
            | "add_application_owner"
            | "add_service_principal_owner"
            | "add_administrative_unit_member"
            | "add_directory_role_member" => Some(reference(self.user)),
            "set_user_manager" | "set_my_manager" => Some(reference(self.member)),
            "create_group" => Some(json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g",
                "securityEnabled": true})),
            "update_group" => Some(json!({"members@odata.bind": [reference(self.user)["@odata.id"]]})),
            "evaluate_group_dynamic_membership" | "evaluate_dynamic_membership" => {
                Some(json!({"memberId": self.user, "membershipRule": "user.city -eq null"}))
            }
            "validate_properties" => Some(json!({"entityType": "Group", "mailNickname": "n"})),
            "validate_group_properties" => Some(json!({"displayName": "d", "mailNickname": "n"})),
            "create_user" => Some(json!({"accountEnabled": true, "displayName": "u", "mailNickname": "u",
                "userPrincipalName": format!("{name}@{}", domain(self.tenant)),
                "passwordProfile": {"password": "Secret 123"}})),
            "update_user" => Some(json!({"city": "London"})),
            "update_me" => Some(json!({"city": "Turin"})),
            "change_my_password" => {
                Some(json!({"currentPassword": PASSWORD, "newPassword": "Bernoulli's numbers 7"}))
            }
            "create_device" => Some(json!({"accountEnabled": true, "alternativeSecurityIds": [],
                "deviceId": name.to_string(), "displayName": "d", "operatingSystem": "Linux",
                "operatingSystemVersion": "6"})),
            "update_device" => Some(json!({"isManaged": true})),
            check if check.starts_with("check_") && check.ends_with("_member_groups") => {
                Some(json!({"groupIds": [self.group]}))
            }
            check if check.starts_with("check_") && check.ends_with("_member_objects") => {
                Some(json!({"ids": [self.group]}))
            }
            get if get.ends_with("_member_groups") || get.ends_with("_member_objects") => {
                Some(json!({"securityEnabledOnly": false}))
            }
            "create_invitation" => {
                let redirect = "https://loans.contoso.example";
                Some(
                    json!({"invitedUserEmailAddress": "charles@fabrikam.example", "inviteRedirectUrl": redirect}),
                )
            }
            "create_group_lifecycle_policy" | "update_group_lifecycle_policy" => {
                Some(json!({"groupLifetimeInDays": 180, "managedGroupTypes": "None"}))
            }
            "add_group_to_lifecycle_policy" | "remove_group_from_lifecycle_policy" => {
                Some(json!({"groupId": self.unified}))
            }
            "assign_license_to_user" | "assign_license_to_group" => {
                let license = json!({"skuId": sample::id(801).to_string(), "disabledPlans": []});
                Some(json!({"addLicenses": [license], "removeLicenses": []}))
            }
            "create_group_setting" => Some(settings(&UNIFIED)),
            "create_setting_of_group" => Some(settings(&UNIFIED_GUEST)),
            "update_group_setting" => Some(json!({"values": settings(&UNIFIED)["values"]})),
            "update_setting_of_group" => Some(json!({"values": settings(&UNIFIED_GUEST)["values"]})),
            "restore_deleted_item" => Some(json!({})),
            "get_deleted_objects_owned_by_user" => Some(json!({"userId": self.owner, "type": "Group"})),
            "create_service_principal" => Some(json!({"appId": name.to_string()})),
            "add_application_key" => Some(add_key(self.application)),
            "add_service_principal_key" => Some(add_key(self.service_principal)),
            "remove_application_key" => Some(remove_key(self.application, self.application_key)),
            "remove_service_principal_key" => {
                Some(remove_key(self.service_principal, self.service_principal_key))
            }
            "add_application_password" | "add_service_principal_password" => Some(json!({})),
            "remove_application_password" => Some(json!({"keyId": self.application_password})),
            "remove_service_principal_password" => Some(json!({"keyId": self.service_principal_password})),
            "send_batch" => {
                let url = format!("/users/{}", self.user);
                Some(json!({"requests": [{"id": "1", "method": "GET", "url": url}]}))
            }
            id if id.ends_with("_by_ids") => Some(json!({"ids": [self.user, self.group]})),
            "create_oauth2_permission_grant" => {
                Some(json!({"clientId": self.service_principal, "consentType": "Principal",
                "principalId": self.user, "resourceId": self.service_principal, "scope": "Loans.Read"}))
            }
            "create_federated_identity_credential" => Some(json!({"name": name.to_string(),
                "issuer": "https://ci.example", "subject": name.to_string(), "audiences": ["a"]})),
            "update_federated_identity_credential" => Some(json!({"description": "d"})),
            "update_oauth2_permission_grant" => Some(json!({"scope": "Loans.Read Loans.Write"})),
            "create_user_app_role_assignment" => Some(self.assign_app_role(self.user)),
            "create_group_app_role_assignment" => Some(self.assign_app_role(self.group)),
            "create_service_principal_app_role_assigned_to" => Some(self.assign_app_role(self.member)),
            "create_service_principal_app_role_assignment" => {
                Some(self.assign_app_role(self.service_principal))
            }
            "update_service_principal" | "update_application" => Some(json!({"notes": "n"})),
            "create_application" | "create_administrative_unit" => Some(json!({"displayName": "a"})),
            "create_directory_role" => {
                // Each is activated once.
                static NEXT: AtomicUsize = AtomicUsize::new(0);
                let number = 1 + NEXT.fetch_add(1, Relaxed) % (ROLE_TEMPLATES.len() - 1);
                Some(json!({"roleTemplateId": ROLE_TEMPLATES[number].id}))
            }
            "update_administrative_unit" => Some(json!({"description": "d"})),
            other => panic!("{other} has no body here: give it one, so that its permissions are tested"),
        };
        (self.path(operation), body)
    }

    fn assign_app_role(&self, principal: Uuid) -> Value {
        json!({"principalId": principal, "resourceId": self.service_principal, "appRoleId": Uuid::nil()})
    }

    /// The operation's path with an object for each parameter, and one in the query where that names one.
    fn path(&self, operation: &Operation) -> String {
        let is_of_app_role = operation.path.contains("/appRoleAssign");
        let dooms = operation.method == Method::DELETE && operation.path.ends_with('}') && !is_of_app_role;
        let (mut path, mut set) = (String::new(), "");
        for segment in operation.path.split('/').skip(1) {
            path += "/";
            match segment.starts_with('{') {
                true if set == "domains" => path += &domain(self.tenant),
                true if set == "subscribedSkus" => path += &format!("{}_{}", self.tenant, sample::id(801)),
                true if set.starts_with("appRoleAssign") => {
                    let [user, group, service_principal] = self.app_role_assignments();
                    path += match operation.path.split('/').nth(1) {
                        Some("users") => &user,
                        Some("groups") => &group,
                        _ => &service_principal,
                    };
                }
                true if set == "oauth2PermissionGrants" => path += &self.grant(),
                true if set == "roleAssignments" => path += &self.role_assignment(),
                true if set == "users" && operation.path.ends_with("/assignLicense") => {
                    path += &self.located.to_string();
                }
                true if set == "groups" && operation.path.ends_with("/renew") => {
                    path += &self.unified.to_string()
                }
                // Only Microsoft 365 groups have settings: one has some, another none yet.
                true if set == "groups" && operation.path.ends_with("/settings") => {
                    path += &self.bare.to_string()
                }
                true if set == "groups" && operation.path.contains("/settings/") => {
                    path += &self.unified.to_string();
                }
                true => path += &self.object_in(set, dooms).to_string(),
                false => path += segment,
            }
            if segment != "$ref" {
                set = segment;
            }
        }
        if operation.takes_reference() {
            path += &format!("?@id={}", url(self.object_in(set, dooms)));
        }
        path
    }

    /// The id of the assignment of the role to the member.
    pub fn role_assignment(&self) -> String {
        let [template, principal] = [self.role_template, self.member].map(ObjectId::from_uuid);
        role_assignment::id(template, principal)
    }

    /// The object that stands for those of a set or a relationship.
    fn object_in(&self, set: &str, is_doomed: bool) -> Uuid {
        match (set, is_doomed) {
            ("groups", false) => self.group,
            ("groups", true) => self.doomed_group,
            ("members", false) => self.member,
            ("owners", false) => self.owner,
            ("users", false) => self.user,
            ("users", true) => self.doomed_user,
            ("devices", false) => self.device,
            ("devices", true) => self.doomed_device,
            ("servicePrincipals", false) => self.service_principal,
            ("servicePrincipals", true) => self.doomed_service_principal,
            ("applications", false) => self.application,
            ("applications", true) => self.doomed_application,
            ("directoryRoles", false) => self.role,
            ("directoryRoleTemplates", false) => self.role_template,
            ("administrativeUnits", false) => self.unit,
            ("administrativeUnits", true) => self.doomed_unit,
            ("contacts", false) => self.contact,
            // As the example is of one.
            ("directoryObjects", false) => self.user,
            ("directoryObjects", true) => self.doomed,
            ("deletedItems", _) => self.deleted,
            ("organization", _) => self.tenant,
            ("federatedIdentityCredentials", _) => self.federated_credential,
            ("groupSettings", _) => self.setting,
            ("settings", _) => self.group_setting,
            ("groupLifecyclePolicies", _) => self.policy,
            ("groupSettingTemplates", _) => self.template,
            _ => panic!("no object here stands for {set}: add one, so that their operations are tested"),
        }
    }

    pub async fn send(&self, tenant: &Tenant, operation: &Operation, token: Option<&str>) -> Answer {
        let (path, body) = self.request(operation);
        let path = path + if operation.is_advanced() { "?$count=true" } else { "" };
        let mut request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
        request = request.header("ConsistencyLevel", "eventual");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        if operation.path.ends_with("/changePassword") {
            tenant.set_password(self.user, PASSWORD).await;
        }
        let answer = send(request).await;
        if operation.path.ends_with("/removePassword") {
            self.give_passwords(tenant).await;
        }
        if operation.path.ends_with("Key") {
            self.give_keys(tenant).await;
        }
        if operation.path.starts_with("/oauth2PermissionGrants") && operation.method != Method::GET {
            self.give_grant(tenant).await;
        }
        if operation.path.contains("/federatedIdentityCredentials") && operation.method != Method::GET {
            self.give_federated_credentials(tenant).await;
        }
        if operation.path.contains("/appRoleAssign") && operation.method != Method::GET {
            self.give_app_roles(tenant).await;
        }
        if operation.path.ends_with("/revokeSignInSessions") {
            self.let_in_again(tenant).await;
        }
        answer
    }

    /// Has the user's tokens count again that were issued before.
    async fn let_in_again(&self, tenant: &Tenant) {
        let user = ObjectId::from_uuid(self.user);
        let let_in = move |tx: &WriteTx<'_>| {
            let user = objects::find(tx, user)?;
            user.map_or(Ok(()), |user| principals::revoke_sessions(tx, &user, DateTime::UNIX_EPOCH))
        };
        tenant.server.store.tenant(tenant.store_tenant()).write(let_in).await.unwrap();
    }
}

/// The body of settings of a template, each as it is where nothing was set.
pub fn settings(template: &Template) -> Value {
    let values = template.settings.iter();
    let values: Vec<_> = values.map(|it| json!({"name": it.name, "value": it.default})).collect();
    json!({"templateId": template.id, "values": values})
}

pub fn reference(id: Uuid) -> Value {
    json!({"@odata.id": url(id)})
}

pub fn url(id: Uuid) -> String {
    format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")
}
