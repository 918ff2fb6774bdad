//! The section of a policy for last uses.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::{minutes, whole_seconds};

/// The rules for recording the last use of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Uses {
    /// The shortest time between two writes of the last use of the same token, from 1 s to 1 day.
    #[serde(with = "whole_seconds")]
    pub interval: Duration,
    /// The largest number of tokens whose last use is kept in memory until the use is written.
    pub buffered: u32,
}

impl Default for Uses {
    fn default() -> Self {
        Self { interval: minutes(1), buffered: 100_000 }
    }
}
