//! The examples of Graph's reference pages, with our own values: the request, the response by its page, and each place where
//! Roster answers otherwise, with the reason. Pages of operations that Roster doesn't have aren't here.

use crate::support::{Answer, Tenant, not_found, refused, send};
use reqwest::Method;
use roster_server::model::{kinds::ObjectKind, permissions::Permission};
use serde_json::{Value, json};
use std::fmt;

/// The answer that a page shows. Pages shorten theirs: more properties may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Documented {
    /// No content.
    Nothing,
    /// Only a number, as plain text.
    Number(u64),
    /// An object with these properties.
    Object(&'static [&'static str]),
    /// A page of objects, each with these properties.
    Page(&'static [&'static str]),
    /// A refusal of this code.
    Refusal(&'static str),
}

/// Where Roster answers otherwise than the page says, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deviation {
    /// A query option that Graph has is answered 501, with its name.
    Option { name: &'static str, reason: &'static str },
    /// A query option that doesn't exist is refused by its name.
    NoSuchOption { name: &'static str, reason: &'static str },
    /// `$count` is refused without its header.
    Count { reason: &'static str },
    /// Properties come only where `$select` names them.
    NeedsSelect { names: &'static [&'static str], reason: &'static str },
    /// The page misspells a name that the resource's own page and the answer spell like this.
    Spelling { page: &'static str, official: &'static str },
}

const NO_FORMAT: &str = "`$format` isn't served yet, and JSON comes without it.";
const NO_SUCH_OPTION: &str = "The page forgot the `=` of `$orderby`. No option has that name.";
const PRINTED_FROM_MORE: &str =
    "The user's page has them among those that only `$select` returns; the example prints them all the same.";
const NO_SILENT_COUNT: &str =
    "Graph leaves the count out without a word. A count that was asked for and can't come is refused.";

/// One example.
struct Case {
    page: &'static str,
    method: Method,
    /// With `{user}` and its like for objects of the test's own.
    path: &'static str,
    by_user: bool,
    eventual: bool,
    body: Value,
    status: u16,
    answer: Documented,
    /// What follows `$metadata` in the answer's context, where the page has it.
    context: &'static str,
    /// The answer's count, where the page has one.
    count: Option<u64>,
    /// Values that the answer holds: those that were sent, that the page shows or that are the test's own.
    shows: Value,
    /// What a write leaves: a path, and values that are there. `null`: nothing is there.
    then: Option<(&'static str, Value)>,
    deviations: Vec<Deviation>,
}

fn case(page: &'static str, method: Method, path: &'static str, body: Value) -> Case {
    Case {
        page,
        method,
        path,
        by_user: false,
        eventual: false,
        body,
        status: 200,
        answer: Documented::Nothing,
        context: "",
        count: None,
        shows: json!({}),
        then: None,
        deviations: Vec::new(),
    }
}

fn get(page: &'static str, path: &'static str) -> Case {
    case(page, Method::GET, path, Value::Null)
}

fn post(page: &'static str, path: &'static str, body: Value) -> Case {
    case(page, Method::POST, path, body)
}

fn patch(page: &'static str, path: &'static str, body: Value) -> Case {
    case(page, Method::PATCH, path, body)
}

fn delete(page: &'static str, path: &'static str) -> Case {
    case(page, Method::DELETE, path, Value::Null)
}

impl Case {
    /// With a user's token in place of an application's.
    fn by_user(self) -> Self {
        Self { by_user: true, ..self }
    }

    /// With `ConsistencyLevel: eventual`.
    fn eventual(self) -> Self {
        Self { eventual: true, ..self }
    }

    fn number(self, number: u64) -> Self {
        Self { answer: Documented::Number(number), ..self }
    }

    fn object(self, names: &'static [&'static str]) -> Self {
        Self { answer: Documented::Object(names), ..self }
    }

