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

    /// Checks that the key ring belongs to the store. The ring is refused if the stored check value of one of its keys
    /// is different. It is also refused if check values are stored, but none for any of its keys. Otherwise, a key
    /// without a stored check value is accepted, because it can be new.
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
