//! The store by itself: batches, refusals, panics and a full disk.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "shared/counts.rs"]
mod counts;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use roster_server::{
    auth::secrets::Secret,
    directory::{
        Error, Policy, Refusal,
        applications::{self, Registration},
        groups, import,
    },
    model::{
        domains::{DomainName, TenantName},
        ids::{ObjectId, Sent, TenantId},
        kinds::ObjectKind,
        permissions::{Grants, Permission, Permissions, Principal},
    },
    store::{
        self, Options, Piece, Store, Tenant, WriteTx, counts as kept_counts, deletions,
        domains::{self, Given},
        members::MEMBERS,
        objects,
        principals::Standing,
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
};
use tempfile::TempDir;

struct World {
    store: Store,
    tenant: Tenant,
    folder: TempDir,
}

async fn world() -> Arc<World> {
    world_with(Options::default()).await
}

async fn world_with(options: Options) -> Arc<World> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), options).unwrap();
    let tenant = store.create_tenant(TenantId::random(), Vec::new()).await.unwrap();
    Arc::new(World { store, tenant, folder })
}

fn device(tx: &WriteTx<'_>, id: ObjectId, name: &str) -> Result<(), Error> {
    import::object(tx, ObjectKind::Device, id, json!({"displayName": name})).map(drop)
}

impl World {
    fn create(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move { world.store.tenant(world.tenant).write(move |tx| device(tx, id, "small")).await }
    }

    fn create_large(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let name = "x".repeat(60_000);
            let create = move |tx: &WriteTx<'_>| {
                let others = (0..70).map(|_| ObjectId::random());
                others.chain([id]).try_for_each(|id| device(tx, id, &name))
            };
            world.store.tenant(world.tenant).write(create).await
        }
    }

    fn create_and_refuse(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let refuse = move |tx: &WriteTx<'_>| {
                device(tx, id, "refused")?;
                Err(Refusal::Combination.into())
            };
            world.store.tenant(world.tenant).write(refuse).await
        }
    }

    fn create_and_panic(self: &Arc<Self>, id: ObjectId) -> impl Future<Output = Result<(), Error>> + use<> {
        let world = self.clone();
        async move {
            let panic = move |tx: &WriteTx<'_>| {
                device(tx, id, "panicked")?;
                panic!("a rule with a fault");
            };
            world.store.tenant(world.tenant).write(panic).await
        }
    }

    async fn has(&self, id: ObjectId) -> bool {
        let find = |tx: &store::ReadTx<'_>| objects::find(tx, id);
        self.store.tenant(self.tenant).read(find).await.unwrap().is_some()
    }

    /// Holds the writer until the returned sender is dropped, so that what is queued meanwhile is one batch.
    fn hold(&self) -> (mpsc::Sender<()>, impl Future<Output = Result<(), store::Error>> + use<>) {
        let (sender, receiver) = mpsc::channel::<()>();
        let receiver = Mutex::new(Some(receiver));
        let (store, tenant) = (self.store.clone(), self.tenant);
        let hold = move |_: &WriteTx<'_>| {
            // Run a second time, it holds nobody.
            if let Some(receiver) = receiver.lock().unwrap().take() {
                let _ = receiver.recv();
            }
            Ok(())
        };
        (sender, async move { store.tenant(tenant).write(hold).await })
    }
}

/// Polls a future once, so that what it queues is queued.
async fn queue<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let (started, queued) = tokio::sync::oneshot::channel();
    let handle = tokio::spawn(async move {
        let mut work = std::pin::pin!(work);
        let first = futures::poll!(&mut work);
        let _ = started.send(());
        match first {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => work.await,
        }
    });
    queued.await.unwrap();
    handle
}

#[tokio::test]
async fn in_one_batch_each_closure_is_kept_or_undone_by_itself() {
    let world = world().await;
    let [kept, refused, panicked, after] = [(); 4].map(|()| ObjectId::random());
    let (release, hold) = world.hold();
    let holding = queue(hold).await;
    let outcomes = [
        queue(world.create(kept)).await,
        queue(world.create_and_refuse(refused)).await,
        queue(world.create_and_panic(panicked)).await,
        queue(world.create(after)).await,
    ];
    drop(release);
    holding.await.unwrap().unwrap();

    let outcomes: Vec<_> = join_all(outcomes).await.into_iter().map(Result::unwrap).collect();
    assert!(outcomes[0].is_ok() && outcomes[3].is_ok());
    assert!(matches!(outcomes[1], Err(Error::Refused(Refusal::Combination))));
    assert!(matches!(outcomes[2], Err(Error::Store(store::Error::Panicked))));
    let there =
        [world.has(kept).await, world.has(refused).await, world.has(panicked).await, world.has(after).await];
    assert_eq!(there, [true, false, false, true]);
}

