//! Which data is written to events.

use serde::{Deserialize, Serialize};

/// Which data is written to events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Events {
    /// Whether an event contains the source of its request, if the host gives the source. A source that is an address
    /// is personal data: set this field to false if you have no legal ground to store addresses. No event then contains
    /// a source, not even an event about throttling. Failures are still counted per source. In every preset this field
    /// is true, because without sources an audit cannot distinguish a thief from an owner.
    pub sources: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self { sources: true }
    }
}

impl Events {
    /// Returns `source` if the policy allows sources in events ([`Events::sources`]), and `None` otherwise.
    pub(crate) fn named<S>(&self, source: Option<S>) -> Option<S> {
        source.filter(|_| self.sources)
    }
}
