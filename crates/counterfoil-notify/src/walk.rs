//! Finds due notices and groups them by person.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use counterfoil::notice::DueNotice;
use counterfoil::{SubjectId, Unavailable};

use crate::round::Round;

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// The maximum number of records in one batch. After a change of the schedule of notices, a batch recomputes the time
/// of the next notice of each of its records.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
/// The maximum number of batches of [`BATCH`] records that one run recomputes.
const BATCHES: usize = 20;

/// The due notices that a run found.
#[derive(Default)]
pub(crate) struct Found {
    /// The notices of each person. The key `None` is for notices without a recipient.
    pub(crate) people: BTreeMap<Option<SubjectId>, Vec<DueNotice>>,
    /// The number of notices that wait to be sent together with later notices of the same person.
    pub(crate) waiting: u64,
    /// Whether some due notices were left for the next run because the budget is used up.
    pub(crate) beyond: bool,
}

impl Round<'_> {
    /// Recomputes the times of the next notices after a change of the schedule of notices, in at most [`BATCHES`]
    /// batches of [`BATCH`] records. Returns how many records changed.
    pub(crate) async fn rearm(&self) -> Result<u64, Unavailable> {
        let mut moved = 0;
        for _ in 0..BATCHES {
            let batch = self.counterfoil().rearm_notices(BATCH).await?;
            moved += batch.changed;
            if !batch.more || self.is_stopped() {
                break;
            }
        }
        Ok(moved)
    }

    /// Reads due notices until the budget is used up. A notice does not count towards the budget if it may wait to be
    /// sent together with later notices of the same person.
    pub(crate) async fn walk(&self) -> Result<Found, Unavailable> {
        let budget = u64::from(self.worker.limits.budget.get());
        let (mut found, mut count, mut after) = (Found::default(), 0, None);
        loop {
            let page = self.counterfoil().due_notices(after.as_ref(), PAGE).await?;
            for due in page.items {
                if !due.may_wait(self.at()) {
                    if count == budget {
                        found.beyond = true;
                        continue;
                    }
                    count += 1;
                }
                found.people.entry(due.addressee().cloned()).or_default().push(due);
            }
            after = page.next;
            if found.beyond || after.is_none() || self.is_stopped() {
                break;
            }
        }
        self.leave_those_who_wait(&mut found);
        Ok(found)
    }

    fn leave_those_who_wait(&self, found: &mut Found) {
        let now = self.at();
        found.people.retain(|whom, notices| {
            let all_may = || notices.iter().all(|due| due.may_wait(now));
            let waits = whom.as_ref().is_some_and(|whom| all_may() && self.worker.patience.waits(whom, now));
            if waits {
                found.waiting += notices.len() as u64;
            }
            !waits
        });
    }
}