    /// With these properties, and all that was sent.
    fn created(self, names: &'static [&'static str]) -> Self {
        let shows = self.body.clone();
        Self { status: 201, answer: Documented::Object(names), shows, ..self }
    }

    fn shows(mut self, more: Value) -> Self {
        self.shows.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self
    }

    fn page(self, names: &'static [&'static str]) -> Self {
        Self { answer: Documented::Page(names), ..self }
    }

    fn refused(self, status: u16, code: &'static str) -> Self {
        Self { status, answer: Documented::Refusal(code), ..self }
    }

    fn no_content(self, path: &'static str, values: Value) -> Self {
        Self { status: 204, then: Some((path, values)), ..self }
    }

    fn context(self, context: &'static str) -> Self {
        Self { context, ..self }
    }

    fn count(self, count: u64) -> Self {
        Self { count: Some(count), ..self }
    }

    fn deviates(mut self, deviation: Deviation) -> Self {
        self.deviations.push(deviation);
        self
    }

    fn needs_select(self, names: &'static [&'static str], reason: &'static str) -> Self {
        self.deviates(Deviation::NeedsSelect { names, reason })
    }

    fn spells(self, page: &'static str, official: &'static str) -> Self {
        self.deviates(Deviation::Spelling { page, official })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.page, self.method, self.path)?;
        for deviation in &self.deviations {
            match deviation {
                Deviation::Option { name, reason } | Deviation::NoSuchOption { name, reason } => {
                    write!(f, "\n  refuses {name}: {reason}")?;
                }
                Deviation::Count { reason } => write!(f, "\n  refuses to count: {reason}")?,
                Deviation::NeedsSelect { names, reason } => write!(f, "\n  {names:?} by $select: {reason}")?,
                Deviation::Spelling { page, official } => write!(f, "\n  {official}, not {page}")?,
            }
        }
        writeln!(f)
    }
}

const GROUP: &[&str] = &[
    "id",
    "deletedDateTime",
    "classification",
    "createdDateTime",
    "description",
    "displayName",
    "expirationDateTime",
    "groupTypes",
    "isAssignableToRole",
    "mail",
    "mailEnabled",
    "mailNickname",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesLastSyncDateTime",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "preferredDataLocation",
    "preferredLanguage",
    "proxyAddresses",
    "renewedDateTime",
    "resourceBehaviorOptions",
    "resourceProvisioningOptions",
    "securityEnabled",
    "theme",
    "visibility",
    "onPremisesProvisioningErrors",
];
const USER: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];
const LISTED_USER: &[&str] =
    &["displayName", "mail", "mailNickname", "otherMails", "proxyAddresses", "userPrincipalName"];
const SERVICE_PRINCIPAL: &[&str] =
    &["accountEnabled", "displayName", "servicePrincipalType", "signInAudience"];

fn devices() -> Vec<Case> {
    vec![
        get("device-list", "/devices/$count").eventual().number(1),
        get("device-list", "/devices?$search=\"displayName:Tablet\"&$count=true")
            .eventual()
            .context("#devices")
            .count(1)
            .page(&[
                "accountEnabled",
                "deviceId",
                "deviceVersion",
                "displayName",
                "manufacturer",
                "model",
                "operatingSystemVersion",
            ])
            .spells("Manufacturer", "manufacturer")
            .spells("Model", "model"),
        post(
            "device-post-devices",
            "/devices",
            json!({"accountEnabled": false, "alternativeSecurityIds": [{"type": 2, "key": "cmVhZGluZyByb29t"}],
                "deviceId": "c2b1c3a0-7f5e-4d7e-9a39-5b8a8f0a6d11", "displayName": "Reading room",
                "operatingSystem": "Plan 9", "operatingSystemVersion": "4"}),
        )
        .by_user()
        .created(&[
            "accountEnabled",
            "alternativeSecurityIds",
            "deviceId",
            "displayName",
            "id",
            "operatingSystem",
            "operatingSystemVersion",
        ]),
        patch("device-update", "/devices/{device}", json!({"accountEnabled": false}))
            .by_user()
            .no_content("/devices/{device}", json!({"accountEnabled": false, "displayName": "tablet"})),
    ]
}

fn directory_objects() -> Vec<Case> {
    vec![
        get("directoryobject-get", "/directoryObjects/{device}")
            .object(&["id"])
            .shows(json!({"@odata.type": "#microsoft.graph.device"})),
        delete("directoryobject-delete", "/directoryObjects/{member}")
            .by_user()
            .no_content("/users/{member}", Value::Null),
    ]
}

