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

/// What a client's turn is longer by for each byte that it sends or takes: 60 KB a second are quick enough.
const TIME_OF_A_BYTE: Duration = Duration::from_micros(16);

/// Whose turn it is on a connection, and whether its client is to leave.
pub(super) struct Turns {
    state: Mutex<State>,
    newcomer_waits: Arc<AtomicBool>,
    asked_to_leave: Notify,
    lost: Notify,
}

struct State {
    turn: Turn,
    /// Whether all that has come was read.
    all_is_read: bool,
    leave: Option<Leave>,
}

#[derive(Clone, Copy)]
enum Turn {
    /// Nobody's: there has been no request since then.
    Idle(Instant),
    /// The client's, since then: it is to send the rest of a request.
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
        let state = State { turn: Turn::Idle(Instant::now()), all_is_read: false, leave: None };
        Self { state: Mutex::new(state), newcomer_waits, asked_to_leave: Notify::new(), lost: Notify::new() }
    }

    /// A connection's bytes, on their way in and out.
    pub(super) fn watch_stream<S>(self: &Arc<Self>, stream: S) -> WatchedStream<S> {
        WatchedStream { stream, turns: self.clone() }
    }

    /// The body of a request whose head has arrived.
    pub(super) fn watch_body<B>(self: &Arc<Self>, body: B) -> WatchedBody<B> {
        self.state().turn = Turn::Server;
        WatchedBody { body, missed_since: None, turns: self.clone() }
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
            _ => (state.client_since()?, limits.patience, Leave::Now),
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
    pub(super) async fn lost(&self, patience: Duration) {
        loop {
            self.lost.notified().await;
            let mut state = self.state();
            if state.client_since().is_some_and(|since| since.elapsed() > patience) {
                return;
            }
            // The client has gone on meanwhile.
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

    /// All that has come was read, or more of it: of the next request, as a rule.
    fn read(&self, all: bool) {
        self.state().all_is_read = all;
        if !all {
            self.change(|turn| matches!(turn, Turn::Idle(_)).then(|| Turn::Sending(Instant::now())));
        }
    }

    /// An answer isn't taken at once.
    fn answer_waits(&self) {
        self.change(|turn| matches!(turn, Turn::Idle(_)).then(|| Turn::Taking(Instant::now())));
    }

    /// Some of an answer was taken.
    fn answer_goes_on(&self, bytes: usize) {
        self.change(|turn| match turn {
            Turn::Taking(since) => Some(Turn::Taking(forward(since, bytes))),
            _ => None,
        });
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

impl State {
    /// Since when it has been the client's turn, if it is.
    fn client_since(&self) -> Option<Instant> {
        match self.turn {
            Turn::Sending(since) if self.all_is_read => Some(since),
            Turn::Taking(since) => Some(since),
            _ => None,
        }
    }
}

/// Since when a client is waited for that has sent or taken so many bytes.
fn forward(since: Instant, bytes: usize) -> Instant {
    let earned = TIME_OF_A_BYTE * u32::try_from(bytes).unwrap_or(u32::MAX);
    let now = Instant::now();
    since.checked_add(earned).map_or(now, |later| later.min(now))
}

/// A connection's bytes, on their way in and out.
pub(super) struct WatchedStream<S> {
    stream: S,
    turns: Arc<Turns>,
}

impl<S> WatchedStream<S> {
    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &outcome {
            Poll::Pending => self.turns.answer_waits(),
            Poll::Ready(Ok(bytes)) => self.turns.answer_goes_on(*bytes),
            Poll::Ready(Err(_)) => {}
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
        if outcome.is_pending() {
            self.turns.read(true);
        } else if buffer.filled().len() > before {
            self.turns.read(false);
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
    /// Since when something of it is waited for.
    missed_since: Option<Instant>,
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
        match &outcome {
            Poll::Pending => {
                let since = *self.missed_since.get_or_insert_with(Instant::now);
                self.turns.body_waits(since);
            }
            Poll::Ready(frame) => {
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                let bytes = data.map_or(0, Bytes::len);
                self.missed_since = self.missed_since.map(|since| forward(since, bytes));
                self.turns.body_is_here();
            }
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
    use futures::poll;
    use std::pin::pin;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    fn leave(turns: &Turns) -> Option<Leave> {
        let later = Instant::now() + Duration::from_secs(60);
        turns.too_slow(later, &Limits::default()).map(|(_, leave)| leave)
    }

    #[tokio::test]
    async fn a_client_that_begins_a_request_is_idle_no_more_and_waited_for_once_all_is_read() {
        let turns = Arc::new(Turns::new(Arc::default()));
        let (mut client, server) = duplex(1);
        let mut stream = turns.watch_stream(server);
        turns.answered();
        assert!(leave(&turns) == Some(Leave::WhenAnswered));
        client.write_u8(b'G').await.unwrap();
        stream.read_u8().await.unwrap();
        assert!(leave(&turns).is_none(), "more may have come");
        assert!(poll!(pin!(stream.read_u8())).is_pending());
        assert!(leave(&turns) == Some(Leave::Now));
    }

    #[test]
    fn who_sends_or_takes_something_is_waited_for_so_much_longer() {
        let long_ago = Instant::now() - Duration::from_secs(100);
        assert_eq!(forward(long_ago, 62_500) - long_ago, Duration::from_secs(1));
        assert!(forward(long_ago, usize::MAX) <= Instant::now());
    }
}
