//! Units of work that share a transaction: refusals, panics and a full disk.

use crate::world::{World, queue, world};
use futures::future::join_all;
use roster_server::{
    directory::{Error, Refusal},
    model::ids::ObjectId,
    store::{self, Options, Store},
};
use std::sync::Arc;

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
async fn a_disk_that_is_full_within_a_batch_gives_no_request_a_wrong_answer() {
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
