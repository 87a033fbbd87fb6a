//! Memberships through groups: held against a walk over the pairs that looks at nothing else, in both ways to a page.

use crate::{
    older,
    world::{World, database, delete, device, empty, member, world, world_with},
};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use roster_server::{
    directory::{Error, import},
    model::{ids::ObjectId, kinds::ObjectKind},
    odata::listing::{Cursor, Listing},
    store::{
        Durability, Older, Options, Progress, ReadTx, Store, WriteTx,
        nestings::{self, HiddenMemberships, Through},
        objects::{self, Object},
        relations::{Direction, MEMBERS},
        transitive::{self, Effort},
    },
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::{Arc, LazyLock},
};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const GROUPS: u128 = 6;
const DEVICES: u128 = 5;

/// Every set of members is kept.
const KEEPING: Effort = Effort { merged_groups: 300, walked_pairs: 200_000, united_pairs: 0 };

/// The group of this number; what has a higher one is a device.
fn id(number: u128) -> ObjectId {
    member(number)
}

fn group(tx: &WriteTx<'_>, number: u128, is_hidden: bool) -> Result<(), Error> {
    let values = match is_hidden {
        true => json!({"mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"],
            "mailNickname": number.to_string(), "visibility": "HiddenMembership"}),
        false => json!({"mailEnabled": false, "securityEnabled": true, "mailNickname": number.to_string()}),
    };
    import::group(tx, id(number), values).map(drop)
}

/// Groups, who is in them, and what is done then.
#[derive(Debug, Clone)]
struct Graph {
    hidden: BTreeSet<u128>,
    pairs: BTreeSet<(u128, u128)>,
    removed: BTreeSet<(u128, u128)>,
    deleted: BTreeSet<u128>,
}

fn graph() -> impl Strategy<Value = Graph> {
    let pair = || (0..GROUPS, 0..GROUPS + DEVICES);
    let hidden = vec(0..GROUPS, 0..3);
    let deleted = vec(0..GROUPS + DEVICES, 0..3);
    (hidden, vec(pair(), 0..24), vec(pair(), 0..4), deleted).prop_map(|(hidden, pairs, removed, deleted)| {
        let [pairs, removed] = [pairs, removed].map(|pairs| pairs.into_iter().collect());
        Graph { hidden: hidden.into_iter().collect(), pairs, removed, deleted: deleted.into_iter().collect() }
    })
}

impl Graph {
    fn fill(&self, tx: &WriteTx<'_>) -> Result<(), Error> {
        (0..GROUPS).try_for_each(|number| group(tx, number, self.hidden.contains(&number)))?;
        (GROUPS..GROUPS + DEVICES).try_for_each(|number| device(tx, id(number), "a device"))?;
        for &(group, member) in &self.pairs {
            import::member(tx, id(group), id(member))?;
        }
        let find = |number| objects::find(tx, id(number)).map(Option::unwrap);
        for &(group, member) in &self.removed {
            MEMBERS.remove(tx, &find(group)?, &find(member)?)?;
        }
        self.deleted.iter().try_for_each(|&number| delete(tx, id(number)))
    }

    /// Who is in a group, or in which groups an object is, by one step after another.
    fn naive(&self, direction: Direction, of: u128, hidden: HiddenMemberships) -> BTreeSet<u128> {
        let is_there = |number: &u128| !self.deleted.contains(number);
        let is_open = |group: &u128| hidden == HiddenMemberships::Shown || !self.hidden.contains(group);
        let pairs = self.pairs.difference(&self.removed);
        let pairs = pairs.filter(|(group, member)| is_there(group) && is_there(member));
        // Who asks for the members of a group was let through.
        let pairs: Vec<_> = pairs
            .filter(|(group, _)| is_open(group) || (direction == Direction::Targets && *group == of))
            .collect();
        let mut found = BTreeSet::new();
        let mut open = vec![of];
        while let Some(from) = open.pop() {
            let next = pairs.iter().filter_map(|&&(group, member)| match direction {
                Direction::Targets => (group == from).then_some(member),
                Direction::Sources => (member == from).then_some(group),
            });
            open.extend(next.filter(|next| found.insert(*next)));
        }
        found
    }
}

fn listing(kind: Option<ObjectKind>, limit: usize, after: Cursor) -> Listing {
    Listing { kind, after, limit, ..Listing::default() }
}

/// All pages of so many objects, one after another.
fn pages(
    tx: &ReadTx<'_>,
    direction: Direction,
    of: &Object,
    kind: Option<ObjectKind>,
    hidden: HiddenMemberships,
    (limit, effort): (usize, Effort),
) -> Result<Vec<ObjectId>, Error> {
    let (mut ids, mut after) = (Vec::new(), Some(Cursor::START));
    while let Some(cursor) = after {
        let page = transitive::page(tx, direction, of, &listing(kind, limit, cursor), hidden, effort)?;
        assert!(page.objects.len() == limit || page.next.is_none());
        ids.extend(page.objects.iter().map(|(object, _)| object.id));
        after = page.next;
    }
    Ok(ids)
}

