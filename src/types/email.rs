//! The e-mail address to which notices are sent.

use crate::types::short::Short;

/// An e-mail address `local@domain`. It has at most 254 bytes, and no blanks or control characters, so it cannot break
/// a mail header. Nothing else is checked, because only sending a mail can show whether the address accepts mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmailAddress(Short);

/// The error for a text that is not a valid e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("e-mail address must be local@domain, at most 254 bytes, without blanks and control characters")]
pub struct InvalidEmail;

impl EmailAddress {
    /// Checks the address.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] if the text breaks a rule of [`EmailAddress`].
    pub fn new(text: &str) -> Result<Self, InvalidEmail> {
        let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'));
        let parts = text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        (text.len() <= 254 && clean && parts).then(|| Self(Short::new(text))).ok_or(InvalidEmail)
    }

    /// The e-mail address as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_break_a_header() {
        assert!(EmailAddress::new("bill.posters@example.com").is_ok());
        for bad in ["", "@", "a@", "@b", "a b@c", "a@b\r\nBcc: x@y", "a@b,c@d", "<a@b>"] {
            assert_eq!(EmailAddress::new(bad), Err(InvalidEmail), "{bad:?}");
        }
    }
}
