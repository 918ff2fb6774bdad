//! The scope tokens known to a service.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::types::scope::{InvalidScope, Scope};

/// The scope tokens known to a service: the scope tokens of the host, and those of this library ([`Scope::OWN`]).
///
/// ```
/// use counterfoil::types::KnownScopes;
///
/// let known = KnownScopes::new(["demo:read", "demo:write"])?;
/// assert!(known.contains("demo:read") && known.contains("settings:manage"));
/// assert!(!known.contains("demo:raed"));
/// # Ok::<(), counterfoil::types::InvalidScope>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeSet<String>", into = "BTreeSet<String>")]
pub struct KnownScopes(BTreeSet<String>);

impl KnownScopes {
    /// Collects the host's scope tokens, and adds the scope tokens of this library.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] if one of the texts is not a scope token (RFC 6749 §3.3).
    pub fn new(tokens: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, InvalidScope> {
        let mut known: BTreeSet<String> = Scope::OWN.into_iter().map(str::to_owned).collect();
        for token in tokens {
            let token = token.into();
            if token.contains(' ') {
                return Err(InvalidScope::Character);
            }
            token.parse::<Scope>()?;
            known.insert(token);
        }
        Ok(Self(known))
    }

    /// Whether the scope token is known.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// All known tokens, in byte order.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether every token of the scope is known.
    #[must_use]
    pub fn knows(&self, scope: &Scope) -> bool {
        scope.tokens().all(|token| self.contains(token))
    }
}

impl TryFrom<BTreeSet<String>> for KnownScopes {
    type Error = InvalidScope;

    fn try_from(tokens: BTreeSet<String>) -> Result<Self, InvalidScope> {
        Self::new(tokens)
    }
}

impl From<KnownScopes> for BTreeSet<String> {
    fn from(known: KnownScopes) -> Self {
        known.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_a2_the_librarys_own_are_always_known_and_no_misspelt_ones() {
        let known: KnownScopes = serde_json::from_str(r#"["demo:read"]"#).expect("a list");
        assert!(Scope::OWN.into_iter().all(|own| known.contains(own)));
        let knows = |text: &str| known.knows(&text.parse().expect("a scope"));
        assert!(knows("demo:read settings:manage"));
        assert!(!knows("demo:raed") && !knows("demo:read demo:raed") && !knows("demo:rea"));
        for bad in [r#"["a b"]"#, r#"[""]"#, r#"["\""]"#, r#"["\u00e9"]"#] {
            assert!(serde_json::from_str::<KnownScopes>(bad).is_err(), "{bad}");
        }
    }
}
