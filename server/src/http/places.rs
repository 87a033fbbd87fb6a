//! The places for connections: how many there are, and who gives one up when all are taken.
//!
//! Clients that are slow, by fault or on purpose, must not keep the others out. As long as there are places, they have all
//! the time that the listener's limits give them. Once there are none, a newcomer gets the place of the client that has
//! kept the server waiting longest: idle, in the middle of a request, or with an answer that it doesn't take. A request
//! that has arrived is never ended this way: it is the server's turn then.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a client may keep the server waiting whoever else wants its place: many times what a request takes that is
/// sent at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon is looked again whether somebody's patience has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All the places. Clones are the same.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
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

/// Whose turn it is on a connection.
pub(super) struct Connection {
    turn: Mutex<Turn>,
    lost: Notify,
}

#[derive(Clone, Copy)]
enum Turn {
    /// The client is to send a request or the rest of one, or to take an answer, since then.
    Client(Instant),
    /// The server is to answer.
    Server,
    /// Nobody's any more: somebody else has the place.
    Lost,
}

impl Places {
    /// So many places, all free.
    pub(super) fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), taken: Arc::default() }
    }

    /// Takes a place, once there is one.
    pub(super) async fn take(&self) -> Place {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                return self.place(permit);
            }
            self.take_from_slowest();
            // It comes at once from whom it was taken, or when somebody else is done.
            if let Ok(Ok(permit)) = timeout(LOOK_AGAIN, self.free.clone().acquire_owned()).await {
                return self.place(permit);
            }
        }
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        let turn = Mutex::new(Turn::Client(Instant::now()));
        let connection = Arc::new(Connection { turn, lost: Notify::new() });
        let mut taken = self.taken();
        taken.last_number += 1;
        let number = taken.last_number;
        taken.connections.insert(number, connection.clone());
        Place { number, places: self.clone(), connection, _permit: permit }
    }

    /// Ends the connection whose client has kept the server waiting longest, unless all were quick.
    fn take_from_slowest(&self) {
        let taken = self.taken();
        let waiting = taken.connections.values().filter_map(|connection| {
            let since = connection.waits_since()?;
            (since.elapsed() > PATIENCE).then_some((since, connection))
        });
        if let Some((_, slowest)) = waiting.min_by_key(|(since, _)| *since) {
            slowest.lose();
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

    /// Done when the place goes to somebody else.
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
    /// From now on it is the client's turn.
    pub(super) fn client_is_next(&self) {
        self.set(Turn::Client(Instant::now()));
    }

    /// A request's body, whose end makes it the server's turn.
    pub(super) fn watch<B: Body>(self: &Arc<Self>, body: B) -> WatchedBody<B> {
        // The head has arrived: it is the rest that the client may keep the server waiting for.
        self.set(if body.is_end_stream() { Turn::Server } else { Turn::Client(Instant::now()) });
        WatchedBody { body, connection: self.clone() }
    }

    fn waits_since(&self) -> Option<Instant> {
        match *self.turn() {
            Turn::Client(since) => Some(since),
            Turn::Server | Turn::Lost => None,
        }
    }

    fn lose(&self) {
        *self.turn() = Turn::Lost;
        self.lost.notify_one();
    }

    fn set(&self, next: Turn) {
        let mut turn = self.turn();
        if !matches!(*turn, Turn::Lost) {
            *turn = next;
        }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
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
            self.connection.set(Turn::Server);
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
