//! What a restoration puts back, in how many writes, and what purging takes for good.

use crate::{
    deletions::{LEAVING, MANY, STAYING, check_that_it_is_gone, group, listing, world_with_many_groups},
    world::{delete, member, rows, world_with_group},
};
use chrono::{DateTime, Utc};
use roster_server::{
    directory::{Error, deleted_items::STILL_FITS, import},
    model::ids::ObjectId,
    store::{
        Options, Progress, ReadTx, Store, WriteTx, deleted_items, deletions,
        nestings::HiddenMemberships::Shown,
        objects,
        relations::{Direction, MEMBERS, OWNERS},
        restorations,
    },
};

/// Does one step of a restoration.
fn restore(tx: &WriteTx<'_>, id: ObjectId) -> Result<Progress, Error> {
    let (object, document) = deleted_items::find(tx, id)?.unwrap();
    if deletions::finish(tx, &object)? == Progress::Unfinished {
        return Ok(Progress::Unfinished);
    }
    let mut values = objects::values_of(&document)?;
    values.remove("deletedDateTime");
    Ok(restorations::restore(tx, &object, &values, &["deletedDateTime"], STILL_FITS)?.1)
}

/// Everything that the object was in has it again.
fn check_that_it_is_back(tx: &ReadTx<'_>) -> Result<(), Error> {
    for number in 0..MANY {
        let group = objects::find(tx, group(number))?.unwrap();
        let members = MEMBERS.page(tx, Direction::Targets, &group, &listing(), Shown)?;
        let ids: Vec<_> = members.objects.iter().map(|(object, _)| object.id).collect();
        assert_eq!(ids, [member(LEAVING), member(STAYING)], "{number}");
        assert_eq!(
            (MEMBERS.count_targets(tx, &group)?, OWNERS.count_targets(tx, &group)?),
            (2, 1),
            "{number}"
        );
    }
    Ok(())
}

const UNFINISHED: [&str; 3] = ["unfinished_deletions", "unfinished_restorations", "unfinished_purges"];

#[tokio::test]
async fn an_object_in_very_many_groups_is_put_back_in_batches_by_whatever_process() {
    let world = world_with_many_groups().await;
    let folder = world.folder.path();
    world.write(|tx| delete(tx, member(LEAVING))).await.unwrap();
    while world.store.finish_deletions().await.unwrap() == Progress::Unfinished {}
    let begin = |tx: &WriteTx<'_>| {
        assert_eq!(restore(tx, member(LEAVING))?, Progress::Unfinished);
        assert!(objects::find(tx, member(LEAVING))?.is_some(), "it is there at once");
        Ok(())
    };
    world.write(begin).await.unwrap();
    world.store.left_unfinished().await;
    assert_eq!(["deleted_memberships", "deleted_ownerships"].map(|table| rows(folder, table)), [1_000; 2]);

    // As after a kill: another store finishes it.
    let store = Store::open(folder, Options { largest_uncounted: 1, ..Options::default() }).unwrap();
    let mut batches = 0;
    while store.finish_restorations(STILL_FITS).await.unwrap() == Progress::Unfinished {
        world.kept_groups();
        batches += 1;
    }
    assert_eq!(batches, 6, "five more, and one that finds nothing");
    store.tenant(world.tenant).read_long(check_that_it_is_back).await.unwrap();
    assert_eq!(UNFINISHED.map(|table| rows(folder, table)), [0; 3]);
    assert_eq!(["deleted_memberships", "deleted_ownerships"].map(|table| rows(folder, table)), [0; 2]);
}

#[tokio::test]
async fn what_is_restored_before_its_deletion_is_finished_is_put_back_whole() {
    let world = world_with_many_groups().await;
    world.write(|tx| delete(tx, member(LEAVING))).await.unwrap();
    let mut steps = 0;
    while rows(world.folder.path(), "unfinished_restorations") == 0 {
        world.write(|tx| restore(tx, member(LEAVING)).map(drop)).await.unwrap();
        world.kept_groups();
        steps += 1;
    }
    assert_eq!(steps, 2, "one batch is set aside, and with the last the object is restored");
    while world.store.finish_restorations(STILL_FITS).await.unwrap() == Progress::Unfinished {}
    world.store.tenant(world.tenant).read_long(check_that_it_is_back).await.unwrap();
    world.kept_groups();
}

