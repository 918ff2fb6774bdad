//! What a connection may cost, and how long it may take.

use std::time::Duration;

/// Bounds of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one source at once; trusted proxies have no such bound.
    pub per_source: usize,
    /// How long the first request's head may take, from the first byte on or before it.
    pub first: Duration,
    /// How long a later request's head may take.
    pub head: Duration,
    /// How long a connection may be without a request.
    pub idle: Duration,
    /// How long a client may read nothing of what is sent to it.
    pub unread: Duration,
    /// How long requests may be under way while none begins and none ends.
    pub stuck: Duration,
    /// How often an HTTP/2 connection is asked whether it lives, and how long its answer may take.
    pub ping: Duration,
    /// How long what is under way may take once the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2_048,
            per_source: 256,
            first: Duration::from_secs(20),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(50),
            unread: Duration::from_secs(20),
            stuck: Duration::from_secs(50),
            ping: Duration::from_secs(20),
            grace: Duration::from_secs(7),
        }
    }
}
