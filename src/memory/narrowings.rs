//! The log of narrowing steps in memory. It is protected by the lock of the indexes, which every write holds.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::store::MemoryStore;
use super::write::Writer;
use crate::store::error::StoreError;
use crate::store::narrowing_log::{LogEpoch, LogPosition, Narrowed, NarrowingLog, Narrowings};
use crate::types::ids::FamilyId;
use crate::types::time::Timestamp;

/// The number of steps that are kept. If there are more, the oldest ones are dropped.
const KEPT: usize = 65_536;

/// The newest steps. The step with index `i` has the position `dropped + i + 1`.
pub(super) struct Log {
    epoch: LogEpoch,
    steps: VecDeque<(Timestamp, Step)>,
    dropped: u64,
}

/// A step in 16 bytes. Nearly all steps name a family.
enum Step {
    Family(FamilyId),
    Other(Box<Narrowed>),
}

impl Log {
    /// An empty log with an epoch that no other log of this process has.
    fn new() -> Self {
        static LOGS: AtomicU64 = AtomicU64::new(0);
        let mut epoch = *b"memory--........";
        epoch[8..].copy_from_slice(&LOGS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Self { epoch: LogEpoch::from_bytes(epoch), steps: VecDeque::new(), dropped: 0 }
    }

    fn end(&self) -> u64 {
        self.dropped.saturating_add(u64::try_from(self.steps.len()).unwrap_or(u64::MAX))
    }

    fn push(&mut self, step: Step, now: Timestamp) {
        if self.steps.len() >= KEPT {
            self.drop_first();
        }
        self.steps.push_back((now, step));
    }

    fn drop_first(&mut self) {
        self.dropped += u64::from(self.steps.pop_front().is_some());
    }

    fn page(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Narrowings {
        let end = self.end();
        let asked = after.map_or(Some(end), number);
        let known = asked.filter(|asked| (self.dropped..=end).contains(asked));
        // From an unknown position, all steps that are kept are returned.
        let from = known.unwrap_or(self.dropped);
        let next = end.min(from.saturating_add(u64::from(limit.get())));
        let index = |position: u64| usize::try_from(position - self.dropped).unwrap_or(usize::MAX);
        let steps = self.steps.range(index(from)..index(next)).map(|(_, step)| match step {
            Step::Family(family) => Narrowed::Family(*family),
            Step::Other(what) => (**what).clone(),
        });
        Narrowings::new(self.epoch, position(next)).with_steps(steps.collect(), next < end).with_lost(known.is_none())
    }

    fn trim(&mut self, before: Timestamp, limit: NonZeroU32) -> u64 {
        let until = self.dropped.saturating_add(u64::from(limit.get()));
        let first = self.dropped;
        while self.dropped < until && self.steps.front().is_some_and(|(at, _)| *at < before) {
            self.drop_first();
        }
        self.dropped - first
    }
}

fn position(number: u64) -> LogPosition {
    LogPosition::from_bytes(number.to_be_bytes())
}

fn number(position: &LogPosition) -> Option<u64> {
    position.as_bytes().try_into().ok().map(u64::from_be_bytes)
}

impl Writer<'_> {
    /// Writes a step for a family that this call changes. Does nothing if the log has not begun.
    pub(super) fn log(&mut self, family: FamilyId, now: Timestamp) {
        if let Some(log) = &mut self.indexes.log {
            log.push(Step::Family(family), now);
        }
    }

    /// The log. The first call of a method of [`NarrowingLog`] begins it: an earlier step has no reader that misses it.
    fn begun(&mut self) -> &mut Log {
        self.indexes.log.get_or_insert_with(|| Box::new(Log::new()))
    }
}

/// Defines a point at which tests can pause a call. It is empty in other builds.
macro_rules! backend_call {
    () => {
        #[cfg(any(test, feature = "test-util"))]
        crate::store::backend_call::backend_call().await;
    };
}

/// Keeps the newest 65,536 steps, from the first call of [`NarrowingLog::narrowings`] on.
#[async_trait]
impl NarrowingLog for MemoryStore {
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError> {
        backend_call!();
        Ok(self.write().begun().page(after, limit))
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        let step = match what {
            Narrowed::Family(family) => Step::Family(*family),
            other => Step::Other(Box::new(other.clone())),
        };
        backend_call!();
        self.write().begun().push(step, now);
        Ok(())
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        backend_call!();
        Ok(self.write().begun().trim(before, limit))
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::*;
    use crate::store::change::{Applied, Change, Revoke};
    use crate::store::token_store::TokenStore;
    use crate::types::ids::Version;

    fn page(store: &MemoryStore, after: Option<&LogPosition>, limit: u32) -> Narrowings {
        block_on(store.narrowings(after, some(limit))).expect("in memory")
    }

    fn narrow(store: &MemoryStore, seconds: u32) {
        block_on(store.narrow(&Narrowed::Family(family_id(1)), at(seconds))).expect("in memory");
    }

    #[test]
    fn each_change_of_a_family_is_a_step_and_a_refused_call_is_none() {
        let store = MemoryStore::default();
        found(&store, 1);
        let begin = page(&store, None, 9).next;
        assert!(matches!(rotate(&store, 1, 0), crate::store::Rotated::Done));
        assert!(!matches!(rotate(&store, 1, 0), crate::store::Rotated::Done));
        let change = Change::Expiry { expires_at: Some(at(900)), gone_at: Some(at(901)), notice: None };
        let applied = block_on(store.apply(&id(1, 1), Version::FIRST, &change, at(51))).expect("in memory");
        assert!(matches!(applied, Applied::Done(_)));
        assert_eq!(revoke(&store, Revoke::One(&id(1, 0)), 52, MANY).changed, 1);
        assert_eq!(revoke(&store, Revoke::One(&id(1, 0)), 52, MANY).changed, 0);
        assert_eq!((revoke_family(&store, 1, 53).changed, revoke_family(&store, 1, 53).changed), (1, 0));
        assert_eq!(page(&store, Some(&begin), 9).steps, vec![Narrowed::Family(family_id(1)); 4]);
    }

    #[test]
    fn an_insert_logs_the_families_that_it_ends_and_the_one_that_loses_its_label() {
        let store = MemoryStore::default();
        found_as(&store, &labelled(1, "a"), &[record(1, 0, 0)]);
        let begin = page(&store, None, 9).next;
        let next = labelled(2, "a");
        let home = crate::store::InsertInto::Found { family: &next, cap: None, pace: None };
        let _ = insert(&store, home, &[record(2, 0, 0)], at(GONE));
        assert_eq!(page(&store, Some(&begin), 9).steps, [Narrowed::Family(family_id(1))]);
    }

    #[test]
    fn pages_follow_each_other_and_trimmed_steps_show() {
        let store = MemoryStore::default();
        let begin = page(&store, None, 1).next;
        (1..=5).for_each(|seconds| narrow(&store, seconds));
        let first = page(&store, Some(&begin), 2);
        let second = page(&store, Some(&first.next), 9);
        assert_eq!((first.steps.len(), first.more, second.steps.len(), second.more), (2, true, 3, false));
        let end = second.next;
        assert_eq!(block_on(store.trim_narrowings(at(4), some(2))).expect("in memory"), 2);
        assert_eq!(block_on(store.trim_narrowings(at(4), MANY)).expect("in memory"), 1);
        let late = page(&store, Some(&begin), 9);
        assert_eq!((late.lost, late.epoch, late.steps.len()), (true, first.epoch, 2));
        assert_eq!(late.next, end);
        assert!(!page(&store, Some(&end), 9).lost);
        let ahead = page(&store, Some(&position(12)), 9);
        assert_eq!((ahead.next, ahead.lost), (end.clone(), true), "a reader sees that the log has become shorter");
        assert!(page(&store, Some(&LogPosition::from_bytes(*b"garbage")), 9).lost);
        assert_ne!(page(&MemoryStore::default(), None, 1).epoch, late.epoch);
    }

    #[test]
    fn the_log_is_bounded_and_shows_what_it_dropped() {
        let store = MemoryStore::default();
        let begin = page(&store, None, 1).next;
        (0..=KEPT).for_each(|_| narrow(&store, 1));
        let all = page(&store, Some(&begin), u32::MAX);
        assert_eq!((all.steps.len(), all.lost), (KEPT, true));
        assert_eq!(size_of::<(Timestamp, Step)>(), 24);
    }
}
