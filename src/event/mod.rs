//! Events and their sinks.

mod actor;
mod by;
mod kind;
mod name;
mod parts;
pub(crate) mod sink;
#[cfg(feature = "tracing")]
pub(crate) mod tracing_sink;

use crate::types::realm::Realm;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

pub use actor::Actor;
pub(crate) use by::By;
pub use kind::EventKind;
pub use parts::{Action, ClientAction, DropReason, Fault, LeakState, Limit, Means, ServiceAccountAction, Throttled};

/// An event about a change or a refusal. An event about a change is emitted after the store has confirmed the change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When the change or the refusal happened.
    pub at: Timestamp,
    /// The realm in which the change or the refusal happened.
    pub realm: Realm,
    /// Who caused the event.
    pub by: Actor,
    /// The source of the request. `None` if there was no request, or if its source is unknown. An address is personal
    /// data, so the policy can leave the source out ([`Events::sources`](crate::policy::Events::sources)).
    pub source: Option<SourceName>,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// An event without a source.
    #[must_use]
    pub const fn new(at: Timestamp, realm: Realm, by: Actor, kind: EventKind) -> Self {
        Self { at, realm, by, source: None, kind }
    }
}

crate::types::setters::setters!(Event {
    with_source source: Option<SourceName>;
});

pub use sink::{EventSink, NoSink};
#[cfg(feature = "tracing")]
pub use tracing_sink::TracingSink;
