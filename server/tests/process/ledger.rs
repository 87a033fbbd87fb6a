//! What writers were told, compared with what is there afterwards.
//!
//! Each writer leads one group after another through a life: created with members, written to, refused, and some of them
//! deleted and restored. A write that was answered with success is there, one that was refused or put off is not, and one without an
//! answer is there whole or not at all.

use crate::{counts, roster::Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};
use uuid::Uuid;

/// The sample's users of these numbers are members of a group from its creation.
const BOUND: [u128; 3] = [0x101, 0x102, 0x103];
/// They are added later.
const ADDED: [u128; 4] = [0x104, 0x105, 0x106, 0x107];
/// The dynamic group.
const DYNAMIC: u128 = 0x206;
/// A Microsoft 365 group, which can't be in a security group.
const NEVER: u128 = 0x203;
/// The names of groups before and after their update, and of those whose creation is refused.
const OLD: &str = "life before";
const NEW: &str = "life after";
const REFUSED: &str = "life refused";

/// Settings of a server to which the groups are large once members are added, and the directory is from the beginning: it keeps their
/// counts, and an index.
pub const LARGE: [&str; 4] = ["--largest-uncounted", "4", "--largest-scanned", "0"];

/// How many groups are read through a server.
const SERVED: usize = 10;

/// How long is waited for writers to come as far as a test needs them.
const LIMIT: Duration = Duration::from_secs(120);

/// What is known of a part of the directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    There,
    NotThere,
    /// No answer came.
    Nothing,
}

impl Told {
    fn contradicts(self, is_there: bool) -> bool {
        match self {
            Self::There => !is_there,
            Self::NotThere => is_there,
            Self::Nothing => false,
        }
    }
}

/// What is known of a group.
struct Group {
    exists: Told,
    renamed: Told,
    members: BTreeMap<Uuid, Told>,
}

/// What an answer means.
#[derive(Clone, Copy)]
enum Outcome {
    Done,
    /// Refused by a rule, or told to retry.
    NotDone,
    Unanswered,
}

/// Everything that writers were told.
#[derive(Default)]
pub struct Ledger {
    groups: Mutex<BTreeMap<Uuid, Group>>,
    /// Groups whose creation wasn't answered.
    unanswered_creations: AtomicUsize,
    acknowledged: AtomicUsize,
    refused: AtomicUsize,
    put_off: AtomicUsize,
    more: Notify,
    /// Whether a write without an answer is known not to be done.
    ends_cleanly: bool,
}

/// A group as it is on disk.
struct Stored {
    deleted: bool,
    name: String,
    description: String,
    members: BTreeSet<Uuid>,
}

fn sample(number: u128) -> Uuid {
    Uuid::from_u128(0x5a3e0000_0000_4000_8000_000000000000 + number)
}

fn reference(id: Uuid) -> String {
    format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")
}

/// A security group of this name, with members.
fn group(name: &str, members: &[u128]) -> Value {
    let members: Vec<String> = members.iter().map(|number| reference(sample(*number))).collect();
    json!({"displayName": name, "description": name, "mailEnabled": false, "mailNickname": "life",
        "securityEnabled": true, "members@odata.bind": members})
}

impl Ledger {
    /// A ledger of a server that answers everything it does: what it left unanswered must not be there.
    pub fn of_a_clean_end() -> Self {
        Self { ends_cleanly: true, ..Self::default() }
    }

    /// Leads groups through their lives until the server doesn't answer, or `stop` says so.
    pub async fn write(&self, server: &Server, token: &str, stop: impl Fn() -> bool) {
        let writer = Writer { ledger: self, server, token };
        while !stop() && writer.lead_one_life(&stop).await.is_some() {}
    }

    /// Waits until so many more writes are acknowledged.
    pub async fn acknowledged_more(&self, count: usize) {
        let enough = self.acknowledged() + count;
        self.until(|| self.acknowledged() >= enough).await;
    }

    /// Waits until so many more writes are put off.
    #[cfg(feature = "strace")]
    pub async fn put_off_more(&self, count: usize) {
        let enough = self.put_off() + count;
        self.until(|| self.put_off() >= enough).await;
    }

