//! What happens on a connection, which decides whether another one may have its slot.

use super::limits::Limits;
use std::{
    collections::HashMap,
    future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit},
    time::sleep,
};

/// How many times longer than otherwise an answer may wait for its client beside others that the client takes.
const PATIENCE: u32 = 4;

/// Streams that a client may give up before they are answered, whatever it does with its others.
const GIVEN_UP: u32 = 100;

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
    /// Its streams, where HTTP/2 is spoken.
    streams: Option<Box<Streams>>,
    /// Since when it is told to end.
    ending: Option<Instant>,
}

/// The streams of a connection.
#[derive(Default)]
struct Streams {
    last_number: u64,
    /// When something was last sent of each answer that is being sent.
    answers: HashMap<u64, Instant>,
    answered: u32,
    /// How many their client gave up before they were answered.
    given_up: u32,
}

impl Streams {
    /// Whether a client only begins streams to give them up.
    const fn are_a_flood(&self) -> bool {
        self.given_up > GIVEN_UP && self.given_up > self.answered
    }
}

impl State {
    fn is_quiet(&self) -> bool {
        self.requests == 0 && !self.is_unread()
    }

    fn is_unread(&self) -> bool {
        self.unread || self.streams.as_ref().is_some_and(|streams| !streams.answers.is_empty())
    }
}

