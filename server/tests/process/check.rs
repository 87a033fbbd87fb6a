//! The index beside a directory: `roster check` compares them, while a server runs and without one.

use crate::roster::{Server, printed, roster, run};
use roster_server::{
    directory::import,
    model::{
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
    },
    store::{Options, Store, WriteTx, tenants::CreationError},
};
use serde_json::{Value, json};
use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

/// Enough for a tenant to be indexed.
const DEVICES: u128 = 600;

/// These, and the service principals that every tenant has.
const OBJECTS: u128 = DEVICES + 5;

/// What fills a tenant to which a server is to give what every tenant has.
fn empty(_: &WriteTx<'_>) -> Result<(), CreationError> {
    Ok(())
}

async fn fill(folder: &Path) -> TenantId {
    let store = Store::open(folder, Options::default()).unwrap();
    let tenant = store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    let fill = |tx: &WriteTx<'_>| {
        (0..DEVICES).try_for_each(|_| {
            let device = json!({"displayName": "a device"});
            import::object(tx, ObjectKind::Device, ObjectId::random(), device).map(drop)
        })
    };
    store.tenant(tenant).write(fill).await.unwrap();
    tenant.id
}

#[tokio::test]
async fn an_index_is_compared_with_its_directory_beside_a_server_and_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let tenant = fill(folder.path()).await;
    assert!(wrong(data).contains("there is none"), "no server has begun with it");

    let mut server = Server::start(folder.path(), &[]);
    let sound = json!({"tenants": [{"tenant": tenant.to_string(),
        "index": {"objects": OBJECTS, "isSound": true, "wronglyIndexed": []}}]});
    let indexed = async {
        let look = || -> Value {
            serde_json::from_slice(&run(&["check", "--data", data, "--format", "json"]).stdout).unwrap()
        };
        while look() != sound {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, indexed).await.unwrap();
    assert!(server.terminate().success());
    let text = format!("{tenant}  {OBJECTS} objects, indexed as they are");
    assert_eq!(printed(&["check", "--data", data]), text);

    let index = rusqlite::Connection::open(folder.path().join("index.sqlite")).unwrap();
    index.execute("DELETE FROM indexed WHERE row = (SELECT min(row) FROM indexed)", []).unwrap();
    assert!(wrong(data).contains("1 indexed wrongly"));
}

/// What a check says of an index that isn't as it should be.
fn wrong(data: &str) -> String {
    let checked = run(&["check", "--data", data]);
    assert_eq!(checked.status.code(), Some(1));
    let told = String::from_utf8(checked.stderr).unwrap();
    assert!(told.contains("delete the files"), "{told}");
    String::from_utf8(checked.stdout).unwrap()
}

#[tokio::test]
async fn an_index_that_can_not_be_used_is_made_anew_with_a_line_in_the_log() {
    // Nobody else gets at files that others make in it.
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    fill(folder.path()).await;
    let path = folder.path().join("index.sqlite");
    type Harm = fn(&Path);
    let harms: [(Harm, &str); 4] = [
        (|_| {}, "there is none"),
        (|path| fs::write(path, "Notes of mine.").unwrap(), "it is damaged"),
        (
            |path| {
                fs::remove_file(path).unwrap();
                let other = rusqlite::Connection::open(path).unwrap();
                other.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
            },
            "index.sqlite is another program's",
        ),
        (
            |path| {
                let newer = rusqlite::Connection::open(path).unwrap();
                newer.pragma_update(None, "user_version", 9999).unwrap();
            },
            "another version of Roster wrote it",
        ),
    ];
    for (harm, reason) in harms {
        harm(&path);
        assert!(wrong(data).contains(reason), "{reason}");
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--data", data];
        let mut serve = roster(&arguments);
        let mut server = Server::spawn(serve.env_remove("RUST_LOG").stderr(Stdio::piped()));
        let mut log = BufReader::new(server.standard_error()).lines();
        let told = format!("the index is made anew, as {reason}");
        assert!(log.any(|line| line.unwrap().contains(&told)), "{reason}");
        let indexed = async {
            while !run(&["check", "--data", data]).stdout.ends_with(b"indexed as they are\n") {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LIMIT, indexed).await.unwrap();
        assert!(server.terminate().success());
    }
}