#[tokio::test]
async fn a_disk_that_is_full_within_a_batch_gives_nobody_a_wrong_answer() {
    let world = world().await;
    let [before, refused, large, after] = [(); 4].map(|()| ObjectId::random());
    world.store.limit_pages(Some(200)).await.unwrap();
    let (release, hold) = world.hold();
    let holding = queue(hold).await;
    let outcomes = [
        queue(world.create(before)).await,
        queue(world.create_and_refuse(refused)).await,
        queue(world.create_large(large)).await,
        queue(world.create(after)).await,
    ];
    drop(release);
    holding.await.unwrap().unwrap();

    let outcomes: Vec<_> = join_all(outcomes).await.into_iter().map(Result::unwrap).collect();
    assert!(outcomes[0].is_ok(), "{:?}", outcomes[0]);
    assert!(matches!(outcomes[1], Err(Error::Refused(Refusal::Combination))), "{:?}", outcomes[1]);
    assert!(matches!(&outcomes[2], Err(Error::Store(error)) if error.is_passing()), "{:?}", outcomes[2]);
    assert!(outcomes[3].is_ok(), "{:?}", outcomes[3]);
    let there =
        [world.has(before).await, world.has(refused).await, world.has(large).await, world.has(after).await];
    assert_eq!(there, [true, false, false, true]);

    world.store.limit_pages(None).await.unwrap();
    world.create_large(large).await.unwrap();
    assert!(world.has(large).await, "once there is space again, writes work again");
}

#[tokio::test]
async fn what_was_answered_is_there_in_another_store_on_the_same_folder() {
    let world = world().await;
    let (mine, theirs) = (ObjectId::random(), ObjectId::random());
    world.create(mine).await.unwrap();
    let other = Store::open(world.folder.path(), Options::default()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let other = Arc::new(World { store: other, tenant: world.tenant, folder });
    assert!(other.has(mine).await);
    other.create(theirs).await.unwrap();

    assert!(world.has(theirs).await, "nothing is kept in memory that another process can change");
}

#[tokio::test]
async fn everything_queued_is_answered_before_a_store_closes() {
    let world = world().await;
    let ids: Vec<ObjectId> = (0..100).map(|_| ObjectId::random()).collect();
    let writes = ids.iter().map(|&id| world.create(id));
    assert!(join_all(writes).await.into_iter().all(|outcome| outcome.is_ok()));
    let World { store, tenant, folder } = Arc::into_inner(world).unwrap();
    drop(store);

    let store = Store::open(folder.path(), Options::default()).unwrap();
    let again = World { store, tenant, folder };
    for id in ids {
        assert!(again.has(id).await);
    }
}

#[tokio::test]
async fn what_a_deleted_object_was_in_is_set_aside_and_purging_leaves_nothing_of_it() {
    let world = world().await;
    let secret = Secret::new("a secret of an application");
    let registration = Registration::new("program", vec![Permission::GroupReadAll], &secret);
    let (user, group, application) = (ObjectId::random(), ObjectId::random(), registration.application);
    let service_principal = registration.service_principal;
    let fill = move |tx: &WriteTx<'_>| {
        let kind = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "readers"});
        import::group(tx, group, kind)?;
        import::object(tx, ObjectKind::User, user, json!({"userPrincipalName": "ada@contoso.example"}))?;
        applications::register(tx, &registration)?;
        import::member(tx, group, user)?;
        import::owner(tx, group, user)?;
        import::owner(tx, group, service_principal)
    };
    world.store.tenant(world.tenant).write(fill).await.unwrap();
    let database = rusqlite::Connection::open(world.folder.path().join("roster.sqlite")).unwrap();
    let tables = [
        "memberships",
        "ownerships",
        "deleted_memberships",
        "deleted_ownerships",
        "application_secrets",
        "granted_roles",
    ];
    let rows = || {
        tables.map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            database.query_row(&sql, [], |row| row.get::<_, u32>(0)).unwrap()
        })
    };
    assert_eq!(rows(), [1, 2, 0, 0, 1, 1]);

    let delete = move |tx: &WriteTx<'_>| {
        for (kind, id) in [
            (ObjectKind::Group, group),
            (ObjectKind::User, user),
            (ObjectKind::ServicePrincipal, service_principal),
            (ObjectKind::Application, application),
        ] {
            let object = objects::find(tx, id)?.filter(|object| object.kind == kind).unwrap();
            deletions::delete(tx, &object, &objects::values(tx, object.row)?)?;
        }
        Ok::<_, Error>(())
    };
    world.store.tenant(world.tenant).write(delete).await.unwrap();
    assert_eq!(rows(), [0, 0, 1, 2, 1, 1], "what can be restored is there");

    let purge = async || world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap();
    let purged = || {
        let sql = "SELECT count(*) FROM objects WHERE purged_at IS NOT NULL";
        database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    while purged() == 0 {
        assert_eq!(purge().await, Piece::Unfinished);
    }
    assert_eq!(rows(), [0, 0, 0, 0, 1, 1], "the group is purged first, and takes its pairs with it");
    while purge().await == Piece::Unfinished {}
    assert_eq!(rows(), [0; 6]);
    let left = "SELECT count(*) FROM objects WHERE purged_at IS NOT NULL AND document = '{}' AND rest = '{}'
                AND coalesce(user_principal_name, app_id) IS NULL";
    assert_eq!(database.query_row(left, [], |row| row.get::<_, u32>(0)).unwrap(), 4);
}