impl Activity {
    /// That of a new connection.
    pub(super) fn new(limits: Limits) -> Self {
        let state = State {
            requests: 0,
            answered: false,
            unread: false,
            in_pieces: false,
            coming: false,
            since: Instant::now(),
            streams: None,
            ending: None,
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
    pub(super) fn body_ends(&self) {
        self.state().in_pieces = false;
    }

    /// Bytes came: of the next request, where none is under way.
    pub(super) fn bytes_come(&self) {
        let mut state = self.state();
        if state.requests == 0 && !state.coming {
            (state.coming, state.since) = (true, Instant::now());
        }
    }

    /// All bytes that there were are sent.
    pub(super) fn all_is_sent(&self) {
        let mut state = self.state();
        if state.unread && !state.in_pieces && state.requests == 0 {
            (state.unread, state.since) = (false, Instant::now());
        }
    }

    /// For how long the connection has been of no use, where that is so long that another one may have its slot.
    pub(super) fn useless_for(&self, now: Instant) -> Option<Duration> {
        let state = self.state();
        if state.streams.as_ref().is_some_and(|streams| streams.are_a_flood()) {
            return Some(Duration::MAX);
        }
        let limit = match *state {
            State { requests: 1.., .. } => return None,
            State { answered: true, coming: false, .. } if !state.is_unread() => self.limits.idle_time,
            _ => self.limits.stall_time,
        };
        let time = now.saturating_duration_since(state.since);
        (time >= limit).then_some(time)
    }

    /// The slot is to go to another connection.
    pub(super) fn make_way(&self) {
        self.make_way.notify_one();
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
        self.state().is_quiet()
    }

    /// The connection is to end after what is under way.
    pub(super) fn end(&self) {
        self.end.notify_one();
    }

    /// Done when the connection is to end after what is under way.
    pub(super) async fn is_to_end(&self) {
        self.end.notified().await;
    }

    /// HTTP/2 is spoken.
    pub(super) fn begin_streams(&self) {
        self.state().streams = Some(Box::default());
    }

    /// Whether HTTP/2 is spoken, which has a way to say that a connection ends.
    pub(super) fn has_streams(&self) -> bool {
        self.state().streams.is_some()
    }

    /// The connection is told to end.
    pub(super) fn begin_end(&self) {
        self.state().ending.get_or_insert_with(Instant::now);
    }

    /// Whether the connection was told to end.
    pub(super) fn is_ending(&self) -> bool {
        self.state().ending.is_some()
    }

    /// Done when the connection was told to end, and hasn't in time; or when HTTP/2 is spoken, and nothing was asked for too long, or
    /// nothing taken of an answer. HTTP/1.1 sees to the latter itself.
    pub(super) async fn is_overdue(&self) {
        while !self.takes_too_long(Instant::now()) {
            let ending = self.is_ending();
            if !ending && !self.has_streams() {
                return future::pending().await;
            }
            let Limits { head_time, write_time, drain_time, .. } = self.limits;
            sleep(if ending { drain_time } else { head_time.min(write_time) } / 4).await;
        }
    }

    fn takes_too_long(&self, now: Instant) -> bool {
        let (state, limits) = (self.state(), &self.limits);
        let is_over = |since: Instant, limit| now.saturating_duration_since(since) >= limit;
        let (nothing_moves, is_quiet) = (|limit| is_over(state.since, limit), state.is_quiet());
        if let Some(ending) = state.ending {
            // Who doesn't take leave is left all the same.
            let is_left = is_quiet && is_over(ending, limits.drain_time) && nothing_moves(limits.drain_time);
            if is_left || is_over(ending, limits.head_time + limits.write_time) {
                return true;
            }
        }
        let Some(streams) = &state.streams else { return false };
        if streams.answers.is_empty() {
            return state.ending.is_none() && is_quiet && nothing_moves(limits.head_time);
        }
        let is_stuck = |sent_at: &Instant| is_over(*sent_at, limits.write_time * PATIENCE);
        nothing_moves(limits.write_time) || streams.answers.values().any(is_stuck)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream of HTTP/2, until the last byte of its answer is sent or its client gives it up.
pub(super) struct Stream {
    number: u64,
    activity: Arc<Activity>,
    is_answered: AtomicBool,
    /// Where it is one beside another.
    _place: Option<OwnedSemaphorePermit>,
}

impl Stream {
    /// A request has arrived, its body aside. `place` gives a place to a stream beside so many others. `None`: it has none, or the
    /// connection was told to end long enough ago for its client to know.
    pub(super) fn begin(
        activity: &Arc<Activity>,
        place: impl FnOnce(usize) -> Option<OwnedSemaphorePermit>,
    ) -> Option<Self> {
        let mut state = activity.state();
        if state.ending.is_some_and(|ending| ending.elapsed() >= activity.limits.drain_time) {
            return None;
        }
        let sent = state.streams.as_ref().map_or(0, |streams| streams.answers.len());
        let others = usize::try_from(state.requests).unwrap_or(usize::MAX).saturating_add(sent);
        let place = if others > 0 { Some(place(others)?) } else { None };
        state.requests += 1;
        let streams = state.streams.get_or_insert_default();
        streams.last_number += 1;
        let number = streams.last_number;
        drop(state);
        Some(Self {
            number,
            activity: Arc::clone(activity),
            is_answered: AtomicBool::new(false),
            _place: place,
        })
    }

    /// The request is answered; the answer is still to be sent.
    pub(super) fn is_answered(&self) {
        self.is_answered.store(true, Ordering::Relaxed);
        let (mut state, now) = (self.activity.state(), Instant::now());
        state.requests = state.requests.saturating_sub(1);
        (state.answered, state.since) = (true, now);
        if let Some(streams) = &mut state.streams {
            streams.answered = streams.answered.saturating_add(1);
            streams.answers.insert(self.number, now);
        }
    }

    /// Something of the answer is sent.
    pub(super) fn goes_on(&self) {
        let (mut state, now) = (self.activity.state(), Instant::now());
        state.since = now;
        if let Some(sent_at) =
            state.streams.as_mut().and_then(|streams| streams.answers.get_mut(&self.number))
        {
            *sent_at = now;
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.since = Instant::now();
        let is_answered = self.is_answered.load(Ordering::Relaxed);
        if !is_answered {
            state.requests = state.requests.saturating_sub(1);
        }
        let Some(streams) = &mut state.streams else { return };
        if is_answered {
            streams.answers.remove(&self.number);
            return;
        }
        streams.given_up = streams.given_up.saturating_add(1);
        if streams.are_a_flood() {
            self.activity.make_way();
        }
    }
}
