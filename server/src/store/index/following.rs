//! The thread that keeps the index up to date: when it works, rests and tries again.

use super::{
    follower::Follower,
    shared::{Index, State},
};
use crate::store::{Error, Indexing, Progress};
use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long the thread waits after changes before it looks for more: it writes those of many commits together.
const PAUSE: Duration = Duration::from_millis(10);

/// After how long it tries again what failed.
const RETRY: Duration = Duration::from_secs(10);

/// Keeps an index up to date until it is dropped.
pub struct Following {
    index: Arc<Index>,
    follower: Arc<Mutex<Follower>>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    /// Begins to keep it.
    pub fn begin(index: Arc<Index>) -> Result<Self, Error> {
        let follower = Arc::new(Mutex::new(Follower::new(index.clone())));
        let thread = match index.options.indexing {
            Indexing::Followed => {
                let (follower, index) = (follower.clone(), index.clone());
                let follow = move || follow(&follower, &index);
                Some(thread::Builder::new().name("index".into()).spawn(follow)?)
            }
            Indexing::Stepped | Indexing::Off => None,
        };
        Ok(Self { index, follower, thread })
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
