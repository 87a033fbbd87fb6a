//! One tenant floods the server with the most expensive requests. Other tenants' requests, and those without a token, are answered
//! as quickly as without it; and the server ends in time.

use super::connection::{Connection, get};
use crate::{
    campaign,
    roster::{Server, printed},
};
use futures::future::join_all;
use roster_server::{
    directory::{self, import},
    model::{
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
    },
    store::{Options, Store, Tenant, WriteTx, tenants::CreationError},
};
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::runtime;

/// Connections of the tenant that floods.
const FLOOD: usize = 512;
/// Its users, all in one group.
const USERS: usize = 100_000;
/// Users made in one transaction.
const PIECE: usize = 2_000;
/// Requests of the other tenant in a round, one after another, and of those without a token.
const REQUESTS: usize = 1_000;
/// An answer that takes this long is quick enough, whatever the quiet ones take.
const QUICK: Duration = Duration::from_millis(50);
/// Container runtimes wait ten seconds before they kill.
const END: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures the machine: `cargo xtask torture` runs it, by itself and in a release build"]
async fn a_tenant_that_floods_the_server_slows_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::create(folder.path()).await;
    let mut server = Server::start(folder.path(), &[]);
    let [busy, other] = [world.busy, world.other].map(|tenant| token(folder.path(), tenant));
    let small = [get(&format!("/users/{}", world.user), &other), get("/users", &other)];
    let anonymous = ["GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), get("/users", "x.y.z")];
    let quiet = measure(&server.url, &small, 200).max(measure(&server.url, &anonymous[..1], 200));
    let dearest = dearest(world.group, &busy);
    check_answered(&server.url, &dearest).await;
    let flood = Flood::start(&server.url, [dearest, vec![refused(&busy)]].concat());
    let mut slowest = [Duration::ZERO; 3];
    for _ in campaign::rounds(3) {
        let measured = [
            measure(&server.url, &small, 200),
            measure(&server.url, &anonymous[..1], 200),
            measure(&server.url, &anonymous[1..], 401),
        ];
        slowest = [0, 1, 2].map(|kind| slowest[kind].max(measured[kind]));
    }
    let answered = flood.answered.load(Ordering::Relaxed);
    let told = Instant::now();
    server.signal("TERM");
    assert!(server.end_within(END).await.success());
    let ended = told.elapsed();
    flood.end();
    let [tenant, health, refused] = slowest;
    campaign::report(
        "fairness",
        format_args!(
            "p99 of another tenant {tenant:.1?} (quiet {quiet:.1?}), of /health {health:.1?}, of 401s {refused:.1?}; \
             {answered} dear requests answered meanwhile; the end took {ended:.1?}"
        ),
    );
    assert!(answered > 0, "there was no flood");
    assert!(tenant <= QUICK.max(10 * quiet), "{tenant:?}, quiet {quiet:?}");
    assert!(health <= QUICK && refused <= QUICK, "{health:?} {refused:?}");
}

/// Two tenants, one of which has many users in a group.
struct World {
    busy: Tenant,
    other: Tenant,
    group: ObjectId,
    user: ObjectId,
}

impl World {
    async fn create(folder: &Path) -> Self {
        let store = Store::open(folder, Options::default()).unwrap();
        // The server gives them what every tenant has.
        let empty = |_: &WriteTx<'_>| Ok::<_, CreationError>(());
        let busy = store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
        let other = store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
        let (group, user) = (ObjectId::random(), ObjectId::random());
        let values = json!({"displayName": "all", "mailNickname": "all", "mailEnabled": false, "securityEnabled": true});
        let create = move |tx: &WriteTx<'_>| import::group(tx, group, values.clone());
        store.tenant(busy).write(create).await.unwrap();
        for first in (0..USERS).step_by(PIECE) {
            let create = move |tx: &WriteTx<'_>| {
                (first..first + PIECE).try_for_each(|number| {
                    let id = ObjectId::random();
                    create_user(tx, id, number)?;
                    import::member(tx, group, id)
                })
            };
            store.tenant(busy).write(create).await.unwrap();
        }
        let create = move |tx: &WriteTx<'_>| {
            create_user(tx, user, 0)?;
            (1..100).try_for_each(|number| create_user(tx, ObjectId::random(), number))
        };
        store.tenant(other).write(create).await.unwrap();
        Self { busy, other, group, user }
    }
}

fn create_user(tx: &WriteTx<'_>, id: ObjectId, number: usize) -> Result<(), directory::Error> {
    let user = json!({
        "accountEnabled": true, "displayName": format!("User Number {number}"), "givenName": "User",
        "jobTitle": "Engineer", "mailNickname": "user", "officeLocation": "18/2111", "surname": "Number",
        "department": "Engines", "city": "London", "country": "United Kingdom", "streetAddress": "1 Long Street",
        "userPrincipalName": format!("user{number}@contoso.example"),
    });
    import::object(tx, ObjectKind::User, id, user).map(drop)
}

/// A token of a new application of this tenant's that may read all of it.
fn token(folder: &Path, tenant: Tenant) -> String {
    let (data, tenant) = (folder.to_str().unwrap(), tenant.id.to_string());
    let of = ["--data", data, "--tenant", &tenant];
    let roles = ["--role", "Directory.Read.All", "Group.ReadWrite.All"];
    printed(&[&["app", "create", "reader"][..], &roles, &of].concat());
    printed(&[&["token", "--app", "reader"][..], &of].concat())
}

