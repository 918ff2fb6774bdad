//! Whether this key ring is the store's. Two rings number their keys alike; their check values differ.

use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::words::ids::KeyId;
use crate::words::key_check::KeyCheck;
use crate::words::settings::StoredSettings;

impl Desk {
    /// The check values of the ring's keys.
    pub(crate) fn key_checks(&self) -> impl Iterator<Item = (KeyId, KeyCheck)> {
        self.key_ring.iter().flat_map(|ring| ring.checks())
    }

    /// Refuses a ring that has a key of the store's number and another value. A key that the store does not know says
    /// nothing: it may be new.
    pub(crate) fn own_key_ring(&self, stored: &StoredSettings) -> Result<(), Unavailable> {
        if stored.key_checks.is_empty() {
            return Ok(());
        }
        let differs = |(key, check): &(KeyId, KeyCheck)| stored.key_checks.get(key).is_some_and(|known| known != check);
        match self.key_checks().find(differs) {
            Some((key, _)) => Err(Unavailable::ForeignKeyRing { key }),
            None => Ok(()),
        }
    }
}
