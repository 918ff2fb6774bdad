//! What an error at one reported text means for the other texts of the report. The functions are pure.

use crate::service::error::Unavailable;
use crate::store::error::StoreError;

/// Which texts an error affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The text belongs to a row that cannot be decoded. Another attempt would fail too.
    Row,
    /// The error concerns only this text. The other texts are still looked up.
    Text,
    /// Every text would fail, because a store, the directory or the set-up is at fault.
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

/// The error of a search that found nothing, if `rows` rows could not be decoded. One of these rows may be the one that
/// was searched for.
pub(super) fn unread(rows: u32) -> Unavailable {
    StoreError::corrupt(None, format!("{rows} rows of a page cannot be decoded")).into()
}