    /// Waits until so many more writes are answered, in whatever way.
    #[cfg(feature = "strace")]
    pub async fn answered_more(&self, count: usize) {
        let answered = || self.acknowledged() + self.refused.load(Ordering::SeqCst) + self.put_off();
        let enough = answered() + count;
        self.until(|| answered() >= enough).await;
    }

    async fn until(&self, reached: impl Fn() -> bool) {
        let wait = async {
            loop {
                let more = self.more.notified();
                if reached() {
                    return;
                }
                more.await;
            }
        };
        assert!(timeout(LIMIT, wait).await.is_ok(), "the writers stand still: {}", self.counts());
    }

    /// Writes that were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Writes that were put off, to be tried again.
    pub fn put_off(&self) -> usize {
        self.put_off.load(Ordering::SeqCst)
    }

    /// Creations that no answer came to.
    pub fn unanswered_creations(&self) -> usize {
        self.unanswered_creations.load(Ordering::SeqCst)
    }

    /// How many writes were told what.
    pub fn counts(&self) -> String {
        let refused = self.refused.load(Ordering::SeqCst);
        format!("{} writes acknowledged, {refused} refused, {} put off", self.acknowledged(), self.put_off())
    }

    /// Creates one group.
    pub async fn create(&self, server: &Server, token: &str) {
        Writer { ledger: self, server, token }.create().await;
    }

    /// Some of the groups, read through the server, have the members that they must have.
    pub async fn check_served(&self, server: &Server, token: &str) {
        let expected: Vec<(Uuid, Vec<Uuid>)> = {
            let groups = self.groups.lock().unwrap();
            let whole = groups.iter().filter(|(_, group)| group.exists == Told::There);
            let there = |group: &Group| {
                let there = group.members.iter().filter(|(_, told)| **told == Told::There);
                there.map(|(member, _)| *member).collect()
            };
            whole.map(|(id, group)| (*id, there(group))).take(SERVED).collect()
        };
        for (id, members) in expected {
            let served = server.members(token, id).await;
            let unique: BTreeSet<Uuid> = served.iter().copied().collect();
            assert_eq!(unique.len(), served.len(), "a member stands twice in {id}");
            assert!(members.iter().all(|member| unique.contains(member)), "{id} lacks a member");
        }
    }

    /// What is on disk holds everything that was told, nothing that was refused, and nothing halved.
    pub fn check(&self, folder: &Path) {
        let database = rusqlite::Connection::open(folder.join("roster.sqlite")).unwrap();
        check_whole(&database);
        let mut stored = read(&database);
        for (id, told) in &*self.groups.lock().unwrap() {
            let found = stored.remove(id).unwrap_or_else(|| panic!("{id} was created and is gone"));
            told.check(*id, &found);
        }
        let unanswered = self.unanswered_creations();
        assert!(stored.len() <= unanswered, "{} groups that no answer told of", stored.len());
        let bound = BOUND.map(sample).into();
        for (id, found) in stored {
            assert!(found.members == bound && !found.deleted && found.name == OLD, "{id} is half there");
        }
    }
}

impl Group {
    fn new() -> Self {
        let bound = BOUND.map(|number| (sample(number), Told::There));
        let never = (sample(NEVER), Told::NotThere);
        Self {
            exists: Told::There,
            renamed: Told::NotThere,
            members: bound.into_iter().chain([never]).collect(),
        }
    }

    fn check(&self, id: Uuid, found: &Stored) {
        assert!(
            !self.exists.contradicts(!found.deleted),
            "{id}: {:?}, deleted: {}",
            self.exists,
            found.deleted
        );
        assert_eq!(found.name, found.description, "{id} is renamed by half");
        assert!(found.name == OLD || found.name == NEW, "{id} is named {}", found.name);
        assert!(
            !self.renamed.contradicts(found.name == NEW),
            "{id}: {:?}, named {}",
            self.renamed,
            found.name
        );
        for (member, told) in &self.members {
            let is_there = found.members.contains(member);
            assert!(!told.contradicts(is_there), "{member} in {id}: {told:?}, there: {is_there}");
        }
        assert!(
            found.members.iter().all(|member| self.members.contains_key(member)),
            "{id} has an unknown member"
        );
    }
}

