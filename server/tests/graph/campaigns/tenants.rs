//! Two tenants of one server, whose callers know each other's ids and use the same names, at the same time: what one writes is in no
//! response to the other, and an object of the other tenant is answered as one that never existed.

use crate::{
    campaign, http_client,
    support::{Answer, Tenant, send},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Client, Method};
use roster_server::model::{ids::ObjectId, permissions::Permission};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};
use uuid::Uuid;

const ROUNDS: usize = 2;
const STEPS: usize = 120;
const NAMES: u128 = 8;

/// The collections whose objects have a name that is unique in a tenant, and the property that holds it.
const SETS: [(&str, &str); 3] =
    [("users", "userPrincipalName"), ("groups", "uniqueName"), ("devices", "deviceId")];

/// What both sides know: the ids and the paging tokens of either.
#[derive(Default)]
struct Known {
    ids: [BTreeSet<Uuid>; 2],
    paging_tokens: [Option<String>; 2],
}

/// One tenant's caller, and what should be in its directory.
struct Side {
    number: usize,
    tenant: Tenant,
    /// The other tenant's id.
    other: String,
    token: String,
    /// Stands in every text of this side's, and of no other's.
    marker: String,
    others_marker: String,
    http: Client,
    random: StdRng,
    known: Arc<Mutex<Known>>,
    /// Each collection's objects by their names.
    objects: [BTreeMap<u128, Uuid>; 3],
    members: BTreeMap<Uuid, BTreeSet<Uuid>>,
    steps: usize,
}

