//! The limits of connections: how many, how large, how long.

use std::time::Duration;

/// What a connection may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue until one ends.
    pub connections: usize,
    /// How long a connection may be idle while others wait for its place: longer than an answer and the next request take
    /// around the world.
    pub idle_time: Duration,
    /// How long a client may keep the server waiting, in the middle of something, while others wait for its place.
    pub patience: Duration,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// How long a head may take, and how long a connection may be idle.
    pub head_time: Duration,
    /// How long a client may leave an answer unread.
    pub write_time: Duration,
    /// How long requests under way may take once the server stops.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            idle_time: Duration::from_millis(400),
            patience: Duration::from_secs(1),
            headers: 100,
            head_bytes: 64 * 1024,
            head_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            // What runs containers kills them ten seconds after it asked them to stop.
            shutdown_time: Duration::from_secs(8),
        }
    }
}
