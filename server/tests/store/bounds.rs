//! What a read may do at most: a short one little, and one that is waited for no more nothing.

use crate::world::{World, database, device, world, world_with};
use roster_server::{
    directory::import,
    model::{
        administrative_unit::ADMINISTRATIVE_UNIT,
        condition::{Check, Condition, Order, Selection, Test},
        device::DEVICE,
        ids::ObjectId,
        kinds::ObjectKind,
        paths::PropertyPath,
    },
    odata::listing::Listing,
    store::{
        Error, IndexOptions, Indexing, Options, Progress, ReadTx, WriteTx,
        nestings::HiddenMemberships::Shown,
        objects::{self, Page},
        relations::{Direction, MEMBERS},
        selections,
        transitive::{self, Effort},
    },
};
use serde_json::json;
use std::sync::{Arc, mpsc};
use uuid::Uuid;

fn id(number: u128) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number))
}

fn name() -> PropertyPath {
    DEVICE.path("displayName", None).unwrap()
}

/// Devices with a word that begins so.
fn with_word(start: &str) -> Selection {
    let test = Test::Some(name(), Check::Word(start.into()));
    Selection(vec![(ObjectKind::Device, Condition::Is(test))])
}

/// What becomes of a read that goes on after its caller has gone away.
async fn abandoned(
    world: &World,
    read: impl FnOnce(&ReadTx<'_>) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let ((begins, begun), (leaves, left)) = (mpsc::channel(), mpsc::channel::<()>());
    let (ends, outcome) = mpsc::channel();
    let work = move |tx: &ReadTx<'_>| {
        begins.send(()).unwrap();
        let _ = left.recv();
        ends.send(read(tx)).unwrap();
        Ok::<_, Error>(())
    };
    let tenant = world.store.tenant(world.tenant);
    let mut reading = Box::pin(tenant.read_long(work));
    assert!(futures::poll!(&mut reading).is_pending());
    begun.recv().unwrap();
    drop(reading);
    drop(leaves);
    outcome.recv().unwrap()
}

async fn world_with_devices(options: Options, count: u128) -> Arc<World> {
    world_with_devices_named("one device".into(), options, count).await
}

async fn world_with_devices_named(name: String, options: Options, count: u128) -> Arc<World> {
    let world = world_with(options).await;
    let create = move |tx: &WriteTx<'_>| (1..=count).try_for_each(|number| device(tx, id(number), &name));
    world.write(create).await.unwrap();
    world
}

#[tokio::test]
async fn a_read_that_is_abandoned_ends_at_the_next_object_it_looks_at() {
    let world = world_with_devices(Options::default(), 3).await;
    let of_none = with_word("none");
    let outcome = abandoned(&world, move |tx| selections::select(tx, &of_none).map(drop)).await;
    assert!(matches!(outcome, Err(Error::Large)), "a search: {outcome:?}");
    let order = Order { path: name(), descending: false };
    let sort = move |tx: &ReadTx<'_>| {
        selections::page(tx, &with_word("none"), Some(&order), &Listing::default()).map(drop)
    };
    let outcome = abandoned(&world, sort).await;
    assert!(matches!(outcome, Err(Error::Large)), "an order: {outcome:?}");
    let list = |tx: &ReadTx<'_>| objects::page(tx, ObjectKind::Device, &Listing::default()).map(drop);
    let outcome = abandoned(&world, list).await;
    assert!(matches!(outcome, Err(Error::Large)), "a page: {outcome:?}");
}

#[tokio::test]
async fn a_read_of_the_index_that_is_abandoned_ends_at_its_next_entry() {
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 0, ..IndexOptions::default() };
    let world = world_with_devices(Options { index, ..Options::default() }, 3).await;
    while world.store.step_index().unwrap() == Progress::Unfinished {}
    let find = |tx: &ReadTx<'_>| selections::select(tx, &with_word("dev"));
    let found = world.store.tenant(world.tenant).read_long(find).await.unwrap();
    assert_eq!(found.len(), 3);
    let outcome = abandoned(&world, move |tx| find(tx).map(drop)).await;
    assert!(matches!(outcome, Err(Error::Large)), "a search: {outcome:?}");
    for (descending, limit) in [(false, 1), (true, 1), (false, 100)] {
        let (found, order) = (found.clone(), Order { path: name(), descending });
        let sort = move |tx: &ReadTx<'_>| {
            let listing = Listing { limit, ..Listing::default() };
            selections::page_of(tx, &found, &with_word("dev"), Some(&order), &listing).map(drop)
        };
        let outcome = abandoned(&world, sort).await;
        assert!(matches!(outcome, Err(Error::Large)), "an order: {outcome:?}");
    }
}

