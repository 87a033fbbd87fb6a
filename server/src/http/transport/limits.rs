//! The limits of connections: how many, how large, how long.

use std::{num::NonZero, thread, time::Duration};

/// What connections may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that serve connections.
    pub threads: usize,
    /// Connections at once. More wait in the system's queue until a slot is free.
    pub connections: usize,
    /// How long a connection must be idle before its slot can go to another one: longer than an answer and the next
    /// request take around the world.
    pub idle_time: Duration,
    /// How long a client may leave a connection without a request, or an answer unread, before its slot can go to another
    /// one.
    pub stall_time: Duration,
    /// Streams at once on a connection of HTTP/2. All connections together have as many beside the first of each as there may be
    /// connections.
    pub streams: u32,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a request's head, and of a body that wait to be read; with HTTP/2 twice as many of bodies.
    pub head_bytes: usize,
    /// Bytes of answers that the system takes for a client that doesn't read them. The system itself would take megabytes,
    /// which no budget counts, and copying them for many such clients would keep others waiting.
    pub unread_bytes: usize,
    /// How long a head may take, and how long a connection may be idle.
    pub head_time: Duration,
    /// How long a client may take no byte of an answer.
    pub write_time: Duration,
    /// How long the rest of a request that was answered early is read, so that its connection can be kept.
    pub drain_time: Duration,
    /// How long requests under way may take once the server stops.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            connections: 4096,
            idle_time: Duration::from_millis(400),
            stall_time: Duration::from_secs(10),
            streams: 100,
            headers: 100,
            head_bytes: 32 * 1024,
            unread_bytes: 256 * 1024,
            head_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(1),
            // What runs containers kills them ten seconds after it asked them to stop.
            shutdown_time: Duration::from_secs(8),
        }
    }
}
