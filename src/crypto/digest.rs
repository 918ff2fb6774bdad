//! The digests of secrets. A store keeps a digest instead of the secret.
//!
//! A digest is SHA-256 of three parts: a block that contains realm and kind, the id of the record, and the secret. So
//! if a row of the store is moved to another realm, kind or id, its secret no longer matches. With a key ring, the
//! digest is HMAC-SHA-256 of these parts. So an attacker with a stolen dump cannot test guesses, and an attacker with
//! write access to the store cannot compute a digest. No slow hash is needed, because a secret has 256 random bits.

use std::fmt;
use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use crate::crypto::key_ring::KeyRing;
use crate::crypto::primed::Primed;
use crate::crypto::sha256::{self, LastBlock};
use crate::types::base62;
use crate::types::ids::{KeyId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::secret::{SecretBytes, TokenSecret, wipe};

/// The digest of a credential: 32 bytes from which the secret cannot be computed.
///
/// A digest is not secret. The type has no `==`, because a comparison that decides about access must be constant-time.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Creates a digest from the bytes that a store kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, which a store keeps in the record.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether two digests have the same bytes. Not constant-time. Use it to test that a store returns the stored
    /// digest, never to verify credentials.
    #[must_use]
    pub fn same_bytes(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Compares two digests in constant time, as four 64-bit words. Comparing 32 single bytes takes six times as long.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.words().ct_eq(&other.words()).into()
    }

    fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks();
        std::array::from_fn(|at| u64::from_ne_bytes(words[at]))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest([redacted])")
    }
}

/// The kind byte for imported client secrets. It does not belong to a [`TokenKind`], because an imported secret is not
/// in the format of a token.
const IMPORTED: u8 = 7;

/// Computes the digests of one realm. Each digest starts from a hash state that was computed in advance.
pub(crate) struct Digester {
    plain: Primed,
    /// The hash states computed in advance for each key, the newest key first. A ring has few keys, so a linear search
    /// suffices.
    keyed: Vec<(KeyId, Primed)>,
    /// The sub-key for aliases of each key of the key ring, with the key's number. The newest key is first.
    alias_keys: Vec<(KeyId, SecretBytes<32>)>,
    /// SHA-256 of the realm's name.
    realm: [u8; 32],
    ring: Option<Arc<KeyRing>>,
    unkeyed: Unkeyed,
}

/// Whether a service with a key ring still accepts digests that were computed without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unkeyed {
    /// A digest without a key is never accepted, because anyone with write access to the store could have computed it.
    Refused,
    /// A digest without a key is accepted, because the host migrates to its first key ring.
    Accepted,
}

impl Digester {
    pub(crate) fn new(realm: &Realm, ring: Option<Arc<KeyRing>>, unkeyed: Unkeyed) -> Self {
        let keys = ring.iter().flat_map(|ring| ring.digest_keys());
        let keyed = keys.map(|(id, key)| (id, Primed::under(&key, realm))).collect();
        let alias_keys = ring.iter().flat_map(|ring| ring.alias_keys()).collect();
        let name = sha256::hash(&[realm.as_str().as_bytes()]);
        Self { plain: Primed::plain(realm), keyed, alias_keys, realm: name, ring, unkeyed }
    }

    /// The number of the key under which new digests are computed. [`KeyId::NONE`] without a key ring.
    pub(crate) fn current_key(&self) -> KeyId {
        self.newest().0
    }

    /// The digest of a token under the newest key, and the number of that key.
    pub(crate) fn token(&self, kind: TokenKind, id: &RecordId, secret: &TokenSecret) -> (Digest, KeyId) {
        let (key, primed) = self.newest();
        (of_token(primed, kind, id, secret), key)
    }

    /// Whether a credential that was digested or derived with the key number `key` can still be accepted. This is true
    /// for a key of the ring. For [`KeyId::NONE`] it is true if there is no ring, or if the host accepts unkeyed
    /// digests during a migration.
    pub(crate) fn is_usable(&self, key: KeyId) -> bool {
        self.find(key).is_some()
    }

    /// The digest of a token under the given key. `None` if [`Digester::is_usable`] is false for that key.
    pub(crate) fn token_under(
        &self,
        key: KeyId,
        kind: TokenKind,
        id: &RecordId,
        secret: &TokenSecret,
    ) -> Option<Digest> {
        Some(of_token(self.find(key)?, kind, id, secret))
    }

    /// The digest of an imported client secret under the newest key, and the number of that key. The secret can contain
    /// any bytes.
    pub(crate) fn imported(&self, id: &[u8; 16], text: &[u8]) -> (Digest, KeyId) {
        let (key, primed) = self.newest();
        (of_imported(primed, id, text), key)
    }

