//! Records that still bear an older key, waiting to be digested again off the hot path.

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

/// The most records that wait; further ones come back with their next use.
const MOST: usize = 10_000;

/// What waits. A record waits once, so it is digested again at most once a flush.
#[derive(Default)]
pub(crate) struct Rekeying(Mutex<BTreeMap<RecordId, (Version, Digest, KeyId)>>);

impl Rekeying {
    /// Notes that a record was proved under an older key. Refresh tokens need none: rotation does it.
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
    /// Writes the new digests. Stale means that somebody else moved the record, and an outage that nothing was moved: in both cases its
    /// next use tries again.
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
