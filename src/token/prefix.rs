//! The prefix of a token.

use std::fmt;

use arrayvec::ArrayString;

/// The prefix of a token. It has 2 to 16 characters of `[a-z0-9_]` and does not end in `_`.
///
/// ```
/// use counterfoil::token::Prefix;
///
/// assert!(Prefix::new("acme_pat").is_ok());
/// assert!(Prefix::new("acme_").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prefix(ArrayString<16>);

/// Not a valid prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("prefix must be 2 to 16 characters of [a-z0-9_] and not end in _")]
pub struct InvalidPrefix;

impl Prefix {
    /// Checks the text.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefix`] if the text breaks a rule of [`Prefix`].
    pub fn new(text: &str) -> Result<Self, InvalidPrefix> {
        let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let prefix = ArrayString::from(text).map_err(|_| InvalidPrefix)?;
        if text.len() >= 2 && letters && !text.ends_with('_') { Ok(Self(prefix)) } else { Err(InvalidPrefix) }
    }

    /// Wraps a text of the library itself. A test checks that these texts are valid prefixes.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(ArrayString::from(text).unwrap_or_default())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_1_a_prefix_is_2_to_16_of_its_letters() {
        for good in ["ab", "a0", "_a", "00", "a_b", "cf__p", "abcdefghijklmnop"] {
            assert_eq!(Prefix::new(good).map(|prefix| prefix.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "a", "_", "a_", "__", "abcdefghijklmnopq", "Ab", "a-b", "a b", "ab\n", "aб", "ab.", "a\0"] {
            assert_eq!(Prefix::new(bad), Err(InvalidPrefix), "{bad:?}");
        }
    }
}