    /// The digest of an imported client secret under the given key. `None` if [`Digester::is_usable`] is false for that
    /// key.
    pub(crate) fn imported_under(&self, key: KeyId, id: &[u8; 16], text: &[u8]) -> Option<Digest> {
        Some(of_imported(self.find(key)?, id, text))
    }

    /// The hash states of a key of the ring. `None` if the ring does not have the key, and always for [`KeyId::NONE`].
    pub(super) fn ring_key(&self, key: KeyId) -> Option<&Primed> {
        self.keyed.iter().find(|(own, _)| *own == key).map(|(_, primed)| primed)
    }

    /// The sub-key for aliases of each key of the key ring, with the key's number. The newest key is first.
    pub(super) fn alias_keys(&self) -> &[(KeyId, SecretBytes<32>)] {
        &self.alias_keys
    }

    /// HMAC of the realm and the parts. `key` is one of [`Digester::alias_keys`]. The caller must make sure that two
    /// different lists of parts never have the same concatenation.
    pub(super) fn alias_under(&self, key: &SecretBytes<32>, parts: &[&[u8]; 3]) -> [u8; 32] {
        #[cfg(test)]
        counting::count();
        let [first, second, third] = parts;
        *sha256::hmac(key.expose_secret(), &[&self.realm, first, second, third]).expose_secret()
    }

    fn newest(&self) -> (KeyId, &Primed) {
        self.keyed.first().map_or((KeyId::NONE, &self.plain), |(key, primed)| (*key, primed))
    }

    fn find(&self, key: KeyId) -> Option<&Primed> {
        if key == KeyId::NONE {
            let usable = self.ring.is_none() || self.unkeyed == Unkeyed::Accepted;
            return usable.then_some(&self.plain);
        }
        self.ring_key(key)
    }
}

/// Counts the digests that a thread computes. With this count, tests check that two refusals do the same work. Measured
/// times would vary too much.
#[cfg(test)]
pub(crate) mod counting {
    use std::cell::Cell;

    thread_local!(static TAKEN: Cell<u64> = const { Cell::new(0) });

    pub(crate) fn taken() -> u64 {
        TAKEN.get()
    }

    pub(in crate::crypto) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }
}

/// The digest of a token: its message is id ‖ packed secret.
fn of_token(primed: &Primed, kind: TokenKind, id: &RecordId, secret: &TokenSecret) -> Digest {
    #[cfg(test)]
    counting::count();
    let mut message = LastBlock::<49>::new();
    message.message()[..16].copy_from_slice(id.as_bytes());
    pack(secret.expose_secret(), &mut message.message()[16..]);
    Digest(primed.hash(kind.byte(), &mut message))
}

/// The digest of an imported client secret: its message is id ‖ SHA-256(text).
fn of_imported(primed: &Primed, id: &[u8; 16], text: &[u8]) -> Digest {
    #[cfg(test)]
    counting::count();
    let mut hash = sha256::hash(&[text]);
    let mut message = LastBlock::<48>::new();
    message.message()[..16].copy_from_slice(id);
    message.message()[16..].copy_from_slice(&hash);
    wipe(&mut hash);
    Digest(primed.hash(IMPORTED, &mut message))
}

/// Packs the 43 letters of a secret, of 6 bits each, and six zero bits into 33 bytes, most significant bit first. The
/// hashed message ends with these bytes, and 43 bytes would make it longer than one block of SHA-256.
///
/// An invalid letter is packed as 63, which is not the value of a valid letter. (The parser accepts no invalid letter.)
/// The code reads eight letters (48 bits) at a time. The first 32 letters have 192 bits, which are exactly three `u64`
/// words. The other 11 letters have 66 bits. They fill the fourth word and two bits of the last byte.
fn pack(letters: &[u8; 43], bytes: &mut [u8]) {
    let bits = |from: usize, to: usize| {
        let values = letters[from..to].iter().map(|&letter| u64::from(base62::raw_value(letter) & 0x3F));
        values.fold(0, |bits, value| bits << 6 | value)
    };
    let [a, b, c, d, e] = [0, 8, 16, 24, 32].map(|at| bits(at, at + 8));
    let last = bits(40, 43);
    let words = [a << 16 | b >> 32, b << 32 | c >> 16, c << 48 | d, e << 16 | last >> 2];
    bytes.chunks_exact_mut(8).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_be_bytes()));
    bytes[32] = (last << 6) as u8; // the two bits that are left
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
