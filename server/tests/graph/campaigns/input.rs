//! Fuzzing: bodies, queries, references and paging tokens, made from valid ones by changing their meaning and their form. Every
//! input is answered as the contract promises; a refused one has changed nothing; the server neither panics nor grows. Inputs that
//! once found something are kept in `corpus/` and come first.

use super::secrets::Process;
use crate::{
    campaign, http_client,
    operations::{Objects, Operation, operations},
    support::{Answer, Server, Tenant, send},
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::{Client, Method};
use roster_server::model::permissions::Permission;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// The environment variable that says for how many seconds generated input is sent.
const SECONDS: &str = "ROSTER_INPUT_SECONDS";
const ROUNDS: usize = 3;
/// How many inputs of each kind an operation gets in one round.
const EACH: usize = 4;
/// By how much a server may grow in each of the rounds after the first, in kilobytes: what leaks, leaks in all of them.
const GROWTH: u64 = 8 * 1024;

/// The rounds of generated input: a few, or as many as fit into the time.
fn rounds(in_tests: usize) -> impl Iterator<Item = usize> {
    let seconds = std::env::var(SECONDS).ok().map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    campaign::rounds_within(in_tests, seconds)
}

/// A tenant that gets this input.
struct Target {
    tenant: Tenant,
    objects: Objects,
    http: Client,
    by_user: String,
    by_application: String,
    seed: u64,
    sent: usize,
    refused: usize,
    /// What was answered against the contract.
    broken: BTreeSet<String>,
}

impl Target {
    async fn of(tenant: Tenant, seed: u64) -> Self {
        let objects = Objects::of(&tenant).await;
        let all = || Permission::ALL.iter().map(|permission| permission.name());
        Self {
            tenant,
            objects,
            http: http_client::new(),
            by_user: tenant.user_token(objects.user, all()).await,
            by_application: tenant.app_token(all()).await,
            seed,
            sent: 0,
            refused: 0,
            broken: BTreeSet::new(),
        }
    }

    async fn ask(
        &self,
        token: &str,
        method: &Method,
        path: &str,
        level: &str,
        body: Option<&[u8]>,
    ) -> Answer {
        let url = format!("{}/v1.0{path}", self.tenant.server.url);
        let request = self.http.request(method.clone(), url).bearer_auth(token);
        let request = request.header("consistencylevel", level).header("content-type", "application/json");
        send(body.iter().fold(request, |request, body| request.body(body.to_vec()))).await
    }

    /// Sends an input to an operation, which answers as it promises (a broken promise is a 599, a panic a 500).
    async fn probe(&mut self, operation: &Operation, path: &str, body: Option<&[u8]>) -> Answer {
        let by_applications = operation.permissions.to_string().contains("application");
        let token = if by_applications { &self.by_application } else { &self.by_user };
        // Every other request is none of an advanced query.
        let level = if self.sent.is_multiple_of(2) { "eventual" } else { "session" };
        let answer = self.ask(token, &operation.method, path, level, body).await;
        let shown = String::from_utf8_lossy(body.unwrap_or_default());
        let id = &operation.id;
        let expected = answer.status.as_u16() < 500 || answer.status == 501;
        if !expected {
            self.broken.insert(format!("{id} {path} {shown:.2000}: {}", answer.text));
        }
        self.sent += 1;
        self.refused += usize::from(!answer.status.is_success());
        answer
    }

    /// What an operation on this path could change.
    async fn state(&self, operation: &Operation, path: &str) -> Value {
        let path = match operation.method {
            Method::POST if !path.contains("$ref") => format!("{path}/$count"),
            _ => path.replace("/$ref", "").replace("/me", &format!("/users/{}", self.objects.user)),
        };
        let mut answer = self.ask(&self.by_application, &Method::GET, &path, "eventual", None).await.json();
        if let Some(error) = answer.get_mut("error") {
            error["innerError"] = Value::Null;
        }
        answer
    }

    /// Sends a body. Where it is refused all is as it was.
    async fn send_body(&mut self, operation: &Operation, body: &[u8]) {
        let (path, _) = self.objects.request(operation);
        let before = self.state(operation, &path).await;
        let answer = self.probe(operation, &path, Some(body)).await;
        if !answer.status.is_success() {
            let (seed, shown) = (self.seed, String::from_utf8_lossy(body));
            assert_eq!(
                self.state(operation, &path).await,
                before,
                "seed {seed}: {path} refused {shown:.2000}"
            );
        }
    }

    /// One input after another to every operation.
    async fn round(&mut self, random: &mut StdRng, first: bool) {
        for operation in operations() {
            let (path, sample) = self.objects.request(operation);
            let samples: Vec<Value> =
                [sample, Some(operation.body_example.clone())].into_iter().flatten().collect();
            if operation.method == Method::POST || operation.method == Method::PATCH {
                for body in include_str!("corpus/bodies.txt").lines().filter(|_| first) {
                    self.send_body(operation, body.as_bytes()).await;
                }
                for _ in 0..EACH {
                    let sample = samples.choose(random).unwrap_or(&Value::Null).clone();
                    let body = mutated(random, sample);
                    self.send_body(operation, &body).await;
                }
            }
            // A query that isn't OData's is ignored, and the operation is done: on an object that isn't needed.
            let path = if operation.method == Method::DELETE {
                path.replace(self.objects.group.to_string().as_str(), "x")
            } else {
                path
            };
            for query in include_str!("corpus/queries.txt").lines().filter(|_| first) {
                self.probe(operation, &format!("{path}?{query}"), None).await;
            }
            for _ in 0..EACH {
                let query = made_up_query(random);
                self.probe(operation, &format!("{path}?{query}"), None).await;
            }
        }
        self.send_references(random, first).await;
        self.send_paging_tokens(random).await;
        assert!(self.broken.is_empty(), "seed {}: {:#?}", self.seed, self.broken);
    }

    async fn send_references(&mut self, random: &mut StdRng, first: bool) {
        let add = operations().iter().find(|operation| operation.id == "add_group_owner").unwrap();
        let corpus: Vec<&str> = include_str!("corpus/references.txt").lines().collect();
        let made_up = |random: &mut StdRng| {
            let text = corpus.choose(random).copied().unwrap_or_default();
            String::from_utf8_lossy(&scratched(random, text.as_bytes())).into_owned()
        };
        let mut texts: Vec<String> = corpus.iter().filter(|_| first).map(ToString::to_string).collect();
        texts.extend((0..EACH * 10).map(|_| made_up(random)));
        for text in texts {
            let text = text.replace("ID", &self.objects.member.to_string());
            self.send_body(add, json!({"@odata.id": text}).to_string().as_bytes()).await;
        }
    }

    /// A paging token opens the next page only unaltered, and only for its own tenant, collection and query.
    async fn send_paging_tokens(&mut self, random: &mut StdRng) {
        let list = operations().iter().find(|operation| operation.id == "list_users").unwrap();
        let page = self.probe(list, "/users?$top=1", None).await.json();
        let link = page["@odata.nextLink"].as_str().unwrap();
        let (_, token) = link.split_once("skiptoken=").unwrap();
        let anothers = self.tenant.server.tenant().await;
        for name in ["ada", "grace"] {
            anothers.user(name).await;
        }
        let theirs = send(anothers.raw(Method::GET, "/users?$top=1").await).await.json();
        let theirs =
            theirs["@odata.nextLink"].as_str().unwrap().split_once("skiptoken=").unwrap().1.to_owned();
        let mut refused: Vec<String> = ["/groups?$top=1", "/devices?$top=1", "/users?$top=1&$select=id"]
            .iter()
            .map(|path| format!("{path}&$skiptoken={token}"))
            .collect();
        let mut altered =
            vec![theirs, token[1..].to_owned(), format!("{token}A"), format!("{token}="), token.repeat(2)];
        for _ in 0..EACH * 4 {
            let mut bytes = token.as_bytes().to_vec();
            let at = random.random_range(0..bytes.len());
            bytes[at] = *b"ABCDEFGHabcdefgh01234567-_".choose(random).unwrap();
            altered.push(String::from_utf8(bytes).unwrap());
            altered.push(token[..at].to_owned());
        }
        refused.extend(
            altered
                .iter()
                .filter(|altered| *altered != token)
                .map(|token| format!("/users?$top=1&$skiptoken={token}")),
        );
        for path in refused {
            let answer = self.probe(list, &path, None).await;
            assert_eq!(answer.status, 400, "seed {}: {path}: {}", self.seed, answer.text);
        }
        let next = self.probe(list, &format!("/users?$top=1&$skiptoken={token}"), None).await;
        assert_eq!((next.status.as_u16(), next.json()["value"].as_array().map(Vec::len)), (200, Some(1)));
    }
}

/// A body made from a good one: its values changed, then its text.
fn mutated(random: &mut StdRng, mut body: Value) -> Vec<u8> {
    for _ in 0..random.random_range(1..4) {
        change(random, &mut body);
    }
    let text = body.to_string();
    match random.random_range(0..10) {
        0 => scratched(random, text.as_bytes()),
        1 => text.replacen('{', "{\"displayName\":\"twice\",\"displayName\":\"twice\",", 1).into_bytes(),
        2 => text.replacen(":\"", ":\"\\ud83d", 1).into_bytes(),
        3 => text.replacen(":true", ":1e999", 1).into_bytes(),
        4 => format!("\u{feff}{text}").into_bytes(),
        _ => text.into_bytes(),
    }
}

/// Changes a value, or one within it.
fn change(random: &mut StdRng, value: &mut Value) {
    if random.random_bool(0.7) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let at = random.random_range(0..members.len());
                let name = members.keys().nth(at).unwrap().clone();
                return match random.random_range(0..5) {
                    0 => drop(members.remove(&name)),
                    1 => drop(members.insert(name.to_uppercase(), odd(random))),
                    _ => change(random, &mut members[&name]),
                };
            }
            Value::Array(items) if !items.is_empty() => {
                let at = random.random_range(0..items.len());
                return change(random, &mut items[at]);
            }
            _ => {}
        }
    }
    *value = odd(random);
}

