//! The trait for receivers of events, and the sinks that drop, forward or record events.

use std::sync::Arc;

use crate::event::Event;

/// Receives events. The library calls a sink synchronously, after the store has confirmed the change. A sink cannot
/// make the operation fail, but a slow sink delays the operation. So hand long work to another task.
pub trait EventSink: Send + Sync + 'static {
    /// Receives one event. The call should return fast, because the operation waits for it.
    fn tell(&self, event: &Event);
}

/// A sink that drops every event.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSink;

impl EventSink for NoSink {
    fn tell(&self, _event: &Event) {}
}

impl<S: EventSink + ?Sized> EventSink for Arc<S> {
    fn tell(&self, event: &Event) {
        (**self).tell(event);
    }
}

impl<S: EventSink + ?Sized> EventSink for Box<S> {
    fn tell(&self, event: &Event) {
        (**self).tell(event);
    }
}

/// Every sink receives the event, in the order of the vector.
impl<S: EventSink> EventSink for Vec<S> {
    fn tell(&self, event: &Event) {
        self.iter().for_each(|sink| sink.tell(event));
    }
}

/// A sink that records every event, for tests.
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
    /// Removes and returns all events that were recorded so far.
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
