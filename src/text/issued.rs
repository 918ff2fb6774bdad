//! The way out: a token's text, shown once, and the dice that make it.

use std::fmt;

use crate::instruments::digest::shard;
use crate::instruments::entropy::{Entropy, NoEntropy};
use crate::instruments::sha256::wipe;
use crate::text::format;
use crate::text::prefix::Prefixes;
use crate::words::base62::ALPHABET;
use crate::words::ids::{FamilyId, OwnerId, RecordId};
use crate::words::kind::TokenKind;
use crate::words::realm::Realm;
use crate::words::secret::{Secret, SecretBytes, TokenSecret};

/// A token as it is issued: the only place and the only time that its secret can be read. Wiped on drop.
///
/// No `Clone`, no `Display`, no `Serialize`:
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
    /// The text to hand over.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The id that its record is kept under.
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
    /// Writes a token's text.
    pub(crate) fn render(&self, kind: TokenKind, id: &RecordId, secret: &TokenSecret) -> IssuedToken {
        let prefix = self.current(kind).as_str();
        let mut body = format::body(id.as_bytes(), secret.expose_secret());
        // Room for all at once, so that no half-written copy is left behind.
        let mut text = String::with_capacity(prefix.len() + 1 + format::LETTERS);
        text.push_str(prefix);
        text.push('_');
        text.extend(body.iter().chain(&format::check(&body)).map(|&letter| char::from(letter)));
        wipe(&mut body);
        IssuedToken { kind, id: *id, text: text.into() }
    }
}

/// 43 letters, each of 62 as likely: bytes of 248 and above are thrown away, since 248 is four times 62.
pub(crate) fn draw_secret(entropy: &dyn Entropy) -> Result<TokenSecret, NoEntropy> {
    let mut secret = SecretBytes::new([0; 43]);
    let mut bytes = SecretBytes::new([0; 64]);
    let mut slots = secret.expose_secret_mut().iter_mut();
    // 64 bytes fall short once in 10^15 draws; a source that fills 16 times 64 with 248 and above is broken, not unlucky.
    for _ in 0..16 {
        entropy.fill(bytes.expose_secret_mut())?;
        for &byte in bytes.expose_secret().iter().filter(|&&byte| byte < 248) {
            match slots.next() {
                Some(slot) => *slot = ALPHABET[usize::from(byte % 62)],
                None => return Ok(secret),
            }
        }
    }
    Err(NoEntropy)
}

/// The id of a new family's first member: shard, nine random bytes of the family, six of the member.
pub(crate) fn draw_id(realm: &Realm, owner: &OwnerId, entropy: &dyn Entropy) -> Result<RecordId, NoEntropy> {
    let mut id = [0; 16];
    entropy.fill(&mut id[1..])?;
    id[0] = shard(realm, owner);
    Ok(RecordId::from_bytes(id))
}

/// The id of one more member of a family.
pub(crate) fn draw_member(family: FamilyId, entropy: &dyn Entropy) -> Result<RecordId, NoEntropy> {
    let mut member = [0; 6];
    entropy.fill(&mut member)?;
    Ok(RecordId::of(family, member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruments::entropy::SeededEntropy;

    /// Fills with one byte, or fails.
    struct Stuck(Option<u8>);

    impl Entropy for Stuck {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0.ok_or(NoEntropy)?);
            Ok(())
        }
    }

    #[test]
    fn all_kinds_1_every_letter_is_as_likely() {
        let entropy = SeededEntropy::new(11);
        let mut counts = [0u32; 256];
        for _ in 0..20_000 {
            for &letter in draw_secret(&entropy).expect("seeded").expose_secret() {
                counts[usize::from(letter)] += 1;
            }
        }
        // 860,000 letters, 13,871 each; six standard deviations are 700. The seed is fixed: this passes always or never.
        assert!(ALPHABET.iter().all(|&letter| counts[usize::from(letter)].abs_diff(13_871) < 700));
        assert_eq!(counts.iter().sum::<u32>(), 860_000);
    }

    #[test]
    fn all_kinds_1_a_byte_of_248_and_above_is_thrown_away() {
        for byte in 248..=255 {
            assert_eq!(draw_secret(&Stuck(Some(byte))).err(), Some(NoEntropy), "and a stuck source ends");
        }
        for (byte, letter) in [(0, b'0'), (61, b'z'), (62, b'0'), (247, b'z')] {
            assert_eq!(draw_secret(&Stuck(Some(byte))).expect("letters").expose_secret(), &[letter; 43]);
        }
        assert_eq!(draw_secret(&Stuck(None)).err(), Some(NoEntropy));
    }

    #[test]
    fn an_id_is_shard_family_and_member() {
        let (realm, owner, entropy) = (Realm::default(), OwnerId::realm(), SeededEntropy::new(5));
        let first = draw_id(&realm, &owner, &entropy).expect("seeded");
        let second = draw_id(&realm, &owner, &entropy).expect("seeded");
        assert_eq!([first.shard(), second.shard()], [shard(&realm, &owner); 2]);
        assert_ne!(first.family(), second.family());
        let member = draw_member(first.family(), &entropy).expect("seeded");
        assert_eq!(member.family(), first.family());
        assert_ne!(member.member(), first.member());
        assert!(draw_id(&realm, &owner, &Stuck(None)).is_err() && draw_member(first.family(), &Stuck(None)).is_err());
    }

    #[test]
    fn all_kinds_4_an_issued_token_does_not_show_itself() {
        let secret = SecretBytes::new([b'q'; 43]);
        let token = Prefixes::default().render(TokenKind::AccessToken, &RecordId::from_bytes([7; 16]), &secret);
        assert_eq!(token.expose_secret().len(), 3 + 1 + 71);
        assert_eq!((token.kind(), *token.id()), (TokenKind::AccessToken, RecordId::from_bytes([7; 16])));
        assert!(!format!("{token:?}").contains("qqqq"), "{token:?}");
    }
}
