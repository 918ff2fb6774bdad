//! The text of a new token. It is shown only once.

use std::fmt;

use crate::token::format;
use crate::token::prefixes::Prefixes;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::secret::{Secret, TokenSecret, wipe};

/// A newly issued token. Only this value contains the secret: the store keeps a digest of it. The memory of this value
/// is wiped on drop.
///
/// The type implements no `Clone`, `Display` or `Serialize`:
///
/// ```compile_fail,E0599
/// fn twice(token: &counterfoil::IssuedToken) -> counterfoil::IssuedToken {
///     <counterfoil::IssuedToken>::clone(token)
/// }
/// ```
/// ```compile_fail,E0277
/// fn show(token: &counterfoil::IssuedToken) -> String {
///     format!("{token}")
/// }
/// ```
pub struct IssuedToken {
    kind: TokenKind,
    id: RecordId,
    text: Secret,
}

impl IssuedToken {
    /// The text of the token, to be given to its owner.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// The kind of the token.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The id of the token's record.
    #[must_use]
    pub fn id(&self) -> &RecordId {
        &self.id
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken").field("kind", &self.kind).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Prefixes {
    /// Writes the text of a new token: prefix, id, secret and checksum.
    pub(crate) fn render(&self, kind: TokenKind, id: &RecordId, secret: &TokenSecret) -> IssuedToken {
        let prefix = self.current(kind).as_str();
        let mut body = format::body(id.as_bytes(), secret.expose_secret());
        // The text is allocated at full size, so that no reallocation leaves a partial copy in memory.
        let mut text = String::with_capacity(prefix.len() + 1 + format::LETTERS);
        text.push_str(prefix);
        text.push('_');
        text.extend(body.iter().chain(&format::check(&body)).map(|&letter| char::from(letter)));
        wipe(&mut body);
        IssuedToken { kind, id: *id, text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::secret::SecretBytes;

    #[test]
    fn all_kinds_4_an_issued_token_does_not_show_itself() {
        let secret = SecretBytes::new([b'q'; 43]);
        let token = Prefixes::default().render(TokenKind::AccessToken, &RecordId::from_bytes([7; 16]), &secret);
        assert_eq!(token.expose_secret().len(), 3 + 1 + 71);
        assert_eq!((token.kind(), *token.id()), (TokenKind::AccessToken, RecordId::from_bytes([7; 16])));
        assert!(!format!("{token:?}").contains("qqqq"), "{token:?}");
    }
}