#[tokio::test]
async fn a_deleted_principal_is_known_to_be_so_even_if_its_deleter_went_away() {
    let world = world().await;
    let (tenant, id) = (world.tenant, ObjectId::random());
    let user = json!({"accountEnabled": true, "userPrincipalName": "ada@contoso.example"});
    let fill = move |tx: &WriteTx<'_>| import::object(tx, ObjectKind::User, id, user.clone()).map(drop);
    world.store.tenant(tenant).write(fill).await.unwrap();
    let standing = async || {
        world.store.find_principal(tenant.id, Principal::User(Some(id))).await.unwrap().unwrap().standing
    };
    assert_eq!(standing().await, Standing::Good);

    let (begins, begun) = mpsc::channel::<()>();
    let begins = Mutex::new(Some(begins));
    let delete = move |tx: &WriteTx<'_>| {
        begins.lock().unwrap().take();
        let object = objects::find(tx, id)?.unwrap();
        deletions::delete(tx, &object, &objects::values(tx, object.row)?)
    };
    let store = world.store.clone();
    let deleting = queue(async move { store.tenant(tenant).write(delete).await }).await;
    // Its sender is dropped when the write is under way.
    begun.recv().unwrap_err();
    deleting.abort();

    world.create(ObjectId::random()).await.unwrap();
    assert!(!world.has(id).await);
    assert_eq!(standing().await, Standing::Deleted);
}

/// A database as it was before names had keys, with these statements done.
fn before_names_had_keys(folder: &Path, fill: &str) {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let files = fs::read_dir(files).unwrap().map(|file| file.unwrap().path());
    let older = |file: &PathBuf| file.file_name().unwrap().to_str().unwrap() < "0006";
    let files: BTreeSet<PathBuf> = files.filter(older).collect();
    let database = rusqlite::Connection::open(folder.join("roster.sqlite")).unwrap();
    for file in &files {
        database.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
    }
    database.pragma_update(None, "user_version", u32::try_from(files.len()).unwrap()).unwrap();
    database.execute_batch(fill).unwrap();
}

#[tokio::test]
async fn names_that_were_stored_before_they_had_keys_are_found_and_of_two_that_are_one_now_the_older_keeps_it()
 {
    let ids: [ObjectId; 6] = [(); 6].map(|()| ObjectId::random());
    let [user, deleted, older, younger, device, application] = ids;
    let tenant = TenantId::random();
    let object = |id: ObjectId, kind: u8, more: &str, document: Value| {
        let id = id.uuid().simple().to_string();
        let columns = "tenant, id, kind, document, rest, group_kind, is_dynamic, role_assignable, hidden_membership, deleted_at";
        let traits = if kind == 2 { "2, 0, 0, 0" } else { "NULL, NULL, NULL, NULL" };
        format!(
            "INSERT INTO objects ({columns}) VALUES (1, x'{id}', {kind}, '{document}', '{{}}', {traits}, {more});"
        )
    };
    let group = |name: &str| {
        json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true,
        "groupTypes": [], "uniqueName": name})
    };
    let folder = tempfile::tempdir().unwrap();
    let fill = [
        format!("INSERT INTO tenants (number, id, created_at) VALUES (1, x'{}', 0);", tenant.uuid().simple()),
        object(user, 1, "NULL", json!({"userPrincipalName": "Ada@Contoso.example"})),
        object(deleted, 2, "1", group("élan")),
        object(older, 2, "NULL", group("Élan")),
        object(younger, 2, "NULL", group("ÉLAN ")),
        object(device, 3, "NULL", json!({"deviceId": device.to_string()})),
        object(application, 4, "NULL", json!({"appId": application.to_string()})),
    ];
    before_names_had_keys(folder.path(), &fill.concat());

    let by = Grants {
        principal: Principal::Application(None),
        permissions: Permissions::from_iter([Permission::GroupReadWriteAll]),
    };
    for _ in 0..2 {
        let store = Store::open(folder.path(), Options::default()).unwrap();
        let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
        let objects_of = store.tenant(tenant);
        let found = |tx: &store::ReadTx<'_>| {
            let id = |found: Option<objects::Object>| found.map(|object| object.id);
            Ok::<_, store::Error>([
                id(store::users::find_by_principal_name(tx, "ａda@CONTOSO.example")?),
                id(store::groups::find_by_unique_name(tx, "E\u{301}lan")?),
                id(store::applications::find(tx, ObjectKind::ServicePrincipal, &application.to_string())?),
                store::devices::device_id_is_taken(tx, &device.to_string())?.then_some(device),
            ])
        };
        let found = objects_of.read(found).await.unwrap();
        assert_eq!(found, [user, older, application, device].map(Some));

        let change = |id: ObjectId, body: Value| {
            let id = Sent::read(id.to_string()).unwrap();
            let update = move |tx: &WriteTx<'_>| {
                let body = body.as_object().unwrap();
                groups::update(tx, Policy::default(), &by, &id, body, &groups::Bound::default()).map(drop)
            };
            objects_of.write(update)
        };
        let create = |name: &str| {
            let (id, body) = (ObjectId::random(), group(name));
            let create = move |tx: &WriteTx<'_>| {
                let body = body.as_object().unwrap();
                groups::create(tx, Policy::default(), &by, id, body, &groups::Bound::default()).map(drop)
            };
            objects_of.write(create)
        };
        // The younger one is what it was, but for what its name finds.
        change(younger, json!({"description": "still here", "mailNickname": "n", "uniqueName": "ÉLAN "}))
            .await
            .unwrap();
        let values = objects_of.read(|tx| {
            let object = objects::find(tx, younger)?.unwrap();
            objects::values(tx, object.row)
        });
        assert_eq!(values.await.unwrap()["uniqueName"], "ÉLAN ");
        let taken = create("élan").await.unwrap_err();
        assert!(matches!(taken, Error::Refused(Refusal::Taken("uniqueName"))), "{taken}");
    }
}

