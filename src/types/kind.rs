//! The kinds of credential.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a credential. It is unrelated to OAuth's `token_type`, which is always "bearer" (RFC 6749 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenKind {
    /// A token that its owner creates for a program. It is listed and can have a label.
    PersonalAccessToken,
    /// A short-lived token from the token endpoint (RFC 6749 §1.4).
    AccessToken,
    /// A token with which a client gets the next access token. It is issued together with an access token (RFC 6749
    /// §1.5).
    RefreshToken,
    /// A token that a super administrator of a realm creates for a program.
    SecurityCode,
    /// The secret by which a client authenticates (RFC 6749 §2.3.1).
    ClientSecret,
    /// The credential in the console's cookie. It is never a bearer token.
    ConsoleSession,
}

impl TokenKind {
    /// All kinds, in the order of their bytes.
    pub const ALL: [Self; 6] = [
        Self::PersonalAccessToken,
        Self::AccessToken,
        Self::RefreshToken,
        Self::SecurityCode,
        Self::ClientSecret,
        Self::ConsoleSession,
    ];

    /// The byte for this kind in digests and in stores. A byte is never reused for another kind (ARCHITECTURE.md lists
    /// the bytes).
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::PersonalAccessToken => 1,
            Self::AccessToken => 2,
            Self::RefreshToken => 3,
            Self::SecurityCode => 4,
            Self::ClientSecret => 5,
            Self::ConsoleSession => 6,
        }
    }

    /// The kind with that byte, or `None`.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::PersonalAccessToken),
            2 => Some(Self::AccessToken),
            3 => Some(Self::RefreshToken),
            4 => Some(Self::SecurityCode),
            5 => Some(Self::ClientSecret),
            6 => Some(Self::ConsoleSession),
            _ => None,
        }
    }

    /// The name in the API and in logs, such as `personal_access_token` or `access_token`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonalAccessToken => "personal_access_token",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::SecurityCode => "security_code",
            Self::ClientSecret => "client_secret",
            Self::ConsoleSession => "console_session",
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::TokenKind;

    #[test]
    fn every_kind_has_its_own_byte() {
        for kind in TokenKind::ALL {
            assert_eq!(TokenKind::from_byte(kind.byte()), Some(kind));
        }
        assert_eq!(TokenKind::from_byte(0), None);
        assert_eq!(TokenKind::from_byte(7), None, "7 is the imported client secret's, which is no kind");
    }
}