/// A value that may be anything but a valid one.
fn odd(random: &mut StdRng) -> Value {
    let nested = |open: &str, close: &str, depth: usize| {
        serde_json::from_str(&format!("{}1{}", open.repeat(depth), close.repeat(depth))).unwrap()
    };
    match random.random_range(0..18) {
        0 => Value::Null,
        1 => true.into(),
        2 => (-1).into(),
        3 => u64::MAX.into(),
        4 => 1.5e300.into(),
        5 => "".into(),
        6 => " ".into(),
        7 => "x".repeat(random.random_range(1..100_000)).into(),
        8 => "\u{0}\u{202e}\u{fffd}\u{10ffff}".into(),
        9 => "e\u{301}".repeat(200).into(),
        10 => json!([]),
        11 => json!({}),
        12 => vec![Value::from("x"); random.random_range(1..3000)].into(),
        13 => nested("[", "]", random.random_range(1..120)),
        14 => nested("{\"a\":", "}", random.random_range(1..120)),
        15 => (0..random.random_range(1..1000))
            .map(|number| (format!("n{number}"), Value::from(number)))
            .collect(),
        16 => "2026-13-45T99:99:99Z".into(),
        _ => json!({"@odata.type": "#microsoft.graph.user", "id": "x"}),
    }
}

