//! Records last uses: off the hot path, coalesced, forward only, bounded.
//!
//! A use is recorded in memory, to the second, and written by `flush` at most once per token in the policy's
//! interval. A crash loses at most the unflushed uses. A token in constant use updates its own entry once a second,
//! so it does not contend on a shared cache line.

use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::{Actor, By, EventKind};
use crate::policy::Uses as Limits;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::duration::whole_micros;
use crate::types::hash::IdState;
use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

/// Uses closer together than this, in microseconds, count as one.
const RESOLUTION: u64 = 1_000_000;

/// The number of slots for recent uses.
const NOTED: usize = 1 << 13;

/// The unit of a slot's instant in microseconds, rounded down: 38 bits, which leaves 26 bits for the id.
const GRAIN: u64 = 1 << 15;

/// How many of these units are less than a second.
const GRAINS: u64 = 1_000_000 / GRAIN;

/// How many uses one call of the store carries.
const BATCH: usize = 64;

/// When a token was last used, and up to when the store has it.
struct Seen {
    last: AtomicU64,
    written: AtomicU64,
}

/// Uses that are not written yet.
pub(crate) struct Uses {
    /// Uses within the last second, so that a token in constant use is not even looked up. Each slot holds part of an
    /// id's hash and an instant. Two tokens that share a slot are recorded more often than necessary. Two that also
    /// share the part of the hash (one pair in 2^39) may miss a record for one second.
    noted: Box<[AtomicU64]>,
    seen: papaya::HashMap<RecordId, Seen, IdState>,
    state: IdState,
    /// In microseconds.
    interval: u64,
    most: usize,
    dropped: AtomicU64,
}

/// The result of a flush or a shutdown.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Flushed {
    /// Uses that were written.
    pub written: u64,
    /// Uses not written yet: the store failed, or their interval is not over.
    pub waiting: u64,
    /// Uses lost since the last flush because the buffer was full.
    pub dropped: u64,
    /// The store's error, if it failed.
    pub error: Option<Unavailable>,
}

impl Uses {
    pub(crate) fn new(limits: &Limits) -> Self {
        let most = usize::try_from(limits.buffered).unwrap_or(usize::MAX);
        Self {
            noted: (0..NOTED).map(|_| AtomicU64::new(0)).collect(),
            seen: papaya::HashMap::default(),
            state: IdState::default(),
            interval: whole_micros(limits.interval),
            most,
            dropped: AtomicU64::new(0),
        }
    }

    /// Records a successful use. `stored` is the record's last use.
    pub(crate) fn note(&self, id: RecordId, stored: Option<Timestamp>, now: Timestamp) {
        // A keyed hash, because an owner can choose ids. The low bits select the slot, others are the part stored in
        // it.
        let hash = self.state.hash_one(id);
        let place = &self.noted[usize::try_from(hash % NOTED as u64).unwrap_or(0)];
        let (part, grain) = ((hash >> 26) << 38, now.micros() / GRAIN);
        let noted = part ^ place.load(Ordering::Relaxed);
        if (noted..noted.saturating_add(GRAINS)).contains(&grain) {
            return;
        }
        let last = self.note_in_map(id, stored, now);
        place.store(part | (last / GRAIN), Ordering::Relaxed);
    }

    /// Returns the last recorded use: no record is needed until its second is over.
    fn note_in_map(&self, id: RecordId, stored: Option<Timestamp>, now: Timestamp) -> u64 {
        let map = self.seen.pin();
        if let Some(seen) = map.get(&id) {
            let last = seen.last.load(Ordering::Relaxed);
            if now.micros() >= last.saturating_add(RESOLUTION) {
                return seen.last.fetch_max(now.micros(), Ordering::Relaxed).max(now.micros());
            }
            return last;
        }
        let written = stored.map_or(0, Timestamp::micros);
        if stored.is_some() && now.micros() < written.saturating_add(RESOLUTION) {
            return written;
        }
        if map.len() >= self.most {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return now.micros();
        }
        let fresh = Seen { last: AtomicU64::new(now.micros()), written: AtomicU64::new(written) };
        // If another thread recorded the same token meanwhile, the later instant stays.
        if let Err(taken) = map.try_insert(id, fresh) {
            taken.current.last.fetch_max(now.micros(), Ordering::Relaxed);
        }
        now.micros()
    }

    /// The later of the stored use and the one seen by this process.
    pub(crate) fn overlaid(&self, id: RecordId, stored: Option<Timestamp>) -> Option<Timestamp> {
        let seen = self.seen.pin().get(&id).and_then(|seen| Timestamp::from_micros(seen.last.load(Ordering::Relaxed)));
        stored.max(seen)
    }

    /// The uses to write now: once per interval, or `all` at shutdown.
    fn due(&self, now: Timestamp, all: bool) -> Vec<(RecordId, Timestamp)> {
        let map = self.seen.pin();
        let mut due = Vec::new();
        for (id, seen) in &map {
            let (last, written) = (seen.last.load(Ordering::Relaxed), seen.written.load(Ordering::Relaxed));
            let ripe = all || written == 0 || now.micros() >= written.saturating_add(self.interval);
            if last > written && ripe {
                due.extend(Timestamp::from_micros(last).map(|last| (*id, last)));
            } else if last <= written && ripe {
                map.remove(id);
            }
        }
        due
    }

    fn confirm(&self, batch: &[(RecordId, Timestamp)]) {
        let map = self.seen.pin();
        for (id, at) in batch {
            if let Some(seen) = map.get(id) {
                seen.written.fetch_max(at.micros(), Ordering::Relaxed);
            }
        }
    }

    fn waiting(&self) -> u64 {
        let map = self.seen.pin();
        let waits = |seen: &Seen| seen.last.load(Ordering::Relaxed) > seen.written.load(Ordering::Relaxed);
        map.values().filter(|seen| waits(seen)).count() as u64
    }
}

impl Service {
    /// Writes the due uses, or `all` at shutdown. A failed batch stays in the buffer.
    pub(crate) async fn flush_uses(&self, now: Timestamp, all: bool) -> Flushed {
        let due = self.uses.due(now, all);
        let mut written = 0;
        let mut error = None;
        for batch in due.chunks(BATCH) {
            match self.store.touch(batch).await {
                Ok(()) => {
                    self.uses.confirm(batch);
                    written += batch.len() as u64;
                }
                Err(failed) => {
                    error = Some(failed.into());
                    break;
                }
            }
        }
        let dropped = self.uses.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            self.tell(now, By::itself(Actor::Upkeep), EventKind::UsesDropped { count: dropped });
        }
        Flushed { written, waiting: self.uses.waiting(), dropped, error }
    }
}
