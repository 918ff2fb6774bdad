//! What is told, and to whom.

mod actor;
mod by;
mod name;
mod parts;
pub(crate) mod sink;
#[cfg(feature = "tracing")]
pub(crate) mod tracing_sink;
mod what;

use crate::types::realm::Realm;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

pub use actor::Actor;
pub(crate) use by::By;
pub use parts::{Action, ClientAction, Fault, Limit, Means, Throttled};
pub use what::EventKind;

/// One thing that happened, told after the store has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// In which realm.
    pub realm: Realm,
    /// Who acted.
    pub by: Actor,
    /// Where the request came from, if there was one and the host knows. Personal data, where it is an address: the policy can leave it out
    /// ([`Events::sources`](crate::policy::Events::sources)).
    pub source: Option<SourceName>,
    /// What.
    pub what: EventKind,
}

pub use sink::{EventSink, NoSink};
#[cfg(feature = "tracing")]
pub use tracing_sink::TracingSink;
