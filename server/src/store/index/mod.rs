//! The index: which objects have which values, in a database of its own beside the directory's. A thread of its own follows the
//! change log, so the directory's writer knows nothing of it, and it may lag behind. Whoever reads it is told which objects have
//! changed since, and looks at those itself.
//!
//! It can be missing, unusable or taken away at any time: then it is made anew, and reads do without it meanwhile.

mod check;
mod chunks;
mod collections;
mod follower;
mod postings;
mod ranges;
mod readers;
mod tenants;

pub use check::Found;
pub use ranges::KeyRange;
pub use readers::View;
pub use tenants::newest_change;

use super::{
    Error, IndexOptions, Indexing, Progress, Tenant,
    engine::{Engine, IndexFile},
};
use follower::Follower;
use readers::Readers;
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long the thread waits after changes before it looks for more: it writes those of many commits together.
const PAUSE: Duration = Duration::from_millis(10);

/// After how long it tries again what failed.
const RETRY: Duration = Duration::from_secs(10);

/// Why an answer couldn't be put together with the index.
#[derive(Debug)]
pub enum Fault {
    /// The index failed: the answer can be had without it.
    Index(Error),
    /// Something else did.
    Other(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The index of a store: what those who read it and the follower share.
pub struct Index {
    file: IndexFile,
    options: IndexOptions,
    readers: Readers,
    /// Up to this position of the change log it has every change, as it is on disk.
    position: AtomicI64,
    /// The same, with changes after that which touch no object.
    seen: AtomicI64,
    /// What lies there was found to be unusable.
    is_damaged: AtomicBool,
    is_far_behind: AtomicBool,
    has_news: AtomicBool,
    state: Mutex<State>,
    /// Told of commits, and of the end.
    news: Condvar,
    /// Told whenever the index has come further.
    steps: Condvar,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    /// Reads that wait for the index.
    waiting: usize,
}

/// The position of an index that isn't followed.
const NOT_FOLLOWING: i64 = i64::MAX;

impl Index {
    /// The index in this file.
    pub fn new(file: IndexFile, options: IndexOptions) -> Self {
        Self {
            file,
            options,
            readers: Readers::default(),
            position: AtomicI64::new(0),
            seen: AtomicI64::new(0),
            is_damaged: AtomicBool::new(false),
            is_far_behind: AtomicBool::new(false),
            has_news: AtomicBool::new(true),
            state: Mutex::default(),
            news: Condvar::new(),
            steps: Condvar::new(),
        }
    }

    /// Up to how many objects are looked at without it.
    pub fn largest_scanned(&self) -> u64 {
        self.options.largest_scanned.into()
    }

    /// Tells the follower that there may be changes.
    pub fn tell(&self) {
        if !self.has_news.swap(true, Ordering::AcqRel) {
            let _state = self.state();
            self.news.notify_all();
        }
    }

    /// Up to which position of the change log it needs no change any more: any, where it isn't followed now and may be made anew.
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    /// Whether so many objects have changed that aren't indexed yet that no more should.
    pub fn is_far_behind(&self) -> bool {
        self.is_far_behind.load(Ordering::Relaxed)
    }

    /// Waits until it has every change up to this position, and so long at most.
    pub fn wait_for(&self, position: i64, limit: Duration) {
        if self.options.indexing != Indexing::Followed {
            return;
        }
        let mut state = self.state();
        state.waiting += 1;
        self.news.notify_all();
        let lacks = |state: &mut State| !state.is_closed && self.seen.load(Ordering::Acquire) < position;
        let waited = self.steps.wait_timeout_while(state, limit, lacks);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting -= 1;
    }

    /// Runs a closure over the index as it is at one moment. `None`: it can't be used for this tenant now.
    pub fn read<T>(
        &self,
        tenant: Tenant,
        work: impl FnOnce(&View<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        match self.readers.read(&self.file, tenant.number, work) {
            Ok(found) => Ok(found),
            Err(Fault::Other(error)) => Err(error),
            Err(Fault::Index(error)) => {
                if is_damage(&error) {
                    self.readers.close();
                    self.is_damaged.store(true, Ordering::Release);
                    self.tell();
                }
                Ok(None)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.state().is_closed = true;
        self.news.notify_all();
        self.steps.notify_all();
    }
}

/// Whether what failed in this way won't succeed later.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Corrupt(_) => true,
        Error::Database(error) => error.is_damage(),
        _ => false,
    }
}

/// Keeps an index up to date until it is dropped.
pub struct Following {
    index: Arc<Index>,
    follower: Arc<Mutex<Follower>>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    /// Begins to keep the index of an engine's directory.
    pub fn begin(engine: Arc<Engine>, index: Arc<Index>) -> Result<Self, Error> {
        let indexing = index.options.indexing;
        if indexing == Indexing::Read && index.file.identity().is_some() {
            follower::open_as_it_is(&index)?;
        }
        let follower = Arc::new(Mutex::new(Follower::new(engine, index.clone())));
        let thread = match indexing {
            Indexing::Followed => {
                let (follower, index) = (follower.clone(), index.clone());
                let follow = move || follow(&follower, &index);
                Some(thread::Builder::new().name("index".into()).spawn(follow)?)
            }
            Indexing::Stepped | Indexing::Read | Indexing::Off => None,
        };
        Ok(Self { index, follower, thread })
    }

    /// What is read of it.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Folds a batch of changes into it.
    pub fn step(&self) -> Result<Progress, Error> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner).step()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.index.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Folds changes into the index whenever there are some, until the store closes.
fn follow(follower: &Mutex<Follower>, index: &Index) {
    let mut has_failed = false;
    loop {
        index.has_news.store(false, Ordering::Release);
        let step = follower.lock().unwrap_or_else(PoisonError::into_inner).step();
        index.steps.notify_all();
        let pause = match &step {
            Ok(Progress::Unfinished) => Duration::ZERO,
            Ok(Progress::Finished) => PAUSE,
            Err(_) => RETRY,
        };
        if let Err(error) = &step
            && !has_failed
        {
            tracing::warn!(%error, "the index can't be kept for now: searches take longer meanwhile");
        }
        has_failed = step.is_err();
        let state = index.state();
        // What changes in a short while is folded together, unless a read waits for it.
        let rests = |state: &mut State| !state.is_closed && (has_failed || state.waiting == 0);
        let rested = index.news.wait_timeout_while(state, pause, rests);
        let (state, _) = rested.unwrap_or_else(PoisonError::into_inner);
        let idles = |state: &mut State| {
            matches!(step, Ok(Progress::Finished))
                && !state.is_closed
                && !index.has_news.load(Ordering::Acquire)
        };
        let state = index.news.wait_while(state, idles).unwrap_or_else(PoisonError::into_inner);
        if state.is_closed {
            return;
        }
    }
}
