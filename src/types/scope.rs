//! Scopes (RFC 6749 §3.3). A scope is a set of scope tokens. Each scope token consists of `%x21 / %x23-5B / %x5D-7E`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::short::Short;

/// A scope: one or more scope tokens in byte order, without duplicates.
///
/// A credential without a scope has all rights of its owner. Its `Option<Scope>` is `None`.
///
/// ```
/// use counterfoil::Scope;
///
/// let wide: Scope = "demo:write demo:read".parse().expect("a scope");
/// let narrow: Scope = "demo:read".parse().expect("a scope");
/// assert_eq!(wide.as_str(), "demo:read demo:write");
/// assert!(wide.covers(&narrow) && !narrow.covers(&wide));
/// assert!(wide.contains("demo:write"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scope(Short);

/// Not a valid scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScope {
    /// The text has no scope token.
    #[error("scope is empty")]
    Empty,
    /// The text has a character that RFC 6749 §3.3 does not allow.
    #[error("scope token contains a character outside %x21 / %x23-5B / %x5D-7E")]
    Character,
    /// The text has more than 1,000 bytes.
    #[error("scope is longer than {} bytes", Scope::MAX)]
    TooLong,
}

impl Scope {
    /// The longest accepted scope, in bytes.
    pub const MAX: usize = 1_000;

    /// The scope token for reading one's own credentials.
    pub const CREDENTIALS_READ: &'static str = "credentials:read";
    /// The scope token for creating, rotating and deleting one's own credentials.
    pub const CREDENTIALS_WRITE: &'static str = "credentials:write";
    /// The scope token for managing security codes.
    pub const CODES_MANAGE: &'static str = "codes:manage";
    /// The scope token for managing clients.
    pub const CLIENTS_MANAGE: &'static str = "clients:manage";
    /// The scope token for managing other people's tokens, and their switch "token login allowed".
    pub const USERS_MANAGE: &'static str = "users:manage";
    /// The scope token for reading and changing settings.
    pub const SETTINGS_MANAGE: &'static str = "settings:manage";
    /// The scope token for managing service accounts and their tokens.
    pub const SERVICE_ACCOUNTS_MANAGE: &'static str = "service-accounts:manage";
    /// All scope tokens of this library.
    pub const OWN: [&'static str; 7] = [
        Self::CODES_MANAGE,
        Self::CLIENTS_MANAGE,
        Self::CREDENTIALS_READ,
        Self::CREDENTIALS_WRITE,
        Self::SERVICE_ACCOUNTS_MANAGE,
        Self::SETTINGS_MANAGE,
        Self::USERS_MANAGE,
    ];

    /// The canonical text: the scope tokens in byte order, separated by one blank.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The scope tokens, in byte order.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(' ')
    }

    /// Whether the scope contains that scope token.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.tokens().any(|own| own == token)
    }

    /// A scope that contains only the scope tokens (such as `projects:read`) of this scope for which `stays` returns
    /// true. `None` if there is no such token.
    pub(crate) fn filtered(&self, stays: impl Fn(&str) -> bool) -> Option<Self> {
        let left: Vec<_> = self.tokens().filter(|token| stays(token)).collect();
        (!left.is_empty()).then(|| Self(Short::new(&left.join(" "))))
    }

    /// Whether this scope contains every token of `other`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.tokens().all(|token| self.contains(token))
    }

    /// Whether the change from `old` to `new` adds rights. `None` means all rights.
    pub(crate) fn widens(old: Option<&Self>, new: Option<&Self>) -> bool {
        match (old, new) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => !old.covers(new),
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = InvalidScope;

    /// Parses scope tokens separated by blanks, and removes duplicates. Returns an [`InvalidScope`] if the text breaks
    /// a rule.
    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        if text.len() > Self::MAX {
            return Err(InvalidScope::TooLong);
        }
        let tokens: BTreeSet<&str> = text.split(' ').filter(|token| !token.is_empty()).collect();
        if tokens.is_empty() {
            return Err(InvalidScope::Empty);
        }
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if !tokens.iter().all(|token| token.bytes().all(allowed)) {
            return Err(InvalidScope::Character);
        }
        Ok(Self(Short::new(&tokens.into_iter().collect::<Vec<_>>().join(" "))))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_set_in_one_spelling() {
        let scope: Scope = "  b a b ".parse().expect("a scope");
        assert_eq!(scope.as_str(), "a b");
        assert_eq!(scope.as_str().parse(), Ok(scope));
    }

    #[test]
    fn only_the_characters_of_the_standard_are_taken() {
        for byte in 0..=0x7Fu8 {
            let text = format!("a{}b", char::from(byte));
            let fits = matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
            assert_eq!(text.parse::<Scope>().is_ok(), fits, "{byte:#x}");
        }
        assert_eq!("é".parse::<Scope>(), Err(InvalidScope::Character));
        assert_eq!(" ".parse::<Scope>(), Err(InvalidScope::Empty));
        assert!("a".repeat(1_000).parse::<Scope>().is_ok());
        assert_eq!("a".repeat(1_001).parse::<Scope>(), Err(InvalidScope::TooLong));
    }

    #[test]
    fn a_token_is_not_covered_by_its_beginning() {
        let scope: Scope = "demo:read".parse().expect("a scope");
        assert!(!scope.contains("demo"));
        assert!(!scope.contains("demo:read:all"));
        assert!(!scope.contains(""));
    }
}
