//! Connection slots: how many connections there are at once, and which one is closed when all slots are taken.
//!
//! A new connection replaces the one that has been idle longest. One that never sent a request, or leaves its answer
//! unread, is replaced too, once that has lasted for `stall_time`. If there is none of these, the next answer says
//! `Connection: close`. A connection whose request is under way keeps its slot: time limits of their own bound it.

use super::limits::Limits;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
    collections::HashMap,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How soon the connections are looked through again while a new one waits.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Connections that are closed at once when there is no slot: looking through all of them for each new one would take
/// long.
const CLOSED_AT_ONCE: usize = 32;

/// All slots. Clones are the same.
#[derive(Clone)]
pub(super) struct ConnectionSlots {
    limits: Limits,
    free: Arc<Semaphore>,
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
        let free = Arc::new(Semaphore::new(limits.connections));
        Self { limits, free, taken: Arc::default(), one_waits: Arc::default() }
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
        self.taken().connections.values().for_each(|activity| activity.end.notify_one());
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
        closable.iter().for_each(|(_, activity)| activity.make_way.notify_one());
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

/// What happens on a connection: its requests, and whether it is to end.
pub(super) struct Activity {
    limits: Limits,
    state: Mutex<State>,
    make_way: Notify,
    end: Notify,
}

struct State {
    /// Requests under way.
    requests: u32,
    /// Whether a request was answered.
    answered: bool,
    /// Whether an answer waits for its client.
    unread: bool,
    /// Whether pieces of its body are still to come.
    in_pieces: bool,
    /// Whether a request has begun to come.
    coming: bool,
    /// Since when nothing of this has changed.
    since: Instant,
}

impl Activity {
    fn new(limits: Limits) -> Self {
        let state = State {
            requests: 0,
            answered: false,
            unread: false,
            in_pieces: false,
            coming: false,
            since: Instant::now(),
        };
        Self { limits, state: Mutex::new(state), make_way: Notify::new(), end: Notify::new() }
    }

    /// A request has arrived, its body aside.
    pub(super) fn request_begins(&self) {
        let mut state = self.state();
        state.requests += 1;
        state.coming = false;
    }

    /// A request is answered; the answer is still to be sent.
    pub(super) fn request_ends(&self) {
        let mut state = self.state();
        state.requests = state.requests.saturating_sub(1);
        (state.answered, state.unread, state.in_pieces, state.since) = (true, true, true, Instant::now());
    }

    /// The last piece of an answer's body is there to be sent.
    fn body_ends(&self) {
        self.state().in_pieces = false;
    }

    /// Bytes came: of the next request, where none is under way.
    fn bytes_come(&self) {
        let mut state = self.state();
        if state.requests == 0 && !state.coming {
            (state.coming, state.since) = (true, Instant::now());
        }
    }

    fn all_is_sent(&self) {
        let mut state = self.state();
        if state.unread && !state.in_pieces && state.requests == 0 {
            (state.unread, state.since) = (false, Instant::now());
        }
    }

    /// For how long the connection has been of no use, where that is so long that another one may have its slot.
    fn useless_for(&self, now: Instant) -> Option<Duration> {
        let state = self.state();
        let limit = match *state {
            State { requests: 1.., .. } => return None,
            State { answered: true, unread: false, coming: false, .. } => self.limits.idle_time,
            _ => self.limits.stall_time,
        };
        let time = now.saturating_duration_since(state.since);
        (time >= limit).then_some(time)
    }

    /// Done when another connection is to have the slot. Whether that is still right is for [`Self::is_useless`].
    pub(super) async fn is_to_make_way(&self) {
        self.make_way.notified().await;
    }

    /// Whether another connection may have the slot.
    pub(super) fn is_useless(&self) -> bool {
        self.useless_for(Instant::now()).is_some()
    }

    /// Whether no request is under way and no answer is left to be sent.
    pub(super) fn is_quiet(&self) -> bool {
        let state = self.state();
        state.requests == 0 && !state.unread
    }

    /// Done when the connection is to end after what is under way.
    pub(super) async fn is_to_end(&self) {
        self.end.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer's body, whose end is noted.
pub(super) struct WatchedBody {
    /// The body.
    pub(super) body: Body,
    /// Where it is noted.
    pub(super) activity: Arc<Activity>,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        // A body is dropped with its last piece; one that is empty isn't asked for any.
        self.activity.body_ends();
    }
}

/// A connection's bytes; what came and what was sent is noted.
pub(super) struct WatchedStream<S> {
    /// The bytes.
    pub(super) stream: S,
    /// Where it is noted.
    pub(super) activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_come();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        // Only what was written whole is flushed.
        if outcome.is_ready() {
            self.activity.all_is_sent();
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
