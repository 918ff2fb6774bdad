//! Where events go.

use crate::instruments::event::Event;

/// Receives events, synchronously, after the store has confirmed. It cannot fail the call: hand off what takes long.
pub trait EventSink: Send + Sync + 'static {
    /// Takes one event.
    fn tell(&self, event: &Event);
}

/// Drops every event.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSink;

impl EventSink for NoSink {
    fn tell(&self, _event: &Event) {}
}

/// Writes every event to `tracing`, target `counterfoil`: refusals, replays and what went missing as warnings, the rest as information.
#[cfg(feature = "tracing")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

#[cfg(feature = "tracing")]
impl EventSink for TracingSink {
    fn tell(&self, event: &Event) {
        use crate::instruments::event::What;
        let at = event.at.micros();
        let (realm, by) = (event.realm.as_str(), &event.by);
        match &event.what {
            What::Refused { .. }
            | What::LoginRefused { .. }
            | What::ClientRefused { .. }
            | What::GrantRefused { .. }
            | What::Replayed { .. }
            | What::ForeignClient { .. }
            | What::RevocationIgnored { .. }
            | What::Throttled { .. }
            | What::FailuresWithoutSource { .. }
            | What::NoKeyRing
            | What::Corrupt { .. }
            | What::NoAddress { .. }
            | What::UsesDropped { .. } => {
                tracing::warn!(target: "counterfoil", at, realm, by = ?by, what = ?event.what);
            }
            what => tracing::info!(target: "counterfoil", at, realm, by = ?by, what = ?what),
        }
    }
}

/// Keeps every event, for tests.
///
/// ```
/// use counterfoil::event::EventSink;
/// use counterfoil::testing::RecordingSink;
///
/// let sink = RecordingSink::default();
/// assert!(sink.take().is_empty());
/// # fn is_a_sink(_: impl EventSink) {}
/// # is_a_sink(sink);
/// ```
#[cfg(any(test, feature = "test-util"))]
#[derive(Clone, Debug, Default)]
pub struct RecordingSink(std::sync::Arc<std::sync::Mutex<Vec<Event>>>);

#[cfg(any(test, feature = "test-util"))]
impl RecordingSink {
    /// All events so far, and none of them again.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

#[cfg(any(test, feature = "test-util"))]
impl EventSink for RecordingSink {
    fn tell(&self, event: &Event) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(event.clone());
    }
}