#[tokio::test]
async fn the_change_log_is_shortened_in_pieces_to_what_is_kept() {
    let world = world().await;
    let ids: Vec<ObjectId> = (0..40).map(|_| ObjectId::random()).collect();
    assert!(
        join_all(ids.iter().map(|&id| world.create(id))).await.into_iter().all(|outcome| outcome.is_ok())
    );
    let database = rusqlite::Connection::open(world.folder.path().join("roster.sqlite")).unwrap();
    let log = || {
        let sql = "SELECT count(*), min(position), max(position) FROM changes";
        database.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get::<_, u32>(2)?])).unwrap()
    };
    assert_eq!(log(), [40, 1, 40]);

    assert_eq!(world.store.shorten_changes(40).await.unwrap(), Piece::Finished);
    assert_eq!(world.store.shorten_changes(15).await.unwrap(), Piece::Unfinished);
    assert_eq!(world.store.shorten_changes(15).await.unwrap(), Piece::Finished);

    assert_eq!(log(), [15, 26, 40], "the newest are left, where they were");
    world.create(ObjectId::random()).await.unwrap();
    assert_eq!(log(), [16, 26, 41]);
}

#[tokio::test]
async fn the_log_begins_anew_under_writes_that_never_pause_and_readers_who_never_do() {
    const LOG_PAGES: u32 = 64;
    let world = world_with(Options { log_pages: LOG_PAGES, ..Options::default() }).await;
    let writer = async |_: usize| {
        for _ in 0..200 {
            let id = ObjectId::random();
            world.create(id).await.unwrap();
            assert!(world.has(id).await);
        }
    };
    join_all((0..8).map(writer)).await;

    // A batch of eight touches forty pages at most: the log is never much longer than where writes wait.
    let log = world.folder.path().join("roster.sqlite-wal").metadata().unwrap().len();
    assert!(log > u64::from(LOG_PAGES) * 4096, "{log} bytes: it was never full, so this shows nothing");
    assert!(log < u64::from(5 * LOG_PAGES) * 4096, "{log} bytes: it grows and grows");
}

#[tokio::test]
async fn what_one_large_write_made_of_the_log_is_given_back() {
    const LOG_PAGES: u32 = 64;
    let world = world_with(Options { log_pages: LOG_PAGES, ..Options::default() }).await;
    let log = || world.folder.path().join("roster.sqlite-wal").metadata().unwrap().len();
    let most = u64::from(4 * LOG_PAGES) * 4096;
    world.create_large(ObjectId::random()).await.unwrap();
    assert!(log() > most, "it wasn't large, so this shows nothing");

    for _ in 0..10 {
        world.create(ObjectId::random()).await.unwrap();
    }

    assert!(log() <= most, "{} bytes", log());
}

#[tokio::test]
async fn a_folder_of_a_newer_version_is_refused_with_a_sentence() {
    let World { store, folder, .. } = Arc::into_inner(world().await).unwrap();
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);

    let refused = Store::open(folder.path(), Options::default()).map(drop).unwrap_err();

    assert!(refused.to_string().contains("newer version"), "{refused}");
}

