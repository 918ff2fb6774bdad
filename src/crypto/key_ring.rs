//! The key ring. Keep it apart from the store, so that a stolen dump of the store does not contain the keys.
//!
//! A sub-key is derived from each key for each purpose, so no key has two uses. The newest key has the highest number
//! and is used for new digests. The other keys are used only to verify older digests.

use std::fmt;

use crate::crypto::entropy::{Entropy, NoEntropy, SystemEntropy};
use crate::crypto::rotation_key::RotationKey;
use crate::crypto::sha256;
use crate::types::ids::KeyId;
use crate::types::key_check::KeyCheck;
use crate::types::secret::SecretBytes;

/// Keys of 32 bytes, each with a number.
///
/// A ring has at least one key. No two keys have the same number, and no key has the number 0. The type implements
/// neither `Clone` nor `Serialize`, and `Debug` shows only the numbers.
///
/// ```
/// use counterfoil::types::KeyId;
/// use counterfoil::KeyRing;
///
/// let ring = KeyRing::generate_from_system().expect("the system has random bytes");
/// let kept = ring.to_text(); // for a file that only the service can read
/// let again = KeyRing::from_text(&kept).expect("our own text");
/// assert_eq!(again.newest(), KeyId::new(1));
/// ```
pub struct KeyRing {
    /// The keys, in descending order of their numbers.
    pub(super) keys: Vec<(KeyId, SecretBytes<32>)>,
}

/// Why a key ring is not valid. The error never contains bytes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring has no key.
    #[error("key ring must hold at least one key")]
    Empty,
    /// The number of a key is 0, which is reserved for "no key", or there is no unused number for a new key.
    #[error("key id must be 1 to 4294967295")]
    KeyId,
    /// Two keys have the same number.
    #[error("key id {} stands twice in the key ring", .0.number())]
    Duplicate(KeyId),
    /// The ring has no key with that number.
    #[error("key id {} is not in the key ring", .0.number())]
    Unknown(KeyId),
    /// A key does not have 32 bytes. A longer key is not truncated, and a shorter key is not padded.
    #[error("line {line}: a key must be exactly 32 bytes")]
    Length {
        /// The number of the line in the file. The first line is 1.
        line: usize,
    },
    /// A line of a key file cannot be parsed.
    #[error("line {line}: must be a key id, a colon, and 32 bytes in standard base64")]
    Line {
        /// The number of the line in the file. The first line is 1.
        line: usize,
    },
    /// The source of random bytes failed.
    #[error("no key was made")]
    NoEntropy(#[from] NoEntropy),
}

impl KeyRing {
    /// Creates a ring with one new key, which has the number 1.
    ///
    /// # Errors
    ///
    /// [`NoEntropy`] if the source failed.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        Ok(Self { keys: vec![(KeyId::new(1), draw(entropy)?)] })
    }

    /// Creates a ring with one new key from random bytes of the operating system. The key has the number 1.
    ///
    /// # Errors
    ///
    /// [`NoEntropy`] if the operating system has no random bytes.
    pub fn generate_from_system() -> Result<Self, NoEntropy> {
        Self::generate(&SystemEntropy)
    }

    /// Creates a ring with these keys, which may be in any order.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] if there is no key, if a key has the number 0, or if two keys have the same number.
    pub fn new(keys: impl IntoIterator<Item = (KeyId, SecretBytes<32>)>) -> Result<Self, KeyRingError> {
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|&(id, _)| std::cmp::Reverse(id));
        if let Some(twin) = keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(KeyRingError::Duplicate(twin[0].0));
        }
        match keys.last() {
            None => Err(KeyRingError::Empty),
            Some(&(KeyId::NONE, _)) => Err(KeyRingError::KeyId),
            Some(_) => Ok(Self { keys }),
        }
    }

    /// The number of the key used for new digests.
    #[must_use]
    pub fn newest(&self) -> KeyId {
        self.keys.first().map_or(KeyId::NONE, |&(id, _)| id)
    }

    /// The numbers of the keys, the newest first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|&(id, _)| id)
    }

    /// Whether the ring has a key with that number.
    #[must_use]
    pub fn contains(&self, id: KeyId) -> bool {
        self.find(id).is_some()
    }

    /// Returns the ring with one more key, which is the newest. `self` is not changed.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] if the source of random bytes failed or no number is left.
    pub fn with_new_key(&self, entropy: &dyn Entropy) -> Result<Self, KeyRingError> {
        let id = self.newest().number().checked_add(1).map(KeyId::new).ok_or(KeyRingError::KeyId)?;
        Self::new(std::iter::once((id, draw(entropy)?)).chain(self.copies()))
    }

    /// Returns the ring without the key `id`. Credentials that were digested under that key no longer verify. So first
    /// check that no credential uses the key.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] if the ring does not have the key, or has no other key.
    pub fn without(&self, id: KeyId) -> Result<Self, KeyRingError> {
        self.find(id).ok_or(KeyRingError::Unknown(id))?;
        Self::new(self.copies().filter(|&(kept, _)| kept != id))
    }

    /// For each key of the ring, the key's number and the sub-key that is used for digests. The newest key is first.
    pub(crate) fn digest_keys(&self) -> impl Iterator<Item = (KeyId, SecretBytes<32>)> {
        self.keys.iter().map(|(id, key)| (*id, sha256::hmac(key.expose_secret(), &[b"counterfoil/subkey/digest/v1"])))
    }

    /// For each key of the ring, the key's number and the sub-key that is used for aliases of imported tokens. The
    /// newest key is first.
    pub(crate) fn alias_keys(&self) -> impl Iterator<Item = (KeyId, SecretBytes<32>)> {
        self.keys.iter().map(|(id, key)| (*id, sha256::hmac(key.expose_secret(), &[b"counterfoil/subkey/alias/v1"])))
    }

    /// The sub-key of the key `id` from which the secrets of rotated refresh tokens are derived. `None` if the key `id`
    /// is not in the ring.
    pub(crate) fn rotation_key(&self, id: KeyId) -> Option<RotationKey> {
        let key = self.find(id)?;
        Some(RotationKey::new(sha256::hmac(key.expose_secret(), &[b"counterfoil/subkey/rotate/v1"])))
    }

    /// A check value of each key, with the key's number. A check value identifies a key, but the key cannot be derived
    /// from it. If two rings have different keys with the same number, the check values of these keys differ.
    pub fn checks(&self) -> impl Iterator<Item = (KeyId, KeyCheck)> {
        self.keys.iter().map(|(id, key)| {
            let mac = sha256::hmac(key.expose_secret(), &[b"counterfoil/subkey/check/v1"]);
            let (first, _) = mac.expose_secret().split_first_chunk().unwrap_or((&[0; 8], &[]));
            (*id, KeyCheck::new(*first))
        })
    }

    fn find(&self, id: KeyId) -> Option<&SecretBytes<32>> {
        self.keys.iter().find(|&&(own, _)| own == id).map(|(_, key)| key)
    }

    fn copies(&self) -> impl Iterator<Item = (KeyId, SecretBytes<32>)> {
        self.keys.iter().map(|(id, key)| (*id, SecretBytes::new(*key.expose_secret())))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")?;
        f.debug_list().entries(self.ids()).finish()
    }
}

