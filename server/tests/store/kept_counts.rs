//! Kept counts equal the counted numbers.

use crate::world::{
    GROUP, SMALL, World, add_member, database, delete, member, members, queue, remove_member,
    world_with_group,
};
use chrono::{DateTime, Utc};
use futures::future::join_all;
use roster_server::{
    directory::{Error, Refusal},
    model::{ids::ObjectId, kinds::ObjectKind},
    store::{Options, Progress, Store, WriteTx, counts as kept_counts},
};

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
async fn deleting_and_purging_keep_the_counts_right_in_each_batch() {
    // Two batches are needed for the group's members.
    let world = world_with_group(600).await;
    world.count_and_keep().await;
    world.write(|tx| (0..10).try_for_each(|number| delete(tx, member(number)))).await.unwrap();
    assert_eq!((world.members().await, world.devices().await), (590, 590));
    world.write(|tx| delete(tx, GROUP)).await.unwrap();
    assert_eq!(world.kept_groups(), 1, "it can be restored");

    let mut batches = 0;
    while world.store.purge(DateTime::<Utc>::MAX_UTC).await.unwrap() == Progress::Unfinished {
        world.kept_groups();
        batches += 1;
    }
    assert!(batches > 11, "{batches}: the group's members were purged at once");
    assert_eq!(world.kept_groups(), 0);
    assert_eq!(world.devices().await, 590);
}