fn groups() -> Vec<Case> {
    vec![
        delete("group-delete-members", "/groups/{group}/members/{member}/$ref")
            .no_content("/groups/{group}/members/$count", json!(1)),
        get("group-list-members", "/groups/{group}/members/$count").eventual().number(2),
        get("group-list-transitivemembers", "/groups/{group}/transitiveMembers/$count").eventual().number(2),
        get("user-list-memberof", "/users/{user}/memberOf/$count").eventual().number(1),
        get("user-list-transitivememberof", "/users/{user}/transitiveMemberOf")
            .context("#directoryObjects")
            .page(&["@odata.type", "displayName", "mailEnabled", "mailNickname", "securityEnabled"]),
        post("group-getmemberobjects", "/groups/{group}/getMemberObjects", json!({"securityEnabledOnly": false}))
            .object(&["value"]),
        post("user-getmemberobjects", "/me/getMemberObjects", json!({"securityEnabledOnly": true}))
            .by_user()
            .object(&["value"]),
        // What Exchange holds, of a Microsoft 365 group.
        get(
            "group-get",
            "/groups/{group}?$select=allowExternalSenders,autoSubscribeNewMembers,isSubscribedByMail,unseenCount",
        )
        .by_user()
        .context("#groups(allowExternalSenders,autoSubscribeNewMembers,isSubscribedByMail,unseenCount)/$entity")
        .object(&["id", "allowExternalSenders", "autoSubscribeNewMembers", "isSubscribedByMail", "unseenCount"])
        .shows(json!({"allowExternalSenders": false, "autoSubscribeNewMembers": false,
            "isSubscribedByMail": false, "unseenCount": 0})),
        get("group-list", "/groups").context("#groups").page(GROUP),
        get("group-list", "/groups?$filter=startswith(displayName, 'e')&$count=true&$top=1&$orderby=displayName")
            .eventual()
            .context("#groups")
            .count(1)
            .page(&["displayName", "mailNickname"]),
        get(
            "group-list",
            "/groups?$search=\"displayName:Engine\" OR \"description:steam\"&$orderby=displayName&$count=true",
        )
        .eventual()
        .context("#groups")
        .count(1)
        .page(&["description", "displayName", "mail", "mailNickname"]),
        patch(
            "group-update",
            "/groups/{group}",
            json!({"description": "Who lends books", "displayName": "Lending desk", "groupTypes": ["Unified"],
                "mailEnabled": true, "mailNickname": "lending-desk"}),
        )
        .no_content(
            "/groups/{group}",
            json!({"description": "Who lends books", "displayName": "Lending desk", "groupTypes": ["Unified"],
                "mailEnabled": true, "mailNickname": "lending-desk", "securityEnabled": false}),
        ),
        // The page shows no answer. The state comes back in the spelling of the group's own page.
        post(
            "groups-overview",
            "/groups",
            json!({"description": "All who draw engines", "displayName": "Drawing office",
                "groupTypes": ["Unified", "DynamicMembership"], "mailEnabled": true, "mailNickname": "drawing",
                "securityEnabled": false, "membershipRule": "user.department -eq \"Drawing\"",
                "membershipRuleProcessingState": "on"}),
        )
        .created(GROUP)
        .shows(json!({"membershipRuleProcessingState": "On"})),
    ]
}

fn contacts() -> Vec<Case> {
    const CONTACT: &[&str] = &["displayName", "mail", "mailNickname"];
    vec![
        get(
            "orgcontact-list",
            "/contacts?$filter=startswith(displayName,'P')&$count=true&$top=1&$orderby=displayName",
        )
        .eventual()
        .context("#contacts")
        .count(1)
        .page(CONTACT),
        get("orgcontact-list", "/contacts?$search=\"displayName:pr\"&$count=true")
            .eventual()
            .context("#contacts")
            .count(1)
            .page(CONTACT),
    ]
}

