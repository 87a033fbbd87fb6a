//! A batch of any requests is answered, and leaves the directory, as these requests one by one do.

use crate::support::{Tenant, send};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use regex::Regex;
use reqwest::{Method, header::HeaderMap};
use roster_server::model::{ids::ObjectId, kinds::ObjectKind};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// One runtime for all cases: connections of the clients live in it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// The most requests of a batch.
const MOST: usize = 20;

/// A request, of whatever is in its place: so in which order they run makes no difference.
#[derive(Debug, Clone, Copy)]
enum Step {
    ReadUser,
    ReadByName,
    ReadSome,
    ReadAbsent,
    ReadWrongly,
    UpdateUser,
    UpdateUserWrongly,
    UpdateAbsent,
    DeleteUser,
    CreateGroup,
    CreateGroupWrongly,
    AddMember,
    AddMemberTwice,
    RemoveMember,
    CountMembers,
    CountMembersAtOnce,
    ListMembers,
    CheckGroups,
    GetByIds,
    WrongMethod,
    WrongPath,
    NotServed,
}

const STEPS: [Step; 22] = [
    Step::ReadUser,
    Step::ReadByName,
    Step::ReadSome,
    Step::ReadAbsent,
    Step::ReadWrongly,
    Step::UpdateUser,
    Step::UpdateUserWrongly,
    Step::UpdateAbsent,
    Step::DeleteUser,
    Step::CreateGroup,
    Step::CreateGroupWrongly,
    Step::AddMember,
    Step::AddMemberTwice,
    Step::RemoveMember,
    Step::CountMembers,
    Step::CountMembersAtOnce,
    Step::ListMembers,
    Step::CheckGroups,
    Step::GetByIds,
    Step::WrongMethod,
    Step::WrongPath,
    Step::NotServed,
];

/// The user and the group in a place, the same in both tenants. The user in it is in the group where the place is even.
fn user(place: usize) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(0x1000 + place as u128))
}

fn group(place: usize) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(0x2000 + place as u128))
}

/// A request as it is sent by itself, and as it stands in a batch.
struct Request {
    method: Method,
    url: String,
    eventual: bool,
    body: Option<Value>,
}

impl Step {
    fn request(self, place: usize, domain: &str) -> Request {
        let (user, group) = (user(place), group(place));
        let other = user_beside(place);
        let of_user = format!("/users/{user}");
        let members = format!("/groups/{group}/members");
        let reference = |id: ObjectId| json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
        let get = |url: String| (Method::GET, url, None);
        let patch = |url: String, body: Value| (Method::PATCH, url, Some(body));
        let post = |url: String, body: Value| (Method::POST, url, Some(body));
        let new = json!({"displayName": "new", "mailNickname": format!("n{place}"), "mailEnabled": false, "securityEnabled": true});
        let (method, url, body) = match self {
            Self::ReadUser => get(of_user),
            Self::ReadByName => get(format!("/users/u{place}@{domain}")),
            Self::ReadSome => get(format!("{of_user}?$select=displayName,city&$expand=memberOf($select=id)")),
            Self::ReadAbsent => get(format!("/users/{}", ObjectId::from_uuid(Uuid::from_u128(7)))),
            Self::ReadWrongly => get(format!("{of_user}?$select=/")),
            Self::UpdateUser => patch(of_user, json!({"city": format!("City {place}"), "jobTitle": null})),
            Self::UpdateUserWrongly => patch(of_user, json!({"accountEnabled": "yes"})),
            Self::UpdateAbsent => patch("/users/nobody".into(), json!({"city": "x"})),
            Self::DeleteUser => (Method::DELETE, of_user, None),
            Self::CreateGroup => post("/groups".into(), new),
            Self::CreateGroupWrongly => post("/groups".into(), json!({"displayName": "new"})),
            Self::AddMember => post(format!("{members}/$ref"), reference(other)),
            Self::AddMemberTwice => post(format!("{members}/$ref"), reference(user)),
            Self::RemoveMember => (Method::DELETE, format!("{members}/{user}/$ref"), None),
            Self::CountMembers | Self::CountMembersAtOnce => get(format!("{members}/$count")),
            Self::ListMembers => get(format!("{members}?$top=1")),
            Self::CheckGroups => {
                post(format!("{of_user}/checkMemberGroups"), json!({"groupIds": [group.uuid()]}))
            }
            Self::GetByIds => {
                post("/directoryObjects/getByIds".into(), json!({"ids": [user.uuid(), group.uuid()]}))
            }
            Self::WrongMethod => (Method::DELETE, "/groups".into(), None),
            Self::WrongPath => get(format!("{of_user}/nothing")),
            Self::NotServed => get("/groups/delta".into()),
        };
        Request { method, url, eventual: matches!(self, Self::CountMembers), body }
    }
}

/// A user whom no step changes.
fn user_beside(place: usize) -> ObjectId {
    user(place + MOST)
}

