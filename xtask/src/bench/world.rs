//! What is measured: the server with a large directory, the handlers that do nothing, and the requests sent to both.

use super::{
    directory::{Directory, LARGE, OTHERS},
    load::{Exchange, Requests},
    process::Process,
};
use crate::{roster::Roster, run};
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, body::Bytes};
use reqwest::Client;
use roster_server::{
    directory::sample::{APP_ID, APP_SECRET, TENANT},
    model::ids::ObjectId,
};
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;

/// Users that are read repeatedly.
const OFTEN_READ: usize = 10_000;

/// The two servers, and the directory of the measured one.
pub struct World {
    /// The server that is measured.
    pub ours: Process,
    /// The handlers that do nothing.
    pub reference: Process,
    folder: TempDir,
    directory: Directory,
    token: String,
    middle_page: String,
    groups_taken: AtomicUsize,
    users_created: Arc<AtomicUsize>,
}

impl World {
    /// Makes the directory and starts both servers.
    pub async fn create() -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(run::target());
        let folder = folder.map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        fs::create_dir(&data).map_err(|error| error.to_string())?;
        let directory = Directory::create(&data).await?;
        let ours = Process::new(Roster::start_on(&data)?);
        let token = ours.roster.token(&["--app", "sample"])?;
        let reader = Reader { origin: &ours.roster.url, token: &token, client: Client::new() };
        let middle_page = reader.middle_page(directory.large).await?;
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            fs::write(&path, text).map(|()| path).map_err(|error| error.to_string())
        };
        let page = write("page.json", reader.text(&middle_page).await?)?;
        let user = write("user.json", reader.text(&format!("/v1.0/users/{}", directory.users[0])).await?)?;
        let mut reference = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
        let reference = reference.arg("reference").args([page, user]).stderr(Stdio::null());
        Ok(Self {
            reference: Process::new(Roster::spawn(reference)?),
            ours,
            folder,
            directory,
            token,
            middle_page,
            groups_taken: AtomicUsize::new(0),
            users_created: Arc::default(),
        })
    }

    /// Where the directory lies.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder on the same disk.
    pub fn disk(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Stops the measured server, and starts it again on its folder.
    pub fn restart(&mut self) -> Result<(), String> {
        self.ours.roster.stop();
        self.ours = Process::new(Roster::start_on(&self.data())?);
        Ok(())
    }

    /// Adds to empty groups, one for each connection: the newest users, one after the other.
    pub fn add_to_own_group(&self, connections: usize, _: usize) -> Requests {
        let (groups, users) = (self.take_groups(connections), self.directory.users.clone());
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let user = users.get(LARGE + (number * connections + connection) % OTHERS)?;
            Some(add(*groups.get(connection)?, *user))
        })
    }

    /// The same with users from everywhere in the directory, so that each add touches other pages of the database.
    pub fn add_from_everywhere(&self, connections: usize, _: usize) -> Requests {
        let (groups, users) = (self.take_groups(connections), self.directory.users.clone());
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            Some(add(*groups.get(connection)?, scattered(&users, connection, number)))
        })
    }

    /// Adds to the group of [`LARGE`] members. Each round has users of its own.
    pub fn add_to_large_group(&self, connections: usize, round: usize) -> Requests {
        self.add_to_one_group(self.directory.large, connections, round)
    }

    /// Adds the same users to an empty group.
    pub fn add_to_empty_group(&self, connections: usize, round: usize) -> Requests {
        let group = self.take_groups(1);
        self.add_to_one_group(group.first().copied().unwrap_or(self.directory.small), connections, round)
    }

    fn add_to_one_group(&self, group: ObjectId, connections: usize, round: usize) -> Requests {
        let users = self.directory.users.clone();
        let share = OTHERS / (super::ROUNDS + 1);
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let place = number * connections + connection;
            users.get(LARGE + round * share + place).filter(|_| place < share).map(|user| add(group, *user))
        })
    }

    /// Removes members from the group of [`LARGE`]. Each round has members of its own.
    pub fn remove_from_large_group(&self, connections: usize, round: usize) -> Requests {
        let (group, users) = (self.directory.large, self.directory.users.clone());
        let share = LARGE / (super::ROUNDS + 1) / connections;
        self.requests(StatusCode::NO_CONTENT, move |connection, number| {
            let user = users.get((round * connections + connection) * share + number);
            let path = |user| format!("/v1.0/groups/{group}/members/{user}/$ref");
            user.filter(|_| number < share).map(|user| (Method::DELETE, path(user), None))
        })
    }

    /// Reads a page from the middle of the group of [`LARGE`] members.
    pub fn read_large_group(&self, _: usize, _: usize) -> Requests {
        let page = self.middle_page.clone();
        self.requests(StatusCode::OK, move |_, _| Some((Method::GET, page.clone(), None)))
    }

    /// Reads the only page of the group of [`super::directory::SMALL`] members.
    pub fn read_small_group(&self, _: usize, _: usize) -> Requests {
        let path = format!("/v1.0/groups/{}/members", self.directory.small);
        self.requests(StatusCode::OK, move |_, _| Some((Method::GET, path.clone(), None)))
    }

    /// Reads the first page of users.
    pub fn list_users(&self, _: usize, _: usize) -> Requests {
        self.requests(StatusCode::OK, |_, _| Some((Method::GET, "/v1.0/users".into(), None)))
    }

    /// Reads the same few thousand users repeatedly.
    pub fn get_users(&self, _: usize, _: usize) -> Requests {
        let users = self.directory.users.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            Some(get(*users.get((connection * 61 + number) % OFTEN_READ)?))
        })
    }

    /// Reads users from everywhere in the directory.
    pub fn get_users_from_everywhere(&self, _: usize, _: usize) -> Requests {
        let users = self.directory.users.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            Some(get(scattered(&users, connection, number)))
        })
    }

    /// Reads one group after another.
    pub fn get_groups(&self, _: usize, _: usize) -> Requests {
        let groups = self.directory.empty.clone();
        self.requests(StatusCode::OK, move |connection, number| {
            let group = groups.get((connection * 61 + number) % groups.len())?;
            Some((Method::GET, format!("/v1.0/groups/{group}"), None))
        })
    }

    /// Creates users.
    pub fn create_users(&self, _: usize, _: usize) -> Requests {
        let created = self.users_created.clone();
        self.requests(StatusCode::CREATED, move |_, _| {
            let name = format!("created{}", created.fetch_add(1, Ordering::Relaxed));
            let user = json!({
                "accountEnabled": true, "displayName": name, "mailNickname": name,
                "passwordProfile": {"password": "Correct-Horse-7"}, "userPrincipalName": format!("{name}@contoso.example"),
            });
            Some((Method::POST, "/v1.0/users".into(), Some(user.to_string())))
        })
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
            Some(Exchange { request: request.ok()?, expected: StatusCode::OK })
        })
    }

    /// Groups without additions so far. After the last one, the first is taken again.
    fn take_groups(&self, count: usize) -> Vec<ObjectId> {
        let first = self.groups_taken.fetch_add(count, Ordering::Relaxed);
        self.directory.empty.iter().cycle().skip(first).take(count).copied().collect()
    }

    fn requests(
        &self,
        expected: StatusCode,
        make: impl Fn(usize, usize) -> Option<(Method, String, Option<String>)> + Send + Sync + 'static,
    ) -> Requests {
        let authorization = format!("Bearer {}", self.token);
        Arc::new(move |connection, number| {
            let (method, path, body) = make(connection, number)?;
            let request = Request::builder().method(method).uri(path).header("Host", "localhost");
            let request = request.header("Authorization", &authorization);
            let request =
                if body.is_some() { request.header("Content-Type", "application/json") } else { request };
            let request = request.body(Full::new(Bytes::from(body.unwrap_or_default()))).ok()?;
            Some(Exchange { request, expected })
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

/// What is read before anything is measured.
struct Reader<'w> {
    origin: &'w str,
    token: &'w str,
    client: Client,
}

impl Reader<'_> {
    /// What lies at a path.
    async fn text(&self, path: &str) -> Result<String, String> {
        let request = self.client.get(format!("{}{path}", self.origin)).bearer_auth(self.token);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        answer.map_err(|error| error.to_string())?.text().await.map_err(|error| error.to_string())
    }

    /// The path of a page from the middle of a group of [`LARGE`] members.
    async fn middle_page(&self, group: ObjectId) -> Result<String, String> {
        let mut path = format!("/v1.0/groups/{group}/members");
        for _ in 0..LARGE / 100 / 2 {
            let page: Value =
                serde_json::from_str(&self.text(&path).await?).map_err(|error| error.to_string())?;
            let link = page["@odata.nextLink"].as_str().ok_or("the group has no middle")?;
            path = link.trim_start_matches(self.origin).to_owned();
        }
        Ok(path)
    }
}
