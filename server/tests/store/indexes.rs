//! The index beside the directory: it follows what happens, can be lost at any time, and costs nothing where nothing is large.

use crate::world::{World, database, delete, device, world_with};
use roster_server::{
    directory::import,
    model::{
        condition::{Condition, Order, Selection},
        ids::{ObjectId, TenantId},
        keys::Key,
        kinds::ObjectKind,
        user::USER,
    },
    odata::listing::{Cursor, Listing},
    store::{self, Error, Found, IndexOptions, Indexing, Options, Progress, Store, WriteTx, selections},
};
use rusqlite::Connection;
use serde_json::json;
use std::{path::Path, sync::Arc};
use uuid::Uuid;

fn id(number: u128) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number))
}

fn stepped() -> Options {
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 2, ..IndexOptions::default() };
    Options { index, ..Options::default() }
}

fn followed() -> Options {
    let options = stepped();
    Options { index: IndexOptions { indexing: Indexing::Followed, ..options.index }, ..options }
}

fn index(folder: &Path) -> Connection {
    Connection::open(folder.join("index.sqlite")).unwrap()
}

impl World {
    async fn create_devices(self: &Arc<Self>, numbers: std::ops::Range<u128>) {
        let create =
            move |tx: &WriteTx<'_>| numbers.clone().try_for_each(|number| device(tx, id(number), "Device"));
        self.write(create).await.unwrap();
    }

    fn catch_up(&self) -> usize {
        (1..100).find(|_| self.store.step_index().unwrap() == Progress::Finished).unwrap()
    }

    async fn found(&self) -> Option<Found> {
        self.store.check_index(self.tenant).await.unwrap()
    }

    async fn count_devices(&self) -> u64 {
        let count = |tx: &store::ReadTx<'_>| {
            selections::count(tx, &Selection(vec![(ObjectKind::Device, Condition::ALL)]))
        };
        self.store.tenant(self.tenant).read_long(count).await.unwrap()
    }
}

#[tokio::test]
async fn there_is_no_index_where_no_tenant_has_many_objects() {
    let world = world_with(stepped()).await;
    world.create_devices(1..3).await;
    assert_eq!(world.catch_up(), 1);
    assert!(!world.folder.path().join("index.sqlite").exists());
    world.create_devices(3..4).await;
    world.catch_up();
    assert!(world.folder.path().join("index.sqlite").exists());
    let sound = Found { objects: 3, different: vec![], agree: true };
    assert_eq!(world.found().await, Some(sound));
}

#[tokio::test]
async fn a_change_that_is_not_indexed_is_found_by_the_check() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..5).await;
    world.write(|tx| delete(tx, id(1))).await.unwrap();
    let sound = world.found().await.unwrap();
    assert!(sound.different.is_empty(), "what has changed since isn't compared");
    index(world.folder.path()).execute("UPDATE followed SET position = 99, horizon = 99", []).unwrap();
    let found = world.found().await.unwrap();
    assert_eq!((found.different, found.agree), (vec![id(4)], false), "one is created, and one deleted");
}

#[tokio::test]
async fn a_posting_that_is_lost_is_found_by_the_check() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    let sql = "DELETE FROM postings WHERE (line, key) IN (SELECT line, key FROM postings LIMIT 1)";
    index(world.folder.path()).execute(sql, []).unwrap();
    assert!(!world.found().await.unwrap().agree);
}

#[tokio::test]
async fn an_index_of_another_copy_of_the_directory_is_made_anew() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    // As of a copy from before, which has gone another way since.
    database(world.folder.path()).execute("UPDATE index_eras SET era = zeroblob(16)", []).unwrap();
    index(world.folder.path()).execute("DELETE FROM postings", []).unwrap();
    let World { store, tenant, folder } = Arc::into_inner(world).unwrap();
    drop(store);
    let store = Store::open(folder.path(), stepped()).unwrap();
    let world = Arc::new(World { store, tenant, folder });
    world.catch_up();
    assert!(world.found().await.unwrap().agree);
}

#[tokio::test]
async fn an_index_without_changes_that_were_deleted_meanwhile_is_made_anew() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..9).await;
    let sql = "DELETE FROM changes WHERE position < (SELECT max(position) FROM changes)";
    database(world.folder.path()).execute(sql, []).unwrap();
    world.catch_up();
    assert_eq!(world.found().await, Some(Found { objects: 8, different: vec![], agree: true }));
}

#[tokio::test]
async fn changes_that_are_not_indexed_yet_are_kept_in_the_log() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..10).await;
    while world.store.shorten_changes(1).await.unwrap() == Progress::Unfinished {}
    let oldest = || -> i64 {
        let sql = "SELECT min(position) FROM changes";
        database(world.folder.path()).query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(oldest(), 4);
    world.catch_up();
    while world.store.shorten_changes(1).await.unwrap() == Progress::Unfinished {}
    assert_eq!(oldest(), 9);
    assert!(world.found().await.unwrap().different.is_empty());
}

