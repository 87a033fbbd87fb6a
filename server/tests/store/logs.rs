//! The write-ahead log and the change log don't grow without bound.

use crate::world::{world, world_with};
use futures::future::join_all;
use roster_server::{
    model::ids::ObjectId,
    store::{Options, Progress},
};

#[tokio::test]
async fn the_change_log_is_shortened_in_batches_to_what_is_kept() {
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

    assert_eq!(world.store.shorten_changes(40).await.unwrap(), Progress::Finished);
    assert_eq!(world.store.shorten_changes(15).await.unwrap(), Progress::Unfinished);
    assert_eq!(world.store.shorten_changes(15).await.unwrap(), Progress::Finished);

    assert_eq!(log(), [15, 26, 40], "the newest are left, where they were");
    world.create(ObjectId::random()).await.unwrap();
    assert_eq!(log(), [16, 26, 41]);
}

#[tokio::test]
async fn the_log_restarts_under_writes_and_reads_that_never_pause() {
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
