//! What is due, by person.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use counterfoil::notice::DueNotice;
use counterfoil::{SubjectId, Unavailable};

use crate::round::Round;

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// Records that one call looks at where the schedule of the notices was changed, and the most calls of one run.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
const BATCHES: usize = 20;

/// What a walk found.
#[derive(Default)]
pub(crate) struct Found {
    /// By person, and those without a recipient.
    pub(crate) people: BTreeMap<Option<SubjectId>, Vec<DueNotice>>,
    /// How many belong to people who wait for more of theirs to expire.
    pub(crate) waiting: u64,
    /// Whether the budget left something out.
    pub(crate) beyond: bool,
}

impl Round<'_> {
    /// Moves a part of the marks to a changed schedule. Returns how many were moved.
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

    /// Reads due notices, up to the budget. Notices that may wait for others do not count.
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
