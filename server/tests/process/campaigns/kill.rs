//! kill -9 at random moments: what was acknowledged is there, what was refused is not, nothing is half there.

use crate::{campaign, roster::Server};
use futures::future::join_all;
use rand::RngExt;
use reqwest::StatusCode;
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;
use uuid::Uuid;

const ROUNDS: usize = 50;
const WRITERS: usize = 32;
/// The sample's users, and its device, service principal and contact.
const MEMBERS: [u128; 12] =
    [0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107, 0x108, 0x109, 0x110, 0x111, 0x112];

fn member(index: usize) -> Uuid {
    Uuid::from_u128(0x5a3e0000_0000_4000_8000_000000000000 + MEMBERS[index % MEMBERS.len()])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
    for round in campaign::rounds(ROUNDS) {
        check_whole(folder.path());
        let mut server = Server::start(folder.path(), &["--sample"]);
        let token = server.sample_token().await;
        check(&server, &token, &acknowledged).await;
        let kill_after = rand::rng().random_range(1..200);
        let added = add_until_killed(&mut server, &token, kill_after).await;
        assert!(added.len() >= kill_after.min(1), "round {round} was killed before it wrote");
        acknowledged.extend(added);
    }
    let server = Server::start(folder.path(), &[]);
    check(&server, &server.sample_token().await, &acknowledged).await;
    campaign::report("kill", format_args!("{} memberships acknowledged, none lost", acknowledged.len()));
}

/// The database is sound, and no membership is half there: each has its line in the change log, and the other
/// way round.
fn check_whole(folder: &Path) {
    let path = folder.join("roster.sqlite");
    if !path.exists() {
        return;
    }
    let database = rusqlite::Connection::open(path).unwrap();
    let number = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let pairs = "SELECT group_row, member_row FROM memberships";
    let logged = "SELECT object_row, related_row FROM changes WHERE operation = 2";
    assert_eq!(number(&format!("SELECT count(*) FROM ({pairs} EXCEPT {logged})")), 0);
    assert_eq!(number(&format!("SELECT count(*) FROM ({logged} EXCEPT {pairs})")), 0);
    assert_eq!(number("SELECT count(*) - max(position) FROM changes"), 0, "the log has no gap");
}

/// Every acknowledged membership is listed, once.
async fn check(server: &Server, token: &str, acknowledged: &BTreeSet<(Uuid, Uuid)>) {
    let groups: BTreeSet<Uuid> = acknowledged.iter().map(|(group, _)| *group).collect();
    for group in groups {
        let listed = server.members(token, group).await;
        let unique: BTreeSet<Uuid> = listed.iter().copied().collect();
        assert_eq!(unique.len(), listed.len(), "a member stands twice in {group}");
        let expected =
            acknowledged.range((group, Uuid::nil())..=(group, Uuid::max())).map(|(_, member)| *member);
        for member in expected {
            assert!(unique.contains(&member), "{member} was acknowledged in {group} and is gone");
        }
    }
}

/// Adds members from many writers at once; after so many acknowledgements the server is killed.
async fn add_until_killed(server: &mut Server, token: &str, kill_after: usize) -> BTreeSet<(Uuid, Uuid)> {
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (count, enough) = (AtomicUsize::new(0), Notify::new());
    {
        let shared = &*server;
        let write = async |_: usize| {
            while let Ok(answer) = try_create_group(shared, token).await {
                for index in 0..MEMBERS.len() {
                    match shared.add(token, answer, member(index)).await {
                        Some(StatusCode::NO_CONTENT) => {
                            acknowledged.lock().unwrap().insert((answer, member(index)));
                            if count.fetch_add(1, Ordering::SeqCst) + 1 == kill_after {
                                enough.notify_one();
                            }
                        }
                        Some(other) => panic!("{other}"),
                        None => return,
                    }
                }
            }
        };
        let killer = async {
            enough.notified().await;
            let id = shared.id().to_string();
            assert!(std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
        };
        tokio::join!(join_all((0..WRITERS).map(write)), killer);
    }
    server.kill();
    Arc::into_inner(acknowledged).unwrap().into_inner().unwrap()
}

async fn try_create_group(server: &Server, token: &str) -> Result<Uuid, ()> {
    let body = serde_json::json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true});
    let answer = server.post("/groups", token, &body).send().await.map_err(drop)?;
    let group: serde_json::Value = answer.json().await.map_err(drop)?;
    Ok(group["id"].as_str().unwrap().parse().unwrap())
}