fn service_principals() -> Vec<Case> {
    vec![
        delete("serviceprincipal-delete", "/servicePrincipals/{servicePrincipal}")
            .no_content("/servicePrincipals/{servicePrincipal}", Value::Null),
        get("serviceprincipal-list", "/servicePrincipals").page(SERVICE_PRINCIPAL),
        get("serviceprincipal-list", "/servicePrincipals/$count").eventual().number(1),
        get(
            "serviceprincipal-list",
            "/servicePrincipals?$filter=startswith(displayName, 'l')&$count=true&$top=1&$orderby=displayName",
        )
        .eventual()
        .context("#servicePrincipals")
        .count(1)
        .page(SERVICE_PRINCIPAL)
        .spells("#servicePrinciples", "#servicePrincipals"),
        get("serviceprincipal-list", "/servicePrincipals?$search=\"displayName:Loom\"&$count=true")
            .eventual()
            .context("#servicePrincipals")
            .count(1)
            .page(SERVICE_PRINCIPAL),
    ]
}

fn users() -> Vec<Case> {
    vec![
        delete("user-delete", "/users/{member}").no_content("/users/{member}", Value::Null),
        get("user-get", "/users/{user}").object(USER).shows(json!({"displayName": "ada"})),
        get("user-get", "/users/{userPrincipalName}").object(USER).shows(json!({"displayName": "ada"})),
        get("user-get", "/me").by_user().object(USER).shows(json!({"displayName": "ada"})),
        get("user-list-manager", "/users/{user}/manager")
            .object(&["id", "displayName", "jobTitle", "mail", "userPrincipalName"])
            .shows(json!({"displayName": "grace"})),
        get("user-list-manager", "/me?$expand=manager($levels=max;$select=id,displayName)&$select=id,displayName")
            .by_user()
            .eventual()
            .object(&["id", "displayName", "manager"])
            .shows(json!({"displayName": "ada", "manager": {"displayName": "grace", "manager": {"displayName": "printer"}}})),
        // As the page had it before.
        get(
            "user-list-manager",
            "/me?$expand=manager($levels=max;$select=id,displayName)&$select=id,displayName&$count=true",
        )
        .by_user()
        .eventual()
        .object(&["id", "displayName", "manager"])
        .shows(json!({"displayName": "ada", "manager": {"displayName": "grace", "manager": {"displayName": "printer"}}})),
        get("user-list", "/users").page(LISTED_USER).needs_select(
            &["mailNickname", "otherMails", "proxyAddresses"],
            PRINTED_FROM_MORE,
        ),
        get("user-list", "/users/$count").eventual().number(2),
        get("user-list", "/users?$filter=startswith(displayName,'g')&$orderby=displayName&$count=true&$top=1")
            .eventual()
            .context("#users")
            .count(1)
            .page(LISTED_USER)
            .needs_select(&["mailNickname", "otherMails", "proxyAddresses"], PRINTED_FROM_MORE),
        get("user-list", "/users?$filter=endswith(mail,'@contoso.example')&$orderby=userPrincipalName&$count=true")
            .eventual()
            .context("#users")
            .count(1)
            .page(&["displayName", "givenName", "jobTitle", "mail", "userPrincipalName", "id"]),
        get("user-list", "/users?$search=\"displayName:gr\" OR \"displayName:ad\"&$orderbydisplayName&$count=true")
            .eventual()
            .context("#users")
            .count(2)
            .page(&["displayName", "givenName", "mail", "mailNickname", "proxyAddresses", "userPrincipalName"])
            .deviates(Deviation::NoSuchOption { name: "$orderbydisplayName", reason: NO_SUCH_OPTION })
            .needs_select(&["mailNickname", "proxyAddresses"], PRINTED_FROM_MORE),
        get(
            "user-list",
            "/users?$select=id,mail,assignedLicenses&$filter=assignedLicenses/any(l:l/skuId eq 8d2f5c1e-43ab-4c59-9a7b-0c6f2f1d7e55)",
        )
        .context("#users(id,mail,assignedLicenses)")
        .page(&["id", "mail", "assignedLicenses"]),
        patch("user-update", "/me", json!({"businessPhones": ["+44 20 7946 0101"], "officeLocation": "Mill 2"}))
            .by_user()
            .no_content("/users/{user}", json!({"businessPhones": ["+44 20 7946 0101"], "officeLocation": "Mill 2"})),
    ]
}

