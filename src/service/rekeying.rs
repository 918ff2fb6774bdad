//! Records that still have a digest under an older key, queued for a new digest off the hot path.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::crypto::digest::Digest;
use crate::event::{Actor, By, EventKind};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::store::change::{Applied, Change};
use crate::types::ids::{KeyId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The most queued records. Further ones are queued at their next use.
const MOST: usize = 10_000;

/// The queue. A record is queued once, so it is digested again at most once per flush.
#[derive(Default)]
pub(crate) struct Rekeying(Mutex<BTreeMap<RecordId, (Version, Digest, KeyId)>>);

impl Rekeying {
    /// Queues a record that was verified under an older key. Refresh tokens are not queued: rotation replaces their
    /// digest.
    /// digest.
    pub(crate) fn note(&self, record: &TokenRecord, digest: Digest, key: KeyId) {
        if record.record().kind == TokenKind::RefreshToken {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST {
            waiting.insert(record.record().id, (record.record().version, digest, key));
        }
    }

    fn take(&self) -> BTreeMap<RecordId, (Version, Digest, KeyId)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service {
    /// Writes the new digests. If the write is stale (another writer changed the record) or the store fails, the next
    /// use tries again.
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
