//! What events say.

use serde::{Deserialize, Serialize};

/// What events say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// Whether an event names the source of its request, where the host tells it. A source is personal data where it is an address: a host that
    /// has no ground to keep it turns this off, and then no event names one, throttling's included. Failures are counted by source all the same.
    /// On in every preset, since an audit without it cannot tell a thief from an owner.
    pub sources: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self { sources: true }
    }
}
