//! How a digest gets to a person.

use std::error::Error;

use async_trait::async_trait;

use crate::digest::Digest;

/// Why a digest was not taken, by what is to be done.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// This person's digests will never be taken (an address that does not exist). This digest is given up, and the run continues with other people.
    #[error("the transport refused the digest")]
    Refused(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// Not now (greylisting, a full mailbox): it is tried again after a back-off, and the rest goes on.
    #[error("the transport did not take the digest now")]
    Delayed(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// Nobody's digests are taken now (no connection, wrong credentials): the run ends, and all is tried again.
    #[error("the transport is down")]
    Down(#[source] Option<Box<dyn Error + Send + Sync>>),
}

/// Delivers digests: mail, a webhook, a queue.
///
/// A digest counts as sent when the call returns `Ok`, and for no other reason. A worker drops the call at its time-out
/// ([`Limits::send_timeout`](crate::Limits)) and tries again later, so one that was delivered all the same is delivered twice; the notices' ids,
/// expiries and stages tell a repeat.
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
    /// [`SendError`] where it was not taken.
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError>;
}
