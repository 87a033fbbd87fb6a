//! The index beside a directory: `roster check` compares them, while a server runs and without one.

use crate::roster::{Server, printed, run};
use roster_server::{
    directory::import,
    model::{
        ids::{ObjectId, TenantId},
        kinds::ObjectKind,
    },
    store::{Options, Store, WriteTx},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tokio::time::{sleep, timeout};

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

/// Enough for a tenant to be indexed.
const DEVICES: u128 = 600;

async fn fill(folder: &Path) -> TenantId {
    let store = Store::open(folder, Options::default()).unwrap();
    let tenant = store.create_tenant(TenantId::random(), Vec::new()).await.unwrap();
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
    assert_eq!(printed(&["check", "--data", data]), format!("{tenant}  not indexed"));

    let mut server = Server::start(folder.path(), &[]);
    let sound = json!({"tenants": [{"tenant": tenant.to_string(),
        "index": {"objects": DEVICES, "isSound": true, "wronglyIndexed": []}}]});
    let indexed = async {
        let look = || -> Value {
            serde_json::from_str(&printed(&["check", "--data", data, "--format", "json"])).unwrap()
        };
        while look() != sound {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, indexed).await.unwrap();
    assert!(server.terminate().success());
    let text = format!("{tenant}  {DEVICES} objects, indexed as they are");
    assert_eq!(printed(&["check", "--data", data]), text);

    let index = rusqlite::Connection::open(folder.path().join("index.sqlite")).unwrap();
    index.execute("DELETE FROM indexed WHERE row = (SELECT min(row) FROM indexed)", []).unwrap();
    let wrong = run(&["check", "--data", data]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8(wrong.stdout).unwrap().contains("1 indexed wrongly"));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("delete the files"));
}
