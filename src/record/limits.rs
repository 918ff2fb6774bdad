//! The limits by which the phase of a record is determined: the settings, and the rules of the policy for credentials
//! that already exist.

use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// What happens to a credential that lives longer than the policy now allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// The existing credential keeps its stored expiry. Only new credentials get the shorter lifetime.
    Grandfather,
}

/// The rules of the policy for credentials that already exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ceilings {
    existing: Existing,
}

impl Ceilings {
    /// Every credential keeps its stored expiry.
    pub(crate) const GRANDFATHER: Self = Self { existing: Existing::Grandfather };

    /// The expiry that applies to a record whose stored expiry is `stored`. `None` means never.
    pub(crate) const fn applied(self, stored: Option<Timestamp>) -> Option<Timestamp> {
        match self.existing {
            Existing::Grandfather => stored,
        }
    }
}

/// The settings and the ceilings that apply now.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) ceilings: Ceilings,
}
