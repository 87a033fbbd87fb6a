//! The index beside the directory: it follows what happens, can be lost at any time, and costs nothing where nothing is large.

use crate::world::{World, database, delete, device, empty, world_with};
use roster_server::{
    directory::import,
    model::{
        condition::{Check, Condition, Order, Selection, Test},
        ids::{ObjectId, TenantId},
        keys::Key,
        kinds::ObjectKind,
        user::USER,
    },
    odata::listing::{Cursor, Listing},
    store::{
        self, Checked, Error, Found, IndexOptions, Indexing, Options, Progress, Store, Unusable, WriteTx,
        selections,
    },
};
use rusqlite::Connection;
use serde_json::json;
use std::{fs, os::unix::fs::FileExt, path::Path, sync::Arc};
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

/// Closes a store, does something to its folder, and opens it again.
fn reopened(world: Arc<World>, options: Options, meanwhile: impl FnOnce(&Path)) -> Arc<World> {
    let World { store, tenant, folder } = Arc::into_inner(world).unwrap();
    drop(store);
    meanwhile(folder.path());
    let store = Store::open(folder.path(), options).unwrap();
    Arc::new(World { store, tenant, folder })
}

/// Copies the directory beside it, as a backup does.
fn copy(folder: &Path) {
    let copy = folder.join("copy.sqlite");
    database(folder).execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
}

/// Puts the copy in the place of the directory, and leaves the index.
fn put_copy_back(folder: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("roster.sqlite{suffix}")));
    }
    fs::rename(folder.join("copy.sqlite"), folder.join("roster.sqlite")).unwrap();
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

    fn checked(&self) -> Checked {
        self.store.check_index(self.tenant).unwrap()
    }

    fn found(&self) -> Option<Found> {
        match self.checked() {
            Checked::Compared(found) => Some(found),
            _ => None,
        }
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
    assert_eq!(world.checked(), Checked::Unneeded);
    assert!(!world.folder.path().join("index.sqlite").exists());
    world.create_devices(3..4).await;
    assert_eq!(world.checked(), Checked::Unusable(Unusable::Missing));
    world.catch_up();
    assert!(world.folder.path().join("index.sqlite").exists());
    let sound = Found { objects: 3, different: vec![], agree: true };
    assert_eq!(world.found(), Some(sound));
}

#[tokio::test]
async fn a_change_that_is_not_indexed_is_found_by_the_check() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..5).await;
    world.write(|tx| delete(tx, id(1))).await.unwrap();
    let sound = world.found().unwrap();
    assert!(sound.different.is_empty(), "what has changed since isn't compared");
    let index = index(world.folder.path());
    let directory = world.folder.path().join("roster.sqlite");
    index.execute("ATTACH ?1 AS directory", [directory.to_str().unwrap()]).unwrap();
    let sql = "UPDATE followed SET (position, horizon, mark) =
               (SELECT position, position, mark FROM directory.changes ORDER BY position DESC LIMIT 1)";
    index.execute(sql, []).unwrap();
    let found = world.found().unwrap();
    assert_eq!((found.different, found.agree), (vec![id(4)], false), "one is created, and one deleted");
}

#[tokio::test]
async fn a_posting_that_is_lost_is_found_by_the_check() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    let sql = "DELETE FROM postings WHERE (line, key) IN (SELECT line, key FROM postings LIMIT 1)";
    index(world.folder.path()).execute(sql, []).unwrap();
    assert!(!world.found().unwrap().agree);
}

#[tokio::test]
async fn an_index_that_knows_what_a_copy_of_the_directory_that_was_put_back_never_heard_of_is_made_anew() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    copy(world.folder.path());
    world.write(|tx| device(tx, id(4), "lost")).await.unwrap();
    world.catch_up();
    // By a command, before a server looks at the index: as many changes as before.
    let world = reopened(world, Options::default(), put_copy_back);
    world.write(|tx| device(tx, id(4), "kept")).await.unwrap();
    let world = reopened(world, stepped(), |_| {});
    assert_eq!(world.checked(), Checked::Unusable(Unusable::OtherCopy));
    world.catch_up();
    assert_eq!(world.found(), Some(Found { objects: 4, different: vec![], agree: true }));
}