#[tokio::test]
async fn what_is_deleted_again_before_its_restoration_is_finished_stays_deleted_whole() {
    let world = world_with_many_groups().await;
    world.write(|tx| delete(tx, member(LEAVING))).await.unwrap();
    while world.store.finish_deletions().await.unwrap() == Progress::Unfinished {}
    let again = |tx: &WriteTx<'_>| {
        assert_eq!(restore(tx, member(LEAVING))?, Progress::Unfinished);
        // One that isn't back yet is made anew meanwhile.
        import::member(tx, group(MANY - 1), member(LEAVING))?;
        import::owner(tx, group(MANY - 1), member(LEAVING))?;
        delete(tx, member(LEAVING))
    };
    world.write(again).await.unwrap();
    world.kept_groups();
    while world.store.finish_deletions().await.unwrap() == Progress::Unfinished {}
    while world.store.finish_restorations(STILL_FITS).await.unwrap() == Progress::Unfinished {}
    assert_eq!(UNFINISHED.map(|table| rows(world.folder.path(), table)), [0; 3]);
    world.store.tenant(world.tenant).read_long(check_that_it_is_gone).await.unwrap();

    let anew = |tx: &WriteTx<'_>| {
        restore(tx, member(LEAVING))?;
        import::member(tx, group(MANY - 1), member(LEAVING))
    };
    world.write(anew).await.unwrap();
    while world.store.finish_restorations(STILL_FITS).await.unwrap() == Progress::Unfinished {}
    world.store.tenant(world.tenant).read_long(check_that_it_is_back).await.unwrap();
    world.kept_groups();
}

#[tokio::test]
async fn what_is_purged_is_gone_at_once_and_its_pairs_in_batches() {
    let world = world_with_group(1_100).await;
    assert_eq!(world.count_and_keep().await, 1_100);
    let purge = |tx: &WriteTx<'_>| {
        delete(tx, crate::world::GROUP)?;
        let (group, _) = deleted_items::find(tx, crate::world::GROUP)?.unwrap();
        deletions::purge(tx, &group)?;
        assert!(deleted_items::find(tx, crate::world::GROUP)?.is_none(), "it can't be restored any more");
        Ok(())
    };
    world.write(purge).await.unwrap();
    world.store.left_unfinished().await;
    assert_eq!(rows(world.folder.path(), "memberships"), 600);
    world.kept_groups();
    while world.store.finish_purges().await.unwrap() == Progress::Unfinished {
        world.kept_groups();
    }
    assert_eq!(["memberships", "counts WHERE what = 0"].map(|left| rows(world.folder.path(), left)), [0; 2]);
    assert_eq!(UNFINISHED.map(|table| rows(world.folder.path(), table)), [0; 3]);
}

#[tokio::test]
async fn what_is_purged_before_its_deletion_is_finished_leaves_nothing() {
    let world = world_with_many_groups().await;
    let purge = |tx: &WriteTx<'_>| {
        delete(tx, member(LEAVING))?;
        let (object, _) = deleted_items::find(tx, member(LEAVING))?.unwrap();
        Ok(deletions::purge(tx, &object)?)
    };
    world.write(purge).await.unwrap();
    assert_eq!(
        world.store.finish_purges().await.unwrap(),
        Progress::Finished,
        "its pairs are set aside first"
    );
    world.store.tenant(world.tenant).read_long(check_that_it_is_gone).await.unwrap();
    while world.store.finish_deletions().await.unwrap() == Progress::Unfinished {
        world.kept_groups();
    }
    while world.store.purge(DateTime::<Utc>::MIN_UTC).await.unwrap() == Progress::Unfinished {}
    let left = ["deleted_memberships", "ownerships", "deleted_ownerships"];
    assert_eq!(left.map(|table| rows(world.folder.path(), table)), [0; 3]);
    assert_eq!(UNFINISHED.map(|table| rows(world.folder.path(), table)), [0; 3]);
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_tenant_with_a_restoration_and_a_purge_that_are_unfinished() {
    let world = world_with_many_groups().await;
    let begin = |tx: &WriteTx<'_>| {
        delete(tx, member(LEAVING))?;
        delete(tx, member(STAYING))?;
        let (staying, _) = deleted_items::find(tx, member(STAYING))?.unwrap();
        deletions::purge(tx, &staying)?;
        while deleted_items::find(tx, member(LEAVING))?.is_some() {
            restore(tx, member(LEAVING))?;
        }
        Ok(())
    };
    world.write(begin).await.unwrap();
    assert_eq!(UNFINISHED.map(|table| rows(world.folder.path(), table)), [1; 3]);
    world.store.delete_tenant(world.tenant).await.unwrap();
    assert_eq!(world.store.finish_restorations(STILL_FITS).await.unwrap(), Progress::Finished);
    assert_eq!(world.store.finish_purges().await.unwrap(), Progress::Finished);
    while world.store.clear_deleted_tenants().await.unwrap() == Progress::Unfinished {}
    assert_eq!(UNFINISHED.map(|table| rows(world.folder.path(), table)), [0; 3]);
    assert_eq!(rows(world.folder.path(), "objects"), 0);
}