/// The database's pages are sound, what is referred to is there, and kept counts are right.
pub fn check_sound(database: &rusqlite::Connection) {
    let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let broken = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(
        database.query_row(broken, [], |row| row.get::<_, i64>(0)).unwrap(),
        0,
        "references to nothing"
    );
    counts::check(database);
}

/// The database is sound; no change is without its line in the log, nor the other way round.
fn check_whole(database: &rusqlite::Connection) {
    let number = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    check_sound(database);
    // Of each pair, the last word of the log is what is there; lines that tell nothing new were never written.
    let words = "SELECT object_row, related_row, operation,
                        lag(operation) OVER (PARTITION BY object_row, related_row ORDER BY position) AS before,
                        lead(operation) OVER (PARTITION BY object_row, related_row ORDER BY position) AS after
                 FROM changes WHERE operation IN (2, 3)";
    assert_eq!(
        number(&format!("SELECT count(*) FROM ({words}) WHERE operation = before")),
        0,
        "a line twice"
    );
    let last = format!("SELECT object_row, related_row FROM ({words}) WHERE after IS NULL AND operation = 2");
    // Those of deleted objects are set aside.
    let pairs = "SELECT source_row, target_row FROM memberships
                 UNION ALL SELECT source_row, target_row FROM deleted_memberships";
    // Of the oldest the lines are taken away in time.
    let all_there = number("SELECT coalesce(min(position), 1) FROM changes") == 1;
    assert!(
        !all_there || number(&format!("SELECT count(*) FROM (SELECT * FROM ({pairs}) EXCEPT {last})")) == 0,
        "a member without a line"
    );
    assert_eq!(
        number(&format!("SELECT count(*) FROM ({last} EXCEPT SELECT * FROM ({pairs}))")),
        0,
        "a line without a member"
    );
    let gaps = "SELECT count(*) - (max(position) - min(position) + 1) FROM changes";
    assert_eq!(number(gaps), 0, "the log has no gap");
    let again = "SELECT count(*) FROM (SELECT operation, lag(operation) OVER (PARTITION BY object_row ORDER BY position) AS before
                 FROM changes WHERE operation IN (1, 6, 11)) WHERE operation = before";
    assert_eq!(number(again), 0, "nothing is created, deleted or restored twice");
}

/// The groups that writers made.
fn read(database: &rusqlite::Connection) -> BTreeMap<Uuid, Stored> {
    let sql = "SELECT id, deleted_at IS NOT NULL, document ->> '$.displayName', document ->> '$.description'
               FROM objects WHERE kind = 2 AND document ->> '$.displayName' LIKE 'life %'";
    let mut statement = database.prepare(sql).unwrap();
    let groups = statement.query_map([], |row| {
        let (deleted, name, description) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((row.get(0)?, Stored { deleted, name, description, members: BTreeSet::new() }))
    });
    let mut groups: BTreeMap<Uuid, Stored> = groups.unwrap().map(Result::unwrap).collect();
    let sql = "SELECT g.id, m.id FROM memberships JOIN objects g ON g.row = source_row JOIN objects m ON m.row = target_row";
    let mut statement = database.prepare(sql).unwrap();
    let pairs = statement.query_map([], |row| Ok((row.get::<_, Uuid>(0)?, row.get(1)?))).unwrap();
    for (group, member) in pairs.map(Result::unwrap) {
        if let Some(group) = groups.get_mut(&group) {
            group.members.insert(member);
        }
    }
    groups
}

/// One of the writers.
struct Writer<'w> {
    ledger: &'w Ledger,
    server: &'w Server,
    token: &'w str,
}

