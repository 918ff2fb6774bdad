//! Checks that this key ring belongs to the store. Two rings number their keys alike; their check values differ.

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

    /// Refuses a ring that has another value for one of the store's key numbers, and a ring that has none of the
    /// store's keys. If the ring has a key that the store knows, an unknown key is accepted: it may be new.
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