/// A page as a short read gives it, and as a long one does.
async fn both_ways(
    world: &World,
    page: impl Fn(&ReadTx<'_>) -> Result<Page, Error> + Copy + Send + 'static,
) -> (Result<usize, Error>, usize) {
    let objects = move |tx: &ReadTx<'_>| Ok::<_, Error>(page(tx)?.objects.len());
    let tenant = world.store.tenant(world.tenant);
    (tenant.read(objects).await, tenant.read_long(objects).await.unwrap())
}

fn group(tx: &WriteTx<'_>, number: u128) -> Result<(), roster_server::directory::Error> {
    let group = json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": number.to_string()});
    import::group(tx, id(number), group).map(drop)
}

#[tokio::test]
async fn a_cast_that_finds_nothing_in_a_large_group_is_no_short_read() {
    let world = world_with_devices(Options::default(), 1).await;
    world.write(|tx| group(tx, 1000)).await.unwrap();
    let members = "
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO objects (tenant, id, kind, document, rest)
        SELECT tenant, randomblob(16), kind, document, rest FROM objects, n WHERE kind = 3;
        INSERT INTO memberships (source_row, target_row)
        SELECT g.row, d.row FROM objects g, objects d WHERE g.kind = 2 AND d.kind = 3;";
    database(world.folder.path()).execute_batch(members).unwrap();
    let page = |tx: &ReadTx<'_>, kind| {
        let group = objects::find(tx, id(1000))?.unwrap();
        let listing = Listing { kind, ..Listing::default() };
        MEMBERS.page(tx, Direction::Targets, &group, &listing, Shown)
    };
    let (short, long) = both_ways(&world, move |tx| page(tx, Some(ObjectKind::User))).await;
    assert!(matches!(short, Err(Error::Large)) && long == 0, "{short:?}, {long}");
    let (short, long) = both_ways(&world, move |tx| page(tx, Some(ObjectKind::Device))).await;
    assert!(matches!(short, Ok(100)) && long == 100, "one that finds a page soon is: {short:?}, {long}");
}

#[tokio::test]
async fn a_walk_through_groups_that_are_all_in_each_other_is_no_short_read() {
    const GROUPS: u128 = 100;
    let world = world().await;
    world.write(|tx| (0..GROUPS).try_for_each(|number| group(tx, number))).await.unwrap();
    let page = |tx: &ReadTx<'_>, direction| {
        let group = objects::find(tx, id(0))?.unwrap();
        transitive::page(tx, direction, &group, &Listing::default(), Shown, Effort::default())
    };
    let nest = |pairs: &str| {
        let pairs = format!(
            "SELECT a.row, b.row FROM objects a, objects b WHERE a.kind = 2 AND b.kind = 2 AND {pairs}"
        );
        let nest = format!(
            "INSERT OR IGNORE INTO memberships (source_row, target_row) {pairs};
             INSERT OR IGNORE INTO nestings (group_row, member_row) {pairs};"
        );
        database(world.folder.path()).execute_batch(&nest).unwrap();
    };
    nest("b.row = a.row + 1");
    let (short, long) = both_ways(&world, move |tx| page(tx, Direction::Targets)).await;
    assert!(matches!(short, Ok(99)) && long == 99, "a chain of them is: {short:?}, {long}");
    nest("a.row <> b.row");
    for direction in [Direction::Targets, Direction::Sources] {
        let (short, long) = both_ways(&world, move |tx| page(tx, direction)).await;
        assert!(matches!(short, Err(Error::Large)) && long == 100, "{short:?}, {long}");
    }
}

/// A short read has steps to look once at each of these objects, and not twice. Their documents are so short that it may read them all.
#[tokio::test]
async fn a_page_in_an_order_and_the_count_with_it_take_one_look_at_each_object() {
    let world = world().await;
    let unit = |tx: &WriteTx<'_>, number| {
        import::object(tx, ObjectKind::AdministrativeUnit, id(number), json!({"displayName": "one unit"}))
            .map(drop)
    };
    world.write(move |tx| (1..=300).try_for_each(|number| unit(tx, number))).await.unwrap();
    let name = || ADMINISTRATIVE_UNIT.path("displayName", None).unwrap();
    let test = Condition::Is(Test::Some(name(), Check::Word("one".into())));
    let units = Selection(vec![(ObjectKind::AdministrativeUnit, test)]);
    let order = Order { path: name(), descending: true };
    let asked = units.clone();
    let page = move |tx: &ReadTx<'_>| {
        selections::page(tx, &asked, Some(&order), &Listing { limit: 10, ..Listing::default() })
    };
    let (page, count) = world.store.tenant(world.tenant).read(page).await.unwrap();
    assert_eq!((page.objects.len(), count), (10, 300));
    let twice = move |tx: &ReadTx<'_>| {
        let found = selections::select(tx, &units)?;
        selections::page_of(tx, &found, &units, Some(&order), &Listing::default())
    };
    let twice = world.store.tenant(world.tenant).read(twice).await;
    assert!(matches!(twice, Err(Error::Large)), "{twice:?}: this shows nothing");
}

/// Keys don't tell which texts begin with one so long. A short read has steps to look once at each of these objects, and not once for
/// each condition.
#[tokio::test]
async fn documents_that_several_conditions_leave_to_be_read_are_read_once() {
    const CONDITIONS: usize = 10;
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 0, ..IndexOptions::default() };
    let long = "device ".repeat(30);
    let world = world_with_devices_named(long.clone(), Options { index, ..Options::default() }, 100).await;
    while world.store.step_index().unwrap() == Progress::Unfinished {}
    let starting = |start: String| Condition::Is(Test::Some(name(), Check::StartsWith(start)));
    let others = (1..CONDITIONS).map(|other| starting(format!("{long}{other}")));
    let either = Condition::Or(others.chain([starting(long.clone())]).collect());
    let either = Selection(vec![(ObjectKind::Device, either)]);
    let find = move |tx: &ReadTx<'_>| selections::select(tx, &either);
    let found = world.store.tenant(world.tenant).read(find.clone()).await.unwrap();
    assert_eq!(found.len(), 100);
    let each = move |tx: &ReadTx<'_>| (0..CONDITIONS).try_for_each(|_| find(tx).map(drop));
    let each = world.store.tenant(world.tenant).read(each).await;
    assert!(matches!(each, Err(Error::Large)), "{each:?}: this shows nothing");
}
