//! Pages of listings. The next page begins after a key, not at an offset.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

/// The sort key of the last item of a page. The next page begins after this key. A cursor is valid only for the listing
/// that returned it. Treat the string form of a cursor as opaque.
///
/// ```
/// use counterfoil::types::RecordId;
/// use counterfoil::{Timestamp, store::Cursor};
///
/// let cursor = Cursor { at: Timestamp::EPOCH, id: RecordId::from_bytes([1; 16]) };
/// assert_eq!(cursor.to_string().parse(), Ok(cursor));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The instant by which the listing is sorted: the `created_at` or `notice.at` of the last item. It is
    /// [`Timestamp::EPOCH`] if the listing is sorted only by id.
    pub at: Timestamp,
    /// The id of the last item.
    pub id: RecordId,
}

/// The error for a string that is not a valid cursor. If it is converted to an [`Invalid`](crate::Invalid), the
/// [field](crate::Invalid::field) is `cursor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cursor is not one that a page gave")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.at.micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        if text.len() != 32 {
            return Err(InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (at, id) = bytes.split_at_checked(8).ok_or(InvalidCursor)?;
        let at = u64::from_be_bytes(at.try_into().map_err(|_| InvalidCursor)?);
        let id = RecordId::from_bytes(id.try_into().map_err(|_| InvalidCursor)?);
        Ok(Self { at: Timestamp::from_micros(at).ok_or(InvalidCursor)?, id })
    }
}

/// A page of a listing whose keys have the type `K`. A page may be short or empty before the end. On the last page,
/// `next` is `None`.
#[derive(Clone, Debug)]
pub struct Page<T, K = Cursor> {
    /// The items of this page, in the order of the listing.
    pub items: Vec<T>,
    /// The key after which the next page begins. `None` on the last page.
    pub next: Option<K>,
    /// The number of rows on this page that could not be decoded and were skipped. If all pages are read, each of these
    /// rows is counted on exactly one page.
    pub corrupt: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_cursor_is_refused() {
        for foreign in ["", "x", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", &"_".repeat(32), &"A".repeat(33)] {
            assert_eq!(foreign.parse::<Cursor>(), Err(InvalidCursor), "{foreign}");
        }
    }
}
