//! The index: which objects have which values, in a database of its own beside the directory's. A thread of its own follows the
//! change log, so the directory's writer knows nothing of it, and it may lag behind. Whoever reads it is told which objects have
//! changed since, and looks at those itself.
//!
//! It can be missing, unusable or taken away at any time: then it is made anew, and reads do without it meanwhile.

mod backlog;
mod change_log;
mod check;
mod chunks;
mod fault;
mod followed;
mod follower;
mod following;
mod pending;
mod postings;
mod ranges;
mod readers;
mod shared;
mod tenants;

pub use check::{Checked, Found};
pub use fault::Fault;
pub use following::Following;
pub use ranges::KeyRange;
pub use readers::View;
pub use shared::Index;
