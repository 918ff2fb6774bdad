//! The delivery of digests.

use std::error::Error;

use async_trait::async_trait;

use crate::digest::Digest;

/// Why a digest was not delivered. The variant decides what happens next.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// This person's digests can never be delivered (the address does not exist). This digest is given up, and the run
    /// continues with other people.
    #[error("the transport refused the digest")]
    Refused(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// A temporary refusal (greylisting, a full mailbox). The digest is tried again after a back-off, and the run
    /// continues.
    #[error("the transport did not take the digest now")]
    Delayed(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// No digest can be sent now (no connection, wrong credentials). The run ends, and all digests are tried again.
    #[error("the transport is down")]
    Down(#[source] Option<Box<dyn Error + Send + Sync>>),
}

/// Delivers digests, by mail, a webhook or a queue.
///
/// A digest counts as sent only when the call returns `Ok`. A worker drops the call at its timeout
/// ([`Limits::send_timeout`](crate::Limits)) and tries again later. If the digest was delivered nevertheless, it is
/// delivered twice. The notices' ids, expiries and stages identify such a repeat.
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
