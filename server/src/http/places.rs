//! The places for connections: how many there are, and who gives one up when all are taken.
//!
//! Neither slow clients, by fault or on purpose, nor many clients may keep others out. As long as there are places, all have
//! the time that the listener's limits give them. Once there are none, a newcomer gets the place of the client that has
//! kept the server waiting longest, if that is too long: one that is idle is asked to leave, one in the middle of a
//! request or with an answer that it doesn't take loses it. Where all are quick, the next answer tells its client to
//! leave. A request that has arrived is never ended this way.

use super::limits::Limits;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How soon is looked again whether somebody has kept the server waiting too long.
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
    connections: HashMap<u64, Arc<Connection>>,
}

/// A connection's place, free again when dropped.
pub(super) struct Place {
    number: u64,
    places: Places,
    connection: Arc<Connection>,
    _permit: OwnedSemaphorePermit,
}

/// Whose turn it is on a connection, and whether its client is to leave.
pub(super) struct Connection {
    state: Mutex<State>,
    newcomer_waits: Arc<AtomicBool>,
    asked_to_leave: Notify,
    lost: Notify,
}

struct State {
    turn: Turn,
    leave: Option<Leave>,
}

#[derive(Clone, Copy)]
enum Turn {
    /// The client is to send a request or the rest of one, since then.
    Sending(Instant),
    /// The server is to answer.
    Answering,
    /// The client is to take the answer, if it hasn't yet, and may send another request, since then.
    Answered(Instant),
}

/// When a client is to leave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leave {
    /// After the request that has arrived, if there is one.
    WhenAnswered,
    Now,
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
            self.newcomer_waits.store(true, Ordering::Relaxed);
            self.take_from_slowest();
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
        self.taken().connections.values().for_each(|connection| connection.make_leave(Leave::WhenAnswered));
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = self.free.acquire_many(all).await;
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        let connection = Arc::new(Connection::new(self.newcomer_waits.clone()));
        let mut taken = self.taken();
        taken.last_number += 1;
        let number = taken.last_number;
        taken.connections.insert(number, connection.clone());
        Place { number, places: self.clone(), connection, _permit: permit }
    }

    /// Makes the client leave that has kept the server waiting longest, unless all were quick.
    fn take_from_slowest(&self) {
        let taken = self.taken();
        let slow = taken.connections.values().filter_map(|connection| {
            let (waited, leave) = connection.too_slow(&self.limits)?;
            Some((waited, leave, connection))
        });
        if let Some((_, leave, slowest)) = slow.max_by_key(|(waited, ..)| *waited) {
            slowest.make_leave(leave);
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The connection that has it.
    pub(super) fn connection(&self) -> Arc<Connection> {
        self.connection.clone()
    }

    /// Done when the connection is to end after what it is in the middle of.
    pub(super) async fn asked_to_leave(&self) {
        self.connection.asked_to_leave.notified().await;
    }

    /// Done when the connection is to end whatever it is in the middle of. It was asked to leave before.
    pub(super) async fn lost(&self) {
        self.connection.lost.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().connections.remove(&self.number);
    }
}

impl Connection {
    fn new(newcomer_waits: Arc<AtomicBool>) -> Self {
        let state = State { turn: Turn::Sending(Instant::now()), leave: None };
        Self { state: Mutex::new(state), newcomer_waits, asked_to_leave: Notify::new(), lost: Notify::new() }
    }

    /// A request's body, whose end makes it the server's turn.
    pub(super) fn watch<B: Body>(self: &Arc<Self>, body: B) -> WatchedBody<B> {
        // The head has arrived: it is the rest that the client may keep the server waiting for.
        let turn = if body.is_end_stream() { Turn::Answering } else { Turn::Sending(Instant::now()) };
        self.state().turn = turn;
        WatchedBody { body, connection: self.clone() }
    }

    /// The server has answered. Says whether that is to be the last answer: somebody else waits for the place.
    pub(super) fn answered(&self) -> bool {
        self.state().turn = Turn::Answered(Instant::now());
        self.newcomer_waits.load(Ordering::Relaxed) && self.newcomer_waits.swap(false, Ordering::Relaxed)
    }

    /// How long the client has kept the server waiting, and when it is to leave, if that is too long and it hasn't been told yet.
    fn too_slow(&self, limits: &Limits) -> Option<(Duration, Leave)> {
        let state = self.state();
        let (Turn::Sending(since) | Turn::Answered(since)) = state.turn else { return None };
        let waited = since.elapsed();
        let leave = match state.turn {
            _ if waited > limits.patience => Leave::Now,
            Turn::Answered(_) if waited > limits.idle_time => Leave::WhenAnswered,
            _ => return None,
        };
        (state.leave < Some(leave)).then_some((waited, leave))
    }

    fn make_leave(&self, leave: Leave) {
        self.state().leave = Some(leave);
        self.asked_to_leave.notify_one();
        if leave == Leave::Now {
            self.lost.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request's body on its way in.
pub(super) struct WatchedBody<B> {
    body: B,
    connection: Arc<Connection>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.connection.state().turn = Turn::Answering;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