#[tokio::test]
async fn a_folder_of_the_first_schema_is_brought_up_to_date_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (tenant, id) = (TenantId::random(), ObjectId::random());
    let first = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    first.execute_batch(include_str!("../src/store/migrations/0001_directory.sql")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first.execute("INSERT INTO tenants (id, created_at) VALUES (?1, 0)", [tenant.uuid()]).unwrap();
    let document = r#"{"userPrincipalName":"Ada@contoso.example","mailNickname":"ada"}"#;
    let insert = "INSERT INTO objects (tenant, id, kind, document, rest) VALUES (1, ?1, 1, ?2, '{}')";
    first.execute(insert, rusqlite::params![id.uuid(), document]).unwrap();
    drop(first);

    let store = Store::open(folder.path(), Options::default()).unwrap();

    let tenant = store.find_tenant(tenant).await.unwrap().unwrap();
    let find = |tx: &store::ReadTx<'_>| store::users::find_by_principal_name(tx, "ada@CONTOSO.example");
    let found = store.tenant(tenant).read(find).await.unwrap().unwrap();
    assert_eq!(found.id, id);
    drop(store);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let application: i32 = database.query_row("PRAGMA application_id", [], |row| row.get(0)).unwrap();
    assert_eq!(application.to_be_bytes(), *b"Rost", "from now on it is known as a directory");
    counts::check(&database);
}

#[tokio::test]
async fn tenants_that_were_there_before_domains_were_get_their_initial_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ids = [
        "8fcb5dbc-d5aa-4681-8e31-b001d5168d79",
        "8fcb5dbc-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
    ];
    let ids = ids.map(|id| id.parse::<TenantId>().unwrap());
    let tenant = |id: &TenantId| {
        format!("INSERT INTO tenants (id, created_at) VALUES (x'{}', 0);", id.uuid().simple())
    };
    before_names_had_keys(folder.path(), &ids.iter().map(tenant).collect::<String>());

    let store = Store::open(folder.path(), Options::default()).unwrap();

    let expected = [
        "8fcb5dbc.roster.local",
        "8fcb5dbc-0000-4000-8000-000000000001.roster.local",
        "00000000.roster.local",
    ];
    for (id, domain) in ids.into_iter().zip(expected) {
        let domain: DomainName = domain.parse().unwrap();
        let tenant = store.named_tenant(&TenantName::Domain(domain.clone())).await.unwrap();
        let tenant = tenant.unwrap_or_else(|| panic!("nobody has {domain}"));
        assert_eq!((tenant.id, store.domains(tenant).await.unwrap()), (id, vec![domain.clone()]));
        let default = store.tenant(tenant).read(domains::default).await;
        assert_eq!(default.unwrap(), domain);
    }
}

#[tokio::test]
async fn a_domain_is_one_tenants_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Options::default()).unwrap();
    let name = |name: &str| name.parse::<DomainName>().unwrap();
    let names = |names: &[&str]| names.iter().copied().map(name).collect::<Vec<_>>();
    let [first, second, third] = [1, 2, 3].map(|number| TenantId::from_uuid(uuid::Uuid::from_u128(number)));
    let one = store.create_tenant(first, names(&["Contoso.example", "a.example"])).await.unwrap();
    let domains = async |tenant| store.domains(tenant).await.unwrap();
    assert_eq!(domains(one).await, names(&["contoso.example", "00000000.roster.local", "a.example"]));

    let taken = store.create_tenant(second, names(&["b.example", "CONTOSO.example"])).await.unwrap_err();
    assert_eq!(taken.to_string(), "the domain contoso.example is another tenant's");
    assert_eq!(store.find_tenant(second).await.unwrap(), None, "a refused tenant leaves nothing");
    assert_eq!(store.named_tenant(&TenantName::Domain(name("b.example"))).await.unwrap(), None);
    let there = store.create_tenant(first, Vec::new()).await.unwrap_err();
    assert_eq!(there.to_string(), format!("there is a tenant {first} already"));

    // Its initial domain would be the same as the first one's.
    let two = store.create_tenant(second, names(&["b.example"])).await.unwrap();
    assert_eq!(domains(two).await, names(&["b.example", &format!("{second}.roster.local")]));
    let three = store.create_tenant(third, Vec::new()).await.unwrap();
    assert_eq!(domains(three).await, names(&[&format!("{third}.roster.local")]));
    for (tenant, domain, given) in [
        (two, "a.example", Given::Taken),
        (two, "B.example", Given::Present),
        (two, "c.example", Given::New),
        (three, "c.example", Given::Taken),
    ] {
        assert_eq!(store.add_domain(tenant, name(domain)).await.unwrap(), given, "{domain}");
    }
    assert_eq!(domains(two).await[0], name("b.example"), "the default stays");
}

/// The members of a group of which no count is kept.
const SMALL: u128 = 3;

/// A store whose groups are large from four members on, with a group of so many members.
async fn world_with_group(members: u128) -> Arc<World> {
    let largest_uncounted = u32::try_from(SMALL).unwrap();
    let world = world_with(Options { largest_uncounted, ..Options::default() }).await;
    let fill = move |tx: &WriteTx<'_>| {
        let group = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "large"});
        import::group(tx, GROUP, group)?;
        (0..members).try_for_each(|number| add_member(tx, number))
    };
    world.store.tenant(world.tenant).write(fill).await.unwrap();
    world
}

