//! The thread that keeps memberships as rules have them: when it works, rests and tries again.

use super::{follower::Follower, shared::DynamicGroups};
use crate::{
    model::clock::Clock,
    store::{Error, Progress, RuleFollowing, engine::Engine},
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long the thread waits after changes before it looks for more: it writes what follows from many commits together.
const PAUSE: Duration = Duration::from_millis(10);

/// How long it waits at most where nothing tells of changes: another process may have made some.
const LOOK: Duration = Duration::from_secs(1);

/// After how long it tries again what failed.
const RETRY: Duration = Duration::from_secs(5);

/// Keeps memberships until it is dropped.
pub struct Following {
    shared: Arc<DynamicGroups>,
    follower: Arc<Mutex<Follower>>,
    thread: Option<JoinHandle<()>>,
}

impl Following {
    /// Begins to keep those in the directory of this folder.
    pub fn begin(
        shared: Arc<DynamicGroups>,
        engine: Arc<Engine>,
        folder: PathBuf,
        clock: Clock,
    ) -> Result<Self, Error> {
        let follower = Arc::new(Mutex::new(Follower::new(shared.clone(), engine, folder, clock)));
        let thread = match shared.options.following {
            RuleFollowing::Followed => {
                let (follower, shared) = (follower.clone(), shared.clone());
                let follow = move || follow(&follower, &shared);
                Some(thread::Builder::new().name("rules".into()).spawn(follow)?)
            }
            RuleFollowing::Stepped | RuleFollowing::Off => None,
        };
        Ok(Self { shared, follower, thread })
    }

    /// Does what follows from a batch of changes, and a piece of what is held against every object.
    pub fn step(&self) -> Result<Progress, Error> {
        step(&self.follower)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn step(follower: &Mutex<Follower>) -> Result<Progress, Error> {
    follower.lock().unwrap_or_else(PoisonError::into_inner).step()
}

/// Does what follows from changes whenever there are some, until the store closes.
fn follow(follower: &Mutex<Follower>, shared: &DynamicGroups) {
    let mut has_failed = false;
    loop {
        shared.has_news.store(false, Ordering::Release);
        let began = Instant::now();
        let step = step(follower);
        if let Err(error) = &step
            && !has_failed
        {
            tracing::warn!(%error, "memberships don't follow the rules of dynamic groups for now");
        }
        has_failed = step.is_err();
        let rest = match &step {
            // Half of the time is for others.
            Ok(Progress::Unfinished) => began.elapsed().min(PAUSE * 5),
            Ok(Progress::Finished) => PAUSE,
            Err(_) => RETRY,
        };
        let closed = shared.is_closed();
        let rested = shared.news.wait_timeout_while(closed, rest, |closed| !*closed);
        let (closed, _) = rested.unwrap_or_else(PoisonError::into_inner);
        let idles = |closed: &mut bool| {
            matches!(step, Ok(Progress::Finished)) && !*closed && !shared.has_news.load(Ordering::Acquire)
        };
        let waited = shared.news.wait_timeout_while(closed, LOOK, idles);
        if *waited.unwrap_or_else(PoisonError::into_inner).0 {
            return;
        }
    }
}
