//! The index that servers have left, compared with their directory.

use futures::executor::block_on;
use roster_server::store::{Checked, Durability, IndexOptions, Indexing, Options, Progress, Store};
use std::path::Path;
use tokio::task::unconstrained;

/// Followed to the end, the index in a folder has what the directory has. No server runs there.
pub fn check(data: &Path) {
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 0, ..IndexOptions::default() };
    let options = Options { durability: Durability::Ephemeral, readers: 1, index, ..Options::default() };
    let store = Store::open(data, options).unwrap();
    while store.step_index().unwrap() == Progress::Unfinished {}
    // Within a task that has done much, tokio would wait for the task's next turn, which doesn't come before this ends.
    for tenant in block_on(unconstrained(store.tenants(usize::MAX))).unwrap() {
        let checked = store.check_index(tenant).unwrap();
        assert!(checked.is_sound() && checked != Checked::Unfinished, "{checked:?}");
    }
}
