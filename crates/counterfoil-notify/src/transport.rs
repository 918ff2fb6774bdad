//! How a digest gets to a person.

use std::error::Error;

use async_trait::async_trait;

use crate::digest::Digest;

/// Why a digest was refused, by what happens next.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// This person's digests will never be taken (an address that does not exist). This digest is given up, and the run
    /// continues with other people.
    #[error("the transport refused the digest")]
    Refused(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// A temporary refusal (greylisting, a full mailbox): it is tried again after a back-off, and the run continues.
    #[error("the transport did not take the digest now")]
    Delayed(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// No digest can be sent now (no connection, wrong credentials): the run ends, and everything is tried again.
    #[error("the transport is down")]
    Down(#[source] Option<Box<dyn Error + Send + Sync>>),
}

/// Delivers digests: mail, a webhook, a queue.
///
/// A digest counts as sent only when the call returns `Ok`. A worker drops the call at its time-out
/// ([`Limits::send_timeout`](crate::Limits)) and tries again later, so a digest that was delivered after all is
/// delivered twice. The notices' ids, expiries and stages identify a repeat.
///
/// ```
/// use std::sync::Mutex;
///
/// use async_trait::async_trait;
/// use counterfoil_notify::{Digest, SendError, Transport};
///
/// /// Keeps what it is given.
/// #[derive(Default)]
/// struct Outbox(Mutex<Vec<String>>);
///
/// #[async_trait]
/// impl Transport for Outbox {
///     async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
///         let mut outbox = self.0.lock().map_err(|_| SendError::Down(None))?;
///         outbox.extend(digest.notices().iter().map(|notice| format!("{}: {}", digest.to(), notice.label())));
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Delivers one digest.
    ///
    /// # Errors
    ///
    /// [`SendError`] if it was refused.
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError>;
}
