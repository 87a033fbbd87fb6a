//! Writing a directory that is measured, in large transactions.

use roster_server::{
    directory,
    store::{Durability, Options, Progress, Store, Tenant, WriteTx, changes},
};
use std::path::Path;

/// Objects or pairs written in one transaction.
const BATCH: usize = 20_000;

/// Opens the store of a folder to which nothing is written that can't be written again: without syncs.
pub fn open(folder: &Path) -> Result<Store, String> {
    let options = Options { durability: Durability::Ephemeral, ..Options::default() };
    Store::open(folder, options).map_err(|error| error.to_string())
}

/// Makes the things of the numbers below `count`, one after the other.
pub async fn in_batches(
    store: &Store,
    tenant: Tenant,
    count: usize,
    make: impl Fn(&WriteTx<'_>, usize) -> Result<(), directory::Error> + Send + Sync + Clone + 'static,
) -> Result<(), String> {
    for first in (0..count).step_by(BATCH) {
        let (make, end) = (make.clone(), count.min(first + BATCH));
        let write = move |tx: &WriteTx<'_>| (first..end).try_for_each(|number| make(tx, number));
        store.tenant(tenant).write(write).await.map_err(|error| error.to_string())?;
        shorten_changes(store).await?;
    }
    Ok(())
}

/// Deletes what the server would begin its work with.
async fn shorten_changes(store: &Store) -> Result<(), String> {
    while store.shorten_changes(changes::KEPT).await.map_err(|error| error.to_string())?
        == Progress::Unfinished
    {}
    Ok(())
}
