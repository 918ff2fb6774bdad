//! What an error of one text means for the other texts. The functions are pure.

use crate::service::error::Unavailable;
use crate::store::error::StoreError;

/// How far an error reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The text belongs to a row that cannot be decoded. Another attempt would fail too.
    Row,
    /// Only this text failed. The other texts are looked up.
    Text,
    /// Every text would fail: a store, the directory or the set-up.
    Outage,
}

impl Trouble {
    pub(super) fn of(error: &Unavailable) -> Self {
        match error {
            Unavailable::Store(StoreError::Corrupt { .. }) => Self::Row,
            Unavailable::Store(StoreError::Invalid { .. } | StoreError::Unsupported { .. })
            | Unavailable::Contended { .. } => Self::Text,
            _ => Self::Outage,
        }
    }
}

pub(super) fn is_corrupt(error: &Unavailable) -> bool {
    Trouble::of(error) == Trouble::Row
}

/// The error for a page of which `rows` could not be decoded, if what was looked for may be among them.
pub(super) fn unread(rows: u32) -> Unavailable {
    StoreError::corrupt(None, format!("{rows} rows of a page cannot be decoded")).into()
}