impl Writer<'_> {
    /// From a group's creation to its end. `None` where no answer came.
    async fn lead_one_life(&self, stop: &impl Fn() -> bool) -> Option<()> {
        self.create_badly().await?;
        let id = match self.create().await? {
            Some(id) => id,
            None => return Some(()),
        };
        for number in ADDED {
            if stop() {
                return Some(());
            }
            self.add(id, sample(number)).await?;
        }
        self.count(id).await?;
        self.is_refused(id, sample(NEVER)).await?;
        self.rename(id).await?;
        self.remove(id, sample(BOUND[0])).await?;
        self.count(id).await?;
        self.change_who_follows(id.as_u128()).await?;
        if id.as_u128() % 2 == 0 && self.delete(id).await? == Told::NotThere && id.as_u128() % 4 == 0 {
            self.restore(id).await?;
        }
        Some(())
    }

    /// A group of which one member can't be: that shows only once the group and the other member are written.
    async fn create_badly(&self) -> Option<()> {
        match self
            .send(Method::POST, "/groups", &group(REFUSED, &[BOUND[0], NEVER]), StatusCode::BAD_REQUEST)
            .await
            .0
        {
            Outcome::Unanswered => None,
            _ => Some(()),
        }
    }

    /// A group with members. `Some(None)` where it was put off.
    async fn create(&self) -> Option<Option<Uuid>> {
        let body = group(OLD, &BOUND);
        match self.send(Method::POST, "/groups", &body, StatusCode::CREATED).await {
            (Outcome::Done, answer) => {
                let id = answer["id"].as_str().unwrap().parse().unwrap();
                self.ledger.groups.lock().unwrap().insert(id, Group::new());
                Some(Some(id))
            }
            (Outcome::NotDone, _) => Some(None),
            (Outcome::Unanswered, _) => {
                let may_be_there = usize::from(!self.ledger.ends_cleanly);
                self.ledger.unanswered_creations.fetch_add(may_be_there, Ordering::SeqCst);
                None
            }
        }
    }

    async fn add(&self, id: Uuid, member: Uuid) -> Option<()> {
        let path = format!("/groups/{id}/members/$ref");
        let body = json!({"@odata.id": reference(member)});
        let (outcome, _) = self.send(Method::POST, &path, &body, StatusCode::NO_CONTENT).await;
        let is_member = self.note(id, outcome, Told::NotThere, Told::There, |group, told| {
            group.members.insert(member, told);
        });
        if is_member? == Told::There { self.is_refused(id, member).await } else { Some(()) }
    }

    /// Adds what is in the group already or can't ever be.
    async fn is_refused(&self, id: Uuid, member: Uuid) -> Option<()> {
        let path = format!("/groups/{id}/members/$ref");
        let body = json!({"@odata.id": reference(member)});
        match self.send(Method::POST, &path, &body, StatusCode::BAD_REQUEST).await.0 {
            Outcome::Unanswered => None,
            _ => Some(()),
        }
    }

    /// A group has as many members as its writer knows of, which nothing else writes to.
    async fn count(&self, id: Uuid) -> Option<()> {
        let path = format!("/groups/{id}/members/$count");
        let request = self.server.get(&path, self.token).header("consistencylevel", "eventual");
        let answer = request.send().await.ok()?;
        let (status, text) = (answer.status(), answer.text().await.ok()?);
        if status == StatusCode::OK {
            let groups = self.ledger.groups.lock().unwrap();
            let members = groups[&id].members.values().filter(|told| **told == Told::There).count();
            assert_eq!(text, members.to_string(), "members of {id}");
        }
        Some(())
    }

    async fn rename(&self, id: Uuid) -> Option<()> {
        let body = json!({"displayName": NEW, "description": NEW});
        let (outcome, _) =
            self.send(Method::PATCH, &format!("/groups/{id}"), &body, StatusCode::NO_CONTENT).await;
        self.note(id, outcome, Told::NotThere, Told::There, |group, told| group.renamed = told).map(drop)
    }

    async fn remove(&self, id: Uuid, member: Uuid) -> Option<()> {
        let path = format!("/groups/{id}/members/{member}/$ref");
        let (outcome, _) = self.send(Method::DELETE, &path, &Value::Null, StatusCode::NO_CONTENT).await;
        self.note(id, outcome, Told::There, Told::NotThere, |group, told| {
            group.members.insert(member, told);
        })
        .map(drop)
    }

    async fn delete(&self, id: Uuid) -> Option<Told> {
        let path = format!("/groups/{id}");
        let (outcome, _) = self.send(Method::DELETE, &path, &Value::Null, StatusCode::NO_CONTENT).await;
        self.note(id, outcome, Told::There, Told::NotThere, |group, told| group.exists = told)
    }

    async fn restore(&self, id: Uuid) -> Option<()> {
        let path = format!("/directory/deletedItems/{id}/restore");
        let (outcome, _) = self.send(Method::POST, &path, &Value::Null, StatusCode::OK).await;
        self.note(id, outcome, Told::NotThere, Told::There, |group, told| group.exists = told)?;
        self.count(id).await
    }

    /// Moves a user of the sample to or from the department whose users are in its dynamic group, and seldom gives that another rule.
    async fn change_who_follows(&self, random: u128) -> Option<()> {
        const DEPARTMENT: &str = "Research";
        let departments = [DEPARTMENT, "Elsewhere"];
        let pick = |shift: u32, of: usize| usize::try_from(random >> shift & 0xff).unwrap() % of;
        let user = sample(ADDED[pick(8, ADDED.len())]);
        let body = json!({"department": departments[pick(16, 2)]});
        let done = StatusCode::NO_CONTENT;
        self.was_answered(self.send(Method::PATCH, &format!("/users/{user}"), &body, done).await)?;
        if pick(24, 8) > 0 {
            return Some(());
        }
        let operator = ["-eq", "-ne"][pick(32, 2)];
        let body = json!({"membershipRule": format!("user.department {operator} \"{DEPARTMENT}\"")});
        self.was_answered(
            self.send(Method::PATCH, &format!("/groups/{}", sample(DYNAMIC)), &body, done).await,
        )
    }

    fn was_answered(&self, (outcome, _): (Outcome, Value)) -> Option<()> {
        (!matches!(outcome, Outcome::Unanswered)).then_some(())
    }

    /// Writes down what is known of a group after a request, and says it. `None` where no answer came.
    fn note(
        &self,
        id: Uuid,
        outcome: Outcome,
        before: Told,
        after: Told,
        write: impl FnOnce(&mut Group, Told),
    ) -> Option<Told> {
        let told = match outcome {
            Outcome::Done => after,
            Outcome::NotDone => before,
            Outcome::Unanswered if self.ledger.ends_cleanly => before,
            Outcome::Unanswered => Told::Nothing,
        };
        let mut groups = self.ledger.groups.lock().unwrap();
        write(groups.get_mut(&id).unwrap(), told);
        (!matches!(outcome, Outcome::Unanswered)).then_some(told)
    }

    /// Sends a write. Any answer but the expected one must say in Graph's words that it is put off.
    async fn send(&self, method: Method, path: &str, body: &Value, expected: StatusCode) -> (Outcome, Value) {
        let mut request = self.server.request(method.clone(), path, self.token);
        if !body.is_null() {
            request = request.json(body);
        }
        let Ok(answer) = request.send().await else { return (Outcome::Unanswered, Value::Null) };
        let (status, retry_after) = (answer.status(), answer.headers().contains_key("retry-after"));
        let Ok(text) = answer.text().await else { return (Outcome::Unanswered, Value::Null) };
        if status == StatusCode::GATEWAY_TIMEOUT {
            // It may have been done.
            return (Outcome::Unanswered, Value::Null);
        }
        let body = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let count = match status {
            status if status == expected && status.is_success() => &self.ledger.acknowledged,
            status if status == expected => &self.ledger.refused,
            _ => {
                let passing = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
                assert!(passing.contains(&status), "{method} {path}: {status} {text}");
                let said = body["error"]["innerError"]["request-id"].is_string();
                assert!(retry_after && said, "{method} {path}: {text}");
                &self.ledger.put_off
            }
        };
        count.fetch_add(1, Ordering::SeqCst);
        self.ledger.more.notify_waiters();
        (if status.is_success() { Outcome::Done } else { Outcome::NotDone }, body)
    }
}
