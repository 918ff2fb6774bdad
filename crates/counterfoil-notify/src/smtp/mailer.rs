//! The pool of connections to the mail server. It is always created and dropped within a tokio runtime.
//!
//! lettre 0.11 spawns a task when a pool is created, and another task when the pool is dropped. Without a runtime,
//! lettre panics. But a host can create a transport before its runtime starts, and drop the transport after the runtime
//! has ended.

use std::fmt;
use std::sync::OnceLock;

use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::runtime::Handle;

pub(super) struct Mailer {
    builder: AsyncSmtpTransportBuilder,
    pool: OnceLock<Pool>,
}

struct Pool {
    /// `None` only while the pool is being dropped.
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
    runtime: Handle,
}

impl Mailer {
    pub(super) fn new(builder: AsyncSmtpTransportBuilder) -> Self {
        Self { builder, pool: OnceLock::new() }
    }

    /// Sends a mail. Must be called within a tokio runtime, and always within the same one. Returns `None` if the pool
    /// is being dropped.
    pub(super) async fn send(&self, mail: Message) -> Option<Result<(), Error>> {
        let pool = self
            .pool
            .get_or_init(|| Pool { transport: Some(self.builder.clone().build()), runtime: Handle::current() });
        Some(pool.transport.as_ref()?.send(mail).await.map(drop))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let _within = self.runtime.enter();
        drop(self.transport.take());
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}
