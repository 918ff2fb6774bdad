//! Draws the random parts of a token, which are its secret and its id.

use crate::crypto::entropy::{Entropy, NoEntropy};
use crate::crypto::sha256;
use crate::types::base62::ALPHABET;
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::realm::Realm;
use crate::types::secret::{SecretBytes, TokenSecret};

/// Draws 43 base62 letters. A random byte gives a letter by its remainder modulo 62. Bytes of 248 and above are
/// discarded, because 248 is four times 62. So each letter is equally likely.
pub(crate) fn draw_secret(entropy: &dyn Entropy) -> Result<TokenSecret, NoEntropy> {
    let mut secret = SecretBytes::new([0; 43]);
    let mut bytes = SecretBytes::new([0; 64]);
    let mut slots = secret.expose_secret_mut().iter_mut();
    // 64 random bytes give fewer than 44 letters only once in about 10^15 draws. A source that gives too few letters 16
    // times in a row is broken.
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

/// Draws the id of a new family's first credential. It consists of the shard, nine random bytes for the family, and six
/// random bytes for the credential.
pub(crate) fn draw_id(realm: &Realm, owner: &OwnerId, entropy: &dyn Entropy) -> Result<RecordId, NoEntropy> {
    let mut id = [0; 16];
    entropy.fill(&mut id[1..])?;
    id[0] = shard(realm, owner);
    Ok(RecordId::from_bytes(id))
}

/// Draws the id of a further credential of a family: the id of the family and six random bytes.
pub(crate) fn draw_member(family: FamilyId, entropy: &dyn Entropy) -> Result<RecordId, NoEntropy> {
    let mut member = [0; 6];
    entropy.fill(&mut member)?;
    Ok(RecordId::of(family, member))
}

/// The shard of an owner's credentials. It is the first byte of SHA-256 of realm and owner, each preceded by its
/// length.
///
/// The shard is the first byte of the public ids of these credentials. So a token reveals which of 256 shards its owner
/// belongs to.
#[must_use]
pub fn shard(realm: &Realm, owner: &OwnerId) -> u8 {
    let (realm, owner) = (realm.as_str(), owner.as_str());
    let lengths = [realm, owner].map(|text| (text.len() as u64).to_be_bytes());
    sha256::hash(&[&lengths[0], realm.as_bytes(), &lengths[1], owner.as_bytes()])[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::entropy::SeededEntropy;
    use crate::types::ids::SubjectId;

    /// A source whose bytes all have the given value. With `None`, every read of the source fails.
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
        // 860,000 letters are drawn, so each letter is expected 13,871 times. Six standard deviations are 700. The seed
        // is fixed, so the result is always the same.
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
    fn the_shard_follows_from_realm_and_owner_and_tells_them_apart() {
        let shards = |realm: &str, owner: &str| {
            let of = |i| {
                let realm = Realm::new(&format!("{i}{realm}")).expect("a realm");
                shard(&realm, &SubjectId::new(owner).expect("an id").into())
            };
            (0..64).map(of).collect::<Vec<u8>>()
        };
        assert_eq!(shards("r", "o"), shards("r", "o"));
        assert_ne!(shards("r", "o"), shards("r", "p"));
        assert_ne!(shards("rx", "o"), shards("r", "xo"), "lengths stand before the fields");
    }
}
