//! The text of a token that a caller presents. This is the second step of a verification: `Bearer cfp_…` →
//! **`PresentedToken`** → `TokenRecord` → `Verified` → `Principal`.

use crate::token::format;
use crate::token::prefixes::Prefixes;
use crate::types::base62;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::secret::{SecretBytes, TokenSecret};

/// A text that has the form of a token. Only the store can tell whether the token exists.
///
/// Only [`Prefixes::parse`] creates a value of this type. `Debug` shows the kind and the id, which are public, but not
/// the secret.
#[derive(Debug)]
pub struct PresentedToken {
    kind: TokenKind,
    id: RecordId,
    secret: TokenSecret,
}

/// Why a text does not have the form of a token. The parser finds the reason without a store call. The error never
/// contains the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedToken {
    /// The text does not begin with a known prefix and `_`.
    #[error("token does not begin with a known prefix")]
    Prefix,
    /// The part after the prefix and its `_` does not have exactly 71 letters. Blanks count, because none are removed.
    #[error("token must have 71 letters after its prefix")]
    Length,
    /// A letter after the prefix is not one of `[0-9A-Za-z]`.
    #[error("token has a character outside of [0-9A-Za-z] after its prefix")]
    Alphabet,
    /// The checksum does not match. Usually this is a typing error.
    #[error("token has a wrong checksum: it was mistyped or cut")]
    Checksum,
    /// The id is a number that does not fit in 16 bytes (2^128 or more).
    #[error("token has an id beyond 128 bits")]
    Id,
}

impl Prefixes {
    /// Parses the text of a token. Only one spelling is accepted: blanks are not removed, and upper and lower case
    /// differ.
    ///
    /// ```
    /// use counterfoil::token::{MalformedToken, Prefixes};
    ///
    /// assert_eq!(Prefixes::default().parse("ghp_1").err(), Some(MalformedToken::Prefix));
    /// assert_eq!(Prefixes::default().parse("cfp_1").err(), Some(MalformedToken::Length));
    /// ```
    ///
    /// # Errors
    ///
    /// [`MalformedToken`] with the first broken rule, in the order of its variants.
    pub fn parse(&self, text: &str) -> Result<PresentedToken, MalformedToken> {
        let text = text.as_bytes();
        let split = format::split(text).and_then(|parts| Some((self.kind(parts.prefix)?, parts)));
        let Some((kind, parts)) = split else {
            return Err(if self.begin(text) { MalformedToken::Length } else { MalformedToken::Prefix });
        };
        if !(format::is_base62(parts.body) & format::is_base62(parts.check)) {
            return Err(MalformedToken::Alphabet);
        }
        if !format::agrees(parts.body, parts.check) {
            return Err(MalformedToken::Checksum);
        }
        let (id, secret) = format::halves(parts.body).ok_or(MalformedToken::Length)?;
        let id = base62::decode_id(id).ok_or(MalformedToken::Id)?;
        Ok(PresentedToken { kind, id: RecordId::from_bytes(id), secret: SecretBytes::new(*secret) })
    }
}

impl PresentedToken {
    /// The kind, which the prefix determines.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The id of the record to which the token claims to belong.
    #[must_use]
    pub fn id(&self) -> &RecordId {
        &self.id
    }