async fn world() -> Tenant {
    let tenant = Tenant::fresh().await;
    for place in 0..MOST {
        let name = format!("u{place}");
        let values = json!({"displayName": name, "userPrincipalName": tenant.upn(&name), "accountEnabled": true,
            "jobTitle": "Engineer"});
        tenant.put(ObjectKind::User, user(place), values).await;
        tenant.put(ObjectKind::User, user_beside(place), json!({"displayName": "beside"})).await;
        let values = json!({"displayName": "g", "mailNickname": format!("g{place}"), "mailEnabled": false,
            "securityEnabled": true});
        tenant.put_group(group(place), values).await;
        if place % 2 == 0 {
            tenant.join(group(place).uuid(), user(place).uuid()).await;
        }
    }
    tenant
}

/// What is answered, but for what differs each time: status, headers and body.
type Answered = (u64, Map<String, Value>, String);

fn answered(tenant: &Tenant, status: u64, headers: Map<String, Value>, body: &Value) -> Answered {
    let shown = |name: &str| {
        ["content-type", "location", "odata-version", "retry-after", "cache-control"].contains(&name)
    };
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), general(tenant, &text(&value)).into()))
        .filter(|(name, _): &(String, Value)| shown(name));
    (status, headers.collect(), general(tenant, &text(body)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text in which what tells tenants, moments and new objects apart is the same.
fn general(tenant: &Tenant, text: &str) -> String {
    static NEW: LazyLock<Regex> = LazyLock::new(|| {
        let id = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";
        let moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?";
        let sid = r"S-1-12-1(?:-\d+)+";
        let token = r"skiptoken=[^\x22]+";
        Regex::new(&[id, moment, sid, token].join("|")).unwrap()
    });
    NEW.replace_all(&text.replace(&tenant.domain(), "DOMAIN"), "NEW").into_owned()
}

async fn one_by_one(tenant: &Tenant, requests: &[Request]) -> Vec<Answered> {
    let mut answers = Vec::new();
    for Request { method, url, eventual, body } in requests {
        let mut request = tenant.raw(method.clone(), url).await;
        if *eventual {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = send(request).await;
        let headers = |headers: &HeaderMap| {
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().into())).collect()
        };
        let body = if answer.text.is_empty() { Value::Null } else { answer.text.clone().into() };
        answers.push(answered(tenant, answer.status.as_u16().into(), headers(&answer.headers), &body));
    }
    answers
}

async fn together(tenant: &Tenant, requests: &[Request]) -> Vec<Answered> {
    let written = requests.iter().enumerate().map(|(id, request)| {
        let mut headers = json!({});
        if request.eventual {
            headers["ConsistencyLevel"] = "eventual".into();
        }
        if request.body.is_some() {
            headers["Content-Type"] = "application/json".into();
        }
        json!({"id": id.to_string(), "method": request.method.as_str(), "url": request.url, "headers": headers,
            "body": request.body})
    });
    let written: Vec<Value> = written.collect();
    let answer = send(tenant.raw(Method::POST, "/$batch").await.json(&json!({"requests": written}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut found = answer.json()["responses"].as_array().unwrap().clone();
    found.sort_by_key(|answer| answer["id"].as_str().unwrap().parse::<usize>().unwrap());
    let of = |answer: &Value| {
        let headers = answer["headers"].as_object().unwrap().clone();
        answered(tenant, answer["status"].as_u64().unwrap(), headers, &answer["body"])
    };
    found.iter().map(of).collect()
}

/// All that there is.
async fn state(tenant: &Tenant) -> Vec<String> {
    let mut state = Vec::new();
    let paths = [
        "/users?$top=999&$select=id,displayName,city,jobTitle",
        "/groups?$top=999&$select=displayName,mailNickname",
    ];
    for path in paths
        .map(str::to_owned)
        .into_iter()
        .chain((0..MOST).map(|place| format!("/groups/{}/members?$select=id", group(place))))
    {
        let answer = send(tenant.raw(Method::GET, &path).await).await.json();
        let mut found: Vec<_> = answer["value"].as_array().unwrap().iter().map(Value::to_string).collect();
        found.sort();
        state.push(general(tenant, &found.join("\n")));
    }
    state
}

proptest! {
    #![proptest_config(Config { cases: 12, ..Config::default() })]

    #[test]
    fn a_batch_gives_what_its_requests_give_one_by_one(steps in vec(prop::sample::select(&STEPS[..]), 1..=MOST)) {
        RUNTIME.block_on(async {
            let [one, other] = [world().await, world().await];
            let requests = |tenant: &Tenant| {
                let of = |(place, step): (usize, &Step)| step.request(place, &tenant.domain());
                steps.iter().enumerate().map(of).collect::<Vec<_>>()
            };
            let (single, batch) = (one_by_one(&one, &requests(&one)).await, together(&other, &requests(&other)).await);
            for (place, step) in steps.iter().enumerate() {
                prop_assert_eq!(&single[place], &batch[place], "{} {:?}", place, step);
            }
            prop_assert_eq!(state(&one).await, state(&other).await);
            Ok(())
        })?;
    }
}
