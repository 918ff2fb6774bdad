//! The limits of connections.

use std::time::Duration;

/// The limits of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of connections.
    pub connections: usize,
    /// The maximum number of connections of one source. Trusted proxies have no such limit.
    pub per_source: usize,
    /// The time limit for the first request's head, from the start of the connection.
    pub first: Duration,
    /// The time limit for a later request's head.
    pub head: Duration,
    /// The time limit for a connection without a request.
    pub idle: Duration,
    /// The time limit for a client that does not read.
    pub unread: Duration,
    /// The time limit for running requests if none begins or ends.
    pub stuck: Duration,
    /// The interval and the time limit of HTTP/2 pings.
    pub ping: Duration,
    /// The time limit for running requests once the server stops.
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