fn draw(entropy: &dyn Entropy) -> Result<SecretBytes<32>, NoEntropy> {
    let mut key = SecretBytes::new([0; 32]);
    entropy.fill(key.expose_secret_mut())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::entropy::SeededEntropy;

    fn key(byte: u8) -> SecretBytes<32> {
        SecretBytes::new([byte; 32])
    }

    #[test]
    fn the_highest_number_is_the_newest() {
        let ring = KeyRing::new([(KeyId::new(2), key(2)), (KeyId::new(9), key(9)), (KeyId::new(1), key(1))]);
        let ring = ring.expect("three keys");
        assert_eq!(ring.newest(), KeyId::new(9));
        assert_eq!(ring.ids().map(KeyId::number).collect::<Vec<_>>(), [9, 2, 1]);
        assert!(ring.contains(KeyId::new(2)) && !ring.contains(KeyId::NONE));
    }

    #[test]
    fn empty_rings_number_0_and_twins_are_refused() {
        assert_eq!(KeyRing::new([]).err(), Some(KeyRingError::Empty));
        assert_eq!(KeyRing::new([(KeyId::NONE, key(1)), (KeyId::new(1), key(1))]).err(), Some(KeyRingError::KeyId));
        let twins = [1, 2, 1].map(|id| (KeyId::new(id), key(1)));
        assert_eq!(KeyRing::new(twins).err(), Some(KeyRingError::Duplicate(KeyId::new(1))));
    }

    #[test]
    fn a_ring_is_written_and_read_again() {
        let entropy = SeededEntropy::new(1);
        let ring = KeyRing::generate(&entropy).expect("seeded").with_new_key(&entropy).expect("seeded");
        let again = KeyRing::from_text(&ring.to_text()).expect("our own text");
        assert_eq!(again.to_text().expose_secret(), ring.to_text().expose_secret());
        assert!(ring.to_text().expose_secret().starts_with("2:"));
        let old = again.without(KeyId::new(2)).expect("the other stays");
        assert_eq!(old.newest(), KeyId::new(1));
        assert_eq!(old.without(KeyId::new(1)).err(), Some(KeyRingError::Empty));
        assert_eq!(old.without(KeyId::new(2)).err(), Some(KeyRingError::Unknown(KeyId::new(2))));
    }

    #[test]
    fn no_key_serves_two_purposes() {
        let ring = KeyRing::new([(KeyId::new(1), key(1))]).expect("a key");
        let (_, digest) = ring.digest_keys().next().expect("a key");
        let (id, rotate) = RotationKey::current(Some(&ring));
        assert_eq!(id, KeyId::new(1));
        assert_ne!(digest.expose_secret(), rotate.expose_secret());
        assert_ne!(key(1).expose_secret(), rotate.expose_secret());
        assert_ne!(key(1).expose_secret(), digest.expose_secret());
        let (_, alias) = ring.alias_keys().next().expect("a key");
        for other in [digest.expose_secret(), rotate.expose_secret(), key(1).expose_secret()] {
            assert_ne!(alias.expose_secret(), other);
        }
        assert!(RotationKey::under(Some(&ring), KeyId::new(2)).is_none());
        assert!(RotationKey::under(None, KeyId::new(1)).is_none());
        let public = RotationKey::under(Some(&ring), KeyId::NONE).expect("public");
        assert_eq!(public.expose_secret(), RotationKey::current(None).1.expose_secret());
    }

    #[test]
    fn a_ring_shows_only_its_numbers() {
        let ring = KeyRing::new([(KeyId::new(3), key(0x41))]).expect("a key");
        assert_eq!(format!("{ring:?}"), "KeyRing[KeyId(3)]");
    }

    #[test]
    fn the_last_number_has_no_next() {
        let ring = KeyRing::new([(KeyId::new(u32::MAX), key(1))]).expect("a key");
        assert_eq!(ring.with_new_key(&SeededEntropy::new(1)).err(), Some(KeyRingError::KeyId));
    }
}
