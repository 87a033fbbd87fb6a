//! Every error that the contract shows, provoked on a server with the sample, whose objects the examples name: nothing is
//! published that isn't answered.

use crate::{
    operations::{ErrorExample, Operation, operations, reference, url},
    support::{Answer, Server, Tenant, send},
    tokens::claims,
};
use reqwest::{Method, RequestBuilder};
use roster_server::{
    auth::{
        keys::{self, Keys},
        tokens::{self, Subject},
    },
    directory::{import, sample},
    http,
    model::{
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
        permissions::Permission,
    },
    store::WriteTx,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// The sample's objects, by their numbers. What isn't there has 999.
const ADA: u16 = 101;
const GRACE: u16 = 102;
const TIM: u16 = 112;
const READERS: u16 = 201;
const RESEARCH: u16 = 202;
const ENGINEERING: u16 = 203;
const NEWSLETTER: u16 = 205;
const EVERYBODY_IN_RESEARCH: u16 = 206;
const ADMINISTRATORS: u16 = 207;
const CONFIDENTIAL: u16 = 208;
const DEVICE: u16 = 301;
const CONTACT: u16 = 303;
const ABSENT: u16 = 999;

/// What these tests put beside them: users who don't come in, and a group that takes no owner any more.
const DISABLED: u16 = 198;
const DELETED: u16 = 199;
const OWNED: u16 = 299;

/// Holds an answer against the example with this name, all but what tells requests apart. `None`: they are the same.
pub fn difference(operation: &Operation, shown: &ErrorExample, answer: &Answer) -> Option<String> {
    let told = |body: &Value| {
        let mut body = body.clone();
        let request = body["error"].as_object_mut().and_then(|error| error.remove("innerError"))?;
        let ids = ["date", "request-id", "client-request-id"];
        ids.iter().all(|id| request[id].is_string()).then_some(body)
    };
    let answered = serde_json::from_str(&without_new_group(&answer.text)).unwrap_or_default();
    let same = answer.status == shown.status && told(&answered) == told(&shown.value);
    let answered = || format!("{} {}: {} {}", operation.id, shown.name, answer.status, answer.text);
    (!same).then(answered)
}

/// The text with the sample's group in place of one that wasn't made: its id is another each time.
fn without_new_group(text: &str) -> String {
    const GROUP: &str = "ResourceType=Group,Id=";
    let Some((before, after)) = text.split_once(GROUP) else { return text.into() };
    let (_, after) = after.split_once(',').unwrap();
    format!("{before}{GROUP}{},{after}", sample::READERS)
}

async fn world() -> Tenant {
    let server = Server::with_sample().await;
    let tenant = Tenant::of(server, sample::TENANT).await;
    for (number, name, is_enabled) in [(DISABLED, "disabled", false), (DELETED, "deleted", true)] {
        let values = json!({"displayName": name, "accountEnabled": is_enabled});
        tenant.put(ObjectKind::User, sample::id(number), values).await;
    }
    let delete = tenant.raw(Method::DELETE, &format!("/users/{}", sample::id(DELETED))).await;
    assert_eq!(send(delete).await.status, 204);
    let owned = move |tx: &WriteTx<'_>| {
        let group = sample::id(OWNED);
        let values = json!({"displayName": "Owned", "mailNickname": "owned", "mailEnabled": false,
            "securityEnabled": true});
        import::group(tx, group, values)?;
        (0..100).try_for_each(|_| {
            let owner = ObjectId::random();
            import::object(tx, ObjectKind::User, owner, json!({}))?;
            import::owner(tx, group, owner)
        })
    };
    server.store.tenant(tenant.store_tenant()).write(owned).await.unwrap();
    tenant
}

/// A request that is changed until it is refused.
struct Attempt<'o> {
    tenant: Tenant,
    operation: &'o Operation,
    path: String,
    query: String,
    token: Option<String>,
    is_eventual: bool,
    headers: BTreeMap<&'static str, &'static str>,
    body: Option<String>,
}