const GROUP: ObjectId = ObjectId::from_uuid(uuid::Uuid::from_u128(1 << 64));

fn member(number: u128) -> ObjectId {
    ObjectId::from_uuid(uuid::Uuid::from_u128(number))
}

fn members(tx: &store::ReadTx<'_>) -> Result<u64, Error> {
    Ok(MEMBERS.count(tx, &objects::find(tx, GROUP)?.unwrap())?)
}

fn add_member(tx: &WriteTx<'_>, number: u128) -> Result<(), Error> {
    device(tx, member(number), "a member")?;
    import::member(tx, GROUP, member(number))
}

fn remove_member(tx: &WriteTx<'_>, number: u128) -> Result<(), Error> {
    let [group, member] = [GROUP, member(number)].map(|id| objects::find(tx, id).unwrap().unwrap());
    MEMBERS.remove(tx, &group, member.row)?;
    store::changes::append(tx, &group, store::changes::Change::MemberRemoved(member.row))?;
    Ok(())
}

fn delete(tx: &WriteTx<'_>, id: ObjectId) -> Result<(), Error> {
    let object = objects::find(tx, id)?.unwrap();
    Ok(deletions::delete(tx, &object, &objects::values(tx, object.row)?)?)
}

fn database(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("roster.sqlite")).unwrap()
}

impl World {
    async fn members(&self) -> u64 {
        self.store.tenant(self.tenant).read(members).await.unwrap()
    }

    /// Counts the group's members, and waits until the count is kept where that makes it so.
    async fn count_and_keep(&self) -> u64 {
        let members = self.members().await;
        // What the read left to the writer was queued before this.
        self.write(|_| Ok(())).await.unwrap();
        members
    }

    fn write<W>(&self, work: W) -> impl Future<Output = Result<(), Error>> + use<W>
    where
        W: Fn(&WriteTx<'_>) -> Result<(), Error> + Send + 'static,
    {
        let (store, tenant) = (self.store.clone(), self.tenant);
        async move { store.tenant(tenant).write(work).await }
    }

    async fn devices(&self) -> u64 {
        self.store.tenant(self.tenant).read(|tx| kept_counts::objects(tx, ObjectKind::Device)).await.unwrap()
    }

    /// Every kept count is right; how many groups have one.
    fn kept_groups(&self) -> u32 {
        let database = database(self.folder.path());
        counts::check(&database);
        counts::kept_groups(&database)
    }
}

#[tokio::test]
async fn the_count_of_a_group_is_kept_from_the_first_time_on_that_it_is_found_to_be_large() {
    let world = world_with_group(SMALL).await;
    assert_eq!(world.count_and_keep().await, 3);
    assert_eq!(world.kept_groups(), 0, "it is small");

    world.write(|tx| add_member(tx, 3)).await.unwrap();
    assert_eq!(world.kept_groups(), 0, "nothing has counted it");
    assert_eq!(world.count_and_keep().await, 4);
    assert_eq!(world.kept_groups(), 1);

    world.write(|tx| (4..9).try_for_each(|number| add_member(tx, number))).await.unwrap();
    assert_eq!(world.members().await, 9);
    world.write(|tx| (0..8).try_for_each(|number| remove_member(tx, number))).await.unwrap();
    assert_eq!(world.count_and_keep().await, 1);
    assert_eq!(world.kept_groups(), 1, "small again, it keeps its count");
}

#[tokio::test]
async fn however_often_a_group_is_counted_while_the_writer_is_busy_its_tenant_can_write() {
    let world = world_with_group(5).await;
    let (release, held) = world.hold();
    let held = queue(held).await;
    for _ in 0..600 {
        assert_eq!(world.members().await, 5);
    }
    let written = queue(world.write(|tx| add_member(tx, 6))).await;
    drop(release);
    held.await.unwrap().unwrap();
    written.await.unwrap().unwrap();
    assert_eq!((world.members().await, world.kept_groups()), (6, 1));
}

#[tokio::test]
async fn a_kept_count_is_read_and_not_counted() {
    let world = world_with_group(5).await;
    world.count_and_keep().await;
    database(world.folder.path()).execute("UPDATE counts SET count = 1000000", []).unwrap();
    assert_eq!((world.members().await, world.devices().await), (1_000_000, 1_000_000));
}

#[tokio::test]
async fn within_a_batch_counts_are_right_and_refused_closures_do_not_count() {
    let world = world_with_group(5).await;
    world.count_and_keep().await;
    let sees = |expected: u64| {
        move |tx: &WriteTx<'_>| {
            assert_eq!((members(tx)?, kept_counts::objects(tx, ObjectKind::Device)?), (expected, expected));
            Ok::<_, Error>(())
        }
    };
    let refused = move |tx: &WriteTx<'_>| {
        add_member(tx, 20)?;
        sees(7)(tx)?;
        Err(Refusal::Combination.into())
    };
    let panics = |tx: &WriteTx<'_>| -> Result<(), Error> {
        add_member(tx, 30)?;
        panic!("a rule with a fault");
    };
    let adds = move |tx: &WriteTx<'_>| {
        add_member(tx, 40)?;
        sees(7)(tx)
    };
    let deletes = move |tx: &WriteTx<'_>| {
        delete(tx, member(0))?;
        sees(6)(tx)
    };
    let (release, hold) = world.hold();
    let holding = queue(hold).await;
    let outcomes = [
        queue(world.write(|tx| add_member(tx, 10))).await,
        queue(world.write(sees(6))).await,
        queue(world.write(refused)).await,
        queue(world.write(sees(6))).await,
        queue(world.write(panics)).await,
        queue(world.write(adds)).await,
        queue(world.write(refused)).await,
        queue(world.write(deletes)).await,
    ];
    drop(release);
    holding.await.unwrap().unwrap();
    let outcomes: Vec<_> = join_all(outcomes).await.into_iter().map(Result::unwrap).collect();
    let kept = [0, 1, 3, 5, 7];
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.is_ok(), kept.contains(&number), "{number}: {outcome:?}");
    }
    assert_eq!((world.members().await, world.devices().await), (6, 6));
    assert_eq!(world.kept_groups(), 1);
}

