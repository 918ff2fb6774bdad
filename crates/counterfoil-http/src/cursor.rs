//! Cursors of the API. A cursor contains the position at which a page ended, and a checksum that binds it to its list.
//!
//! The checksum contains no secret. It only detects a cursor that belongs to another list or to another person's list.
//! A cursor grants no rights: the caller's rights are checked for each page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// The length of the checksum in bytes.
const CHECK: usize = 8;

/// A list whose pages have cursors. A cursor is valid only for a list with the same three fields.
///
/// ```
/// use counterfoil_http::request::List;
///
/// let list = List { name: "tokens", realm: "default", owner: "7" };
/// let cursor = list.cursor("key");
/// assert_eq!(list.read(Some(&cursor), |key| Some(key.to_owned())), Ok(Some("key".to_owned())));
/// let other = List { owner: "8", ..list };
/// assert!(other.read(Some(&cursor), |key| Some(key.to_owned())).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// The name of the list. It distinguishes the lists of one realm and owner.
    pub name: &'static str,
    /// The realm of the list.
    pub realm: &'a str,
    /// The owner of the items in the list. Empty for a list of a whole realm.
    pub owner: &'a str,
}

impl List<'_> {
    /// Returns the cursor for the page that starts after the position `key`.
    #[must_use]
    pub fn cursor(&self, key: &str) -> String {
        URL_SAFE_NO_PAD.encode([self.check(key).as_slice(), key.as_bytes()].concat())
    }

    /// Reads a cursor of this list, and returns its position as parsed by `parse`. Returns `None` if `cursor` is
    /// `None`.
    ///
    /// # Errors
    ///
    /// A problem of the field `cursor` if the text is not a cursor of this list.
    pub fn read<T>(&self, cursor: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let key = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (check, key) = bytes.split_at_checked(CHECK)?;
            let key = std::str::from_utf8(key).ok()?;
            if check == self.check(key).as_slice() { parse(key) } else { None }
        };
        key().map(Some).ok_or_else(|| Problem::field("cursor", "cursor is not one that a page of this list gave"))
    }

    fn check(&self, key: &str) -> [u8; CHECK] {
        let mut hash = Sha256::new();
        for field in ["counterfoil/cursor/v1", self.name, self.realm, self.owner, key] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        let mut check = [0; CHECK];
        check.copy_from_slice(&hash.finalize()[..CHECK]);
        check
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_list_or_person_is_foreign() {
        let own = List { name: "tokens", realm: "default", owner: "7" };
        let cursor = own.cursor("key");
        let read = |list: List<'_>, cursor: &str| list.read(Some(cursor), |key| Some(key.to_owned()));
        assert_eq!(read(own, &cursor), Ok(Some("key".to_owned())));
        for other in [List { name: "codes", ..own }, List { realm: "other", ..own }, List { owner: "8", ..own }] {
            assert!(read(other, &cursor).is_err(), "{other:?}");
        }
        for bad in ["", "x", "====", &cursor[1..], &format!("{cursor}A"), &cursor.to_lowercase(), &"A".repeat(5_000)] {
            assert!(read(own, bad).is_err(), "{bad}");
        }
    }
}
