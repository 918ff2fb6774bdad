//! A queue of records whose digest is under an older key. They get a digest under the newest key later, off the hot
//! path.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::crypto::digest::Digest;
use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::store::change::{Applied, Change};
use crate::types::ids::{KeyId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The largest number of queued records. If the queue is full, a record is not queued, and a later use of its
/// credential tries again.
const MOST: usize = 10_000;

/// The queue. It contains each record at most once, so a record gets at most one new digest per flush.
#[derive(Default)]
pub(crate) struct Rekeying(Mutex<BTreeMap<RecordId, (Version, Digest, KeyId)>>);

impl Rekeying {
    /// Queues a record that was verified under an older key, with its digest under the newest key. Refresh tokens are
    /// not queued, because a rotation replaces them soon.
    pub(crate) fn note(&self, kind: TokenKind, (id, version): (RecordId, Version), digest: Digest, key: KeyId) {
        if kind == TokenKind::RefreshToken {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST {
            waiting.insert(id, (version, digest, key));
        }
    }

    fn take(&self) -> BTreeMap<RecordId, (Version, Digest, KeyId)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service {
    /// Writes the digests of all queued records, and returns how many were written. If another write has changed a
    /// record or the store fails, the next use of that record queues it again.
    pub(crate) async fn flush_rekeying(&self, now: Timestamp) -> u64 {
        let mut written = 0;
        for (id, (version, digest, key_id)) in self.rekeying.take() {
            let change = Change::Rekey { digest, key_id };
            if let Ok(Applied::Done(_)) = self.store.apply(&id, version, &change, now).await {
                written += 1;
                self.tell(now, By::itself(Actor::Upkeep), EventKind::Rekeyed { id, key: key_id });
            }
        }
        written
    }
}
