//! What is measured with the large directory: adding to groups, reading groups and users, creating users, getting tokens.

use super::{
    ROUNDS,
    directory::{Directory, LARGE, OTHERS},
    load::{Exchange, Requests},
    scenario::{
        Kind,
        Reference::{Appends, Commits, NoOp, NoOpOrDisk, Ours, Page},
        Scenario, rate, rate_by_https,
    },
    world::{Home, Reader, Ready, World},
};
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, body::Bytes};
use roster_server::{
    directory::sample::{APP_ID, APP_SECRET, TENANT},
    model::ids::ObjectId,
};
use serde_json::{Value, json};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Users that are read repeatedly.
const OFTEN_READ: usize = 10_000;

/// The large directory, and what was used up of it.
pub struct Large {
    made: Directory,
    middle_page: String,
    groups_taken: AtomicUsize,
    users_created: Arc<AtomicUsize>,
}

/// All scenarios, in the order in which they run: those that take something away last.
pub fn all() -> Vec<Scenario<Large>> {
    let scenario = Scenario::<Large>::new;
    vec![
        scenario("cold-start", Some((150.0, 50.0)), Kind::ColdStart(World::get_users)),
        scenario("memory-idle", Some((40.0, 20.0)), Kind::IdleMemory(World::get_users)),
        scenario("add-member-c1", Some((0.40, 0.60)), rate(1, World::add_to_own_group, Appends)),
        scenario("add-member-c64", Some((0.35, 0.60)), rate(64, World::add_to_own_group, NoOpOrDisk)),
        scenario("add-member-c256", Some((0.50, 0.70)), rate(256, World::add_to_own_group, NoOpOrDisk)),
        scenario("add-member-c64-tls", Some((0.70, 0.85)), rate_by_https(64, World::add_to_own_group)),
        scenario("add-member-p99", Some((12.0, 5.0)), Kind::Tail(64, World::add_to_own_group)),
        scenario("add-member-commits", None, rate(64, World::add_to_own_group, Commits)),
        scenario("add-member-scattered-c64", None, rate(64, World::add_from_everywhere, NoOpOrDisk)),
        scenario(
            "add-member-large-group",
            Some((0.9, 1.0)),
            rate(64, World::add_to_large_group, Ours("an empty group", World::add_to_empty_group)),
        ),
        scenario("members-page-large", Some((0.50, 0.70)), rate(64, World::read_large_group, Page)),
        scenario(
            "members-page-large-vs-small",
            Some((0.9, 1.0)),
            rate(64, World::read_large_group, Ours("a group of 100", World::read_small_group)),
        ),
        scenario("get-user-c64", Some((0.50, 0.75)), rate(64, World::get_users, NoOp)),
        scenario(
            "batch-of-20-reads",
            Some((0.40, 0.30)),
            Kind::Part(64, World::get_users_together, ("20 reads", 20, World::get_users)),
        ),
        scenario("get-user-scattered-c64", None, rate(64, World::get_users_from_everywhere, NoOp)),
        scenario("get-group-c64", None, rate(64, World::get_groups, NoOp)),
        scenario("list-users-c64", None, rate(64, World::list_users, Page)),
        scenario("create-user-c64", None, rate(64, World::create_users, NoOpOrDisk)),
        scenario("token-c64", None, rate(64, World::ask_for_tokens, NoOp)),
        scenario("token-new-tls", Some((300.0, 500.0)), Kind::NewConnections(16, World::ask_for_tokens)),
        scenario("mostly-read-c64", None, rate(64, World::mostly_read, NoOp)),
        scenario("remove-member-c64", None, rate(64, World::remove_from_large_group, NoOpOrDisk)),
        scenario(
            "memory-loaded",
            Some((200.0, 100.0)),
            Kind::LoadedMemory([World::read_large_group, World::add_to_own_group, World::mostly_read]),
        ),
    ]
}

impl Large {
    /// Groups without additions so far. After the last one, the first is taken again.
    fn take_groups(&self, count: usize) -> Vec<ObjectId> {
        let first = self.groups_taken.fetch_add(count, Ordering::Relaxed);
        self.made.empty.iter().cycle().skip(first).take(count).copied().collect()
    }
}

impl World<Large> {
    /// Makes the directory and starts both servers.
    pub async fn create() -> Result<Self, String> {
        let home = Home::temporary()?;
        fs::create_dir(home.data()).map_err(|error| error.to_string())?;
        eprintln!("making a directory of {} users ...", LARGE + OTHERS);
        let large = Large {
            made: Directory::create(&home.data()).await?,
            middle_page: String::new(),
            groups_taken: AtomicUsize::new(0),
            users_created: Arc::default(),
        };
        Self::start(home, large, async |reader, large| {
            large.middle_page = middle_page(reader, large.made.large).await?;
            Ok(Ready {
                page: large.middle_page.clone(),
                user: format!("/v1.0/users/{}", large.made.users[0]),
            })
        })
        .await
    }