impl<'o> Attempt<'o> {
    /// The request that the contract shows, with this token.
    fn of(tenant: Tenant, operation: &'o Operation, token: &str) -> Self {
        let body = operation.has_body.then(|| operation.body_example.to_string());
        let path = operation.example_path();
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let mut attempt = Self {
            tenant,
            operation,
            path: path.into(),
            query: query.into(),
            token: Some(token.into()),
            is_eventual: true,
            headers: BTreeMap::new(),
            body,
        };
        if attempt.body.is_some() {
            attempt.headers.insert("content-type", "application/json");
        }
        attempt
    }

    fn request(&self) -> RequestBuilder {
        let path = format!("/v1.0{}?{}", self.path, self.query);
        let mut request = self.tenant.anonymous(self.operation.method.clone(), &path);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if self.is_eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }

    async fn by_user<'p>(&mut self, number: u16, scopes: impl IntoIterator<Item = &'p str>) {
        self.token = Some(self.tenant.user_token(sample::id(number).uuid(), scopes).await);
    }

    async fn by_user_without(&mut self, permission: &str) {
        self.by_user(ADA, all().filter(|name| *name != permission)).await;
    }

    /// By a user with the least that the operation needs.
    async fn with_the_least(&mut self) {
        let operations = http::operations();
        let operation = operations.iter().find(|operation| operation.id() == self.operation.id).unwrap();
        let least = operation.need.delegated[0].iter().map(|permission| permission.name());
        self.by_user(ADA, least).await;
    }

    async fn by_application<'p>(&mut self, roles: impl IntoIterator<Item = &'p str>) {
        self.token = Some(self.tenant.app_token(roles).await);
    }

    fn ask(&mut self, query: &str) {
        self.query = query.into();
    }

    /// Asks so, without the header that takes what is eventually consistent.
    fn ask_at_once(&mut self, query: &str) {
        self.is_eventual = false;
        self.ask(query);
    }

    /// Puts another text in place of the path's first parameter, or of another one.
    fn replace(&mut self, parameter: usize, text: impl ToString) {
        let template: Vec<&str> = self.operation.path.split('/').collect();
        let place = template.iter().enumerate().filter(|(_, segment)| segment.starts_with('{'));
        let (place, _) = place.clone().nth(parameter).unwrap();
        let mut path: Vec<String> = self.path.split('/').map(str::to_owned).collect();
        path[place] = text.to_string();
        self.path = path.join("/");
    }

    fn announce(&mut self, header: &'static str, value: &'static str) {
        self.headers.insert(header, value);
    }

    fn send(&mut self, body: &str) {
        self.body = Some(body.into());
    }

    fn is_creation(&self) -> bool {
        self.operation.id.starts_with("create_")
    }

    /// Says this of the object: beside what makes a creation good, in place of what an update said.
    fn say(&mut self, values: Value) {
        let mut body = match &self.body {
            Some(body) if self.is_creation() => serde_json::from_str(body).unwrap(),
            _ => Map::new(),
        };
        body.extend(values.as_object().unwrap().clone());
        self.body = Some(Value::from(body).to_string());
    }

    /// Takes one of the sample's groups, or makes one of these values.
    fn take_group(&mut self, number: u16, new: Value) {
        if self.is_creation() { self.say(new) } else { self.replace(0, sample::id(number)) }
    }

    fn relate(&mut self, relationship: &str, numbers: &[u16]) {
        if self.operation.takes_reference() {
            return self.ask(&format!("@id={}", url(sample::id(numbers[0]).uuid())));
        }
        if self.operation.is_of_reference() {
            return self.send(&reference(sample::id(numbers[0]).uuid()).to_string());
        }
        let urls: Vec<String> = numbers.iter().map(|&number| url(sample::id(number).uuid())).collect();
        self.say(json!({format!("{relationship}@odata.bind"): urls}));
    }

    /// Changes the request so that it is refused as the example with this name says.
    async fn provoke(&mut self, name: &str) {
        if self.get_the_token_wrong(name).await
            || self.get_the_query_wrong(name)
            || self.get_the_body_wrong(name)
            || self.get_values_wrong(name)
            || self.name_what_is_absent(name).await
            || self.get_the_group_wrong(name).await
            || self.lack_a_permission(name).await
        {
            return;
        }
        panic!("no request here provokes the {name} of {}: add one", self.operation.id);
    }

    async fn get_the_token_wrong(&mut self, name: &str) -> bool {
        let tenant = self.tenant;
        let subject = Subject::User {
            id: sample::id(ADA),
            user_principal_name: "ada@contoso.example".into(),
            scopes: vec!["Directory.Read.All".into()],
        };
        let now = tenant.server.store.clock().now();
        self.token = match name {
            "severalAuthorizations" => {
                self.announce("authorization", "Bearer another");
                return true;
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
            "unknownQueryOption" => self.ask("$fields=id"),
            "selectTwice" => self.ask("$select=id&$select=id"),
            "topTwice" => self.ask("$top=1&$top=1"),
            "invalidSelect" => self.ask("$select=/"),
            "pageTooLarge" => self.ask("$top=1000"),
            "skip" => self.ask("$skip=1"),
            "invalidCount" => self.ask("$count=yes"),
            "invalidPageToken" => self.ask("$skiptoken=x"),
            "countOptionWithoutConsistencyLevel" => self.ask_at_once("$count=true"),
            "countWithoutConsistencyLevel" => self.ask_at_once(""),
            "searchWithoutConsistencyLevel" => self.ask_at_once("$search=x"),
            "propertyNotInLists" if self.operation.id == "list_groups" => self.ask("$select=unseenCount"),
            "propertyNotInLists" => self.ask("$select=aboutMe"),
            _ => match name.strip_suffix("NotServed") {
                Some(option) => self.ask(&format!("${option}=x")),
                None => return false,
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
            "bodyTooLarge" => self.send(&"x".repeat(300 << 10)),
            "noReference" | "nothingToChange" => self.send("{}"),
            "invalidReference" if self.operation.takes_reference() => self.ask("@id=readers"),
            "invalidReference" if self.operation.is_of_reference() => {
                self.send(r#"{"@odata.id": "readers"}"#)
            }
            "missingValue" if self.is_creation() => self.leave_out_what_is_missing(),
            _ => return false,
        }
        true
    }

    fn get_values_wrong(&mut self, name: &str) -> bool {
        let absent = sample::id(ABSENT).to_string();
        let faces = |count: usize| vec!["\u{1f600}".repeat(256); count];
        let values = match name {
            "unknownProperty" => json!({"colour": "red"}),
            "unknownExtension" => json!({"extension_0a_colour": "red"}),
            "readOnlyProperty" => json!({"id": absent}),
            "otherType" => json!({"displayName": true}),
            "unexpectedArray" => json!({"displayName": []}),
            "invalidValue" => json!({"displayName": "two\nlines"}),
            "otherODataType" => json!({"@odata.type": "#microsoft.graph.colour"}),
            "unsupportedBinding" => json!({"manager@odata.bind": "x"}),
            "missingValue" => json!({"displayName": null}),
            "nullCollection" => json!({self.property("nullCollection"): null}),
            "immutableProperty" if self.operation.id == "update_group" => {
                self.replace(0, sample::id(ENGINEERING));
                json!({"visibility": "HiddenMembership"})
            }
            "immutableProperty" if self.operation.id == "update_device" => json!({"deviceId": absent}),
            "immutableProperty" => json!({"appId": absent}),
            "nameTaken" => match self.operation.id.as_str() {
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
                "create_service_principal" | "update_service_principal" => json!({"tags": faces(140)}),
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
            "otherKind" => json!({"mailEnabled": true}),
            "mailEnabledGroup" => json!({"mailEnabled": true, "securityEnabled": false}),
            "invalidReference" => json!({"members@odata.bind": ["readers"]}),
            "invalidRoles" => json!({"appRoles": vec![json!({"id": absent}); 2]}),
            "servicePrincipalExists" => json!({"appId": sample::id(392).to_string()}),
            _ => return false,
        };
        self.say(values);
        true
    }

    /// The message of the example with this name.
    fn message(&self, name: &str) -> String {
        let shown = self.operation.error_examples();
        let shown = shown.iter().find(|shown| shown.name == name).unwrap();
        shown.value["error"]["message"].as_str().unwrap().to_owned()
    }

    /// The property of a body that the example's message names.
    fn property(&self, name: &str) -> String {
        let message = self.message(name);
        let words: Vec<&str> = message.split(|letter: char| !letter.is_alphanumeric()).collect();
        let is_named = |name: &&String| words.contains(&name.as_str());
        self.operation.properties().find(is_named).unwrap().clone()
    }

    fn leave_out_what_is_missing(&mut self) {
        let message = self.message("missingValue");
        let mut body: Map<String, Value> = serde_json::from_str(self.body.as_ref().unwrap()).unwrap();
        body.retain(|name, _| !message.contains(&format!("'{name}'")));
        self.body = Some(Value::from(body).to_string());
    }

    async fn name_what_is_absent(&mut self, name: &str) -> bool {
        match name {
            "memberNotFound" => self.relate("members", &[ABSENT]),
            "ownerNotFound" => self.relate("owners", &[ABSENT]),
            "notAMember" | "notAnOwner" if self.operation.takes_reference() => self.relate("", &[TIM]),
            "notAMember" | "notAnOwner" => self.replace(1, sample::id(TIM)),
            "noMailbox" if self.operation.id == "update_group" => self.say(json!({"unseenCount": 1})),
            "noMailbox" => {
                self.replace(0, sample::id(READERS));
                self.ask("$select=unseenCount");
            }
            "userNotFound" if self.operation.path == "/me" => self.by_user(ABSENT, all()).await,
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
            "tooManyReferences" => self.relate("members", &[GRACE; 21]),
            "kindCannotOwn" => self.relate("owners", &[DEVICE]),
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
                self.replace(0, sample::id(OWNED));
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
            "roleAssignableGroup" => {
                self.take_group(ADMINISTRATORS, json!({"isAssignableToRole": true}));
                self.by_user_without("RoleManagement.ReadWrite.Directory").await;
            }
            "hiddenMembers" => {
                self.replace(0, sample::id(CONFIDENTIAL));
                self.by_user_without("Member.Read.Hidden").await;
            }
            "contactNotDeletable" => self.replace(0, sample::id(CONTACT)),
            _ => return false,
        }
        true
    }

    async fn lack_a_permission(&mut self, name: &str) -> bool {
        match name {
            "principalDisabled" => self.by_user(DISABLED, all()).await,
            "principalDeleted" => self.by_user(DELETED, all()).await,
            "missingPermission" => self.by_user(ADA, ["openid"]).await,
            "missingApplicationPermission" => self.by_application([]).await,
            "notForApplications" | "noSignedInUser" => self.by_application(all()).await,
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
            "labelsByApplication" => {
                self.by_application(all()).await;
                self.say(json!({"assignedLabels": [{"labelId": sample::id(ABSENT).to_string()}]}));
            }
            _ => return false,
        }
        true
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    Permission::ALL.iter().map(|permission| permission.name())
}

#[tokio::test]
async fn every_error_that_the_contract_shows_is_what_the_server_answers() {
    let tenant = world().await;
    let token = tenant.user_token(sample::id(ADA).uuid(), all()).await;
    let (mut provoked, mut wrong) = (0, Vec::new());
    for operation in operations() {
        for shown in operation.error_examples().iter().filter(|shown| !shown.is_of_server()) {
            let mut attempt = Attempt::of(tenant, operation, &token);
            attempt.provoke(&shown.name).await;
            let answer = send(attempt.request()).await;
            wrong.extend(difference(operation, shown, &answer));
            provoked += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {provoked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(provoked > 500, "{provoked} examples");
}
