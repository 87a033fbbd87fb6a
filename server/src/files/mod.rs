//! Files of a data folder, whatever they hold: private to their owner, locked by one process, synced. Which files there are is
//! known elsewhere.

pub mod disk;
pub mod lock;
pub mod private;