fn concepts() -> Vec<Case> {
    const PLAIN: &[&str] = &["displayName", "mail", "userPrincipalName"];
    vec![
        // The page shows that this one is refused without the header.
        get("aad-advanced-queries", "/applications?$search=\"displayName:Loom\"")
            .refused(400, "Request_UnsupportedQuery"),
        get("aad-advanced-queries", "/users?$count=true")
            .context("#users")
            .page(PLAIN)
            .deviates(Deviation::Count { reason: NO_SILENT_COUNT }),
        // This page shows no answers: the properties are some of those that come by default.
        get("query-parameters", "/users?$filter=startsWith(displayName,'G')").page(PLAIN),
        get(
            "query-parameters",
            "/users?$filter=assignedLicenses/any(l:l/skuId eq 0b6e7c3a-5d0c-4d5e-8f21-7a9c1e2b3d44)",
        )
        .page(PLAIN),
        get("query-parameters", "/users?$format=json")
            .page(PLAIN)
            .deviates(Deviation::Option { name: "$format", reason: NO_FORMAT }),
        get("query-parameters", "/users?$orderby=displayName").page(PLAIN),
        get("query-parameters", "/me?$expand=photo").by_user().refused(400, "ExpandNotSupported"),
    ]
}

/// Who is in what, and what is in a group. Casts are to the kinds that the pages cast to.
fn relations() -> Vec<Case> {
    const GROUPS_ENTRY: &[&str] = &["displayName", "mail", "mailEnabled", "mailNickname", "securityEnabled"];
    const SHORT_GROUP: &[&str] = &[
        "id",
        "createdDateTime",
        "description",
        "displayName",
        "groupTypes",
        "mailEnabled",
        "securityEnabled",
    ];
    let cases = vec![
        get(
            "device-list-memberof",
            "/devices/{device}/memberOf/microsoft.graph.group?$count=true&$orderBy=displayName&$search=\"displayName:Read\"",
        )
        .context("#groups")
        .count(1)
        .page(&["displayName", "mail", "mailNickname"]),
        get("device-list-transitivememberof", "/devices/{device}/transitiveMemberOf").page(SHORT_GROUP),
        get(
            "device-list-transitivememberof",
            "/devices/{device}/transitiveMemberOf/microsoft.graph.group?$count=true&$orderBy=displayName&$search=\"displayName:Read\"&$select=displayName,id",
        )
        .context("#groups(displayName,id)")
        .count(1)
        .page(&["displayName", "id"]),
        get("group-list-memberof", "/devices/{device}/memberOf/microsoft.graph.group/$count").number(1),
        get("group-list-transitivememberof", "/groups/{group}/transitiveMemberOf").page(&["id", "mail"]),
        get("group-list-transitivememberof", "/groups/{group}/transitiveMemberOf/microsoft.graph.group/$count").number(1),
        get(
            "group-list-transitivememberof",
            "/groups/{group}/transitiveMemberOf/microsoft.graph.group?$count=true&$orderby=displayName&$search=\"displayName:read\"&$select=displayName,id",
        )
        .context("#groups(displayName,id)")
        .count(1)
        .page(&["displayName", "id"]),
        get(
            "group-list-transitivememberof",
            "/groups/{group}/transitiveMemberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName, 'r')",
        )
        .context("#groups")
        .count(1)
        .page(&["displayName", "mail"]),
        get("group-list-transitivemembers", "/groups/{readers}/transitiveMembers").page(&["id"]),
        get("group-list-transitivemembers", "/groups/{readers}/transitiveMembers/$count").number(5),
        get("group-list-transitivemembers", "/groups/{readers}/transitivemembers/microsoft.graph.group?$count=true")
            .context("#groups")
            .count(1)
            .page(&["id", "description", "displayName", "groupTypes", "mail", "mailEnabled", "mailNickname"]),
        get(
            "group-list-transitivemembers",
            "/groups/{readers}/transitiveMembers/microsoft.graph.user?$count=true&$orderBy=displayName&$search=\"displayName:gra\"&$select=displayName,id",
        )
        .context("#users(displayName,id)")
        .count(1)
        .page(&["displayName", "id"]),
        get("serviceprincipal-list-memberof", "/servicePrincipals/{servicePrincipal}/memberOf").page(SHORT_GROUP),
        get(
            "serviceprincipal-list-memberof",
            "/servicePrincipals/{servicePrincipal}/memberOf/microsoft.graph.group/$count",
        )
        .number(1),
        // The page prints the context of directory objects here, and those of the others that of groups.
        get(
            "serviceprincipal-list-memberof",
            "/servicePrincipals/{servicePrincipal}/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName, 'R')",
        )
        .count(1)
        .page(SHORT_GROUP),
        get(
            "serviceprincipal-list-transitivememberof",
            "/servicePrincipals/{servicePrincipal}/transitiveMemberOf/microsoft.graph.group/$count",
        )
        .number(1),
        get("user-list-memberof", "/users/{user}/memberOf/$count").number(1),
        get("user-list-memberof", "/users/{user}/memberOf/microsoft.graph.group/$count").number(1),
        get(
            "user-list-memberof",
            "/users/{user}/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName, 'e')",
        )
        .context("#groups")
        .count(1)
        .page(GROUPS_ENTRY),
        get("user-list-transitivememberof", "/users/{user}/transitiveMemberOf")
            .context("#directoryObjects")
            .page(&["@odata.type", "displayName", "mailEnabled", "mailNickname", "securityEnabled"]),
        get("user-list-transitivememberof", "/users/{user}/transitiveMemberOf/$count").number(2),
        get(
            "user-list-transitivememberof",
            "/users/{user}/transitiveMemberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName, 'r')",
        )
        .context("#groups")
        .count(1)
        .page(GROUPS_ENTRY),
    ];
    // Each asks for a count, or is a page that the header changes nothing of.
    cases.into_iter().map(Case::eventual).collect()
}