/// The most expensive requests.
fn dearest(group: ObjectId, token: &str) -> Vec<String> {
    let many =
        "$select=id,displayName,department,city,country,streetAddress,identities,proxyAddresses,jobTitle";
    let paths: Vec<String> = [
        format!("/groups/{group}/members/$count"),
        "/users/$count".into(),
        format!("/groups/{group}/members?$top=999&$count=true"),
        format!("/groups/{group}/members?$top=999&{many}"),
        format!("/users?$top=999&{many}"),
        "/users?$top=999".into(),
        "/users".into(),
    ]
    .into_iter()
    .chain(dearest_queries(group))
    .collect();
    let by_themselves = paths.iter().map(|path| get(path, token));
    by_themselves.chain([together(&paths, token)]).collect()
}

/// All of these in one request.
fn together(paths: &[String], token: &str) -> String {
    let headers = json!({"ConsistencyLevel": "eventual"});
    let request = |(id, path): (usize, &String)| json!({"id": id.to_string(), "method": "GET", "url": path, "headers": headers});
    let requests: Vec<_> = paths.iter().enumerate().map(request).collect();
    post("/$batch", token, &json!({"requests": requests}).to_string())
}

/// The queries that the index answers least: with many ranges of keys, keys that tell only candidates, orders and large groups.
fn dearest_queries(group: ObjectId) -> impl Iterator<Item = String> {
    let names: Vec<_> = (0..300).map(|number| format!("'user number {number}'")).collect();
    let names = names.join(",");
    let endings: Vec<_> =
        (0..40).map(|ending| format!("endsWith(userPrincipalName,'{ending}@contoso.example')")).collect();
    let endings = endings.join(" or ");
    let long = "user number ".repeat(20);
    let users = [
        format!("$filter=displayName in ({names})&$orderby=displayName desc"),
        format!("$filter=not({endings})&$orderby=userPrincipalName"),
        format!("$filter=startsWith(displayName,'{long}') or startsWith(streetAddress,'{long}')"),
        "$filter=identities/any(i:i/issuer eq 'contoso.example' and i/issuerAssignedId eq 'user')".into(),
        "$filter=createdDateTime ge 2000-01-01T00:00:00Z&$orderby=displayName desc&$top=999".into(),
        "$search=\"displayName:u\" AND \"displayName:n\"&$orderby=displayName".into(),
        "$filter=faxNumber eq null and startsWith(displayName,'u')&$orderby=displayName desc".into(),
    ]
    .map(|options| format!("/users?$count=true&{options}"));
    let members = [
        format!("/groups/{group}/transitiveMembers/$count"),
        format!("/groups/{group}/members/microsoft.graph.device?$count=true"),
        format!("/groups/{group}/members?$count=true&$filter=startsWith(displayName,'user number 9')"),
        format!(
            "/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true&$orderby=displayName desc"
        ),
    ];
    users.into_iter().chain(members).map(|path| path.replace(' ', "%20").replace('"', "%22"))
}

/// Each of these requests is answered: none is refused before it costs anything.
async fn check_answered(url: &str, requests: &[String]) {
    let mut connection = Connection::to(url).await;
    for request in requests {
        assert_eq!(connection.ask(request).await, Some(200), "{request}");
    }
}

/// A body of as many values as one may have, which is refused once it is read.
fn refused(token: &str) -> String {
    let values = "{\"a\":0},".repeat(4_990);
    post("/groups", token, &format!("{{\"groupTypes\":[{values}1],\"x\":\"{}\"}}", " ".repeat(200_000)))
}

fn post(path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /v1.0{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The latency below which 99 of 100 requests lie, sent one after another from a thread of their own.
fn measure(url: &str, requests: &[String], expected: u16) -> Duration {
    let (url, requests) = (url.to_owned(), requests.to_vec());
    let measuring = thread::spawn(move || {
        runtime().block_on(async {
            let mut connection = Connection::to(&url).await;
            let mut times = Vec::new();
            for request in requests.iter().cycle().take(REQUESTS) {
                let began = Instant::now();
                assert_eq!(connection.ask(request).await, Some(expected), "{request:.60}");
                times.push(began.elapsed());
            }
            times.sort();
            times[REQUESTS * 99 / 100]
        })
    });
    measuring.join().unwrap()
}

/// Requests on all connections without a pause, from a separate thread.
struct Flood {
    answered: Arc<AtomicUsize>,
    thread: thread::JoinHandle<()>,
}

impl Flood {
    fn start(url: &str, requests: Vec<String>) -> Self {
        let (url, answered) = (url.to_owned(), Arc::new(AtomicUsize::new(0)));
        let counted = answered.clone();
        let thread = thread::spawn(move || {
            let ask_on = async |number: usize| {
                let mut connection = Connection::to(&url).await;
                for request in requests.iter().cycle().skip(number) {
                    match connection.ask(request).await {
                        Some(200 | 400) => counted.fetch_add(1, Ordering::Relaxed),
                        // Told to retry, or too late: this is more than a tenant's share.
                        Some(429 | 504) => 0,
                        Some(status) => panic!("{status}"),
                        // The server has ended.
                        None => return,
                    };
                }
            };
            runtime().block_on(join_all((0..FLOOD).map(ask_on)));
        });
        Self { answered, thread }
    }

    /// Waits for the end of a flood whose server has ended.
    fn end(self) {
        self.thread.join().unwrap();
    }
}

fn runtime() -> runtime::Runtime {
    runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
