//! Checkpoints: what the write-ahead log holds goes into the database before the log grows large.
//!
//! A thread of its own moves pages while writes go on. It never catches up with a writer that doesn't pause, so the writer
//! moves what is left between two commits and begins the log anew, for which nobody may read meanwhile. SQLite keeps
//! what survives a crash at every point of this; here is decided only when it does so.

use super::{
    driver::{self, Connection, DatabaseError},
    readers::Readers,
};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

/// How many times as large as at its first checkpoint the log becomes before reads and writes wait until it ends.
const WAIT_FACTOR: u32 = 4;

/// The checkpoints of one writer.
pub(super) struct Checkpoints {
    mover: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
    readers: Arc<Readers>,
    /// At how many pages the log is looked at for the first time, and from now on.
    first: u32,
    next: u32,
}

/// How far the thread that moves pages is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Idle,
    Moving,
    Moved,
}

struct Progress {
    step: Mutex<Step>,
    changed: Condvar,
}

impl Checkpoints {
    /// Starts the thread, on a connection of its own. `first` is the size of the log, in pages of 4 KB, at which it
    /// begins to work.
    pub(super) fn start(connection: Connection, readers: Arc<Readers>, first: u32) -> std::io::Result<Self> {
        let progress = Arc::new(Progress { step: Mutex::new(Step::Idle), changed: Condvar::new() });
        let (mover, asked) = mpsc::channel();
        let there = progress.clone();
        let thread = thread::Builder::new().name("checkpoints".into()).spawn(move || {
            while asked.recv().is_ok() {
                report(driver::move_log(&connection));
                there.set(Step::Moved);
            }
        })?;
        Ok(Self { mover: Some(mover), thread: Some(thread), progress, readers, first, next: first })
    }

    /// Does what is to be done after a commit.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        let pages = match driver::log_pages(writer) {
            Ok(pages) if pages >= self.next => pages,
            Ok(_) => return,
            Err(error) => return report(Err(error)),
        };
        let must_end = pages >= self.next + self.first * (WAIT_FACTOR - 1);
        match self.progress.get() {
            Step::Idle => self.move_pages(),
            Step::Moving if !must_end => {}
            Step::Moving | Step::Moved => self.begin_anew(writer, pages, must_end),
        }
    }

    fn move_pages(&self) {
        self.progress.set(Step::Moving);
        if let Some(mover) = &self.mover {
            let _ = mover.send(());
        }
    }

    /// Begins the log anew, if nobody reads at this moment or `must` says that it is time to keep them waiting.
    fn begin_anew(&mut self, writer: &Connection, pages: u32, must: bool) {
        self.progress.wait_until_moved();
        let paused = if must { self.readers.pause() } else { self.readers.try_pause() };
        if paused.is_none() {
            return;
        }
        let began = driver::restart_log(writer);
        // Where it can't be done, again when the log has grown as much once more.
        self.next = if matches!(began, Ok(true)) { self.first } else { pages + self.first };
        report(began.map(drop));
        self.progress.set(Step::Idle);
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.mover = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Progress {
    fn lock(&self) -> MutexGuard<'_, Step> {
        self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self) -> Step {
        *self.lock()
    }

    fn set(&self, step: Step) {
        *self.lock() = step;
        self.changed.notify_all();
    }

    fn wait_until_moved(&self) {
        let mut step = self.lock();
        while *step == Step::Moving {
            step = self.changed.wait(step).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A checkpoint that fails loses nothing, a failed sync included: the log has it all until one succeeds, which writes every
/// page again.
fn report(outcome: Result<(), DatabaseError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "a checkpoint failed; it is done later");
    }
}