#[tokio::test]
async fn a_batch_whose_transaction_is_lost_counts_what_is_done_again_once() {
    let world = world_with_group(5).await;
    world.count_and_keep().await;
    world.store.limit_pages(Some(200)).await.unwrap();
    let (release, hold) = world.hold();
    let holding = queue(hold).await;
    let large = ObjectId::random();
    let outcomes = [
        queue(world.write(|tx| add_member(tx, 10))).await,
        queue(world.create_large(large)).await,
        queue(world.write(|tx| add_member(tx, 11))).await,
    ];
    drop(release);
    holding.await.unwrap().unwrap();
    let outcomes: Vec<_> = join_all(outcomes).await.into_iter().map(Result::unwrap).collect();
    assert!(outcomes[0].is_ok() && outcomes[1].is_err() && outcomes[2].is_ok(), "{outcomes:?}");
    assert_eq!((world.members().await, world.devices().await), (7, 7));
    assert_eq!(world.kept_groups(), 1);
}

#[tokio::test]
async fn two_processes_keep_the_same_counts() {
    let world = world_with_group(5).await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options { largest_uncounted: 3, ..Options::default() };
    let store = Store::open(world.folder.path(), options).unwrap();
    let other = World { store, tenant: world.tenant, folder };
    world.count_and_keep().await;
    for number in 10..20 {
        world.write(move |tx| add_member(tx, number)).await.unwrap();
        other.write(move |tx| add_member(tx, number + 10)).await.unwrap();
        other.write(move |tx| remove_member(tx, number)).await.unwrap();
    }
    assert_eq!((world.members().await, other.members().await), (15, 15));
    assert_eq!((world.devices().await, other.devices().await), (25, 25));
    assert_eq!(world.kept_groups(), 1);
}

#[tokio::test]
async fn deleting_and_purging_keep_the_counts_right_in_each_piece() {
    // Two pieces are needed for the group's members.
    let world = world_with_group(600).await;
    world.count_and_keep().await;
    world.write(|tx| (0..10).try_for_each(|number| delete(tx, member(number)))).await.unwrap();
    assert_eq!((world.members().await, world.devices().await), (590, 590));
    world.write(|tx| delete(tx, GROUP)).await.unwrap();
    assert_eq!(world.kept_groups(), 1, "it can be restored");

    let mut pieces = 0;
    while world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap() == Piece::Unfinished {
        world.kept_groups();
        pieces += 1;
    }
    assert!(pieces > 12, "{pieces}: the group's members were purged at once");
    assert_eq!(world.kept_groups(), 0);
    assert_eq!(world.devices().await, 590);
}

/// How many rows a query finds.
fn rows(folder: &Path, of: &str) -> u32 {
    database(folder).query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).unwrap()
}

/// More members than one piece of a deletion takes away.
const MANY: u128 = 2_500;

