//! Checks that the key ring belongs to the store. Two rings can have keys with the same numbers, but their check values
//! are different.

use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::ids::KeyId;
use crate::types::key_check::KeyCheck;
use crate::types::settings::StoredSettings;

impl Service {
    /// The check values of the ring's keys.
    pub(crate) fn key_checks(&self) -> impl Iterator<Item = (KeyId, KeyCheck)> {
        self.key_ring.iter().flat_map(|ring| ring.checks())
    }

    /// Refuses a key ring if the store has a different check value for one of its keys, or if the store knows none of
    /// its keys. If the store knows another key of the ring, an unknown key is accepted, because it may be new.
    pub(crate) fn own_key_ring(&self, stored: &StoredSettings) -> Result<(), Unavailable> {
        let (mut newest, mut shared) = (None, stored.key_checks.is_empty());
        for (key, check) in self.key_checks() {
            newest = newest.or(Some(key));
            match stored.key_checks.get(&key) {
                Some(known) if *known == check => shared = true,
                Some(_) => return Err(Unavailable::ForeignKeyRing { key }),
                None => {}
            }
        }
        match newest {
            Some(key) if !shared => Err(Unavailable::ForeignKeyRing { key }),
            _ => Ok(()),
        }
    }
}
