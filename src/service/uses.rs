//! Stores when credentials were last used. The writes happen off the hot path, and the memory for waiting uses is
//! bounded. If a token is used several times between two writes, only the latest use is written.
//!
//! A use is recorded in memory, with a resolution of a second. A flush writes the last use of a token at most once in
//! the interval that the policy sets. After a crash, only the uses that were not flushed are lost. The entry of a token
//! in constant use changes only once a second, so threads do not compete for its cache line.

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

/// The resolution of the recorded uses, in microseconds. Two uses of a token that are less than this apart count as one
/// use.
const RESOLUTION: u64 = 1_000_000;

/// The number of slots that remember the uses of the last second.
const NOTED: usize = 1 << 13;

/// The unit in which a slot contains an instant, in microseconds. In this unit an instant needs 38 bits, so 26 of the
/// slot's 64 bits are left for a part of a hash.
const GRAIN: u64 = 1 << 15;

/// The number of whole [`GRAIN`] units in a second.
const GRAINS: u64 = 1_000_000 / GRAIN;

/// The largest number of records in one call of [`TokenStore::touch`](crate::store::TokenStore::touch).
const BATCH: usize = 64;

/// The last use of a token that this process has recorded, and the last use that is in the store. Both are in
/// microseconds.
struct Seen {
    last: AtomicU64,
    written: AtomicU64,
    /// When this process last wrote a use of the token. If it has written none, the field equals `written`.
    written_at: AtomicU64,
}

/// The uses that this process has recorded in memory.
pub(crate) struct Uses {
    /// The uses within the last second, so that a token in constant use needs no look-up in the map. Each slot contains
    /// an instant and a part of the hash of an id. If two tokens have the same slot, their uses are recorded more often
    /// than necessary. If they also have the same part of the hash (one pair in 2^39), a use of one of them may be
    /// missed for a second.
    noted: Box<[AtomicU64]>,
    seen: papaya::HashMap<RecordId, Seen, IdState>,
    state: IdState,
    /// The shortest time between two writes of the last use of a token, in microseconds. Set by the policy.
    interval: u64,
    most: usize,
    dropped: AtomicU64,
}

/// The result of a flush of last uses, which happens periodically and at shutdown.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Flushed {
    /// The number of uses that were written.
    pub written: u64,
    /// The number of uses that are not written yet. One reason is a failure of the store. The other reason is that a
    /// use of the same token was written less than the policy's [`interval`](crate::policy::Uses::interval) ago.
    pub waiting: u64,
    /// The number of uses that were lost since the last flush, because the buffer was full.
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

    /// Records in memory that a token was used successfully at `now`. `stored` is the token's last use in the store.
    pub(crate) fn note(&self, id: RecordId, stored: Option<Timestamp>, now: Timestamp) {
        // The hash needs a secret key, because an owner who submits forms can choose ids. Otherwise the owner could
        // choose ids with equal hashes. The low bits of the hash select the slot, and other bits are stored in the
        // slot.
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

    /// Records in the map that a token was used at `now`. Records nothing if the last known use is less than a second
    /// before `now`. Returns the last known use, in microseconds. If the map is full, the use is lost, and `now` is
    /// returned.
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
        let [last, stored, written_at] = [now.micros(), written, written].map(AtomicU64::new);
        let fresh = Seen { last, written: stored, written_at };
        // An error means that another thread has recorded a use of the same token in the meantime. The later instant is
        // kept.
        if let Err(taken) = map.try_insert(id, fresh) {
            taken.current.last.fetch_max(now.micros(), Ordering::Relaxed);
        }
        now.micros()
    }

    /// Returns the later of `stored`, which is the last use in the store, and the last use in this process.
    pub(crate) fn overlaid(&self, id: RecordId, stored: Option<Timestamp>) -> Option<Timestamp> {
        let seen = self.seen.pin().get(&id).and_then(|seen| Timestamp::from_micros(seen.last.load(Ordering::Relaxed)));
        stored.max(seen)
    }

    /// Returns the uses to write now. A token's use is due if the store has no use of the token, or if a use was last
    /// written at least one interval ago. If `all` is true, every use that is not in the store is due. Removes the
    /// entries of tokens whose last use is in the store and was written at least one interval ago. If `all` is true,
    /// removes all entries whose last use is in the store.
    fn due(&self, now: Timestamp, all: bool) -> Vec<(RecordId, Timestamp)> {
        let map = self.seen.pin();
        let mut due = Vec::new();
        for (id, seen) in &map {
            let (last, written) = (seen.last.load(Ordering::Relaxed), seen.written.load(Ordering::Relaxed));
            let written_at = seen.written_at.load(Ordering::Relaxed);
            let ripe = all || written == 0 || now.micros() >= written_at.saturating_add(self.interval);
            if last > written && ripe {
                due.extend(Timestamp::from_micros(last).map(|last| (*id, last)));
            } else if last <= written && ripe {
                map.remove(id);
            }
        }
        due
    }

    fn confirm(&self, batch: &[(RecordId, Timestamp)], now: Timestamp) {
        let map = self.seen.pin();
        for (id, at) in batch {
            if let Some(seen) = map.get(id) {
                seen.written.fetch_max(at.micros(), Ordering::Relaxed);
                seen.written_at.fetch_max(now.micros(), Ordering::Relaxed);
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
    /// Writes the uses that are due, or all uses if `all` is true. If the store fails, the uses that were not written
    /// stay in memory.
    pub(crate) async fn flush_uses(&self, now: Timestamp, all: bool) -> Flushed {
        let due = self.uses.due(now, all);
        let mut written = 0;
        let mut error = None;
        for batch in due.chunks(BATCH) {
            match self.store.touch(batch).await {
                Ok(()) => {
                    self.uses.confirm(batch, now);
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
