//! The pool of connections, created and dropped within a runtime.
//!
//! lettre 0.11 spawns a task when a pool is created and another one when it is dropped, and panics without a runtime.
//! But a host may create a transport before its runtime, and drop it afterwards.

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
    /// `Some` until the pool is dropped.
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
    runtime: Handle,
}

impl Mailer {
    pub(super) fn new(builder: AsyncSmtpTransportBuilder) -> Self {
        Self { builder, pool: OnceLock::new() }
    }

    /// Must be called within the runtime in which the transport is used. `None` if the pool was dropped.
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
