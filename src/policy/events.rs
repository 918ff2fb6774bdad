//! The content of events.

use serde::{Deserialize, Serialize};

/// The content of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Events {
    /// Whether an event names the source of its request, if the host gives it. A source that is an address is
    /// personal data. A host without a legal ground to keep it turns this off; then no event names a source,
    /// including throttling events. Failures are still counted by source. On in every preset, since without it an
    /// audit cannot distinguish a thief from an owner.
    pub sources: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self { sources: true }
    }
}