fn cases() -> Vec<Case> {
    [
        devices(),
        directory_objects(),
        groups(),
        contacts(),
        service_principals(),
        users(),
        relations(),
        concepts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The products that a user has a licence for.
const LICENCES: [&str; 2] = ["8d2f5c1e-43ab-4c59-9a7b-0c6f2f1d7e55", "0b6e7c3a-5d0c-4d5e-8f21-7a9c1e2b3d44"];

/// A tenant with an object for each placeholder.
struct World {
    tenant: Tenant,
    user_token: String,
    placeholders: Vec<(&'static str, String)>,
}

impl World {
    async fn fresh() -> Self {
        let tenant = Tenant::bare().await;
        let user = tenant.user("ada").await;
        let member = json!({"accountEnabled": true, "displayName": "grace", "mailNickname": "grace",
            "userPrincipalName": tenant.upn("grace"), "mail": "grace@contoso.example",
            "assignedLicenses": LICENCES.map(|sku| json!({"skuId": sku, "disabledPlans": []}))});
        let member = tenant.object_with(ObjectKind::User, member).await;
        let group = tenant.microsoft_365_group("engineering").await;
        tenant.join(group, user).await;
        tenant.join(group, member).await;
        let (device, service_principal) =
            (tenant.device("tablet").await, tenant.service_principal("loom").await);
        let readers = tenant.security_group("readers").await;
        for reader in [group, device, service_principal] {
            tenant.join(readers, reader).await;
        }
        tenant.manage(user, member).await;
        tenant.manage(member, tenant.contact("printer").await).await;
        tenant.application("loom").await;
        let placeholders = vec![
            ("{user}", user.to_string()),
            ("{userPrincipalName}", format!("ada@{}", tenant.domain())),
            ("{member}", member.to_string()),
            ("{group}", group.to_string()),
            ("{readers}", readers.to_string()),
            ("{device}", device.to_string()),
            ("{servicePrincipal}", service_principal.to_string()),
        ];
        let all = Permission::ALL.iter().map(|permission| permission.name());
        let user_token = tenant.user_token(user, all).await;
        Self { tenant, user_token, placeholders }
    }

    fn fill(&self, path: &str) -> String {
        self.placeholders.iter().fold(path.into(), |path, (name, value)| path.replace(name, value))
    }

    async fn send(&self, case: &Case, path: &str, eventual: bool) -> Answer {
        let path = self.fill(path);
        let mut request = if case.by_user {
            let request = self.tenant.anonymous(case.method.clone(), &format!("/v1.0{path}"));
            request.bearer_auth(&self.user_token)
        } else {
            self.tenant.raw(case.method.clone(), &path).await
        };
        if eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if !case.body.is_null() {
            request = request.json(&case.body);
        }
        send(request).await
    }

    /// Checks what a write left.
    async fn check_then(&self, case: &Case) {
        let Some((path, expected)) = &case.then else { return };
        let path = self.fill(path);
        let request = self.tenant.raw(Method::GET, &path).await.header("ConsistencyLevel", "eventual");
        let answer = send(request).await;
        if expected.is_null() {
            let key = path.rsplit('/').next().unwrap();
            assert_eq!(answer.refusal(), not_found(key), "{case}");
        } else {
            assert!(holds(&answer.json(), expected), "{case}{answer:?}");
        }
    }
}

/// Whether a value holds all that is expected, and maybe more members.
fn holds(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| value.get(name).is_some_and(|value| holds(value, expected))),
        (Value::Array(values), Value::Array(expected)) => {
            values.len() == expected.len()
                && values.iter().zip(expected).all(|(value, expected)| holds(value, expected))
        }
        _ => value == expected,
    }
}

impl Case {
    /// Why an option of the request is refused, if one is.
    fn refusal_of(&self, option: &str) -> Option<(u16, String, String)> {
        let unsupported = |message: &str| refused(400, "Request_UnsupportedQuery", message);
        self.deviations.iter().find_map(|deviation| match deviation {
            Deviation::Option { name, .. } if *name == option => {
                let message =
                    format!("Graph has the query option '{name}' in this request. This server doesn't yet.");
                Some(refused(501, "NotImplemented", &message))
            }
            Deviation::NoSuchOption { name, .. } if *name == option => {
                Some(unsupported(&format!("The query option '{name}' is not supported by this request.")))
            }
            Deviation::Count { .. } if option == "$count" => Some(unsupported(
                "Counting is only supported with the request header 'ConsistencyLevel: eventual'.",
            )),
            _ => None,
        })
    }

    /// The refusal of the request as it is documented: that of the first option which is refused.
    fn refusal(&self) -> Option<(u16, String, String)> {
        options(self.path).into_iter().find_map(|(name, _)| self.refusal_of(name))
    }

    /// The path with other options.
    fn with_options<'o>(&self, options: impl IntoIterator<Item = &'o str>) -> String {
        let path = self.path.split('?').next().unwrap();
        format!("{path}?{}", options.into_iter().collect::<Vec<_>>().join("&"))
    }

    /// The path without the options that are refused.
    fn without_refused(&self) -> String {
        let options = options(self.path).into_iter();
        self.with_options(
            options.filter(|(name, _)| self.refusal_of(name).is_none()).map(|(_, option)| option),
        )
    }

    /// The properties that the page shows, and whether they come without more `$select` than the page has.
    fn properties(&self) -> Vec<(&'static str, bool)> {
        let (Documented::Object(names) | Documented::Page(names)) = self.answer else { return Vec::new() };
        let needs_select = |name| {
            self.deviations.iter().any(
                |deviation| matches!(deviation, Deviation::NeedsSelect { names, .. } if names.contains(&name)),
            )
        };
        names.iter().map(|&name| (name, !needs_select(name))).collect()
    }

    /// The objects of an answer: there is one at least.
    fn objects(&self, answer: &Answer) -> Vec<Value> {
        let body = answer.json();
        let objects = match self.answer {
            Documented::Page(_) => body["value"].as_array().cloned().unwrap_or_default(),
            _ => vec![body],
        };
        assert!(!objects.is_empty() && objects.iter().all(Value::is_object), "{self}{answer:?}");
        objects
    }

    /// Compares an answer with what the page shows.
    fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{self}{answer:?}");
        let content_type = answer.headers.get("content-type").map(|value| value.to_str().unwrap());
        let body = answer.json();
        match self.answer {
            Documented::Nothing => assert_eq!((content_type, &*answer.text), (None, ""), "{self}"),
            Documented::Number(number) => {
                assert_eq!(
                    (content_type, &*answer.text),
                    (Some("text/plain"), &*number.to_string()),
                    "{self}"
                );
            }
            Documented::Refusal(code) => assert_eq!(answer.refusal().1, code, "{self}"),
            Documented::Object(_) | Documented::Page(_) => {
                assert!(content_type.is_some_and(|value| value.starts_with("application/json")), "{self}");
                for object in self.objects(answer) {
                    for (name, comes) in self.properties() {
                        assert_eq!(object.get(name).is_some(), comes, "{name} of {self}{object}");
                    }
                }
                let context = body["@odata.context"].as_str().unwrap();
                let (_, context) = context.split_once("/v1.0/$metadata").unwrap();
                assert!(self.context.is_empty() || context == self.context, "{context} of {self}");
                assert_eq!(body.get("@odata.count"), self.count.map(Value::from).as_ref(), "{self}");
                assert!(holds(&body, &self.shows), "{self}{body}");
            }
        }
        for deviation in &self.deviations {
            if let Deviation::Spelling { page, official } = deviation {
                assert!(!answer.text.contains(page) && answer.text.contains(official), "{self}{answer:?}");
            }
        }
    }
}