fn check(tx: &ReadTx<'_>, graph: &Graph) -> Result<(), Error> {
    let efforts = [(300, 200_000), (0, 0), (0, 1), (0, 3), (2, 7), (0, usize::MAX)];
    let efforts =
        efforts.map(|(merged_groups, walked_pairs)| Effort { merged_groups, walked_pairs, ..KEEPING });
    let alive = (0..GROUPS + DEVICES).filter(|number| !graph.deleted.contains(number));
    for number in alive.clone() {
        let of = objects::find(tx, id(number))?.unwrap();
        let members = graph.naive(Direction::Targets, number, HiddenMemberships::Shown);
        for other in alive.clone().filter(|_| number < GROUPS) {
            let object = objects::find(tx, id(other))?.unwrap();
            let contains = nestings::contains(tx, &of, &object)?;
            assert_eq!(contains, members.contains(&other), "{other} in {number}");
        }
        let directions = [Direction::Sources, Direction::Targets];
        // A device has no members.
        for direction in directions.into_iter().take(if number < GROUPS { 2 } else { 1 }) {
            for hidden in [HiddenMemberships::Shown, HiddenMemberships::LeftOut] {
                for kind in [None, Some(ObjectKind::Group), Some(ObjectKind::Device), Some(ObjectKind::User)]
                {
                    let of_kind = |number: &u128| match kind {
                        None => true,
                        Some(ObjectKind::Group) => *number < GROUPS,
                        Some(kind) => kind == ObjectKind::Device && *number >= GROUPS,
                    };
                    let naive = graph.naive(direction, number, hidden);
                    // They were made in the order of their numbers.
                    let expected: Vec<_> = naive.into_iter().filter(of_kind).map(id).collect();
                    let case = || format!("{direction:?} of {number}, {hidden:?}, {kind:?}");
                    for limit in [1, 3, 100] {
                        for effort in efforts {
                            let listed = pages(tx, direction, &of, kind, hidden, (limit, effort))?;
                            assert_eq!(listed, expected, "{}, {limit}, {effort:?}", case());
                        }
                    }
                    for effort in [KEEPING, KEEPING, Effort::default()] {
                        let count = transitive::count(tx, direction, &of, kind, hidden, effort)?;
                        assert_eq!(count, expected.len() as u64, "{}, {effort:?}", case());
                    }
                }
            }
        }
    }
    Ok(())
}

async fn compare(graph: Graph) {
    let world = world_with(Options { durability: Durability::Ephemeral, ..Options::default() }).await;
    let filled = graph.clone();
    world.write(move |tx| filled.fill(tx)).await.unwrap();
    world.kept_groups();
    let read = move |tx: &ReadTx<'_>| check(tx, &graph);
    world.store.tenant(world.tenant).read_long(read).await.unwrap();
    while world.store.purge(chrono::DateTime::<chrono::Utc>::MAX_UTC).await.unwrap() == Progress::Unfinished {
        world.kept_groups();
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn who_is_in_a_group_through_groups_is_who_a_naive_walk_finds(graph in graph()) {
        RUNTIME.block_on(compare(graph));
    }
}

/// The groups above an object, by their numbers.
async fn above(world: &Arc<World>, number: u128, through: Through) -> BTreeSet<u128> {
    let read = move |tx: &ReadTx<'_>| {
        let object = objects::find(tx, id(number))?.unwrap();
        let mut found = BTreeSet::new();
        nestings::each_above(tx, object.row, through, HiddenMemberships::Shown, |group| {
            found.insert(group.id.uuid().as_u128());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok::<_, Error>(found)
    };
    world.store.tenant(world.tenant).read_long(read).await.unwrap()
}

#[tokio::test]
async fn a_chain_of_a_hundred_groups_is_walked_to_its_ends() {
    let world = world().await;
    const LENGTH: u128 = 100;
    let fill = |tx: &WriteTx<'_>| {
        (0..LENGTH).try_for_each(|number| group(tx, number, false))?;
        device(tx, id(LENGTH), "at its end")?;
        (0..LENGTH).try_for_each(|number| import::member(tx, id(number), id(number + 1)))
    };
    world.write(fill).await.unwrap();
    assert_eq!(above(&world, LENGTH, Through::All).await, (0..LENGTH).collect());
    let count = |tx: &ReadTx<'_>| {
        let first = objects::find(tx, id(0))?.unwrap();
        transitive::count(tx, Direction::Targets, &first, None, HiddenMemberships::LeftOut, KEEPING)
    };
    assert_eq!(world.store.tenant(world.tenant).read_long(count).await.unwrap(), 100);
}

#[tokio::test]
async fn a_distribution_group_ends_the_chain_of_security_groups() {
    let world = world().await;
    let fill = |tx: &WriteTx<'_>| {
        (0..3).try_for_each(|number| group(tx, number, false))?;
        let distribution = json!({"mailEnabled": true, "securityEnabled": false, "mailNickname": "letters"});
        import::group(tx, id(3), distribution)?;
        device(tx, id(9), "in both")?;
        for (group, member) in [(0, 1), (1, 9), (2, 3), (3, 9)] {
            import::member(tx, id(group), id(member))?;
        }
        Ok(())
    };
    world.write(fill).await.unwrap();
    assert_eq!(above(&world, 9, Through::All).await, BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(above(&world, 9, Through::SecurityGroups).await, BTreeSet::from([0, 1]));
}

