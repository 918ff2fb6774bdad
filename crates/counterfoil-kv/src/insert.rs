//! Inserts all new records or none. If several refusals apply, returns the one whose variant of [`Inserted`] comes
//! first.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, InsertInto, Inserted, NewFamily, NewRecord, Pace, StoreError, WhenFull, check_members};
use counterfoil::types::{FamilyId, LabelKey, RecordId};

use crate::key;
use crate::revoke::Ending;
use crate::row::FamilyRow;
use crate::rows::Families;
use crate::step::{Decision, Step};

/// The insert of records into a new family or into an existing one.
pub(crate) struct Insert<'a> {
    pub(crate) home: InsertInto<'a>,
    pub(crate) new: &'a [NewRecord],
    pub(crate) now: Timestamp,
}

/// Whether another family holds a label, and whether the label can be taken from it.
pub(crate) enum Holder {
    /// No other family holds the label, or there is no label.
    Nobody,
    /// Another family holds the label, but is past its `gone_at`. The label can be taken from it.
    Gone(Box<FamilyRow>),
    /// Another family holds the label and keeps it.
    Kept(FamilyId),
}

impl Decision for Insert<'_> {
    type Answer = Inserted;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Inserted, StoreError> {
        match self.home {
            InsertInto::Found { family, cap, pace } => self.found(step, family, cap, pace).await,
            InsertInto::Join { family, generation, access_cap } => {
                self.join(step, family, generation, access_cap).await
            }
        }
    }
}

impl Insert<'_> {
    async fn found(
        &self,
        step: &mut Step<'_>,
        family: &NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
    ) -> Result<Inserted, StoreError> {
        let own = key::family(&family.id);
        let keys = self.new.iter().map(|new| key::record(&new.id)).chain([own.clone()]);
        let label = family.label_key.as_ref().map(|label| key::label(&family.realm, &family.owner, label));
        step.load(keys.chain(label).chain([key::owner(&family.realm, &family.owner)])).await?;
        if let Some(taken) = step.taken(self.new) {
            return Ok(Inserted::IdTaken(taken));
        }
        if step.value(&own).is_some() {
            return step.first_member(&family.id).await.map(|first| Inserted::IdTaken(first.unwrap_or(self.new[0].id)));
        }
        let mut row = FamilyRow::new(family.clone());
        let holder = step.holder(&row, row.parts.label_key.as_ref(), self.now).await?;
        if let Holder::Kept(holder) = holder {
            return Ok(Inserted::LabelTaken(holder));
        }
        let Some(leaving) = step.leaving(&row.parts, cap, self.now).await? else { return Ok(Inserted::OwnerFull) };
        if let Some(oldest) = step.paced(&row.parts, pace).await? {
            return Ok(Inserted::PaceReached { oldest });
        }
        if let Holder::Gone(holder) = holder {
            step.displace(&holder)?;
        }
        if let Some(Cap { when_full: WhenFull::End { revoked, gone_at }, .. }) = cap {
            for family in &leaving {
                step.end_family(family, Ending { revoked, gone_at })?;
            }
        }
        row.members = u64::try_from(self.new.len()).unwrap_or(u64::MAX);
        step.put_family(None, &row)?;
        step.mark_owner(&family.realm, &family.owner, &family.id, Families::More);
        step.add_records(self.new);
        Ok(if leaving.is_empty() { Inserted::Done } else { Inserted::MadeRoom(leaving) })
    }

    /// Adds records to an existing family. Checks in this order: whether the family is revoked, whether a new id is
    /// already in use, and whether the family still has the generation `generation`. The order matters if a call is
    /// repeated because its answer was lost. The repeated call then gets [`Inserted::IdTaken`] with the id of its own
    /// record, even if the family has a new generation by now.
    async fn join(
        &self,
        step: &mut Step<'_>,
        family: FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
    ) -> Result<Inserted, StoreError> {
        step.load(self.new.iter().map(|new| key::record(&new.id)).chain([key::family(&family)])).await?;
        let before = step.loaded_family(&family)?;
        let Some(before) = before.filter(|family| family.parts.revoked.is_none()) else {
            return Ok(Inserted::FamilyEnded);
        };
        if let Some(taken) = step.taken(self.new) {
            return Ok(Inserted::IdTaken(taken));
        }
        if before.parts.generation != generation {
            return Ok(Inserted::FamilyMoved);
        }
        check_members("insert", self.new, &before.parts)?;
        if let Some(until) = step.access_full(&family, access_cap, self.new, self.now).await? {
            return Ok(Inserted::FamilyFull { until });
        }
        let mut row = before.clone();
        row.parts.used_at = self.now;
        row.members = row.members.saturating_add(u64::try_from(self.new.len()).unwrap_or(u64::MAX));
        step.put_family(Some(&before), &row)?;
        step.add_records(self.new);
        Ok(Inserted::Done)
    }
}

impl Step<'_> {
    /// Finds out whether another family than `asking` holds the label. If there is such a family but its row is
    /// corrupt, returns [`Holder::Kept`].
    pub(crate) async fn holder(
        &mut self,
        asking: &FamilyRow,
        label: Option<&LabelKey>,
        now: Timestamp,
    ) -> Result<Holder, StoreError> {
        let Some(label) = label else { return Ok(Holder::Nobody) };
        let row = key::label(&asking.parts.realm, &asking.parts.owner, label);
        self.load([row.clone()]).await?;
        let holder = self.value(&row).and_then(|family| key::last_family(family));
        let Some(holder) = holder.filter(|holder| *holder != asking.parts.id) else { return Ok(Holder::Nobody) };
        self.load([key::family(&holder)]).await?;
        Ok(match self.loaded_family(&holder) {
            Ok(None) => Holder::Nobody,
            Ok(Some(family)) if family.parts.gone_at.is_some_and(|gone_at| now.reached(gone_at)) => {
                Holder::Gone(Box::new(family))
            }
            Ok(Some(_)) | Err(_) => Holder::Kept(holder),
        })
    }

    /// Removes the label from the family `gone`, which is past its `gone_at`.
    pub(crate) fn displace(&mut self, gone: &FamilyRow) -> Result<(), StoreError> {
        let mut row = gone.clone();
        row.parts.label_key = None;
        self.put_family(Some(gone), &row)
    }

    /// Returns the id of the family's first member in the order of keys, or `None` if the family has no member.
    pub(crate) async fn first_member(&mut self, family: &FamilyId) -> Result<Option<RecordId>, StoreError> {
        let (from, until) = (key::after(key::family(family)), key::members(family).end_of_prefix());
        let first = self.scan(&from, &until, 1).await?;
        Ok(first.first().and_then(|(key, _)| key::last_id(key)))
    }
}
