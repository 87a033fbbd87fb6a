//! The places for connections: how many there are, and who gives one up when all are taken.
//!
//! Neither slow clients, by fault or on purpose, nor many clients may keep others out. As long as there are places, all have
//! the time that the listener's limits give them. Once there are none, a newcomer gets the place of the client that has
//! had its own for nothing longest, if that is too long: an idle one is asked to leave, one in the middle of a request or
//! of taking an answer loses its place. Where all are quick, the next answer tells its client to leave. A request that is
//! known to have arrived is never ended this way.

use super::{
    limits::Limits,
    turns::{Leave, Turns},
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

/// How soon is looked again whether somebody has had a place for nothing too long.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All the places. Clones are the same.
#[derive(Clone)]
pub(super) struct Places {
    limits: Limits,
    free: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
    newcomer_waits: Arc<AtomicBool>,
}

#[derive(Default)]
struct Taken {
    last_number: u64,
    connections: HashMap<u64, Arc<Turns>>,
}

/// A connection's place, free again when dropped.
pub(super) struct Place {
    number: u64,
    places: Places,
    turns: Arc<Turns>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// As many places as these limits say, all free.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            free: Arc::new(Semaphore::new(limits.connections)),
            taken: Arc::default(),
            newcomer_waits: Arc::default(),
        }
    }

    /// Takes a place, once there is one.
    pub(super) async fn take(&self) -> Place {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                return self.place(permit);
            }
            let somebody_leaves = self.take_from_slowest();
            self.newcomer_waits.store(!somebody_leaves, Ordering::Relaxed);
            // It comes at once from whom it was taken, or when somebody else is done.
            let freed = timeout(LOOK_AGAIN, self.free.clone().acquire_owned()).await;
            self.newcomer_waits.store(false, Ordering::Relaxed);
            if let Ok(Ok(permit)) = freed {
                return self.place(permit);
            }
        }
    }

    /// Asks everybody to leave, and waits until all have.
    pub(super) async fn clear(&self) {
        self.taken().connections.values().for_each(|turns| turns.make_leave(Leave::WhenAnswered));
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = self.free.acquire_many(all).await;
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        let turns = Arc::new(Turns::new(self.newcomer_waits.clone()));
        let mut taken = self.taken();
        taken.last_number += 1;
        let number = taken.last_number;
        taken.connections.insert(number, turns.clone());
        Place { number, places: self.clone(), turns, _permit: permit }
    }

    /// Makes the client leave that has had its place for nothing longest. `false`: none has for too long.
    fn take_from_slowest(&self) -> bool {
        let (taken, now) = (self.taken(), Instant::now());
        let slow = taken.connections.values().filter_map(|turns| {
            let (waited, leave) = turns.too_slow(now, &self.limits)?;
            Some((waited, leave, turns))
        });
        let slowest = slow.max_by_key(|(waited, ..)| *waited);
        slowest.inspect(|(_, leave, turns)| turns.make_leave(*leave)).is_some()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whose turn it is on the connection that has it.
    pub(super) fn turns(&self) -> &Arc<Turns> {
        &self.turns
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().connections.remove(&self.number);
    }
}