impl Side {
    /// Sends a request. Its answer has nothing of the other side's but what the request itself named.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/v1.0{path}", self.tenant.server.url);
        let request = self.http.request(method.clone(), url).bearer_auth(&self.token);
        let request = request.header("consistencylevel", "eventual");
        let answer = send(body.iter().fold(request, |request, body| request.json(body))).await;
        let said = format!("{:?} {}", answer.headers, answer.text);
        assert!(answer.status.as_u16() < 500, "{method} {path}: {said}");
        assert!(!said.contains(&self.others_marker), "{method} {path} shows the other's text: {said}");
        let sent = format!("{path} {}", body.unwrap_or(&Value::Null));
        let known = self.known.lock().unwrap();
        let leaked = ids_in(&said)
            .find(|id| known.ids[1 - self.number].contains(id) && !sent.contains(&id.to_string()));
        assert_eq!(leaked, None, "{method} {path} shows the other's id: {said}");
        answer
    }

    async fn step(&mut self) {
        self.steps += 1;
        let set = self.random.random_range(0..SETS.len());
        match self.random.random_range(0..10) {
            0..3 => self.create(set).await,
            3 => self.delete(set).await,
            4 => self.change(set).await,
            5 => self.join().await,
            6 => self.find_by_name().await,
            7 => self.look_for_the_others().await,
            8 => self.use_the_others_pages().await,
            _ => self.list(set).await,
        }
    }

    fn name(&mut self) -> u128 {
        self.random.random_range(1..=NAMES)
    }

    async fn create(&mut self, set: usize) {
        let name = self.name();
        let text = format!("{} {}", self.marker, self.steps);
        let mut body = match SETS[set].0 {
            "users" => json!({"accountEnabled": true, "displayName": text, "mailNickname": "n", "city": text,
                "passwordProfile": {"password": "Secret 123"}}),
            "groups" => {
                json!({"displayName": text, "description": text, "mailEnabled": false, "mailNickname": "n",
                "securityEnabled": true})
            }
            _ => json!({"accountEnabled": true, "alternativeSecurityIds": [], "displayName": text,
                "operatingSystem": text, "operatingSystemVersion": "6"}),
        };
        body[SETS[set].1] = self::name(self.tenant, set, name).into();
        let answer = self.ask(Method::POST, &format!("/{}", SETS[set].0), Some(&body)).await;
        let is_taken = self.objects[set].contains_key(&name);
        assert_eq!(
            answer.status.is_success(),
            !is_taken,
            "only this side's names are taken: {}",
            answer.text
        );
        if !is_taken {
            let id = answer.json()["id"].as_str().unwrap().parse().unwrap();
            self.objects[set].insert(name, id);
            self.known.lock().unwrap().ids[self.number].insert(id);
        }
    }

    /// One of this side's objects.
    fn any_of(&mut self, set: usize) -> Option<(u128, Uuid)> {
        let count = self.objects[set].len();
        let at = self.random.random_range(0..count.max(1));
        self.objects[set].iter().nth(at).map(|(name, id)| (*name, *id))
    }

    async fn delete(&mut self, set: usize) {
        let Some((name, id)) = self.any_of(set) else { return };
        let answer = self.ask(Method::DELETE, &format!("/{}/{id}", SETS[set].0), None).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        self.objects[set].remove(&name);
        self.members.remove(&id);
        self.members.values_mut().for_each(|members| {
            members.remove(&id);
        });
    }

    async fn change(&mut self, set: usize) {
        let Some((_, id)) = self.any_of(set) else { return };
        let text = format!("{} {}", self.marker, self.steps);
        let path = format!("/{}/{id}", SETS[set].0);
        let answer = self.ask(Method::PATCH, &path, Some(&json!({"displayName": text}))).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        assert_eq!(self.ask(Method::GET, &path, None).await.json()["displayName"], text);
    }

    async fn join(&mut self) {
        let set = [0, 2][self.random.random_range(0..2)];
        let (Some((_, group)), Some((_, member))) = (self.any_of(1), self.any_of(set)) else { return };
        let answer =
            self.ask(Method::POST, &format!("/groups/{group}/members/$ref"), Some(&reference(member))).await;
        let is_new = self.members.entry(group).or_default().insert(member);
        assert_eq!(answer.status, if is_new { 204 } else { 400 }, "{}", answer.text);
    }

    async fn find_by_name(&mut self) {
        let name = self.name();
        let answer =
            self.ask(Method::GET, &format!("/users/{}", self::name(self.tenant, 0, name)), None).await;
        let found = answer.json()["id"].as_str().map(|id| id.parse().unwrap());
        assert_eq!(found, self.objects[0].get(&name).copied(), "{}", answer.text);
    }

    /// Each request that names an object of the other side is answered as if there were none.
    async fn look_for_the_others(&mut self) {
        let theirs = {
            let known = self.known.lock().unwrap();
            let ids = &known.ids[1 - self.number];
            let at = self.random.random_range(0..ids.len().max(1));
            ids.iter().nth(at).copied()
        };
        let (Some(theirs), Some((_, group)), Some((_, user))) = (theirs, self.any_of(1), self.any_of(0))
        else {
            return;
        };
        let (absent, other) = (ObjectId::random().uuid(), self.other.clone());
        let bind = |id: Uuid| json!({"members@odata.bind": [reference(id)["@odata.id"]]});
        let created = |id: Uuid| {
            json!({"displayName": self.marker, "mailEnabled": false, "mailNickname": "n", "securityEnabled": true,
                "owners@odata.bind": [reference(id)["@odata.id"]]})
        };
        let at_their_tenant = |id: Uuid| json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/{other}/directoryObjects/{id}")});
        let requests = |id: Uuid| {
            vec![
                (Method::GET, format!("/users/{id}"), None),
                (Method::GET, format!("/groups/{id}"), None),
                (Method::GET, format!("/devices/{id}"), None),
                (Method::GET, format!("/directoryObjects/{id}"), None),
                (Method::GET, format!("/groups/{id}/members"), None),
                (Method::GET, format!("/groups/{id}/members/$ref"), None),
                (Method::GET, format!("/groups/{id}/members/$count"), None),
                (Method::GET, format!("/groups/{id}/owners"), None),
                (Method::PATCH, format!("/users/{id}"), Some(json!({"city": "x"}))),
                (Method::PATCH, format!("/groups/{id}"), Some(json!({"description": "x"}))),
                (Method::DELETE, format!("/users/{id}"), None),
                (Method::DELETE, format!("/groups/{id}"), None),
                (Method::DELETE, format!("/devices/{id}"), None),
                (Method::POST, format!("/groups/{id}/members/$ref"), Some(reference(user))),
                (Method::POST, format!("/groups/{id}/owners/$ref"), Some(reference(user))),
                (Method::POST, format!("/groups/{group}/members/$ref"), Some(reference(id))),
                (
                    Method::DELETE,
                    format!(
                        "/groups/{group}/members/$ref?@id={}",
                        reference(id)["@odata.id"].as_str().unwrap()
                    ),
                    None,
                ),
                (Method::POST, format!("/groups/{group}/members/$ref"), Some(at_their_tenant(id))),
                (Method::POST, format!("/groups/{group}/owners/$ref"), Some(reference(id))),
                (Method::DELETE, format!("/groups/{group}/members/{id}/$ref"), None),
                (Method::DELETE, format!("/groups/{group}/owners/{id}/$ref"), None),
                (Method::PATCH, format!("/groups/{group}"), Some(bind(id))),
                (Method::POST, "/groups".into(), Some(created(id))),
            ]
        };
        for ((method, path, body), (_, no_path, nothing)) in
            requests(theirs).into_iter().zip(requests(absent))
        {
            let others = self.ask(method.clone(), &path, body.as_ref()).await;
            let nobodys = self.ask(method.clone(), &no_path, nothing.as_ref()).await;
            assert_eq!(without(theirs, &others), without(absent, &nobodys), "{method} {path}");
            // A reference that names another tenant isn't one of this directory.
            assert!([400, 404].contains(&others.status.as_u16()), "{method} {path}: {}", others.text);
        }
        let path = format!("/{other}/users");
        assert_eq!(
            self.ask(Method::GET, &path, None).await.status,
            401,
            "the other's path with this side's token"
        );
    }

    async fn use_the_others_pages(&mut self) {
        let token = self.known.lock().unwrap().paging_tokens[1 - self.number].clone();
        if let Some(token) = token {
            let answer = self.ask(Method::GET, &format!("/users?$top=1&$skiptoken={token}"), None).await;
            assert_eq!(
                (answer.status.as_u16(), answer.refusal().1.as_str()),
                (400, "Directory_ExpiredPageToken")
            );
        }
        let page = self.ask(Method::GET, "/users?$top=1", None).await.json();
        if let Some((_, token)) =
            page["@odata.nextLink"].as_str().and_then(|link| link.split_once("skiptoken="))
        {
            self.known.lock().unwrap().paging_tokens[self.number] = Some(token.to_owned());
        }
    }

    /// All pages of a collection and its count are the model's.
    async fn list(&mut self, set: usize) {
        let size = self.random.random_range(1..6);
        let path = format!("/{}", SETS[set].0);
        assert_eq!(
            self.listed(&format!("{path}?$top={size}")).await,
            self.objects[set].values().copied().collect()
        );
        let count = self.ask(Method::GET, &format!("{path}/$count"), None).await.text;
        assert_eq!(count, self.objects[set].len().to_string());
        let Some((_, group)) = self.any_of(1) else { return };
        let members = self.members.get(&group).cloned().unwrap_or_default();
        let path = format!("/groups/{group}/members");
        assert_eq!(
            self.ask(Method::GET, &format!("{path}/$count"), None).await.text,
            members.len().to_string()
        );
        assert_eq!(self.listed(&format!("{path}?$top={size}")).await, members);
    }

    async fn listed(&self, path: &str) -> BTreeSet<Uuid> {
        let mut ids = BTreeSet::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.ask(Method::GET, &path, None).await.json();
            for object in page["value"].as_array().unwrap() {
                assert!(object["displayName"].as_str().unwrap().contains(&self.marker), "{object}");
                assert!(ids.insert(object["id"].as_str().unwrap().parse().unwrap()), "{object} stands twice");
            }
            let link = page["@odata.nextLink"].as_str();
            next = link.and_then(|link| link.split_once("/v1.0")).map(|(_, path)| path.to_owned());
        }
        ids
    }
}