#[tokio::test]
async fn of_a_deleted_tenant_nothing_is_found_at_once_and_in_the_end_nothing_is_left() {
    let world = world_with_group(MANY).await;
    let folder = world.folder.path();
    let application = Registration::new("program", vec![Permission::GroupReadAll], &Secret::new("secret"));
    let fill = move |tx: &WriteTx<'_>| {
        applications::register(tx, &application)?;
        import::owner(tx, GROUP, application.service_principal)?;
        import::owner(tx, GROUP, member(1))?;
        delete(tx, member(1))
    };
    world.write(fill).await.unwrap();
    world.count_and_keep().await;
    assert_eq!(world.kept_groups(), 1);
    let other = world.store.create_tenant(TenantId::random(), Vec::new()).await.unwrap();
    world.store.tenant(other).write(add_member_of_new_group).await.unwrap();

    assert!(world.store.delete_tenant(world.tenant).await.unwrap());
    assert!(!world.store.delete_tenant(world.tenant).await.unwrap(), "it is deleted already");
    assert_eq!(world.store.find_tenant(world.tenant.id).await.unwrap(), None);
    assert_eq!(world.store.tenants(9).await.unwrap(), [other]);
    assert!(!world.store.has_secret(Secret::new("secret").digest()).await.unwrap());
    let user = Principal::User(None);
    assert_eq!(world.store.find_principal(world.tenant.id, user).await.unwrap(), None);
    assert!(rows(folder, "objects") > 2_500, "what it held goes afterwards");

    assert_eq!(world.store.clear_deleted_tenants().await.unwrap(), Piece::Unfinished);
    // As after a kill.
    let store = Store::open(folder, Options::default()).unwrap();
    let mut pieces = 1;
    while store.clear_deleted_tenants().await.unwrap() == Piece::Unfinished {
        pieces += 1;
    }
    assert!(pieces > 2, "{pieces} pieces");
    let left = ["objects", "memberships", "ownerships", "deleted_memberships", "deleted_ownerships"];
    assert_eq!(left.map(|table| rows(folder, table)), [2, 1, 0, 0, 0], "the other tenant's");
    assert_eq!(["application_secrets", "granted_roles"].map(|table| rows(folder, table)), [0, 0]);
    assert_eq!(rows(folder, "changes"), 3, "the other tenant's");
    assert_eq!(rows(folder, "pragma_foreign_key_check"), 0);
    counts::check(&database(folder));
    assert_eq!(world.store.tenant(other).read(members).await.unwrap(), 1);
}

fn add_member_of_new_group(tx: &WriteTx<'_>) -> Result<(), Error> {
    let group = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": "small"});
    import::group(tx, GROUP, group)?;
    add_member(tx, 1)
}

#[tokio::test]
async fn a_write_for_a_deleted_tenant_is_refused_whoever_deleted_it() {
    let world = world().await;
    let elsewhere = Store::open(world.folder.path(), Options::default()).unwrap();
    let user = Principal::User(None);
    assert!(world.store.find_principal(world.tenant.id, user).await.unwrap().is_some());
    elsewhere.delete_tenant(world.tenant).await.unwrap();

    let refused = world.create(member(1)).await;
    assert!(matches!(refused, Err(Error::Store(store::Error::TenantGone))), "{refused:?}");
    let domain = "contoso.example".parse().unwrap();
    let refused = world.store.add_domain(world.tenant, domain).await;
    assert!(matches!(refused, Err(store::Error::TenantGone)), "{refused:?}");
    assert_eq!(["objects", "domains", "counts"].map(|table| rows(world.folder.path(), table)), [0, 0, 0]);
}

#[tokio::test]
async fn a_deleted_tenant_is_forgotten_when_nothing_of_it_is_left() {
    let world = world().await;
    let folder = world.folder.path();
    world.create(member(1)).await.unwrap();
    let other = world.store.create_tenant(TenantId::random(), Vec::new()).await.unwrap();
    world.store.delete_tenant(world.tenant).await.unwrap();
    let clear = async || while world.store.clear_deleted_tenants().await.unwrap() == Piece::Unfinished {};
    let left = || ["objects", "changes", "deleted_tenants"].map(|table| rows(folder, table));

    clear().await;
    assert_eq!(left(), [0, 1, 1], "the newest change stays, whosever it is");
    world.store.tenant(other).write(|tx| device(tx, member(2), "newer")).await.unwrap();
    clear().await;
    assert_eq!(left(), [1, 1, 0], "the other tenant's");
}

#[tokio::test]
async fn a_tenant_of_a_deleted_ones_id_is_a_new_one() {
    let world = world().await;
    world.create(member(1)).await.unwrap();
    let domains = world.store.domains(world.tenant).await.unwrap();
    assert_eq!(domains.len(), 1);
    world.store.delete_tenant(world.tenant).await.unwrap();
    let again = world.store.create_tenant(world.tenant.id, Vec::new()).await.unwrap();
    assert_eq!(world.store.domains(again).await.unwrap(), domains, "they are free");
    while world.store.clear_deleted_tenants().await.unwrap() == Piece::Unfinished {}
    let found = world.store.tenant(again).read(|tx| objects::find(tx, member(1))).await.unwrap();
    assert_eq!(found, None);
    world.store.tenant(again).write(|tx| device(tx, member(1), "new")).await.unwrap();
    assert_eq!(rows(world.folder.path(), "objects"), 1);
}
