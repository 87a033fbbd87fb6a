//! Whose turn it is on a connection, seen by what passes through it, and whether its client is to leave. Nothing here knows
//! of other connections, but that somebody waits for this one's place.

use super::limits::Limits;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::{
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
    sync::Notify,
};

/// Whose turn it is on a connection, and whether its client is to leave.
pub(super) struct Turns {
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
    /// Nobody's: there has been no request since then.
    Idle(Instant),
    /// The client's, since then: it is to send its first request, or the rest of one.
    Sending(Instant),
    /// The server's: it is to answer.
    Server,
    /// The client's, since then: it is to take the rest of an answer.
    Taking(Instant),
}

/// When a client is to leave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leave {
    /// After the request that has arrived, if there is one.
    WhenAnswered,
    Now,
}

impl Turns {
    /// Those of a new connection. `newcomer_waits` says whether somebody waits for a place.
    pub(super) fn new(newcomer_waits: Arc<AtomicBool>) -> Self {
        let state = State { turn: Turn::Sending(Instant::now()), leave: None };
        Self { state: Mutex::new(state), newcomer_waits, asked_to_leave: Notify::new(), lost: Notify::new() }
    }

    /// A connection's bytes, on their way in and out.
    pub(super) fn watch_stream<S>(self: &Arc<Self>, stream: S) -> WatchedStream<S> {
        WatchedStream { stream, turns: self.clone() }
    }

    /// The body of a request whose head has arrived.
    pub(super) fn watch_body<B>(self: &Arc<Self>, body: B) -> WatchedBody<B> {
        self.state().turn = Turn::Server;
        WatchedBody { body, first_missed: None, turns: self.clone() }
    }

    /// The server has answered.
    pub(super) fn answered(&self) {
        self.state().turn = Turn::Idle(Instant::now());
    }

    /// Whether this connection is the one that makes place for somebody who waits. Each who waits is told of once.
    pub(super) fn makes_place(&self) -> bool {
        self.newcomer_waits.load(Ordering::Relaxed) && self.newcomer_waits.swap(false, Ordering::Relaxed)
    }

    /// How long the client has had its place for nothing, and when it is to leave, if that is too long and it wasn't told
    /// yet.
    pub(super) fn too_slow(&self, now: Instant, limits: &Limits) -> Option<(Duration, Leave)> {
        let state = self.state();
        let (since, limit, leave) = match state.turn {
            Turn::Idle(since) => (since, limits.idle_time, Leave::WhenAnswered),
            Turn::Sending(since) | Turn::Taking(since) => (since, limits.patience, Leave::Now),
            Turn::Server => return None,
        };
        let waited = now.saturating_duration_since(since);
        (waited > limit && state.leave < Some(leave)).then_some((waited, leave))
    }

    /// Tells the client to leave.
    pub(super) fn make_leave(&self, leave: Leave) {
        self.state().leave = Some(leave);
        self.asked_to_leave.notify_one();
        if leave == Leave::Now {
            self.lost.notify_one();
        }
    }

    /// Done when the connection is to end after what it is in the middle of.
    pub(super) async fn asked_to_leave(&self) {
        self.asked_to_leave.notified().await;
    }

    /// Done when the connection is to end whatever it is in the middle of. It was asked to leave before.
    pub(super) async fn lost(&self) {
        loop {
            self.lost.notified().await;
            let mut state = self.state();
            if !matches!(state.turn, Turn::Server) {
                return;
            }
            // A request has arrived meanwhile: it is answered still.
            state.leave = Some(Leave::WhenAnswered);
        }
    }

    /// Changes the turn, where it is one that this changes.
    fn change(&self, next: impl FnOnce(Turn) -> Option<Turn>) {
        let mut state = self.state();
        if let Some(turn) = next(state.turn) {
            state.turn = turn;
        }
    }

    /// Something of the next request has come.
    fn request_begins(&self) {
        self.change(|turn| matches!(turn, Turn::Idle(_)).then(|| Turn::Sending(Instant::now())));
    }

    /// An answer isn't taken at once.
    fn answer_waits(&self) {
        self.change(|turn| matches!(turn, Turn::Idle(_)).then(|| Turn::Taking(Instant::now())));
    }

    /// An answer was taken whole.
    fn answer_is_taken(&self) {
        self.change(|turn| matches!(turn, Turn::Taking(_)).then(|| Turn::Idle(Instant::now())));
    }

    /// The rest of a body is waited for, since then.
    fn body_waits(&self, since: Instant) {
        self.change(|turn| matches!(turn, Turn::Server).then_some(Turn::Sending(since)));
    }

    /// Nothing of a body is waited for.
    fn body_is_here(&self) {
        self.change(|turn| matches!(turn, Turn::Sending(_)).then_some(Turn::Server));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's bytes, on their way in and out.
pub(super) struct WatchedStream<S> {
    stream: S,
    turns: Arc<Turns>,
}

impl<S> WatchedStream<S> {
    fn written<T>(&self, outcome: Poll<T>) -> Poll<T> {
        if outcome.is_pending() {
            self.turns.answer_waits();
        }
        outcome
    }
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
            self.turns.request_begins();
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
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        // Only what was written whole is flushed.
        if outcome.is_ready() {
            self.turns.answer_is_taken();
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A request's body on its way in.
pub(super) struct WatchedBody<B> {
    body: B,
    /// When something of it was waited for first.
    first_missed: Option<Instant>,
    turns: Arc<Turns>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let outcome = Pin::new(&mut self.body).poll_frame(context);
        if outcome.is_pending() {
            let since = *self.first_missed.get_or_insert_with(Instant::now);
            self.turns.body_waits(since);
        } else {
            self.turns.body_is_here();
        }
        outcome
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for WatchedBody<B> {
    /// Nobody waits for the rest any more.
    fn drop(&mut self) {
        self.turns.body_is_here();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn a_client_that_begins_a_request_is_idle_no_more() {
        let turns = Arc::new(Turns::new(Arc::default()));
        turns.answered();
        let leave = || {
            let later = Instant::now() + Duration::from_secs(60);
            turns.too_slow(later, &Limits::default()).map(|(_, leave)| leave)
        };
        assert!(leave() == Some(Leave::WhenAnswered));
        let (mut client, server) = duplex(1);
        client.write_u8(b'G').await.unwrap();
        turns.watch_stream(server).read_u8().await.unwrap();
        assert!(leave() == Some(Leave::Now));
    }
}
