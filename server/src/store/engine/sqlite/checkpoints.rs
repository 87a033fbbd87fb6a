//! Checkpoints: what the write-ahead log holds goes into the database before the log grows large.
//!
//! A thread of its own moves pages while writes go on. It never catches up with a writer that doesn't pause, so the writer
//! moves what is left between two commits and begins the log anew, which no read may run beside. SQLite keeps
//! what survives a crash at every point of this; here is decided only when it does so.

use super::{driver, readers::Readers, threads};
use crate::store::Error;
use rusqlite::Connection;
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread::JoinHandle,
    time::Duration,
};

/// How many times as large as at its first checkpoint the log becomes before reads and writes wait until it ends.
const WAIT_FACTOR: u32 = 4;

/// How long the writer waits for long reads before it goes on and lets the log grow.
const PAUSE: Duration = Duration::from_millis(100);

/// How long it waits once the log is many times too long: as long as a request may take.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pages that a log has at most but for one transaction, where it is looked after from `first` pages on.
fn most(first: u32) -> u32 {
    first.saturating_mul(WAIT_FACTOR)
}

/// The checkpoints of one writer.
pub(super) struct Checkpoints {
    mover: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
    readers: Arc<Readers>,
    /// The size of the log, in pages, from which on it is looked after.
    first: u32,
    /// The size at which pages are moved next.
    move_at: u32,
    /// The size at which the log is begun anew next, whatever waits for it.
    end_at: u32,
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
    pub(super) fn start(
        connection: Connection,
        writer: &Connection,
        readers: Arc<Readers>,
        first: u32,
    ) -> Result<Self, Error> {
        // One transaction, such as a migration, can make it longer.
        driver::limit_log(writer, most(first))?;
        let progress = Arc::new(Progress { step: Mutex::new(Step::Idle), changed: Condvar::new() });
        let (mover, asked) = mpsc::channel();
        let there = progress.clone();
        let thread = threads::start("checkpoints", move || {
            while asked.recv().is_ok() {
                report(driver::move_log(&connection));
                there.set(Step::Moved);
            }
        });
        let thread = thread.map_err(|_| Error::Closed)?;
        let end_at = most(first);
        Ok(Self {
            mover: Some(mover),
            thread: Some(thread),
            progress,
            readers,
            first,
            move_at: first,
            end_at,
        })
    }

    /// Does what is to be done after a commit.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        let pages = match driver::log_pages(writer) {
            Ok(pages) if pages >= self.first => pages,
            Ok(_) => return,
            Err(error) => return report(Err(error)),
        };
        let must_end = pages >= self.end_at;
        let moved = self.progress.get() == Step::Moved;
        if must_end || moved {
            self.begin_anew(writer, pages, must_end);
        }
        // Each time that the log has grown as much again: little is left when it must end.
        if pages >= self.move_at && self.progress.get() != Step::Moving {
            self.move_at = pages.saturating_add(self.first / 2);
            self.move_pages();
        }
    }

    fn move_pages(&self) {
        self.progress.set(Step::Moving);
        if let Some(mover) = &self.mover {
            let _ = mover.send(());
        }
    }

    /// Begins the log anew, if no read is under way or `must` says that it is time to keep them waiting.
    fn begin_anew(&mut self, writer: &Connection, pages: u32, must: bool) {
        self.progress.wait_until_moved();
        let much_too_long = pages >= most(most(self.first));
        let paused = match must {
            true => self.readers.pause(if much_too_long { LONGEST_PAUSE } else { PAUSE }),
            false => self.readers.try_pause(),
        };
        if paused.is_none() {
            if must {
                // A long read goes on. Again soon, and not after each commit.
                self.end_at = pages.saturating_add(self.first / WAIT_FACTOR);
            }
            return;
        }
        let began = driver::restart_log(writer);
        self.progress.set(Step::Idle);
        if matches!(began, Ok(true)) {
            (self.move_at, self.end_at) = (self.first, most(self.first));
        } else if must {
            // Another process reads, or the disk is full: again soon, and not after each commit.
            self.end_at = pages.saturating_add(self.first / WAIT_FACTOR);
        }
        report(began.map(drop));
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
fn report(outcome: Result<(), rusqlite::Error>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "a checkpoint failed; it is done later");
    }
}
