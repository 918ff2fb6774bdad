//! Checks that the key ring belongs to the store. Two rings can have keys with the same numbers, but their check values
//! are different.

use std::collections::BTreeMap;

use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::ids::KeyId;
use crate::types::key_check::KeyCheck;
use crate::types::settings::StoredSettings;

/// Why a key ring does not belong to a store. See [`check_key_ring`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignKeyRing {
    /// A key of the ring has the same number as a key of the store, but the check values of the two keys are different.
    /// The field is this number.
    #[error("key {} of the ring is another key than the store's", .0.number())]
    OtherKey(KeyId),
    /// The store has check values, but none for any key of the ring. The field is the id of the ring's newest key.
    #[error("the store knows no key of the ring, which ends with key {}", .0.number())]
    NoKnownKey(KeyId),
}

impl ForeignKeyRing {
    /// The key in the variant's field: the key with a different check value, or the newest key of the ring.
    #[must_use]
    pub const fn key(self) -> KeyId {
        match self {
            Self::OtherKey(key) | Self::NoKnownKey(key) => key,
        }
    }
}

/// Checks that a key ring belongs to a store, by comparing the check values of the keys. Two different keys have
/// different check values, even if they have the same number. [`Counterfoil::start`](crate::Counterfoil::start) makes
/// the same check.
///
/// - `ring` contains the keys of the ring with their check values, newest first
///   ([`KeyRing::checks`](crate::KeyRing::checks)).
/// - `stored` contains the check values in the settings of a realm ([`StoredSettings::key_checks`]).
///
/// The ring may also have keys without a stored check value, because such a key can be new. An empty ring is accepted,
/// and so is any ring if no check values are stored.
///
/// ```
/// use counterfoil::KeyRing;
/// use counterfoil::operations::{ForeignKeyRing, check_key_ring};
///
/// let ring = KeyRing::generate_from_system().expect("the system has random bytes");
/// let other = KeyRing::generate_from_system().expect("the system has random bytes");
/// let stored = ring.checks().collect();
/// assert_eq!(check_key_ring(ring.checks(), &stored), Ok(()));
/// assert_eq!(check_key_ring(other.checks(), &stored), Err(ForeignKeyRing::OtherKey(other.newest())));
/// ```
///
/// # Errors
///
/// - [`ForeignKeyRing::OtherKey`] if the store has a different check value for a key of the ring.
/// - [`ForeignKeyRing::NoKnownKey`] if check values are stored, but not for any key of the ring.
pub fn check_key_ring(
    ring: impl IntoIterator<Item = (KeyId, KeyCheck)>,
    stored: &BTreeMap<KeyId, KeyCheck>,
) -> Result<(), ForeignKeyRing> {
    let (mut newest, mut shared) = (None, stored.is_empty());
    for (key, check) in ring {
        newest = newest.or(Some(key));
        match stored.get(&key) {
            Some(known) if *known == check => shared = true,
            Some(_) => return Err(ForeignKeyRing::OtherKey(key)),
            None => {}
        }
    }
    match newest {
        Some(key) if !shared => Err(ForeignKeyRing::NoKnownKey(key)),
        _ => Ok(()),
    }
}

impl Service {
    /// The check values of the ring's keys.
    pub(crate) fn key_checks(&self) -> impl Iterator<Item = (KeyId, KeyCheck)> {
        self.key_ring.iter().flat_map(|ring| ring.checks())
    }

    /// Checks that the key ring of the service belongs to the store from which `stored` was read.
    pub(crate) fn own_key_ring(&self, stored: &StoredSettings) -> Result<(), Unavailable> {
        check_key_ring(self.key_checks(), &stored.key_checks)
            .map_err(|foreign| Unavailable::ForeignKeyRing { key: foreign.key() })
    }
}