/// The name of each query option of a path, and the option as it stands there.
fn options(path: &str) -> Vec<(&str, &str)> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|option| (option.split('=').next().unwrap(), option)).collect()
}

#[tokio::test]
async fn each_documented_request_is_answered_as_its_page_says_or_with_a_reason() {
    for case in cases() {
        let world = World::fresh().await;
        let answer = world.send(&case, case.path, case.eventual).await;
        if let Documented::Refusal(_) = case.answer {
            case.check(&answer);
        }
        match case.refusal() {
            Some(refusal) => assert_eq!(answer.refusal(), refusal, "{case}"),
            None => case.check(&answer),
        }
        world.check_then(&case).await;
    }
}

#[tokio::test]
async fn without_the_options_that_are_refused_the_documented_answer_comes() {
    let world = World::fresh().await;
    for case in cases() {
        if case.refusal().is_some() && !matches!(case.answer, Documented::Refusal(_)) {
            case.check(&world.send(&case, &case.without_refused(), case.eventual).await);
        }
    }
}

#[tokio::test]
async fn each_refused_option_is_refused_by_itself_and_by_its_name() {
    let world = World::fresh().await;
    for case in cases() {
        for (name, option) in options(case.path) {
            if let Some(refusal) = case.refusal_of(name) {
                let answer = world.send(&case, &case.with_options([option]), case.eventual).await;
                assert_eq!(answer.refusal(), refusal, "{name} of {case}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_page_shows_without_select_is_there_where_select_names_it() {
    let world = World::fresh().await;
    for case in cases() {
        let properties = case.properties();
        if properties.iter().all(|(_, comes)| *comes) {
            continue;
        }
        let names: Vec<&str> = properties.into_iter().map(|(name, _)| name).collect();
        let select = format!("$select={}", names.join(","));
        let answer = world.send(&case, &case.with_options([&*select]), false).await;
        for object in case.objects(&answer) {
            assert!(names.iter().all(|name| object.get(name).is_some()), "{case}{object}");
        }
    }
}

#[tokio::test]
async fn each_deviation_of_the_table_is_of_a_request_that_it_can_happen_to() {
    for case in cases() {
        let options: Vec<&str> = options(case.path).into_iter().map(|(name, _)| name).collect();
        let shown = case.properties();
        for deviation in &case.deviations {
            let fits = match deviation {
                Deviation::Option { name, .. } | Deviation::NoSuchOption { name, .. } => {
                    options.contains(name)
                }
                Deviation::Count { .. } => options.contains(&"$count") && !case.eventual,
                Deviation::NeedsSelect { names, .. } => {
                    names.iter().all(|name| shown.iter().any(|(shown, _)| shown == name))
                }
                Deviation::Spelling { page, official } => page != official,
            };
            assert!(fits, "{case}");
        }
    }
}
