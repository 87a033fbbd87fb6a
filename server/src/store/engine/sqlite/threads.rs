//! Threads that the store can't do without.

use crate::store::exit;
use std::{
    io,
    thread::{self, JoinHandle},
};

/// Starts such a thread. Where it panics the process ends: a server without its writer must not live on, to answer
/// reads and refuse writes.
pub(super) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(move || {
        let guard = EndsProcess;
        work();
        std::mem::forget(guard);
    })
}

struct EndsProcess;

impl Drop for EndsProcess {
    fn drop(&mut self) {
        exit::with(exit::SOFTWARE);
    }
}