/// A text with some of its bytes changed, taken out or put in.
fn scratched(random: &mut StdRng, text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..3) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.random()),
            _ => drop(bytes.drain(at..bytes.len().min(at + 5))),
        }
    }
    bytes
}

fn made_up_query(random: &mut StdRng) -> String {
    let corpus: Vec<&str> = include_str!("corpus/queries.txt").lines().collect();
    let mut parts: Vec<String> = Vec::new();
    for _ in 0..random.random_range(1..4) {
        let part = corpus.choose(random).copied().unwrap_or_default();
        let part = if random.random_bool(0.3) {
            String::from_utf8_lossy(&scratched(random, part.as_bytes())).into()
        } else {
            part.to_owned()
        };
        parts.push(part);
    }
    parts.join("&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_sent_is_answered_as_promised_and_what_is_refused_changes_nothing() {
    let seed: u64 = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let (mut sent, mut refused) = (0, 0);
    for round in rounds(ROUNDS) {
        let mut target = Target::of(Tenant::fresh().await, seed).await;
        target.round(&mut random, round == 0).await;
        sent += target.sent;
        refused += target.refused;
    }
    campaign::report("input", format_args!("{sent} sent, {refused} refused (seed {seed})"));
}

// The memory is read from `/proc`.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_neither_panics_nor_grows_by_what_it_is_sent() {
    let (process, server) = Process::serving("warn");
    let server: &'static Server = Box::leak(Box::new(server));
    let seed: u64 = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let (mut sent, mut resident) = (0, Vec::new());
    for round in rounds(ROUNDS + 1) {
        let mut target = Target::of(server.tenant().await, seed).await;
        target.round(&mut random, round == 0).await;
        sent += target.sent;
        resident.push(process.resident());
    }
    let least = resident.windows(2).map(|round| round[1].saturating_sub(round[0])).min().unwrap_or_default();
    assert!(least < GROWTH, "seed {seed}: {resident:?} KB");
    assert!(!process.log().contains("panicked"), "seed {seed}: {}", process.log());
    campaign::report(
        "input of a process",
        format_args!("{sent} sent, {} to {} KB (seed {seed})", resident[0], resident[resident.len() - 1]),
    );
}
