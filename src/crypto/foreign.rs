//! The digests of imported tokens: the alias by which a record is found, and the two digests that a record can have.
//!
//! An imported record has no secret of this library. At first, the digest of the record covers the other system's
//! digest, because nothing else of the token is known. At the first use, the text of the token is known, and the record
//! gets a digest of this text. Every digest is an HMAC under a key of the ring. So neither a dump of the other system
//! nor write access to the store is enough to create a digest that verifies.

use crate::crypto::digest::{Digest, Digester};
use crate::crypto::primed::Primed;
use crate::crypto::sha256::{self, LastBlock};
use crate::types::ids::{KeyId, RecordId};
use crate::types::secret::wipe;

/// The kind byte for a digest that covers the other system's digest of an imported token.
const FOREIGN_DIGEST: u8 = 8;
/// The kind byte for a digest that covers the text of an imported token.
const FOREIGN_TEXT: u8 = 9;

impl Digester {
    /// The digest of an imported token that was not used yet: an HMAC of the other system's digest under the given key.
    /// `None` if the key is not in the ring. So the result for [`KeyId::NONE`] is always `None`.
    pub(crate) fn of_foreign_digest(&self, key: KeyId, id: &RecordId, scheme: &str, digest: &[u8]) -> Option<Digest> {
        Some(of_named(self.ring_key(key)?, FOREIGN_DIGEST, id, scheme, digest))
    }

    /// The digest of the text of an imported token: an HMAC of the text under the given key. `None` if the key is not
    /// in the ring. So the result for [`KeyId::NONE`] is always `None`.
    pub(crate) fn of_foreign_text(&self, key: KeyId, id: &RecordId, scheme: &str, text: &[u8]) -> Option<Digest> {
        Some(of_named(self.ring_key(key)?, FOREIGN_TEXT, id, scheme, text))
    }

    /// The aliases by which the record of an imported token is found, one for each key of the key ring, the newest key
    /// first. The aliases depend on the realm, the scheme and the other system's digest. Empty without a key ring.
    pub(crate) fn aliases(&self, scheme: &str, digest: &[u8]) -> Vec<(KeyId, [u8; 32])> {
        let length = [scheme.len() as u8];
        let of = |(id, key): &(KeyId, _)| (*id, self.alias_under(key, &[&length, scheme.as_bytes(), digest]));
        self.alias_keys().iter().map(of).collect()
    }
}

/// A digest whose message is id ‖ SHA-256(length of the scheme's name ‖ name ‖ bytes).
fn of_named(primed: &Primed, kind: u8, id: &RecordId, scheme: &str, bytes: &[u8]) -> Digest {
    #[cfg(test)]
    super::digest::counting::count();
    let mut hash = sha256::hash(&[&[scheme.len() as u8], scheme.as_bytes(), bytes]);
    let mut message = LastBlock::<48>::new();
    message.message()[..16].copy_from_slice(id.as_bytes());
    message.message()[16..].copy_from_slice(&hash);
    wipe(&mut hash);
    Digest::from_bytes(primed.hash(kind, &mut message))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::crypto::digest::Unkeyed;
    use crate::crypto::key_ring::KeyRing;
    use crate::types::realm::Realm;
    use crate::types::secret::SecretBytes;

    const ID: RecordId = RecordId::from_bytes([0xA5; 16]);
    const ONE: KeyId = KeyId::new(1);

    fn digester(realm: &str, keys: &[u32]) -> Digester {
        let keys = keys.iter().map(|&id| (KeyId::new(id), SecretBytes::new([id as u8; 32])));
        let ring = KeyRing::new(keys).expect("a ring");
        Digester::new(&Realm::new(realm).expect("a realm"), Some(Arc::new(ring)), Unkeyed::Accepted)
    }

    #[test]
    fn life_6_a_foreign_digest_is_bound_to_key_realm_id_scheme_and_stage() {
        let one = digester("one", &[1, 2]);
        let of = |digester: &Digester, key, id: &RecordId, scheme: &str, bytes: &[u8]| {
            digester.of_foreign_digest(KeyId::new(key), id, scheme, bytes).expect("a key of the ring")
        };
        let digest = of(&one, 1, &ID, "sanctum", b"digest");
        let other = RecordId::from_bytes([0xA4; 16]);
        let others = [
            of(&one, 2, &ID, "sanctum", b"digest"),
            of(&one, 1, &other, "sanctum", b"digest"),
            of(&one, 1, &ID, "sanctu", b"mdigest"),
            of(&one, 1, &ID, "sanctum", b"digesu"),
            of(&digester("two", &[1]), 1, &ID, "sanctum", b"digest"),
            one.of_foreign_text(ONE, &ID, "sanctum", b"digest").expect("a key of the ring"),
        ];
        assert!(others.iter().all(|other| !other.ct_eq(&digest)));
        assert!(of(&digester("one", &[1]), 1, &ID, "sanctum", b"digest").ct_eq(&digest));
    }

    #[test]
    fn life_6_no_foreign_digest_exists_without_a_key() {
        let unkeyed = Digester::new(&Realm::default(), None, Unkeyed::Accepted);
        for digester in [&unkeyed, &digester("one", &[1])] {
            assert!(digester.of_foreign_digest(KeyId::NONE, &ID, "s", b"d").is_none());
            assert!(digester.of_foreign_text(KeyId::NONE, &ID, "s", b"d").is_none());
        }
        assert!(unkeyed.aliases("s", b"d").is_empty());
    }

    #[test]
    fn life_6_an_alias_is_bound_to_key_realm_and_scheme() {
        let aliases = digester("one", &[1, 2]).aliases("sanctum", b"digest");
        assert_eq!(aliases.iter().map(|(key, _)| key.number()).collect::<Vec<_>>(), [2, 1], "the newest first");
        assert_ne!(aliases[0].1, aliases[1].1);
        assert_eq!(digester("one", &[1]).aliases("sanctum", b"digest"), aliases[1..]);
        for other in [
            digester("two", &[1]).aliases("sanctum", b"digest"),
            digester("one", &[1]).aliases("sanctu", b"mdigest"),
            digester("one", &[1]).aliases("sanctum", b"digesu"),
        ] {
            assert_ne!(other, aliases[1..]);
        }
    }
}
