//! The limits of the server's connections.

use std::time::Duration;

/// The limits of the server's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of open connections.
    pub connections: usize,
    /// The maximum number of open connections from one source. Connections from trusted proxies have no such limit.
    pub per_source: usize,
    /// The maximum time from the start of a connection until the head of the first request is complete.
    pub first: Duration,
    /// The maximum time in which the head of a later request must arrive.
    pub head: Duration,
    /// The time after which a connection without a running request is closed.
    pub idle: Duration,
    /// The time after which a connection is closed if its client does not read the data that waits to be sent.
    pub unread: Duration,
    /// The time after which a connection is closed if its requests are stuck: at least one is running, but none has
    /// begun or ended in this time.
    pub stuck: Duration,
    /// The interval of HTTP/2 pings. It is also the maximum time until the answer to a ping must arrive.
    pub ping: Duration,
    /// The maximum time that the running requests get after the server received the signal to stop.
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
