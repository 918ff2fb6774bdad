//! Follows a log as a cache does.

use counterfoil::store::{LogEpoch, LogPosition, Narrowed, NarrowingLog};
use counterfoil::types::FamilyId;

use crate::sample::{Person, most};
use crate::violation::{Violation, ensure};

/// A reader that continues from where its last read ended.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    epoch: LogEpoch,
    pub(super) at: LogPosition,
}

/// The largest number of pages that one read may need.
const PAGES: u32 = 100_000;

impl Reader {
    /// A reader that begins at the present end of the log.
    pub(super) async fn at_the_end(log: &dyn NarrowingLog) -> Result<Self, Violation> {
        let page = log.narrowings(None, most(1)).await?;
        ensure!(
            page.steps.is_empty() && !page.more,
            "a read without a position must return no steps, but was {page:?}"
        );
        ensure!(!page.lost, "a read without a position must lose nothing: {page:?}");
        Ok(Self { epoch: page.epoch, at: page.next })
    }

    /// Reads to the end, in pages of at most `limit` steps.
    pub(super) async fn read(&mut self, log: &dyn NarrowingLog, limit: u32) -> Result<Vec<Narrowed>, Violation> {
        let mut steps = Vec::new();
        for _ in 0..PAGES {
            let page = log.narrowings(Some(&self.at), most(limit)).await?;
            ensure!(page.steps.len() <= limit as usize, "a page of at most {limit} steps was asked for: {page:?}");
            ensure!(page.epoch == self.epoch, "the epoch must stay while the log continues, but was {page:?}");
            ensure!(!page.lost, "nothing was trimmed after {:?}, but the page says {page:?}", self.at);
            let moves = !page.more && page.steps.is_empty() || page.next != self.at;
            ensure!(moves, "a page with steps, or with more steps to come, must go forward: {page:?}");
            self.at = page.next;
            steps.extend(page.steps);
            if !page.more {
                return Ok(steps);
            }
        }
        Err(Violation::new(format!("a read of the log must end, but {PAGES} pages did not reach the end")))
    }
}

/// Whether one of the steps makes a cache forget this family of the person.
pub(super) fn name(steps: &[Narrowed], person: &Person, family: FamilyId) -> bool {
    steps.iter().any(|step| match step {
        Narrowed::Family(named) => *named == family,
        Narrowed::Owner { realm, owner } => *realm == person.realm && *owner == person.owner,
        _ => true,
    })
}
