//! Changes one record with a compare-and-swap on its version.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, StoreError, transition};
use counterfoil::types::{RecordId, Version};

use crate::insert::Holder;
use crate::step::{Decision, Step};

pub(crate) struct Apply<'a> {
    pub(crate) id: &'a RecordId,
    pub(crate) expect: Version,
    pub(crate) change: &'a Change,
    pub(crate) now: Timestamp,
}

impl Decision for Apply<'_> {
    type Answer = Applied;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Applied, StoreError> {
        let Some(before) = step.pair(self.id).await? else { return Ok(Applied::Missing) };
        if !transition::accepts_change(&before.record, &before.family.parts, self.expect, self.change) {
            return before.joined().map(Applied::Stale);
        }
        if let Change::Edit { label: Some(relabel), .. } = self.change {
            match step.holder(&before.family, relabel.key.as_ref(), self.now).await? {
                Holder::Kept(holder) => return Ok(Applied::LabelTaken(holder)),
                Holder::Gone(holder) => step.displace(&holder)?,
                Holder::Nobody => {}
            }
        }
        let mut after = before.clone();
        transition::change(&mut after.record, &mut after.family.parts, self.change, self.now);
        step.put_record(Some(&before.record), &after.record);
        if after.family.parts != before.family.parts {
            step.put_family(Some(&before.family), &after.family)?;
        }
        after.joined().map(Applied::Done)
    }
}