    /// The secret, which is verified against the stored digest.
    pub(crate) fn secret(&self) -> &TokenSecret {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::entropy::{Entropy as _, SeededEntropy};
    use crate::token::draw::draw_secret;
    use crate::token::prefixes::Prefix;

    fn seeded(seed: u64) -> (RecordId, TokenSecret) {
        let entropy = SeededEntropy::new(seed);
        let mut id = [0; 16];
        entropy.fill(&mut id).expect("seeded");
        (RecordId::from_bytes(id), draw_secret(&entropy).expect("seeded"))
    }

    fn text(kind: TokenKind, seed: u64) -> String {
        let (id, secret) = seeded(seed);
        Prefixes::default().render(kind, &id, &secret).expose_secret().to_owned()
    }

    #[test]
    fn all_kinds_1_what_is_rendered_is_parsed_again() {
        let prefixes = Prefixes::default();
        for seed in 0..5_000 {
            let (id, secret) = seeded(seed);
            let kind = TokenKind::ALL[(seed % 6) as usize];
            let issued = prefixes.render(kind, &id, &secret);
            let token = prefixes.parse(issued.expose_secret()).expect("our own text");
            assert_eq!((token.kind(), *token.id()), (kind, id));
            assert_eq!(token.secret().expose_secret(), secret.expose_secret());
            assert!(issued.expose_secret().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        }
    }

    #[test]
    fn all_kinds_1_every_change_of_one_byte_is_refused_but_for_another_kinds_prefix() {
        let prefixes = Prefixes::default();
        for seed in 0..4 {
            let good = text(TokenKind::PersonalAccessToken, seed);
            for at in 0..good.len() {
                for byte in (0..=127u8).filter(|&byte| byte != good.as_bytes()[at]) {
                    let mut bytes = good.clone().into_bytes();
                    bytes[at] = byte;
                    let changed = String::from_utf8(bytes).expect("ASCII");
                    let other_kind = at == 2 && b"arsck".contains(&byte);
                    // CRC-32 detects every change within 32 bits. So a change of a single letter is always detected.
                    assert_eq!(prefixes.parse(&changed).is_ok(), other_kind, "{at} {byte}");
                }
            }
        }
    }

    #[test]
    fn all_kinds_1_every_swap_of_neighbours_and_every_cut_is_refused() {
        let prefixes = Prefixes::default();
        let good = text(TokenKind::AccessToken, 1);
        for at in 0..good.len() {
            assert!(prefixes.parse(&good[..at]).is_err());
            assert!(prefixes.parse(&good[at + 1..]).is_err());
            let mut bytes = good.clone().into_bytes();
            bytes.swap(at, (at + 1) % good.len());
            let swapped = String::from_utf8(bytes).expect("ASCII");
            assert!(swapped == good || prefixes.parse(&swapped).is_err(), "{at}");
        }
    }

    #[test]
    fn i9_a_blank_anywhere_is_refused() {
        let prefixes = Prefixes::default();
        let good = text(TokenKind::SecurityCode, 1);
        for blank in [" ", "\n", "\r\n", "\t", "\0", "\u{200B}", "\u{FEFF}", "\u{A0}", "\u{301}"] {
            for at in 0..=good.len() {
                let spaced = format!("{}{blank}{}", &good[..at], &good[at..]);
                assert!(prefixes.parse(&spaced).is_err(), "{blank:?} at {at}");
            }
        }
    }

    #[test]
    fn all_kinds_1_an_old_prefix_goes_on_verifying_and_a_dropped_one_does_not() {
        let kind = TokenKind::PersonalAccessToken;
        let good = text(kind, 1);
        let prefix = |text| Prefix::new(text).expect("a prefix");
        let renamed = Prefixes::builder().current(kind, prefix("acme_pat"));
        assert_eq!(renamed.clone().build().expect("a set").parse(&good).err(), Some(MalformedToken::Prefix));
        let renamed = renamed.old(kind, prefix("cfp")).build().expect("a set");
        assert_eq!(renamed.parse(&good).expect("old").kind(), kind);
        let (id, secret) = seeded(1);
        assert!(renamed.render(kind, &id, &secret).expose_secret().starts_with("acme_pat_"));
    }

    #[test]
    fn all_kinds_1_a_prefix_within_a_prefix_is_not_ambiguous() {
        let prefix = |text| Prefix::new(text).expect("a prefix");
        let kinds = [TokenKind::AccessToken, TokenKind::RefreshToken, TokenKind::SecurityCode];
        let builder = kinds
            .iter()
            .zip(["cf", "cf_p", "cf_p_x"])
            .fold(Prefixes::builder(), |builder, (&kind, text)| builder.current(kind, prefix(text)));
        let prefixes = builder.build().expect("no two are equal");
        for seed in 0..200 {
            for kind in kinds {
                let (id, secret) = seeded(seed);
                let issued = prefixes.render(kind, &id, &secret);
                assert_eq!(prefixes.parse(issued.expose_secret()).expect("our own").kind(), kind);
            }
        }
    }

    #[test]
    fn all_kinds_4_no_error_and_no_debug_shows_the_text() {
        let good = text(TokenKind::RefreshToken, 3);
        let token = Prefixes::default().parse(&good).expect("our own");
        let shown = format!("{token:?}");
        assert!(shown.contains(&token.id().to_string()) && !shown.contains(&good[26..69]), "{shown}");
        let error = Prefixes::default().parse("cfr_hunter2").expect_err("too short");
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
}