/// The name of this number in a collection: the same in every tenant, but for the domain of users.
fn name(tenant: Tenant, set: usize, number: u128) -> String {
    match SETS[set].0 {
        "users" => tenant.upn(&format!("name{number}")),
        "groups" => format!("name{number}"),
        _ => Uuid::from_u128(number).to_string(),
    }
}

fn reference(id: Uuid) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

/// The ids that stand in a text.
fn ids_in(text: &str) -> impl Iterator<Item = Uuid> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter(|word| word.len() == 36)
        .filter_map(|word| word.parse().ok())
}

/// A response without this id, and without what differs between any two requests.
fn without(id: Uuid, answer: &Answer) -> (u16, String, Vec<String>) {
    let mut body: Value = serde_json::from_str(&answer.text.replace(&id.to_string(), "ID")).unwrap();
    body["error"]["innerError"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    (answer.status.as_u16(), body.to_string(), headers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_one_tenant_shows_in_another() {
    let seed: u64 = rand::random();
    let mut steps = 0;
    for round in campaign::rounds(ROUNDS) {
        let tenants = [Tenant::fresh().await, Tenant::fresh().await];
        let known = Arc::new(Mutex::new(Known::default()));
        let markers = ["cyan", "magenta"].map(|colour| format!("{colour}{:08x}", rand::random::<u32>()));
        let sides = (0..2).map(async |number| {
            let all = Permission::ALL.iter().map(|permission| permission.name());
            let mut side = Side {
                number,
                tenant: tenants[number],
                other: tenants[1 - number].id().to_string(),
                token: tenants[number].user_token(ObjectId::random().uuid(), all).await,
                marker: markers[number].clone(),
                others_marker: markers[1 - number].clone(),
                http: http_client::new(),
                random: StdRng::seed_from_u64(seed.wrapping_add((round * 2 + number) as u64)),
                known: known.clone(),
                objects: Default::default(),
                members: BTreeMap::new(),
                steps: 0,
            };
            while side.steps < STEPS {
                side.step().await;
            }
            for set in 0..SETS.len() {
                side.list(set).await;
            }
            side.steps
        });
        steps += futures::future::join_all(sides).await.iter().sum::<usize>();
    }
    campaign::report(
        "tenants",
        format_args!("{steps} steps in two tenants at once, none saw the other (seed {seed})"),
    );
}
