//! The description of a personal access token, a security code or a service account.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::types::visible::{code_point, refused};

/// The description of a personal access token, a security code or a service account: free text of at most 500
/// characters. It is in NFC and trimmed. It has no control or format characters, with two exceptions: line feeds, and
/// joiners where Unicode allows them.
///
/// ```
/// use counterfoil::types::Description;
///
/// assert_eq!(Description::new(" nightly export ").expect("fits").as_str(), "nightly export");
/// assert!(Description::new(&"x".repeat(501)).is_err());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Description(Box<str>);

/// The error for a text that is not a valid description. Operations report it as [`Invalid`](crate::Invalid) with the
/// field `description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDescription {
    /// More than 500 characters.
    #[error("description must have at most {} characters", Description::MAX)]
    TooLong,
    /// A control, format, private-use or unassigned character, or a joiner where Unicode does not allow one.
    #[error("description contains {}, which is not allowed there", code_point(*.0))]
    Character(char),
}

impl Description {
    /// The longest description, in characters.
    pub const MAX: usize = 500;

    /// Checks and normalises a text. An empty text is a valid description.
    ///
    /// # Errors
    ///
    /// [`InvalidDescription`] with the broken rule.
    pub fn new(text: &str) -> Result<Self, InvalidDescription> {
        if text.len() > 8 * Self::MAX {
            return Err(InvalidDescription::TooLong);
        }
        let text: String = text.nfc().collect();
        let text = text.trim();
        if let Some(character) = refused(text, |character| character == '\n') {
            return Err(InvalidDescription::Character(character));
        }
        if text.chars().count() > Self::MAX {
            return Err(InvalidDescription::TooLong);
        }
        Ok(Self(text.into()))
    }

    /// The text of the description.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ao_code_5_a_description_has_at_most_500_characters() {
        assert_eq!(Description::new(&"ж".repeat(500)).map(|text| text.as_str().chars().count()), Ok(500));
        assert_eq!(Description::new(&"ж".repeat(501)), Err(InvalidDescription::TooLong));
        assert_eq!(Description::new("").map(|text| text.as_str().len()), Ok(0));
        assert!(Description::new("two\nlines").is_ok());
        assert_eq!(Description::new("a\u{202E}b"), Err(InvalidDescription::Character('\u{202E}')));
        assert_eq!(Description::new("a\rb"), Err(InvalidDescription::Character('\r')));
    }
}