#[tokio::test]
async fn groups_that_were_nested_before_nestings_had_a_table_are_nested() {
    let folder = tempfile::tempdir().unwrap();
    let object = |row: u128, kind: u8| {
        let id = id(row).uuid().simple().to_string();
        let traits = if kind == 2 { "2, 0, 0, 0" } else { "NULL, NULL, NULL, NULL" };
        format!(
            "INSERT INTO objects (row, tenant, id, kind, document, rest, group_kind, is_dynamic, role_assignable, hidden_membership)
             VALUES ({row}, 1, x'{id}', {kind}, '{{}}', '{{}}', {traits});"
        )
    };
    let fill = [
        "INSERT INTO tenants (number, id, created_at) VALUES (1, x'5a3e0000000040008000000000000000', 0);"
            .into(),
        object(1, 2),
        object(2, 2),
        object(3, 3),
        "INSERT INTO memberships (source_row, target_row) VALUES (1, 2), (1, 3), (2, 3), (2, 2);".into(),
    ];
    older::before("0011", folder.path(), &fill.concat());
    drop(Store::open(folder.path(), Options { older: Older::Migrate, ..Options::default() }).unwrap());
    let database = database(folder.path());
    crate::counts::check_nestings(&database);
    let nestings: BTreeMap<i64, String> = database
        .prepare("SELECT group_row, group_concat(member_row) FROM nestings GROUP BY group_row")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(nestings, BTreeMap::from([(1, "2".into()), (2, "2".into())]));
}

/// How many members the first group has through groups.
async fn count(world: &World) -> u64 {
    let count = |tx: &ReadTx<'_>| {
        let group = objects::find(tx, id(0))?.unwrap();
        transitive::count(tx, Direction::Targets, &group, None, HiddenMemberships::Shown, KEEPING)
    };
    world.store.tenant(world.tenant).read_long(count).await.unwrap()
}

#[tokio::test]
async fn a_set_of_members_is_kept_until_the_change_log_tells_of_another_membership() {
    let world = world().await;
    let fill = |tx: &WriteTx<'_>| {
        (0..3).try_for_each(|number| group(tx, number, false))?;
        (10..14).try_for_each(|number| device(tx, id(number), "a member"))?;
        [(0, 1), (1, 10), (1, 11)]
            .into_iter()
            .try_for_each(|(group, member)| import::member(tx, id(group), id(member)))
    };
    world.write(fill).await.unwrap();
    assert_eq!(count(&world).await, 3);
    // Behind the log's back: what is kept is not looked up.
    database(world.folder.path()).execute("DELETE FROM memberships WHERE target_row = 5", []).unwrap();
    assert_eq!(count(&world).await, 3);
    world.write(|tx| device(tx, id(20), "no member")).await.unwrap();
    world.write(|tx| import::owner(tx, id(0), id(20))).await.unwrap();
    world.write(|tx| import::manager(tx, id(20), id(10))).await.unwrap();
    assert_eq!(count(&world).await, 3, "what changes no membership changes nothing");
    let other = world
        .store
        .create_tenant(roster_server::model::ids::TenantId::random(), Vec::new(), empty)
        .await
        .unwrap();
    let elsewhere = |tx: &WriteTx<'_>| {
        group(tx, 0, false)?;
        device(tx, id(10), "a member")?;
        import::member(tx, id(0), id(10))
    };
    world.store.tenant(other).write(elsewhere).await.unwrap();
    assert_eq!(count(&world).await, 3, "nor what happens in another tenant");

    world.write(|tx| import::member(tx, id(1), id(12))).await.unwrap();
    assert_eq!(count(&world).await, 3, "one came, and the one who was taken away is seen to be gone");
    world.write(|tx| import::member(tx, id(0), id(2))).await.unwrap();
    assert_eq!(count(&world).await, 4);
    world.write(|tx| import::member(tx, id(2), id(13))).await.unwrap();
    assert_eq!(count(&world).await, 5);
    world.write(|tx| delete(tx, id(13))).await.unwrap();
    assert_eq!(count(&world).await, 4);
    world.write(|tx| delete(tx, id(1))).await.unwrap();
    assert_eq!(count(&world).await, 1);

    // Changes that the log doesn't hold any more may have been anything.
    database(world.folder.path()).execute("DELETE FROM memberships WHERE source_row = 1", []).unwrap();
    assert_eq!(count(&world).await, 1);
    for number in 30..33 {
        world.write(move |tx| device(tx, id(number), "no member")).await.unwrap();
    }
    while world.store.shorten_changes(1).await.unwrap() == Progress::Unfinished {}
    assert_eq!(count(&world).await, 0);
}