#[tokio::test]
async fn an_index_that_was_ahead_of_its_own_position_is_made_anew_beside_a_copy_from_between() {
    let options = stepped();
    let options = Options { index: IndexOptions { batch: 1, ..options.index }, ..options };
    let world = world_with(options.clone()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..5).await;
    copy(world.folder.path());
    world.write(|tx| delete(tx, id(4))).await.unwrap();
    // The creation is folded, of what is deleted already.
    assert_eq!(world.store.step_index().unwrap(), Progress::Unfinished);
    let world = reopened(world, options, put_copy_back);
    world.catch_up();
    assert_eq!(world.found(), Some(Found { objects: 4, different: vec![], agree: true }));
}

#[tokio::test]
async fn an_index_goes_on_where_the_last_change_that_it_has_went_with_its_tenant() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    let other = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    let create = |tx: &WriteTx<'_>| (1..4).try_for_each(|number| device(tx, id(number), "x"));
    world.store.tenant(other).write(create).await.unwrap();
    world.catch_up();
    world.store.delete_tenant(other).await.unwrap();
    world.catch_up();
    // Not the tenant's, and nothing that is indexed: whatever was newest can go.
    let small = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    world.store.tenant(small).write(|tx| device(tx, id(1), "x")).await.unwrap();
    while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {}
    world.catch_up();
    let world = reopened(world, stepped(), |_| {});
    assert_eq!(world.found(), Some(Found { objects: 3, different: vec![], agree: true }));
}

#[tokio::test]
async fn an_index_from_before_goes_on_where_it_was() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    let keep = |folder: &Path| {
        fs::copy(folder.join("index.sqlite"), folder.join("kept")).unwrap();
    };
    let world = reopened(world, stepped(), keep);
    world.create_devices(4..6).await;
    world.catch_up();
    let put_back = |folder: &Path| fs::rename(folder.join("kept"), folder.join("index.sqlite")).unwrap();
    let world = reopened(world, stepped(), put_back);
    assert!(world.found().unwrap().is_sound(), "what has changed since isn't compared");
    world.catch_up();
    assert_eq!(world.found(), Some(Found { objects: 5, different: vec![], agree: true }));
}

#[tokio::test]
async fn what_can_not_be_used_is_told_and_made_anew_and_answers_stay_right() {
    type Harm = fn(&Path);
    let harms: [(Harm, Unusable); 7] = [
        (|path| fs::remove_file(path).unwrap(), Unusable::Missing),
        (|path| fs::write(path, "garbage".repeat(1_000)).unwrap(), Unusable::Damaged),
        (|path| fs::write(path, "").unwrap(), Unusable::Missing),
        (
            |path| fs::File::options().write(true).open(path).unwrap().set_len(4096).unwrap(),
            Unusable::Damaged,
        ),
        (
            |path| {
                fs::remove_file(path).unwrap();
                Connection::open(path).unwrap().execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
            },
            Unusable::Foreign,
        ),
        (
            |path| Connection::open(path).unwrap().pragma_update(None, "user_version", 9999).unwrap(),
            Unusable::OtherVersion,
        ),
        (
            |path| {
                let sql = "UPDATE followed SET form = 'of a newer one'";
                assert_eq!(Connection::open(path).unwrap().execute(sql, []).unwrap(), 1);
            },
            Unusable::OtherVersion,
        ),
    ];
    for (harm, reason) in harms {
        let world = world_with(stepped()).await;
        world.create_devices(1..4).await;
        world.catch_up();
        let world = reopened(world, stepped(), |folder| harm(&folder.join("index.sqlite")));
        assert_eq!(world.checked(), Checked::Unusable(reason));
        assert_eq!(world.count_devices().await, 3, "{reason}");
        world.catch_up();
        assert_eq!(world.count_devices().await, 3, "{reason}");
        assert_eq!(world.found(), Some(Found { objects: 3, different: vec![], agree: true }), "{reason}");
    }
}