#[tokio::test]
async fn of_a_deleted_tenant_nothing_is_left_in_the_index() {
    let world = world_with(stepped()).await;
    world.create_devices(1..9).await;
    world.catch_up();
    let other = world.store.create_tenant(TenantId::random(), Vec::new()).await.unwrap();
    let create = |tx: &WriteTx<'_>| (1..4).try_for_each(|number| device(tx, id(number), "x"));
    world.store.tenant(other).write(create).await.unwrap();
    world.store.delete_tenant(world.tenant).await.unwrap();
    world.catch_up();
    while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {}
    world.catch_up();
    let index = index(world.folder.path());
    for table in ["postings", "indexed", "tenants"] {
        let sql = format!("SELECT min(tenant), max(tenant) FROM {table}");
        let tenants: (i64, i64) = index.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(tenants, (2, 2), "{table}");
    }
}

#[tokio::test]
async fn objects_are_created_and_updated_no_more_while_the_index_is_far_behind() {
    let options = stepped();
    let index = IndexOptions { batch: 2, most_behind: 5, ..options.index };
    let world = world_with(Options { index, ..options }).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..20).await;
    assert_eq!(world.store.step_index().unwrap(), Progress::Unfinished);
    let refused = world.write(|tx| device(tx, id(99), "x")).await.unwrap_err();
    assert!(matches!(refused, roster_server::directory::Error::Store(Error::Overloaded)), "{refused}");
    world.write(|tx| delete(tx, id(19))).await.unwrap();
    world.catch_up();
    world.create_devices(99..100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_follows_and_is_waited_for_where_much_has_changed() {
    let world = world_with(followed()).await;
    for start in (0..6_000).step_by(1_500) {
        world.create_devices(start + 1..start + 1_501).await;
        assert_eq!(world.count_devices().await, u64::try_from(start).unwrap() + 1_500);
    }
    // Dropped with the store at the latest.
    let World { store, folder, .. } = Arc::into_inner(world).unwrap();
    drop(store);
    assert!(folder.path().join("index.sqlite").exists());
}

#[tokio::test]
async fn what_fails_of_the_index_fails_no_write_and_no_search() {
    let world = world_with(stepped()).await;
    let path = world.folder.path().join("index.sqlite");
    // Nothing can be made in its place.
    std::fs::create_dir_all(path.join("full")).unwrap();
    world.create_devices(1..4).await;
    assert!(world.store.step_index().is_err());
    world.create_devices(4..9).await;
    assert_eq!(world.count_devices().await, 8);
    while world.store.shorten_changes(1).await.unwrap() == Progress::Unfinished {}
    std::fs::remove_dir_all(path).unwrap();
    world.catch_up();
    assert_eq!(world.found().await, Some(Found { objects: 8, different: vec![], agree: true }));
}

/// A short read looks at few documents and entries.
#[tokio::test]
async fn a_page_among_many_objects_takes_as_little_as_one_among_fewer() {
    for users in [600, 3_000] {
        let world = world_with(stepped()).await;
        let create = move |tx: &WriteTx<'_>| {
            (1..=users).try_for_each(|number| {
                let name = format!("user {number:05}");
                let user = json!({"displayName": name, "userPrincipalName": format!("u{number}@a.example")});
                import::object(tx, ObjectKind::User, id(number), user).map(drop)
            })
        };
        world.write(create).await.unwrap();
        let path = USER.path("displayName", None).unwrap();
        let pages = [(false, 0, 1), (true, 0, users), (false, users / 2, users / 2 + 1), (true, 300, 299)];
        let first = async |(descending, after, first): (bool, u128, u128)| {
            let key = Key::text(&format!("user {after:05}"));
            let row = i64::try_from(after).unwrap();
            let after = if after == 0 { Cursor::START } else { Cursor::Key { key: Some(key), row } };
            let listing = Listing { limit: 10, after, ..Listing::default() };
            let page = move |tx: &store::ReadTx<'_>| {
                let selection = Selection(vec![(ObjectKind::User, Condition::ALL)]);
                selections::page(tx, &selection, Some(&Order { path, descending }), &listing)
            };
            let (page, _) = world.store.tenant(world.tenant).read(page).await?;
            assert_eq!(page.objects[0].0.id, id(first));
            Ok::<_, Error>(page.objects.len())
        };
        assert!(matches!(first(pages[0]).await, Err(Error::Large)), "without the index it looks at all");
        world.catch_up();
        for page in pages {
            assert_eq!(first(page).await.unwrap(), 10, "{page:?} of {users}");
        }
    }
}
