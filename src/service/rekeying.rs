//! A queue of records whose digest is under an older key or is a foreign digest. These records get a digest under the
//! newest key later, off the hot path.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::service::matching::Fresher;
use crate::store::alias_store::AliasEntry;
use crate::store::change::{Applied, Change};
use crate::types::ids::{RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The largest number of queued records. If the queue is full, a further record is not queued. The next use of its
/// credential tries to queue it again.
const MOST: usize = 10_000;

/// The queue. It contains each record at most once, so a record gets at most one new digest per flush.
#[derive(Default)]
pub(crate) struct Rekeying(Mutex<BTreeMap<RecordId, (Version, Fresher)>>);

impl Rekeying {
    /// Queues a verified record with its digest under the newest key. Refresh tokens are not queued, because a rotation
    /// replaces them soon.
    pub(crate) fn note(&self, kind: TokenKind, (id, version): (RecordId, Version), fresher: Fresher) {
        if kind == TokenKind::RefreshToken {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST {
            waiting.insert(id, (version, fresher));
        }
    }

    fn take(&self) -> BTreeMap<RecordId, (Version, Fresher)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service {
    /// Writes the digests of all queued records, and returns how many were written. If another write has changed a
    /// record or the store fails, the next use of that record queues it again.
    pub(crate) async fn flush_rekeying(&self, now: Timestamp) -> u64 {
        let mut written = 0;
        for (id, (version, Fresher { digest, key, alias })) in self.rekeying.take() {
            // The alias under the newest key is written first. As soon as no digest is under the older key, that key
            // may leave the ring, and the record must still be found.
            if let Some(alias) = &alias
                && !self.write_moved_alias(&alias.1, AliasEntry { id, created_at: now }).await
            {
                continue;
            }
            let change = Change::Rekey { digest, key_id: key };
            if let Ok(Applied::Done(_)) = self.store.apply(&id, version, &change, now).await {
                written += 1;
                self.tell(now, By::itself(Actor::Upkeep), EventKind::Rekeyed { id, key });
                if let Some(alias) = &alias {
                    self.remove_moved_alias(&alias.0, &id).await;
                }
            }
        }
        written
    }
}