#[tokio::test]
async fn damage_deep_within_is_told() {
    let world = world_with(stepped()).await;
    world.create_devices(1..4).await;
    world.catch_up();
    let harm = |folder: &Path| {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'postings'";
        let page: u32 = index(folder).query_row(sql, [], |row| row.get(0)).unwrap();
        let file = fs::File::options().write(true).open(folder.join("index.sqlite")).unwrap();
        file.write_all_at(&[0xff; 64], u64::from(page - 1) * 4096).unwrap();
    };
    let world = reopened(world, stepped(), harm);
    assert_eq!(world.checked(), Checked::Unusable(Unusable::Damaged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_beside_writes_finds_nothing_wrong() {
    let options = followed();
    let options = Options { index: IndexOptions { batch: 7, ..options.index }, ..options };
    let world = world_with(options).await;
    world.create_devices(1..100).await;
    let writer = world.clone();
    let writes = tokio::spawn(async move {
        for number in 100..400 {
            writer.create_devices(number..number + 1).await;
            writer.write(move |tx| delete(tx, id(number - 99))).await.unwrap();
        }
    });
    while !writes.is_finished() {
        let checked = world.checked();
        assert!(checked.is_sound() || checked == Checked::Unusable(Unusable::Missing), "{checked:?}");
    }
    writes.await.unwrap();
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
    assert_eq!(world.found(), Some(Found { objects: 8, different: vec![], agree: true }));
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
    assert!(world.found().unwrap().different.is_empty());
}

#[tokio::test]
async fn of_a_deleted_tenant_nothing_is_left_in_the_index() {
    let world = world_with(stepped()).await;
    world.create_devices(1..9).await;
    world.catch_up();
    let other = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
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
async fn a_tenants_objects_are_created_and_updated_no_more_while_the_index_lacks_many_of_its_changes() {
    let options = stepped();
    let index = IndexOptions { batch: 2, most_behind: 5, ..options.index };
    let world = world_with(Options { index, ..options }).await;
    world.create_devices(1..4).await;
    world.catch_up();
    world.create_devices(4..20).await;
    assert_eq!(world.store.step_index().unwrap(), Progress::Unfinished);
    let refused = world.write(|tx| device(tx, id(99), "x")).await.unwrap_err();
    assert!(matches!(refused, roster_server::directory::Error::Store(Error::TenantOverloaded)), "{refused}");
    let other = world.store.create_tenant(TenantId::random(), Vec::new(), empty).await.unwrap();
    let create = |tx: &WriteTx<'_>| (1..6).try_for_each(|number| device(tx, id(number), "x"));
    world.store.tenant(other).write(create).await.unwrap();
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
    fs::create_dir_all(path.join("full")).unwrap();
    world.create_devices(1..4).await;
    assert!(world.store.step_index().is_err());
    world.create_devices(4..9).await;
    assert_eq!(world.count_devices().await, 8);
    while world.store.shorten_changes(1).await.unwrap() == Progress::Unfinished {}
    fs::remove_dir_all(path).unwrap();
    world.catch_up();
    assert_eq!(world.found(), Some(Found { objects: 8, different: vec![], agree: true }));
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

/// A short read looks at few documents.
#[tokio::test]
async fn any_end_of_a_text_is_found_without_looking_at_all_that_have_its_domain() {
    let world = world_with(stepped()).await;
    let create = |tx: &WriteTx<'_>| {
        (0..1_500).try_for_each(|number| {
            let user = json!({"displayName": "x", "userPrincipalName": format!("u{number:04}@a.example")});
            import::object(tx, ObjectKind::User, id(number), user).map(drop)
        })
    };
    world.write(create).await.unwrap();
    world.catch_up();
    let path = USER.path("userPrincipalName", None).unwrap();
    for (end, expected) in
        [("u0599@a.example", 1), ("99@a.example", 15), ("@a.example", 1_500), ("example", 1_500)]
    {
        let test = Test::Some(path, Check::EndsWith(end.into()));
        let selection = Selection(vec![(ObjectKind::User, Condition::Is(test))]);
        let count = move |tx: &store::ReadTx<'_>| selections::count(tx, &selection);
        let counted = world.store.tenant(world.tenant).read(count).await;
        assert_eq!(counted.unwrap(), expected, "{end}");
    }
}