    /// Adds to empty groups, one for each connection: the newest users, one after the other.
    pub fn add_to_own_group(&self, connections: usize, _: usize) -> Requests {
        let (groups, users) = (self.directory.take_groups(connections), self.directory.made.users.clone());
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let user = users.get(LARGE + (number * connections + connection) % OTHERS)?;
            Some(add(*groups.get(connection)?, *user))
        })
    }

    /// The same with users from everywhere in the directory, so that each add touches other pages of the database.
    pub fn add_from_everywhere(&self, connections: usize, _: usize) -> Requests {
        let (groups, users) = (self.directory.take_groups(connections), self.directory.made.users.clone());
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            Some(add(*groups.get(connection)?, scattered(&users, connection, number)))
        })
    }

    /// Adds to the group of [`LARGE`] members. Each round has users of its own.
    pub fn add_to_large_group(&self, connections: usize, round: usize) -> Requests {
        self.add_to_one_group(self.directory.made.large, connections, round)
    }

    /// Adds the same users to an empty group.
    pub fn add_to_empty_group(&self, connections: usize, round: usize) -> Requests {
        let group = self.directory.take_groups(1);
        self.add_to_one_group(group.first().copied().unwrap_or(self.directory.made.small), connections, round)
    }

    fn add_to_one_group(&self, group: ObjectId, connections: usize, round: usize) -> Requests {
        let users = self.directory.made.users.clone();
        let share = OTHERS / (ROUNDS + 1);
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let place = number * connections + connection;
            users.get(LARGE + round * share + place).filter(|_| place < share).map(|user| add(group, *user))
        })
    }

    /// Removes members from the group of [`LARGE`]. Each round has members of its own.
    pub fn remove_from_large_group(&self, connections: usize, round: usize) -> Requests {
        let (group, users) = (self.directory.made.large, self.directory.made.users.clone());
        let share = LARGE / (ROUNDS + 1) / connections;
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let user = users.get((round * connections + connection) * share + number);
            let path = |user| format!("/v1.0/groups/{group}/members/{user}/$ref");
            user.filter(|_| number < share).map(|user| (Method::DELETE, path(user), None))
        })
    }

    /// Reads a page from the middle of the group of [`LARGE`] members.
    pub fn read_large_group(&self, _: usize, _: usize) -> Requests {
        let page = self.directory.middle_page.clone();
        self.requests(StatusCode::OK, move |_, _| Some((Method::GET, page.clone(), None)))
    }

    /// Reads the only page of the group of [`super::directory::SMALL`] members.
    pub fn read_small_group(&self, _: usize, _: usize) -> Requests {
        let path = format!("/v1.0/groups/{}/members", self.directory.made.small);
        self.requests(StatusCode::OK, move |_, _| Some((Method::GET, path.clone(), None)))
    }

    /// Reads the first page of users.
    pub fn list_users(&self, _: usize, _: usize) -> Requests {
        self.requests(StatusCode::OK, |_, _| Some((Method::GET, "/v1.0/users".into(), None)))
    }

    /// Reads the same few thousand users repeatedly.
    pub fn get_users(&self, _: usize, _: usize) -> Requests {
        let users = self.directory.made.users.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            Some(get(*users.get((connection * 61 + number) % OFTEN_READ)?))
        })
    }

    /// The same users, twenty in a batch.
    pub fn get_users_together(&self, _: usize, _: usize) -> Requests {
        let users = self.directory.made.users.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            let user = |place: usize| users.get((connection * 61 + number * 20 + place) % OFTEN_READ);
            let request = |place: usize| {
                Some(json!({"id": place.to_string(), "method": "GET", "url": format!("/users/{}", user(place)?)}))
            };
            let requests: Vec<Value> = (0..20).filter_map(request).collect();
            Some((Method::POST, "/v1.0/$batch".into(), Some(json!({"requests": requests}).to_string())))
        })
    }

    /// Reads users from everywhere in the directory.
    pub fn get_users_from_everywhere(&self, _: usize, _: usize) -> Requests {
        let users = self.directory.made.users.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            Some(get(scattered(&users, connection, number)))
        })
    }

    /// Reads one group after another.
    pub fn get_groups(&self, _: usize, _: usize) -> Requests {
        let groups = self.directory.made.empty.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            let group = groups.get((connection * 61 + number) % groups.len())?;
            Some((Method::GET, format!("/v1.0/groups/{group}"), None))
        })
    }

    /// Creates users.
    pub fn create_users(&self, _: usize, _: usize) -> Requests {
        self.creations(&self.directory.users_created)
    }

    /// Nine reads of a user, then one add.
    pub fn mostly_read(&self, connections: usize, round: usize) -> Requests {
        let read = self.get_users(connections, round);
        let write = self.add_to_own_group(connections, round);
        Arc::new(
            move |connection, number| {
                if number % 10 == 9 { write(connection, number) } else { read(connection, number) }
            },
        )
    }

    /// Asks for tokens.
    pub fn ask_for_tokens(&self, _: usize, _: usize) -> Requests {
        let body = format!(
            "grant_type=client_credentials&client_id={APP_ID}&client_secret={APP_SECRET}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let body = Bytes::from(body);
        Arc::new(move |_, _| {
            let request = Request::post(format!("/{TENANT}/oauth2/v2.0/token"))
                .header("Host", "localhost")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(Full::new(body.clone()));
            Some(Exchange { request: request.ok()?, expected: StatusCode::OK, may_be_put_off: false })
        })
    }
}

fn add(group: ObjectId, user: ObjectId) -> (Method, String, Option<String>) {
    let body = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}")});
    (Method::POST, format!("/v1.0/groups/{group}/members/$ref"), Some(body.to_string()))
}

fn get(user: ObjectId) -> (Method, String, Option<String>) {
    (Method::GET, format!("/v1.0/users/{user}"), None)
}

/// One of all users, far from the one before.
fn scattered(users: &[ObjectId], connection: usize, number: usize) -> ObjectId {
    users[(connection * 24_989 + number * 7919) % users.len()]
}

/// The path of a page from the middle of a group of [`LARGE`] members.
async fn middle_page(reader: &Reader<'_>, group: ObjectId) -> Result<String, String> {
    let mut path = format!("/v1.0/groups/{group}/members");
    for _ in 0..LARGE / 100 / 2 {
        let page: Value =
            serde_json::from_str(&reader.text(&path).await?).map_err(|error| error.to_string())?;
        let link = page["@odata.nextLink"].as_str().ok_or("the group has no middle")?;
        path = reader.path(link).to_owned();
    }
    Ok(path)
}
