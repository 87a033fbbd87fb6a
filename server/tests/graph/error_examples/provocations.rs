//! What provokes each error, by the name of its example.

use super::attempt::{ADA, Attempt, all};
use crate::{
    operations::{CREDENTIAL, settings, url},
    support::{Server, Tenant},
    tokens::claims,
};
use reqwest::Method;
use roster_server::{
    auth::{
        keys::{self, Keys},
        tokens::{self, Subject},
    },
    directory::{Policy, RoleEnforcement, sample},
    model::{
        ENTITIES,
        group_setting::{TEMPLATES, Template},
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
    },
};
use serde_json::{Value, json};
use std::sync::LazyLock;
use tokio::sync::OnceCell;

/// The sample's objects, by their numbers. What isn't there has 999.
const GRACE: u16 = 102;
const TIM: u16 = 112;
const READERS: u16 = 201;
const RESEARCH: u16 = 202;
pub const ENGINEERING: u16 = 203;
const NEWSLETTER: u16 = 205;
const EVERYBODY_IN_RESEARCH: u16 = 206;
pub const ADMINISTRATORS: u16 = 207;
const CONFIDENTIAL: u16 = 208;
const DEVICE: u16 = 301;
const SERVICE_PRINCIPAL: u16 = 302;
const CONTACT: u16 = 303;
const ABSENT: u16 = 999;

/// What these tests put beside them: users who don't come in, a group that takes no owner any more,
pub const DISABLED: u16 = 198;
pub const DELETED: u16 = 199;
pub const REVOKED: u16 = 195;
pub const OWNED: u16 = 299;
/// and a dynamic one whose rule names a group.
pub const BY_GROUPS: u16 = 296;
/// What was deleted: a user of the sample's, a group that directory roles could be assigned to, a service principal of whose application
/// there is another, and more groups than an answer can hold, of this owner.
pub const DELETED_GROUP: u16 = 298;
pub const REPLACED: u16 = 498;
pub const FORMER_OWNER: u16 = 196;
/// A user after whose title groups are named, a guest whom no Microsoft 365 group takes, and settings of the tenant and of the group
/// ENGINEERING, whose numbers the examples have.
pub const TITLED: u16 = 194;
pub const GUEST: u16 = 193;
pub const SETTING: u16 = 701;
/// Users who are in a group to which roles can be assigned; the second is deleted.
pub const HOLDER: u16 = 192;
pub const DELETED_HOLDER: u16 = 191;
/// An administrative unit that hides its members, and a deleted one.
pub const HIDDEN_UNIT: u16 = 396;
pub const DELETED_UNIT: u16 = 395;
/// A user, a group and a service principal with as many roles as they can have.
pub const LADEN: [u16; 3] = [TIM, ENGINEERING, LADEN_SERVICE_PRINCIPAL];
/// An application with as many federated identity credentials as it can have.
pub const LADEN_APPLICATION: u16 = 306;
/// Its service principal.
pub const LADEN_SERVICE_PRINCIPAL: u16 = 307;
/// The place of users among all kinds.
pub const USERS: usize = 0;
/// An object of each kind that can be in groups, which is in more of them than one request tells, and the set that it is in. The first
/// is a user.
pub const CROWDED: [(&str, ObjectKind, u16); 5] = [
    ("users", ObjectKind::User, 197),
    ("groups", ObjectKind::Group, 297),
    ("devices", ObjectKind::Device, 397),
    ("servicePrincipals", ObjectKind::ServicePrincipal, 497),
    ("contacts", ObjectKind::OrgContact, 597),
];

/// Objects of a kind, by its place among all, that no answer can hold together.
pub fn large_ones(kind: usize) -> Vec<ObjectId> {
    let first = 1000 + 100 * u16::try_from(kind).unwrap();
    (first..first + 35).map(sample::id).collect()
}

/// A rule that names this group.
pub fn rule_by(group: ObjectId) -> String {
    format!("user.memberOf -any (group.objectId -in ['{group}'])")
}

