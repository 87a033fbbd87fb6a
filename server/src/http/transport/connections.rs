//! Connection slots: how many connections there are at once, and which one is closed when all slots are taken.
//!
//! A new connection replaces the one that has been idle longest. One that never sent a request, or leaves its answer
//! unread, is replaced too, once that has lasted for `stall_time`. If there is none of these, the connection that is answered next
//! is told to end: by `Connection: close`, or by GOAWAY. A connection whose request is under way keeps its slot: time limits of
//! their own bound it.

use super::{
    activity::{Activity, Stream},
    limits::Limits,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How soon the connections are looked through again while a new one waits.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A connection has at most one place for each so many that are free.
const SHARE: usize = 4;

/// Connections that are closed at once when there is no slot: looking through all of them for each new one would take
/// long.
const CLOSED_AT_ONCE: usize = 32;

/// All slots. Clones are the same.
#[derive(Clone)]
pub(super) struct ConnectionSlots {
    limits: Limits,
    free: Arc<Semaphore>,
    /// The places of streams beside others.
    places: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
    one_waits: Arc<AtomicBool>,
}

#[derive(Default)]
struct Taken {
    last_number: u64,
    connections: HashMap<u64, Arc<Activity>>,
}

/// A connection's slot, free again when dropped.
pub(super) struct Slot {
    number: u64,
    slots: ConnectionSlots,
    activity: Arc<Activity>,
    _permit: OwnedSemaphorePermit,
}

impl ConnectionSlots {
    /// As many slots as these limits say, all free.
    pub(super) fn new(limits: Limits) -> Self {
        let [free, places] = [(); 2].map(|()| Arc::new(Semaphore::new(limits.connections)));
        Self { limits, free, places, taken: Arc::default(), one_waits: Arc::default() }
    }

    /// Takes a slot, as soon as one is free.
    pub(super) async fn take(&self) -> Slot {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                return self.slot(permit);
            }
            self.one_waits.store(!self.close_some(), Ordering::Relaxed);
            let freed = timeout(LOOK_AGAIN, self.free.clone().acquire_owned()).await;
            self.one_waits.store(false, Ordering::Relaxed);
            if let Ok(Ok(permit)) = freed {
                return self.slot(permit);
            }
        }
    }

    /// Ends every connection after the request that is under way on it, and waits until all have ended.
    pub(super) async fn clear(&self) {
        self.taken().connections.values().for_each(|activity| activity.end());
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = self.free.acquire_many(all).await;
    }

    fn slot(&self, permit: OwnedSemaphorePermit) -> Slot {
        let activity = Arc::new(Activity::new(self.limits));
        let mut taken = self.taken();
        taken.last_number += 1;
        let number = taken.last_number;
        taken.connections.insert(number, activity.clone());
        Slot { number, slots: self.clone(), activity, _permit: permit }
    }

    /// Closes the connections that have been of no use longest. `false`: there is none that can be closed.
    fn close_some(&self) -> bool {
        let (taken, now) = (self.taken(), Instant::now());
        let closable = |activity: &Arc<Activity>| Some((activity.useless_for(now)?, activity.clone()));
        let mut closable: Vec<_> = taken.connections.values().filter_map(closable).collect();
        closable.sort_unstable_by_key(|(time, _)| std::cmp::Reverse(*time));
        closable.truncate(CLOSED_AT_ONCE);
        closable.iter().for_each(|(_, activity)| activity.make_way());
        !closable.is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// What happens on its connection.
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// A stream on its connection. `None`: there is no place for one beside another.
    pub(super) fn stream(&self) -> Option<Stream> {
        let places = &self.slots.places;
        // However many connections ask, there are some left for those with few streams.
        let is_fair = |others: usize| others <= places.available_permits() / SHARE;
        let place = |others| is_fair(others).then(|| places.clone().try_acquire_owned().ok()).flatten();
        Stream::begin(&self.activity, place)
    }

    /// Whether this connection is to be closed after its next answer, since a new one waits. Each that waits is told of
    /// once.
    pub(super) fn makes_way(&self) -> bool {
        let one_waits = &self.slots.one_waits;
        one_waits.load(Ordering::Relaxed) && one_waits.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.taken().connections.remove(&self.number);
    }
}
