//! The queries that Graph's pages on queries show, with our own values, over a directory that is made for them: what each finds. Those
//! that only advanced query parameters allow are refused without them.

use crate::support::{Answer, Tenant, send};
use reqwest::Method;
use roster_server::model::{ids::AppId, kinds::ObjectKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which parameters a query needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// None.
    Nothing,
    /// The header `ConsistencyLevel: eventual`, as `$search` does.
    Header,
    /// The header and `$count=true`.
    Advanced,
}
use Needs::{Advanced, Header, Nothing};

const PLAN: &str = "2d7f3a51-9c0e-4b5c-8a36-1f0a9b7c4e10";
const LICENCE: &str = "b2a9c1d4-6e7f-4a08-9b3c-5d1e2f3a4b5c";
const OWNER: &str = "c41f0b6a-1d2e-4c3b-8f7a-9e8d7c6b5a40";

/// The page, what its query needs, the query, and the names of what it finds, in order where it sorts.
type Case = (&'static str, Needs, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("aad-advanced-queries", Nothing, "/users?$filter=accountEnabled eq false", &["ben"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=accountEnabled ne true", &["ben"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=assignedLicenses/$count eq 0", &["ben", "cai"]),
    ("aad-advanced-queries", Header, "/applications?$search=\"displayName:Browser\"", &["Web Browser"]),
    ("aad-advanced-queries", Advanced, "/applications?$orderby=displayName", &["Box of tools", "Boxcutter", "Web Browser"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=endsWith(mail,'@post.example')", &["ada", "ben"]),
    ("aad-advanced-queries", Advanced, "/applications?$orderby=displayName desc&$filter=startsWith(displayName, 'Box')", &["Boxcutter", "Box of tools"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=startsWith(mobilePhone, '44770') OR startsWith(mobilePhone, '44771')", &["ada", "ben"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=companyName ne null and NOT(companyName eq 'Tailspin')", &["ada"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=NOT startsWith(displayName, 'Meeting')", &["ada", "cai"]),
    ("aad-advanced-queries", Advanced, "/users?$filter=proxyAddresses/any (p:endsWith(p, 'post.example'))", &["ada"]),
    ("filter-query-parameter", Nothing, "/users?$filter=imAddresses/any(i:i eq 'ada@chat.example')", &["ada"]),
    ("filter-query-parameter", Advanced, "/users?$filter=NOT(imAddresses/any(i:i eq 'ada@chat.example'))", &["ben", "cai"]),
    ("filter-query-parameter", Nothing, "/users?$filter=assignedLicenses/any(s:s/skuId eq b2a9c1d4-6e7f-4a08-9b3c-5d1e2f3a4b5c)", &["ada"]),
    ("filter-query-parameter", Nothing, "/users?$filter=startswith(displayName,'ada') or startswith(givenName,'ada') or startswith(surname,'ada') or startswith(mail,'ada') or startswith(userPrincipalName,'ada')", &["ada", "cai"]),
    ("filter-query-parameter", Advanced, "/users?$filter=assignedLicenses/$count ne 0", &["ada"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(assignedLicenses/$count eq 0)", &["ada"]),
    ("filter-query-parameter", Nothing, "/users?$filter=department in ('Retail', 'Sales')", &["ada", "ben"]),
    ("filter-query-parameter", Advanced, "/users?$filter=assignedPlans/any(a:a/servicePlanId eq 2d7f3a51-9c0e-4b5c-8a36-1f0a9b7c4e10 and a/capabilityStatus eq 'Suspended')", &["ada"]),
    ("filter-query-parameter", Advanced, "/groups?$filter=NOT groupTypes/any(c:c eq 'Unified')", &["Drive wardens"]),
    ("filter-query-parameter", Advanced, "/users?$filter=companyName in (null, 'Tailspin')", &["ben", "cai"]),
    ("filter-query-parameter", Nothing, "/users?$filter=userType eq 'Member'", &["ada", "ben"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(userType eq 'Member')", &["cai"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(userType in ('Member'))", &["cai"]),
    ("filter-query-parameter", Nothing, "/groups?$filter=isAssignableToRole eq true", &[]),
    ("filter-query-parameter", Advanced, "/groups?$filter=isAssignableToRole ne true", &["OneVideo", "Drive wardens"]),
    ("filter-query-parameter", Nothing, "/users?$filter=startswith(userPrincipalName, 'be')", &["ben"]),
    ("filter-query-parameter", Nothing, "/users?$filter=mail in ('ada@post.example', 'cai@mail.example')", &["ada", "cai"]),
    ("filter-query-parameter", Advanced, "/devices?$filter=registrationDateTime le 2021-01-02T12:00:00Z", &["old"]),
    ("filter-query-parameter", Advanced, "/devices?$filter=registrationDateTime ge 2021-01-02T12:00:00Z", &["old", "new"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(endswith(mail, 'post.example'))", &["cai"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(startswith(mail, 'A'))", &["ben", "cai"]),
    ("filter-query-parameter", Advanced, "/users?$filter=not(companyName eq 'Tailspin')", &["ada", "cai"]),
    ("filter-query-parameter", Nothing, "/groups?$filter=groupTypes/any(c:c eq 'Unified')", &["OneVideo"]),
    ("filter-query-parameter", Advanced, "/users?$filter=businessPhones/any(p:startswith(p, '44'))", &["ada"]),
    ("filter-query-parameter", Advanced, "/groups?$filter=not(endswith(mail,'post.example'))", &["OneVideo", "Drive wardens"]),
    ("filter-query-parameter", Advanced, "/groups?$filter=not(startswith(mail,'one'))", &["Drive wardens"]),
    ("filter-query-parameter", Advanced, "/groups?$filter=not(mail eq 'nobody@post.example')", &["OneVideo", "Drive wardens"]),
    ("filter-query-parameter", Advanced, "/servicePrincipals?$filter=appOwnerOrganizationId eq c41f0b6a-1d2e-4c3b-8f7a-9e8d7c6b5a40", &["Loom"]),
    ("filter-query-parameter", Advanced, "/servicePrincipals?$filter=not(appOwnerOrganizationId eq c41f0b6a-1d2e-4c3b-8f7a-9e8d7c6b5a40)", &["Spindle"]),
    ("filter-query-parameter", Nothing, "/devices?$filter=alternativeSecurityIds/any(a:a/type eq 2)", &["new"]),
    ("search-query-parameter", Header, "/groups/?$search=\"displayName:OneVideo\" OR \"mail:onevideo\"", &["OneVideo"]),
    ("search-query-parameter", Header, "/groups/?$filter=mailEnabled eq true&$search=\"displayName:OneVideo\"", &["OneVideo"]),
    ("search-query-parameter", Header, "/users?$search=\"displayName:Guthr\"", &["ada"]),
    ("search-query-parameter", Header, "/users?$search=\"displayName:Guthr\" OR \"mail:ben\"", &["ada", "ben"]),
    ("search-query-parameter", Header, "/groups?$search=\"description:One\" AND (\"displayName:Video\" OR \"displayName:Drive\")", &["OneVideo", "Drive wardens"]),
    ("group", Advanced, "/groups?$filter=owners/$count eq 0", &["Drive wardens"]),
    ("group", Advanced, "/groups?$filter=owners/$count eq 1", &["OneVideo"]),
    ("user-list", Nothing, "/users?$select=displayName,id&$filter=identities/any(c:c/issuerAssignedId eq 'cai@elsewhere.example' and c/issuer eq 'elsewhere')", &["cai"]),
];

/// The directory, and each object's name.
struct World {
    tenant: Tenant,
    names: BTreeMap<Uuid, &'static str>,
}

impl World {
    async fn fresh() -> Self {
        let mut world = Self { tenant: Tenant::bare().await, names: BTreeMap::new() };
        let ada = world
            .user("ada", json!({"accountEnabled": true, "displayName": "Ada Guthrie", "givenName": "Ada",
                "mail": "ada@post.example", "department": "Retail", "companyName": "Wingtip", "userType": "Member",
                "mobilePhone": "44770", "businessPhones": ["44 20 7946 0101"], "imAddresses": ["ada@chat.example"],
                "proxyAddresses": ["SMTP:ada@post.example"],
                "assignedLicenses": [{"skuId": LICENCE, "disabledPlans": []}],
                "assignedPlans": [{"servicePlanId": PLAN, "capabilityStatus": "Suspended", "service": "weaving",
                    "assignedDateTime": "2026-03-01T12:00:00Z"}]}))
            .await;
        world
            .user("ben", json!({"accountEnabled": false, "displayName": "Meeting room", "mail": "ben@post.example",
                "department": "Sales", "companyName": "Tailspin", "userType": "Member", "mobilePhone": "44771",
                "assignedPlans": [{"servicePlanId": PLAN, "capabilityStatus": "Enabled", "service": "weaving",
                    "assignedDateTime": "2026-03-01T12:00:00Z"}]}))
            .await;
        world
            .user(
                "cai",
                json!({"accountEnabled": true, "displayName": "Cai", "surname": "Adamson",
                "mail": "cai@mail.example", "userType": "Guest",
                "identities": [{"signInType": "federated", "issuer": "elsewhere",
                    "issuerAssignedId": "cai@elsewhere.example"}]}),
            )
            .await;
        let videos = world
            .group("OneVideo", json!({"displayName": "OneVideo", "description": "Video at One Mill", "mailNickname": "onevideo",
                "mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"]}))
            .await;
        world
            .group(
                "Drive wardens",
                json!({"displayName": "Drive wardens", "description": "They share one drive",
                "mailNickname": "wardens", "mailEnabled": false, "securityEnabled": true}),
            )
            .await;
        world.tenant.own(videos, ada).await;
        for name in ["Web Browser", "Boxcutter", "Box of tools"] {
            let id = world.tenant.application(name).await;
            world.names.insert(id, name);
        }
        for (name, owner) in [("Loom", Some(OWNER)), ("Spindle", None)] {
            let values = json!({"displayName": name, "appId": AppId::random().to_string(), "appOwnerOrganizationId": owner});
            world.put(name, ObjectKind::ServicePrincipal, values).await;
        }
        for (name, day, types) in
            [("old", "2021-01-02T12:00:00Z", vec![]), ("new", "2024-05-06T07:08:09Z", vec![2])]
        {
            let identifiers: Vec<_> = types
                .into_iter()
                .map(|kind: i32| json!({"type": kind, "identityProvider": null, "key": null}))
                .collect();
            let values = json!({"displayName": name, "accountEnabled": true, "deviceId": AppId::random().to_string(),
                "operatingSystem": "Plan 9", "operatingSystemVersion": "4", "registrationDateTime": day,
                "alternativeSecurityIds": identifiers});
            world.put(name, ObjectKind::Device, values).await;
        }
        world
    }

    async fn user(&mut self, name: &'static str, mut values: Value) -> Uuid {
        values["mailNickname"] = name.into();
        values["userPrincipalName"] = self.tenant.upn(name).into();
        self.put(name, ObjectKind::User, values).await
    }

    async fn group(&mut self, name: &'static str, values: Value) -> Uuid {
        let id = self.tenant.group(values).await;
        self.names.insert(id, name);
        id
    }

    async fn put(&mut self, name: &'static str, kind: ObjectKind, values: Value) -> Uuid {
        let id = self.tenant.object_with(kind, values).await;
        self.names.insert(id, name);
        id
    }

    async fn ask(&self, query: &str, needs: Needs) -> Answer {
        let count = if needs == Advanced { "&$count=true" } else { "" };
        let request = self.tenant.raw(Method::GET, &format!("{query}{count}")).await;
        send(if needs == Nothing { request } else { request.header("ConsistencyLevel", "eventual") }).await
    }

    /// The names of what an answer holds, as it comes.
    fn found(&self, answer: &Answer) -> Vec<&'static str> {
        let body = answer.json();
        let objects = body["value"].as_array().unwrap_or_else(|| panic!("{answer:?}")).iter();
        objects.map(|object| self.names[&object["id"].as_str().unwrap().parse().unwrap()]).collect()
    }
}

#[tokio::test]
async fn each_documented_query_finds_what_its_page_says_that_it_finds() {
    let world = World::fresh().await;
    for (page, needs, query, expected) in CASES {
        let answer = world.ask(query, *needs).await;
        assert_eq!(answer.status, 200, "{page}: {query}: {answer:?}");
        assert_eq!(world.found(&answer), *expected, "{page}: {query}");
        if *needs == Advanced {
            assert_eq!(answer.json()["@odata.count"], expected.len(), "{page}: {query}");
        }
    }
}

#[tokio::test]
async fn a_documented_query_without_the_parameters_that_its_page_names_is_refused() {
    let world = World::fresh().await;
    for (page, needs, query, _) in CASES {
        if *needs != Nothing {
            let answer = world.ask(query, Nothing).await;
            assert_eq!(answer.refusal().0, 400, "{page}: {query}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn what_works_by_default_finds_the_same_with_advanced_parameters() {
    let world = World::fresh().await;
    for (page, needs, query, expected) in CASES {
        // Identities are filtered by without these parameters only.
        if *needs == Nothing && !query.contains("identities") {
            assert_eq!(world.found(&world.ask(query, Advanced).await), *expected, "{page}: {query}");
        }
    }
}