impl Attempt<'_> {
    /// Changes the request so that it is refused as the example with this name says.
    pub async fn provoke(&mut self, name: &str) {
        if self.get_the_token_wrong(name).await
            || self.get_the_query_wrong(name)
            || self.get_the_body_wrong(name)
            || self.get_passwords_wrong(name)
            || self.get_licences_wrong(name)
            || self.get_credentials_wrong(name)
            || self.get_keys_wrong(name)
            || self.get_app_roles_wrong(name)
            || self.get_grants_wrong(name)
            || self.get_parameters_wrong(name).await
            || self.get_the_rule_wrong(name)
            || self.get_names_wrong(name)
            || self.get_settings_wrong(name)
            || self.get_federation_wrong(name)
            || self.get_policy_wrong(name)
            || self.get_invitation_wrong(name)
            || self.get_values_wrong(name)
            || self.name_what_is_absent(name).await
            || self.get_the_group_wrong(name).await
            || self.lack_a_permission(name).await
        {
            return;
        }
        panic!("no request here provokes the {name} of {}: add one", self.operation.id);
    }

    /// Goes to a server that enforces roles, with a user who has none; where that isn't enough, to what hides its members, or for what
    /// needs a role by itself.
    async fn lack_a_role(&mut self) {
        static SERVER: OnceCell<&Server> = OnceCell::const_new();
        let policy = Policy { roles: RoleEnforcement::Enforced, ..Policy::default() };
        let server = SERVER.get_or_init(|| Server::with_sample_of(policy)).await;
        self.tenant = Tenant::of(server, sample::TENANT).await;
        let shown = self.operation.error_examples();
        let shows = |name: &str| shown.iter().any(|example| example.name == name);
        if shows("hiddenMembers") || shows("expandedMembersHidden") && self.operation.path.contains('{') {
            self.replace(0, sample::id(CONFIDENTIAL));
        }
        if shows("expandedMembersHidden") {
            self.ask("$expand=members");
        }
        match self.operation.id.as_str() {
            "create_invitation" => self.say(json!({"invitedUserType": "Member"})),
            "get_user" => self.ask("$expand=ownedObjects"),
            _ => {}
        }
        let user = if self.operation.is_on_me() { TIM } else { ABSENT };
        self.by_user(user, all()).await;
    }

    async fn get_the_token_wrong(&mut self, name: &str) -> bool {
        let tenant = self.tenant;
        let subject = Subject::User {
            id: sample::id(ADA),
            user_principal_name: "ada@contoso.example".into(),
            display_name: None,
            client: None,
            scopes: vec!["Directory.Read.All".into()],
            roles: Vec::new(),
        };
        let now = tenant.server.store.clock().now();
        self.token = match name {
            "severalAuthorizations" => {
                self.announce("authorization", "Bearer another");
                self.token.take()
            }
            "noToken" => None,
            "malformedToken" => Some("nonsense".into()),
            "expiredToken" => Some(tenant.sign(&subject, -600).await),
            "foreignToken" => {
                static KEYS: LazyLock<Keys> =
                    LazyLock::new(|| Keys::from_pem(&keys::generate().unwrap()).unwrap());
                Some(tokens::sign(&KEYS, &tenant.server.url, tenant.id(), &subject, now, 600).unwrap())
            }
            "otherAudience" => {
                let claims = claims(&tenant, &json!({"aud": "https://elsewhere.example"}));
                Some(tenant.sign_claims(&claims).await)
            }
            "unreadableToken" => Some(tenant.sign_claims(&json!({"exp": "soon"})).await),
            "tokenOfTheFuture" => {
                let claims = claims(&tenant, &json!({"nbf": now.timestamp() + 600}));
                Some(tenant.sign_claims(&claims).await)
            }
            "unclearSubject" => Some(tenant.sign_claims(&claims(&tenant, &json!({"idtyp": "device"}))).await),
            "unknownTenant" => Some(tenant.sign_for(TenantId::random(), &subject).await),
            _ => return false,
        };
        true
    }

    fn get_the_query_wrong(&mut self, name: &str) -> bool {
        match name {
            "invalidId" => self.replace(0, "readers"),
            "missingReference" => self.ask(""),
            "idTwice" => self.ask("@id=x&@id=x"),
            "queryOptionOfAction" => self.ask("$top=5"),
            "unknownQueryOption" => self.ask("$fields=id"),
            "undecodableQuery" => self.ask("other=%FF"),
            "selectTwice" => self.ask("$select=id&$select=id"),
            "topTwice" => self.ask("$top=1&$top=1"),
            "invalidSelect" => self.ask("$select=/"),
            "invalidTop" => self.ask("$top=five"),
            "pageTooLarge" => self.ask("$top=1000"),
            "skip" => self.ask("$skip=1"),
            "invalidCount" => self.ask("$count=yes"),
            "invalidPageToken" => self.ask("$skiptoken=x"),
            "countOptionWithoutConsistencyLevel" => self.ask_at_once("$count=true"),
            "countWithoutConsistencyLevel" => self.ask_at_once(""),
            "searchWithoutConsistencyLevel" => self.ask_at_once("$search=x"),
            "propertyNotInLists"
                if self.operation.path.ends_with("group") || self.operation.id == "list_groups" =>
            {
                self.ask("$select=unseenCount");
            }
            "propertyNotInLists" => self.ask("$select=aboutMe"),
            "expandedPropertyNotInLists" if self.is_of(&["administrativeunit", "directoryrole"]) => {
                self.ask("$expand=members($select=aboutMe)")
            }
            "expandedPropertyNotInLists" if self.is_of(&["application"]) => {
                self.ask("$expand=owners($select=aboutMe)")
            }
            "expandedPropertyNotInLists" => self.ask("$expand=memberOf($select=aboutMe)"),
            "countOfOne" => self.ask("$count=true"),
            "expandNotYet" | "expandNotAllowed" => {
                let message = self.message(name);
                self.ask(&format!("$expand={}", message.split('\'').nth(1).unwrap()));
            }
            _ => match (name.strip_suffix("NotServed"), wrong_query(name)) {
                (Some(option), _) => self.ask(&format!("${option}=x")),
                (None, Some((query, true))) if !self.operation.counts() => self.ask(query),
                (None, Some((query, true))) => self.ask(&format!("{query}&$count=true")),
                (None, Some((query, false))) => {
                    self.ask_at_once(&query.replace("ID", &format!("'{}'", sample::id(GRACE))));
                }
                (None, None) => return false,
            },
        }
        true
    }

    fn get_the_body_wrong(&mut self, name: &str) -> bool {
        match name {
            "noContentType" => self.headers.clear(),
            "otherContentType" => self.announce("content-type", "text/plain"),
            "otherCharset" => self.announce("content-type", "application/json; charset=utf-16"),
            "encodedBody" => self.announce("content-encoding", "gzip"),
            "emptyBody" => self.send(""),
            "malformedJson" => self.send("{"),
            "duplicateName" => self.send(r#"{"displayName": "a", "displayName": "b"}"#),
            "bodyTooLarge" if self.operation.id == "send_batch" => self.send(&"x".repeat(5 << 20)),
            "bodyTooLarge" => self.send(&"x".repeat(300 << 10)),
            "malformedBatch" => self.send("{}"),
            "batchTooLong" => {
                self.send_together(
                    (0..21).map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/me"})),
                );
            }
            "duplicateRequestId" => {
                let request = json!({"id": "1", "method": "GET", "url": "/me"});
                self.send_together([request.clone(), request]);
            }
            "invalidDependency" => {
                self.send_together([json!({"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]})]);
            }
            "requestWithoutContent" => {
                self.send_together([json!({"id": "1", "method": "POST", "url": "/groups"})]);
            }
            "noReference" | "nothingToChange" => self.send("{}"),
            "tooLongType" => self.send(&json!({"ids": [], "types": ["x".repeat(2000)]}).to_string()),
            "resultTooLarge" if self.operation.id == "get_user" => {
                self.replace(0, large_ones(USERS)[0]);
                self.ask("$expand=manager($levels=max)");
            }
            "resultTooLarge" if self.is_of_deleted() => {
                self.send(
                    &json!({"userId": sample::id(FORMER_OWNER).to_string(), "type": "Group"}).to_string(),
                );
            }
            "resultTooLarge" if self.operation.id != "get_me" => {
                let is_of = |set: &str| self.operation.path.starts_with(&format!("/{set}/"));
                let kind = ENTITIES.iter().position(|entity| is_of(entity.set));
                self.find_by_ids(&large_ones(kind.unwrap_or_default()));
            }
            "invalidReference" if self.operation.takes_reference() => self.ask("@id=readers"),
            "invalidReference" if self.operation.is_of_reference() => {
                self.send(r#"{"@odata.id": "readers"}"#)
            }
            "missingValue" if self.is_creation() => self.leave_out_what_is_missing(),
            _ => return false,
        }
        true
    }

    fn manage(&mut self, number: u16) {
        match self.operation.is_of_reference() {
            true => self.relate("", &[number]),
            false => self.say(json!({"manager@odata.bind": url(sample::id(number).uuid())})),
        }
    }

    fn find_by_ids(&mut self, ids: &[ObjectId]) {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.send(&json!({"ids": ids}).to_string());
    }

    fn get_the_rule_wrong(&mut self, name: &str) -> bool {
        if !self.evaluates_rule() {
            return false;
        }
        match name {
            "missingRule" => {
                if self.operation.path.contains('{') {
                    self.replace(0, sample::id(READERS));
                }
                self.evaluate(GRACE, None);
            }
            "invalidMembershipRule" => self.evaluate(GRACE, Some("user.colour -eq \"red\"".into())),
            "ruleByGroups" => self.evaluate(GRACE, Some(rule_by(sample::id(READERS)))),
            _ => return false,
        }
        true
    }

    fn get_names_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.ends_with("/validateProperties") {
            return false;
        }
        let of_new_group = self.operation.id == "validate_properties";
        let first = if of_new_group { "entityType" } else { "onBehalfOfUserId" };
        let mut body = json!({"entityType": "Group", "displayName": "d"});
        match name {
            "missingNames" => body["displayName"] = Value::Null,
            "userNotFound" => body["onBehalfOfUserId"] = sample::id(ABSENT).to_string().into(),
            "nicknameTaken" => body["mailNickname"] = "engineering".into(),
            "missingPrefixSuffix" => {
                body = json!({"entityType": "Group", "displayName": "Readers"});
                body["onBehalfOfUserId"] = sample::id(TITLED).to_string().into();
            }
            "blockedWord" => body["displayName"] = "The Payroll".into(),
            "unknownProperty" => body["colour"] = "red".into(),
            "otherType" => body[first] = true.into(),
            "unexpectedArray" => body[first] = json!([]),
            "invalidValue" => body[first] = "User".into(),
            _ => return false,
        }
        if !of_new_group {
            body.as_object_mut().unwrap().remove("entityType");
        }
        self.send(&body.to_string());
        true
    }

    fn get_passwords_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.ends_with("/changePassword") {
            return false;
        }
        let mut body = self.operation.body_example.clone();
        match name {
            "wrongPassword" => {}
            "weakPassword" => body["newPassword"] = "Bernoulli".into(),
            "missingParameter" => drop(body.as_object_mut().unwrap().remove("newPassword")),
            "unknownProperty" => body["colour"] = "red".into(),
            "otherType" => body["currentPassword"] = true.into(),
            "unexpectedArray" => body["currentPassword"] = json!([]),
            "invalidValue" => body["currentPassword"] = "".into(),
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_licences_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.ends_with("/assignLicense") {
            return false;
        }
        let mut body = self.operation.body_example.clone();
        let (absent, license) = (sample::id(ABSENT).to_string(), sample::id(801).to_string());
        match name {
            "unknownProperty" => body["colour"] = "red".into(),
            "missingParameter" => body = json!({"addLicenses": []}),
            "nullCollection" => body["addLicenses"] = Value::Null,
            "otherSchema" => body["addLicenses"] = json!({}),
            "otherType" => body["addLicenses"][0]["skuId"] = true.into(),
            "unexpectedArray" => body["addLicenses"][0]["skuId"] = json!([]),
            "unexpectedText" => body["removeLicenses"] = "x".into(),
            "nullItem" => body["removeLicenses"] = json!([null]),
            "invalidValue" => body["removeLicenses"] = json!(["x"]),
            "unknownLicense" => body["addLicenses"][0]["skuId"] = absent.into(),
            "notLicensed" => body = json!({"addLicenses": [], "removeLicenses": [license]}),
            "unknownPlan" => body["addLicenses"][0]["disabledPlans"] = json!([absent]),
            "noLicenseLeft" => body["addLicenses"][0]["skuId"] = sample::id(803).to_string().into(),
            "noUsageLocation" => self.replace(0, sample::id(FORMER_OWNER)),
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_credentials_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.ends_with("Password") {
            return false;
        }
        let mut body = self.operation.body_example.clone();
        let is_new = self.operation.path.ends_with("/addPassword");
        match name {
            "unknownProperty" => body["colour"] = "red".into(),
            "missingParameter" => body = json!({}),
            "otherType" if is_new => body["passwordCredential"]["displayName"] = true.into(),
            "unexpectedArray" if is_new => body["passwordCredential"]["displayName"] = json!([]),
            "otherSchema" => body["passwordCredential"] = "x".into(),
            "invalidValue" if is_new => {
                body["passwordCredential"]["endDateTime"] = "2020-01-01T00:00:00Z".into();
            }
            "otherType" => body["keyId"] = true.into(),
            "unexpectedArray" => body["keyId"] = json!([]),
            "invalidValue" => body["keyId"] = "x".into(),
            "noPassword" => {}
            "tooManyPasswords" => {
                let of_application = self.operation.path.starts_with("/applications");
                self.replace(
                    0,
                    sample::id(if of_application { LADEN_APPLICATION } else { LADEN_SERVICE_PRINCIPAL }),
                );
            }
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_keys_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.ends_with("Key") {
            return false;
        }
        let (of_application, is_new) =
            (self.operation.path.starts_with("/applications"), self.operation.path.ends_with("/addKey"));
        let mut body = self.operation.body_example.clone();
        let prove = |body: &mut Value, number: u16| {
            body["proof"] = CREDENTIAL.proof(sample::id(number).uuid()).into();
        };
        match name {
            "unknownProperty" => body["colour"] = "red".into(),
            "missingParameter" => body = json!({}),
            "otherType" if is_new => body["proof"] = true.into(),
            "unexpectedArray" if is_new => body["proof"] = json!([]),
            "otherSchema" => body["keyCredential"] = "x".into(),
            "invalidValue" if is_new => body["keyCredential"]["key"] = "AAAA".into(),
            "otherType" => body["keyId"] = true.into(),
            "unexpectedArray" => body["keyId"] = json!([]),
            "invalidValue" => body["keyId"] = "x".into(),
            "missingProof" => drop(body.as_object_mut().unwrap().remove("proof")),
            "invalidProof" => {}
            "noKey" => prove(&mut body, if of_application { 304 } else { 302 }),
            "tooManyKeys" => {
                let laden = if of_application { LADEN_APPLICATION } else { LADEN_SERVICE_PRINCIPAL };
                self.replace(0, sample::id(laden));
                prove(&mut body, laden);
            }
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_app_roles_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.contains("/appRoleAssign") {
            return false;
        }
        let absent = sample::id(ABSENT).to_string();
        if name == "assignmentNotFound" {
            self.replace(1, absent);
            return true;
        }
        let mut body = self.operation.body_example.clone();
        match name {
            "principalNotFound" => body["principalId"] = absent.into(),
            "resourceNotFound" => body["resourceId"] = absent.into(),
            "readOnlyProperty" => body["id"] = absent.into(),
            "otherType" => body["appRoleId"] = true.into(),
            "unexpectedArray" => body["appRoleId"] = json!([]),
            "invalidValue" => body["appRoleId"] = "reader".into(),
            // The resource has roles, and so none of zeros.
            "noAppRole" => {}
            "appRoleAssigned" => body["appRoleId"] = sample::id(901).to_string().into(),
            "tooManyAppRoles" => {
                body["appRoleId"] = sample::id(901).to_string().into();
                let [user, group, service_principal] = LADEN;
                let laden = match &*self.operation.path {
                    path if path.ends_with("To") || path.starts_with("/users") => user,
                    path if path.starts_with("/groups") => group,
                    _ => service_principal,
                };
                body["principalId"] = sample::id(laden).to_string().into();
                if !self.operation.path.ends_with("To") {
                    self.replace(0, sample::id(laden));
                }
            }
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_grants_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.starts_with("/oauth2PermissionGrants") {
            return false;
        }
        let absent = sample::id(ABSENT).to_string();
        if name == "grantNotFound" {
            self.replace(0, absent);
            return true;
        }
        let mut body = self.operation.body_example.clone();
        match name {
            "clientNotFound" => body["clientId"] = absent.into(),
            "resourceNotFound" => body["resourceId"] = absent.into(),
            "principalNotFound" => body["principalId"] = absent.into(),
            "readOnlyProperty" => body["id"] = absent.into(),
            "immutableProperty" => body["clientId"] = absent.into(),
            "otherType" => body["scope"] = true.into(),
            "unexpectedArray" => body["scope"] = json!([]),
            "invalidValue" => body["scope"] = "x".repeat(3851).into(),
            "grantExists" => {}
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_federation_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.contains("/federatedIdentityCredentials") {
            return false;
        }
        let absent = sample::id(ABSENT).to_string();
        let mut body = self.operation.body_example.clone();
        match name {
            "applicationNotFound" => {
                self.replace(0, absent);
                return true;
            }
            "credentialNotFound" => {
                self.replace(1, absent);
                return true;
            }
            "nothingToChange" => body = json!({}),
            "unknownProperty" => body["colour"] = "red".into(),
            "unknownExtension" => body["extension_0a_colour"] = "red".into(),
            "otherODataType" => body["@odata.type"] = "#microsoft.graph.colour".into(),
            "unsupportedBinding" => body["sponsors@odata.bind"] = "x".into(),
            "readOnlyProperty" => body["id"] = absent.into(),
            "otherType" => body["subject"] = true.into(),
            "unexpectedArray" => body["subject"] = json!([]),
            "invalidValue" => body["audiences"] = json!(["one", "two"]),
            "missingValue" => body["issuer"] = Value::Null,
            "immutableProperty" => body["name"] = "renamed".into(),
            // The sample's application has one of this name.
            "nameTaken" => body["name"] = "deployments".into(),
            "subjectTaken" => {
                body["issuer"] = "https://ci.example".into();
                body["subject"] = "20".into();
            }
            "tooManyCredentials" => self.replace(0, sample::id(LADEN_APPLICATION)),
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_policy_wrong(&mut self, name: &str) -> bool {
        let is_selection = self.operation.path.ends_with("Group");
        if name == "neverExpires" && !is_selection {
            self.replace(0, sample::id(READERS));
            return true;
        }
        if !self.operation.path.starts_with("/groupLifecyclePolicies") {
            return false;
        }
        let mut body = self.operation.body_example.clone();
        let absent = sample::id(ABSENT).to_string();
        match name {
            "policyNotFound" => {
                self.replace(0, absent);
                return true;
            }
            "groupNotFound" => body["groupId"] = absent.into(),
            "neverExpires" => body["groupId"] = sample::id(READERS).to_string().into(),
            "policyExists" | "tooManyGroups" => {}
            "nothingToChange" | "missingParameter" => body = json!({}),
            "unknownProperty" => body["colour"] = "red".into(),
            "otherODataType" => body["@odata.type"] = "#microsoft.graph.colour".into(),
            "unsupportedBinding" => body["sponsors@odata.bind"] = "x".into(),
            "missingValue" => body["groupLifetimeInDays"] = Value::Null,
            "otherType" if is_selection => body["groupId"] = true.into(),
            "otherType" => body["groupLifetimeInDays"] = "long".into(),
            "unexpectedArray" if !is_selection => body["managedGroupTypes"] = json!([]),
            "readOnlyProperty" => body["id"] = absent.into(),
            "unknownExtension" => body["extension_0a_colour"] = "red".into(),
            "unexpectedArray" => body["groupId"] = json!([]),
            "invalidValue" if is_selection => body["groupId"] = "readers".into(),
            "invalidValue" => body["groupLifetimeInDays"] = 1.into(),
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_invitation_wrong(&mut self, name: &str) -> bool {
        if self.operation.id != "create_invitation" {
            return false;
        }
        let mut body = self.operation.body_example.clone();
        match name {
            "unknownProperty" => body["colour"] = "red".into(),
            "unknownExtension" => body["extension_0a_colour"] = "red".into(),
            "readOnlyProperty" => body["id"] = sample::id(ABSENT).to_string().into(),
            "otherType" => body["inviteRedirectUrl"] = true.into(),
            "unexpectedArray" => body["inviteRedirectUrl"] = json!([]),
            "otherODataType" => body["@odata.type"] = "#microsoft.graph.colour".into(),
            "unsupportedBinding" => body["sponsors@odata.bind"] = "x".into(),
            "missingValue" => body["invitedUserEmailAddress"] = Value::Null,
            "invalidValue" => body["inviteRedirectUrl"] = "loans".into(),
            "ownDomain" => body["invitedUserEmailAddress"] = "nobody@contoso.example".into(),
            "alreadyHere" => body["invitedUserEmailAddress"] = "ada@contoso.example".into(),
            _ => return false,
        }
        self.send(&body.to_string());
        true
    }

    fn get_settings_wrong(&mut self, name: &str) -> bool {
        if !self.operation.path.to_lowercase().contains("settings") {
            return false;
        }
        let is_creation = self.operation.method == Method::POST;
        let first = |body: &mut Value, value: Value| {
            let values = body["values"].as_array_mut().unwrap();
            *values.iter_mut().find(|value| value["name"] == "AllowToAddGuests").unwrap() = value;
        };
        let mut body = self.operation.body_example.clone();
        match name {
            "settingNotFound" if self.operation.path.starts_with("/groups/") => {
                self.replace(1, sample::id(ABSENT));
                return true;
            }
            "settingNotFound" | "templateNotFound" | "groupNotFound" => {
                self.replace(0, sample::id(ABSENT));
                return true;
            }
            "settingsExist" => {
                if self.operation.path.contains('{') {
                    self.replace(0, sample::id(ENGINEERING));
                }
            }
            "nothingToChange" => body = json!({}),
            "unknownProperty" => body["colour"] = "red".into(),
            "unknownExtension" => body["extension_0a_colour"] = "red".into(),
            "readOnlyProperty" => body["displayName"] = "x".into(),
            "otherODataType" => body["@odata.type"] = "#microsoft.graph.colour".into(),
            "unsupportedBinding" => body["sponsors@odata.bind"] = "x".into(),
            "nullCollection" => body["values"] = Value::Null,
            "otherSchema" => body["values"] = json!({}),
            "unknownSetting" => first(&mut body, json!({"name": "AllowColours", "value": "true"})),
            "missingSetting" => {
                body["values"].as_array_mut().unwrap().retain(|value| value["name"] != "AllowToAddGuests");
            }
            "invalidValue" => first(&mut body, json!({"name": "AllowToAddGuests", "value": "yes"})),
            "objectTooLarge" => {
                if is_creation {
                    // The tenant has none of this one yet.
                    let named = |template: &&&Template| template.name == "Prohibited Names Settings";
                    body = settings(TEMPLATES.iter().find(named).unwrap());
                }
                let is_list = |value: &&mut Value| value["name"].as_str().unwrap().ends_with("List");
                for value in body["values"].as_array_mut().unwrap().iter_mut().filter(is_list) {
                    value["value"] = "x".repeat(65_536).into();
                }
            }
            "missingValue" => body["templateId"] = Value::Null,
            "otherType" => first(&mut body, json!({"name": "AllowToAddGuests", "value": true})),
            "unexpectedArray" => first(&mut body, json!({"name": "AllowToAddGuests", "value": []})),
            "invalidTemplate" => body["templateId"] = sample::id(ABSENT).to_string().into(),
            "immutableProperty" if !is_creation => body["templateId"] = sample::id(ABSENT).to_string().into(),
            _ => return false,
        }
        // Only Microsoft 365 groups have settings.
        if self.operation.path.starts_with("/groups/") {
            self.replace(0, sample::id(ENGINEERING));
        }
        self.send(&body.to_string());
        true
    }

    fn get_values_wrong(&mut self, name: &str) -> bool {
        let absent = sample::id(ABSENT).to_string();
        let faces = |count: usize| vec!["\u{1f600}".repeat(256); count];
        let of_role = self.operation.id == "create_directory_role";
        let values = match name {
            "unknownProperty" => json!({"colour": "red"}),
            "unknownExtension" => json!({"extension_0a_colour": "red"}),
            "readOnlyProperty" => json!({"id": absent}),
            "otherType" if of_role => json!({"roleTemplateId": true}),
            "otherType" => json!({"displayName": true}),
            "unexpectedArray" if of_role => json!({"roleTemplateId": []}),
            "unexpectedArray" => json!({"displayName": []}),
            "invalidValue" if of_role => {
                json!({"roleTemplateId": absent})
            }
            "invalidValue" => json!({"displayName": "two\nlines"}),
            "otherODataType" => json!({"@odata.type": "#microsoft.graph.colour"}),
            "unsupportedBinding" => json!({"sponsors@odata.bind": "x"}),
            "missingValue" => json!({"displayName": null}),
            "nullCollection" => json!({self.property("nullCollection"): null}),
            "immutableProperty" if self.operation.id == "update_group" => {
                self.replace(0, sample::id(ENGINEERING));
                json!({"visibility": "HiddenMembership"})
            }
            "immutableProperty" if self.operation.id == "update_administrative_unit" => {
                json!({"isMemberManagementRestricted": true})
            }
            "immutableProperty" if self.operation.id == "update_device" => json!({"deviceId": absent}),
            "immutableProperty" => json!({"appId": absent}),
            "nameTaken" => match self.operation.id.as_str() {
                "create_application" | "update_application" => json!({"identifierUris": ["api://taken"]}),
                "create_directory_role" => json!({"roleTemplateId": "fe930be7-5e62-47db-91af-98c3a49a38b1"}),
                "create_user" => json!({"userPrincipalName": "ada@contoso.example"}),
                "update_user" | "update_me" => json!({"userPrincipalName": "grace@contoso.example"}),
                "create_device" => json!({"deviceId": sample::id(391).to_string()}),
                _ => {
                    let unified =
                        json!({"groupTypes": ["Unified"], "mailEnabled": true, "securityEnabled": false});
                    self.take_group(CONFIDENTIAL, unified);
                    json!({"mailNickname": "engineering"})
                }
            },
            "objectTooLarge" => match self.operation.id.as_str() {
                "create_group" | "update_group" => json!({"resourceProvisioningOptions": faces(140)}),
                "create_service_principal"
                | "update_service_principal"
                | "create_application"
                | "update_application" => json!({"tags": faces(140)}),
                _ => json!({"otherMails": faces(140)}),
            },
            "emptyText" => json!({"officeLocation": ""}),
            "textTooShort" => json!({"mobilePhone": ""}),
            "nullItem" => json!({self.property("nullCollection"): [null]}),
            "otherSchema" => json!({self.property("otherSchema"): {}}),
            "foreignDomain" => json!({"userPrincipalName": "ada@elsewhere.example"}),
            "weakPassword" => json!({"passwordProfile": {"password": "short"}}),
            "mixedServices" if self.operation.id == "update_group" => {
                json!({"description": "x", "unseenCount": 1})
            }
            "mixedServices" => json!({"city": "x", "aboutMe": "x"}),
            "invalidMailNickname" => json!({"mailNickname": "two words"}),
            "contradiction" => json!({"securityEnabled": false}),
            "missingRule" => json!({"groupTypes": ["DynamicMembership"]}),
            "invalidMembershipRule" => {
                json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.colour -eq \"red\""})
            }
            "ruleOfRules" => json!({"groupTypes": ["DynamicMembership"],
                "membershipRule": rule_by(sample::id(BY_GROUPS))}),
            "otherKind" => json!({"mailEnabled": true}),
            "mailEnabledGroup" => json!({"mailEnabled": true, "securityEnabled": false}),
            "invalidReference" if self.operation.properties().any(|name| name == "manager@odata.bind") => {
                json!({"manager@odata.bind": "readers"})
            }
            "invalidReference" if self.operation.properties().any(|name| name == "members@odata.bind") => {
                json!({"members@odata.bind": ["readers"]})
            }
            "invalidReference" => json!({"owners@odata.bind": ["readers"]}),
            "duplicateRoles" => json!({"appRoles": vec![json!({"id": absent}); 2]}),
            "tokenVersion" => json!({"api": {"requestedAccessTokenVersion": 3}}),
            "notOfApplication" => {
                if self.operation.id == "update_service_principal" {
                    self.replace(0, sample::id(LADEN_SERVICE_PRINCIPAL));
                    json!({"displayName": "another name"})
                } else {
                    json!({"appId": sample::ALL_APP_ID.to_string(), "displayName": "another name"})
                }
            }
            "enabledRole" => json!({"appRoles": []}),
            "foreignUri" => json!({"identifierUris": ["https://elsewhere.example/loans"]}),
            "servicePrincipalExists" => json!({"appId": sample::id(392).to_string()}),
            _ => return false,
        };
        self.say(values);
        true
    }

    async fn get_parameters_wrong(&mut self, name: &str) -> bool {
        let first = || self.operation.properties().next().unwrap().clone();
        if self.is_of_deleted() {
            return self.get_parameters_of_deleted_wrong(name);
        }
        let values = match name {
            "missingIds" => json!({}),
            "unexpectedText" => json!({first(): "readers"}),
            "otherItemType" if self.evaluates_rule() => json!({first(): true}),
            "invalidValue" if self.evaluates_rule() => json!({first(): "readers"}),
            "ruleTooLong" => {
                json!({"memberId": sample::id(GRACE).to_string(), "membershipRule": "x".repeat(3073)})
            }
            "unexpectedItem" => json!({first(): [[]]}),
            "otherItemType" => json!({first(): [true]}),
            "unexpectedList" => json!({first(): []}),
            "invalidValue"
                if self.operation.path.contains("/checkMember")
                    || self.operation.path.ends_with("/getByIds") =>
            {
                json!({first(): [sample::id(READERS).to_string(), "readers"]})
            }
            "tooManyIds" => json!({first(): vec![sample::id(READERS).to_string(); 1001]}),
            "invalidValue" if self.operation.path.contains("/getMember") => json!({first(): "yes"}),
            "securityGroupsOfNoUser" if self.operation.id.starts_with("get_directory_object") => {
                self.replace(0, sample::id(DEVICE));
                json!({first(): true})
            }
            "securityGroupsOfNoUser" => json!({first(): true}),
            "tooManyResults" => {
                let is_in = |set: &str| self.operation.path.starts_with(&format!("/{set}/"));
                let (.., crowded) = CROWDED.into_iter().find(|(set, ..)| is_in(set)).unwrap_or(CROWDED[0]);
                match self.operation.is_on_me() {
                    true => self.by_user(crowded, all()).await,
                    false => self.replace(0, sample::id(crowded)),
                }
                return true;
            }
            _ => return false,
        };
        self.say(values);
        true
    }

    fn is_of_deleted(&self) -> bool {
        self.operation.path.starts_with("/directory/deletedItems/")
    }

    fn get_parameters_of_deleted_wrong(&mut self, name: &str) -> bool {
        let user = sample::id(ADA).to_string();
        let owned = |kind: Value| json!({"userId": user, "type": kind});
        let is_restored = self.operation.id == "restore_deleted_item";
        let named = |value: Value| match is_restored {
            true => json!({"newUserPrincipalName": value}),
            false => owned(value),
        };
        let body = match name {
            "unknownProperty" => json!({"colour": "red"}),
            "otherType" => named(true.into()),
            "unexpectedArray" => named(json!([])),
            "invalidValue" => named("babbage".into()),
            "nameTaken" => named("ada@contoso.example".into()),
            "foreignDomain" => named("charles@elsewhere.example".into()),
            "servicePrincipalExists" => {
                self.replace(0, sample::id(REPLACED));
                json!({})
            }
            "missingParameter" => json!({"type": "Group"}),
            "invalidIdentifier" => json!({"userId": "ada", "type": "Group"}),
            "userNotFound" => json!({"userId": sample::id(ABSENT).to_string(), "type": "Group"}),
            _ => return false,
        };
        self.send(&body.to_string());
        true
    }

    fn evaluates_rule(&self) -> bool {
        self.operation.path.ends_with("/evaluateDynamicMembership")
    }

    /// Has a rule evaluated for this user.
    fn evaluate(&mut self, number: u16, rule: Option<String>) {
        self.say(json!({"memberId": sample::id(number).to_string(), "membershipRule": rule}));
    }

    async fn name_what_is_absent(&mut self, name: &str) -> bool {
        match name {
            "memberNotFound" if self.evaluates_rule() => {
                self.evaluate(ABSENT, Some("user.city -eq null".into()))
            }
            "memberNotFound" | "ownerNotFound" if self.operation.method == Method::GET => {
                self.replace(1, sample::id(ABSENT));
            }
            "memberNotFound" => self.relate("members", &[ABSENT]),
            "ownerNotFound" => self.relate("owners", &[ABSENT]),
            "managerNotFound" => self.manage(ABSENT),
            "kindCannotManage" => self.manage(DEVICE),
            "noManager" if self.operation.is_on_me() => self.by_user(TIM, all()).await,
            "noManager" if self.operation.path.starts_with("/users") => self.replace(0, sample::id(TIM)),
            "noManager" => self.replace(0, sample::id(1400)),
            "notAMember" | "notAnOwner" if self.operation.takes_reference() => self.relate("", &[TIM]),
            "notAMember" | "notAnOwner" => self.replace(1, sample::id(TIM)),
            "noMailbox" if self.operation.id == "update_group" => self.say(json!({"unseenCount": 1})),
            "noMailbox" => {
                let group = if self.is_of_deleted() { DELETED_GROUP } else { READERS };
                self.replace(0, sample::id(group));
                self.ask("$select=unseenCount");
            }
            "userNotFound" if self.operation.is_on_me() => self.by_user(ABSENT, all()).await,
            _ if name.ends_with("NotFound") => self.replace(0, sample::id(ABSENT)),
            _ => return false,
        }
        true
    }

    async fn get_the_group_wrong(&mut self, name: &str) -> bool {
        let unified = json!({"groupTypes": ["Unified"], "mailEnabled": true, "securityEnabled": false});
        match name {
            "alreadyMember" => self.relate("members", &[ADA]),
            "alreadyOwner" => self.relate("owners", &[ADA]),
            "memberTwice" => self.relate("members", &[GRACE, GRACE]),
            "ownerTwice" => self.relate("owners", &[GRACE, GRACE]),
            "tooManyReferences" if self.operation.path.starts_with("/groups") => {
                self.relate("members", &[GRACE; 21]);
            }
            "tooManyReferences" => self.relate("owners", &[GRACE; 21]),
            "kindCannotOwn" => self.relate("owners", &[DEVICE]),
            "guestsNotAllowed" => {
                self.take_group(ENGINEERING, unified);
                let relationship =
                    if self.operation.path.contains("/owners/") { "owners" } else { "members" };
                self.relate(relationship, &[GUEST]);
            }
            "groupCreationDisabled" => {
                self.say(unified);
                self.by_user(TIM, all()).await;
            }
            "missingPrefixSuffix" => {
                self.take_group(ENGINEERING, unified);
                self.say(json!({"displayName": "Readers"}));
                self.by_user(TITLED, all()).await;
            }
            "blockedWord" => {
                self.take_group(ENGINEERING, unified);
                self.say(json!({"displayName": "The Payroll"}));
            }
            "kindNotAllowed" => {
                self.take_group(ENGINEERING, unified);
                self.relate("members", &[DEVICE]);
            }
            "nesting" => {
                self.take_group(ADMINISTRATORS, json!({"isAssignableToRole": true}));
                self.relate("members", &[RESEARCH]);
            }
            "lastOwner" if self.operation.takes_reference() => self.relate("owners", &[ADA]),
            "lastOwner" => {}
            "tooManyOwners" => {
                let owned = match self.operation.path.split('/').nth(1).unwrap() {
                    "applications" => LADEN_APPLICATION,
                    "servicePrincipals" => LADEN_SERVICE_PRINCIPAL,
                    _ => OWNED,
                };
                self.replace(0, sample::id(owned));
                self.relate("owners", &[GRACE]);
            }
            "managedByExchange" => self.replace(0, sample::id(NEWSLETTER)),
            "dynamicGroup" => {
                self.replace(0, sample::id(EVERYBODY_IN_RESEARCH));
                if self.operation.has_body {
                    self.relate("members", &[GRACE]);
                }
            }
            "dynamicWithMembers" => {
                self.say(
                    json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.city -eq \"x\""}),
                );
                self.relate("members", &[GRACE]);
            }
            "roleAssignableGroup" if self.is_of_deleted() => {
                self.replace(0, sample::id(DELETED_GROUP));
                self.by_user_without("RoleManagement.ReadWrite.Directory").await;
            }
            "roleAssignableGroup" => {
                self.take_group(ADMINISTRATORS, json!({"isAssignableToRole": true}));
                self.by_user_without("RoleManagement.ReadWrite.Directory").await;
            }
            "privilegedObject" => {
                self.replace(0, sample::id(DELETED_HOLDER));
                self.by_user_without("RoleManagement.ReadWrite.Directory").await;
            }
            "privilegedUser" => {
                let deleted = self.is_of_deleted();
                self.replace(0, sample::id(if deleted { DELETED_HOLDER } else { HOLDER }));
                self.by_user_without("Directory.AccessAsUser.All").await;
            }
            "missingRole" => self.lack_a_role().await,
            "hiddenMembers" => {
                self.replace(0, sample::id(self.with_hidden_members()));
                self.by_user_without("Member.Read.Hidden").await;
            }
            "expandedMembersHidden" => {
                self.replace(0, sample::id(self.with_hidden_members()));
                self.ask("$expand=members");
                self.by_user_without("Member.Read.Hidden").await;
            }
            "kindNotInRoles" => self.relate("members", &[READERS]),
            "kindNotInUnits" => self.relate("members", &[SERVICE_PRINCIPAL]),
            "unitNotDeletable" => self.replace(0, sample::id(DELETED_UNIT)),
            "roleNotDeletable" => self.replace(0, sample::ROLE),
            "contactNotDeletable" => self.replace(0, sample::id(CONTACT)),
            _ => return false,
        }
        true
    }

    /// Whether what it answers is of one of these kinds, in lower case.
    fn is_of(&self, kinds: &[&str]) -> bool {
        let last = self.operation.path.trim_end_matches("/{id}").rsplit('/').next();
        let last = last.unwrap_or_default().to_lowercase();
        kinds.iter().any(|kind| last.contains(kind))
    }

    /// What hides its members, of those that the operation is about.
    fn with_hidden_members(&self) -> u16 {
        if self.operation.path.starts_with("/groups") { CONFIDENTIAL } else { HIDDEN_UNIT }
    }

    async fn lack_a_permission(&mut self, name: &str) -> bool {
        match name {
            "revokedToken" => self.by_user(REVOKED, all()).await,
            "principalDisabled" => self.by_user(DISABLED, all()).await,
            "principalDeleted" => self.by_user(DELETED, all()).await,
            "missingPermission" => self.by_user(ADA, ["openid"]).await,
            "resultTooLarge" if self.operation.id == "get_me" => {
                self.token = Some(self.tenant.user_token(large_ones(USERS)[0].uuid(), all()).await);
                self.ask("$expand=manager($levels=max)");
            }
            "missingApplicationPermission" => self.by_application([]).await,
            "notForApplications" | "noSignedInUser" => self.by_application(all()).await,
            "relationshipNotReadable" => {
                self.with_the_least().await;
                let lacking = self.error(name)["details"][0]["target"].clone();
                let property = match lacking.as_str() {
                    Some("User.Read.All") => "manager",
                    Some("GroupMember.Read.All" | "Application.Read.All") => "owners",
                    Some("AdministrativeUnit.Read.All" | "RoleManagement.Read.Directory") => "members",
                    _ => "memberOf",
                };
                self.ask(&format!("$expand={property}"));
            }
            "propertyNotReadable" => {
                self.with_the_least().await;
                self.ask("$select=employeeLeaveDateTime");
            }
            "propertyNotWritable" => {
                self.with_the_least().await;
                let of_group = json!({"preferredDataLocation": "EUR"});
                let of_user = json!({"employeeLeaveDateTime": "2026-01-31T12:00:00Z"});
                self.say(if self.operation.path.starts_with("/groups") { of_group } else { of_user });
            }
            "propertiesNotWritable" => {
                self.with_the_least().await;
                self.say(json!({"description": "x"}));
            }
            "groupNotCreatable" => {
                self.with_the_least().await;
                self.go_to("/groups(uniqueName='absent')");
                self.announce("prefer", "create-if-missing");
            }
            "kindNotPermitted" => {
                self.with_the_least().await;
                self.replace(0, sample::id(DELETED_GROUP));
            }
            "kindNotAddable" => {
                self.with_the_least().await;
                self.relate("members", &[DEVICE]);
            }
            "membersNotBindable" => {
                self.by_application(["Group.Create"]).await;
                self.relate("members", &[GRACE]);
            }
            "notByOneself" => {
                self.by_user(ADA, ["User.ReadWrite"]).await;
                self.say(json!({"accountEnabled": false}));
            }
            "otherUser" => {
                self.by_user(ADA, ["User.ReadWrite"]).await;
                self.replace(0, sample::id(GRACE));
            }
            "profileByApplication" => {
                self.by_application(all()).await;
                self.say(json!({"aboutMe": "x"}));
            }
            "mailboxByApplication" => {
                self.by_application(all()).await;
                self.say(json!({"unseenCount": 1}));
            }
            "groupByApplication" => {
                self.by_application(all()).await;
                self.replace(0, sample::id(DELETED_GROUP));
            }
            "labelsByApplication" => {
                self.by_application(all()).await;
                self.say(json!({"assignedLabels": [{"labelId": sample::id(ABSENT).to_string()}]}));
            }
            _ => return false,
        }
        true
    }
}

/// A query that is refused, and whether it has advanced query parameters.
fn wrong_query(name: &str) -> Option<(&'static str, bool)> {
    Some(match name {
        "expandSyntax" => ("$expand=members(", false),
        "expandTerm" => ("$expand=members(select=id)", false),
        "expandSeveral" => ("$expand=members,owners", false),
        "expandOption" => ("$expand=members($top=5)", false),
        "expandLevels" => ("$expand=manager($levels=0)", false),
        "expandLevelsWithoutConsistencyLevel" | "expandLevelsOfSeveral" => {
            ("$expand=manager($levels=max)", false)
        }
        "expandUnknown" => ("$expand=colour", false),
        "expandProperty" => ("$expand=displayName", false),
        "filterTwice" => ("$filter=x&$filter=x", true),
        "searchTwice" => ("$search=x&$search=x", true),
        "filterSyntax" => ("$filter=displayName eq", true),
        "filterProperty" => ("$filter=colour eq 'red'", true),
        "filterUnsupported" => ("$filter=deletedDateTime ge 2026-01-31T12:00:00Z", true),
        "filterOperator" => ("$filter=id ne 'a'", false),
        "filterExpression" => ("$filter='Ada' eq displayName", true),
        "filterTypes" => ("$filter=displayName eq 1", true),
        "filterTime" => ("$filter=deletedDateTime ge 2026-13-31T12:00:00Z", true),
        "filterContains" => ("$filter=contains(displayName,'Ada')", true),
        "filterFunction" => ("$filter=matches(displayName,'Ada')", true),
        "filterArguments" => ("$filter=startsWith(displayName,1)", true),
        "filterId" => ("$filter=id eq 'ada'", true),
        "filterIdOperator" => ("$filter=startsWith(id,'5a3e')", true),
        "filterNeedsAdvanced" => ("$filter=endsWith(displayName,'a')", false),
        "filterNeedsHeader" => ("$filter=endsWith(displayName,'a')&$count=true", false),
        "filterNotEquals" => ("$filter=displayName ne 'Ada'", false),
        "filterPartsOfPlans" => {
            ("$filter=assignedPlans/any(p:p/service eq 'x' and p/capabilityStatus eq 'x')", false)
        }
        "filterPartsOfIds" => {
            ("$filter=alternativeSecurityIds/any(i:i/identityProvider eq 'x' and i/type eq 2)", false)
        }
        "filterItemInBranch" => (
            "$filter=displayName eq 'Ada' or onPremisesProvisioningErrors/any(e:e/category eq 'PropertyConflict')",
            false,
        ),
        "filterTooManyBranches" => ("$filter=id in (ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID,ID)", false),
        "filterTooHigh" => {
            ("$filter=id eq ID and (id eq ID or (id eq ID and (id eq ID or id eq ID)))", false)
        }
        "filterOfReferences" => ("$filter=displayName eq 'Ada'", false),
        "castNotAdvanced" => ("$top=5", false),
        "searchSyntax" => ("$search=displayName:ada", true),
        "searchPhrase" => ("$search=\"ada\"", true),
        "searchProperty" => ("$search=\"colour:red\"", true),
        "orderSyntax" => ("$orderby=displayName up", true),
        "orderSeveral" => ("$orderby=displayName,id", true),
        "orderOfSeveralKinds" => ("$orderby=displayName", true),
        "orderPropertyOfAdvanced" => ("$orderby=id", true),
        "orderProperty" => ("$orderby=id", false),
        "orderOfReferences" => ("$orderby=displayName", false),
        "orderWithFilter" => ("$orderby=displayName&$filter=displayName eq 'Ada'", false),
        _ => return None,
    })
}
