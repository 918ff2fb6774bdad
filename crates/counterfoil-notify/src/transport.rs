//! The interface through which a worker delivers messages.

use std::error::Error;

use async_trait::async_trait;

use crate::digest::Digest;

/// The reason why a message was not delivered. The variant decides what the worker does next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The message can never be delivered to this person, for example because the address does not exist. The worker
    /// does not try this message again, and the run continues with other people.
    #[error("the transport refused the digest")]
    Refused(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// The message was refused temporarily, for example because of greylisting or a full mailbox. The worker tries it
    /// again after a back-off, and the run continues with other people.
    #[error("the transport did not take the digest now")]
    Delayed(#[source] Option<Box<dyn Error + Send + Sync>>),
    /// No message can be sent to anyone now, for example because there is no connection or the login fails. The run
    /// ends, and all messages are tried again later.
    #[error("the transport is down")]
    Down(#[source] Option<Box<dyn Error + Send + Sync>>),
}

/// Delivers messages with notices, for example by mail, by a webhook or to a queue. A [`Digest`] is one message to one
/// person.
///
/// The notices of a message are marked as sent only if the call returns `Ok`. After a timeout
/// ([`Limits::send_timeout`](crate::Limits)) the worker drops the call and tries again later. If the dropped call
/// delivered the message nevertheless, it is delivered twice. A receiver can recognise the second delivery by the ids,
/// expiries and stages of the notices.
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
    /// Delivers one message. Returns `Ok` when the message is delivered.
    ///
    /// # Errors
    ///
    /// [`SendError`] if the message was not delivered.
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError>;
}
