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
    task::{Context, Poll, ready},
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
    /// Nobody's: since then there is no other request.
    Idle(Instant),
    /// The client's, since then: it is to send its first request or the rest of one, or to take the rest of an answer.
    Client(Instant),
    /// The server's: it is to answer.
    Server,
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
        let state = State { turn: Turn::Client(Instant::now()), leave: None };
        Self { state: Mutex::new(state), newcomer_waits, asked_to_leave: Notify::new(), lost: Notify::new() }
    }

    /// A connection's bytes, on their way in and out.
    pub(super) fn watch_stream<S>(self: &Arc<Self>, stream: S) -> WatchedStream<S> {
        WatchedStream { stream, turns: self.clone() }
    }

    /// The body of a request whose head has arrived. Its end makes it the server's turn.
    pub(super) fn watch_body<B: Body>(self: &Arc<Self>, body: B) -> WatchedBody<B> {
        let turn = if body.is_end_stream() { Turn::Server } else { Turn::Client(Instant::now()) };
        self.state().turn = turn;
        WatchedBody { body, turns: self.clone() }
    }

    /// The server has answered. Says whether that is to be the last answer: somebody else waits for the place.
    pub(super) fn answered(&self) -> bool {
        self.state().turn = Turn::Idle(Instant::now());
        self.newcomer_waits.load(Ordering::Relaxed) && self.newcomer_waits.swap(false, Ordering::Relaxed)
    }

    /// How long the client has kept its place for nothing, and when it is to leave, if that is too long and it wasn't
    /// told yet.
    pub(super) fn too_slow(&self, limits: &Limits) -> Option<(Duration, Leave)> {
        let state = self.state();
        let (since, limit, leave) = match state.turn {
            Turn::Idle(since) => (since, limits.idle_time, Leave::WhenAnswered),
            Turn::Client(since) => (since, limits.patience, Leave::Now),
            Turn::Server => return None,
        };
        let waited = since.elapsed();
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

    /// It is the client's turn from now on, unless it is somebody's already.
    fn client_has_begun(&self) {
        let mut state = self.state();
        if matches!(state.turn, Turn::Idle(_)) {
            state.turn = Turn::Client(Instant::now());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's bytes: some that come in begin a request, some that don't go out at once make the client slow.
pub(super) struct WatchedStream<S> {
    stream: S,
    turns: Arc<Turns>,
}

impl<S> WatchedStream<S> {
    fn written<T>(&self, outcome: Poll<T>) -> Poll<T> {
        if outcome.is_pending() {
            self.turns.client_has_begun();
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
            self.turns.client_has_begun();
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
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A request's body on its way in.
pub(super) struct WatchedBody<B> {
    body: B,
    turns: Arc<Turns>,
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
            self.turns.state().turn = Turn::Server;
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
