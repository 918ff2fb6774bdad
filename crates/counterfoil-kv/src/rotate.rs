//! Rotates a credential. One step changes the old record (the parent) and inserts the new records.

use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, ParentUpdate, Rotated, StoreError, check_members, transition};
use counterfoil::types::RecordId;

use crate::key;
use crate::row::read_record;
use crate::rows::{Families, Pair, keys_of};
use crate::step::{Decision, Step};

/// The rotation of one record, which the store contract calls the parent.
pub(crate) struct Rotate<'a> {
    pub(crate) parent: &'a RecordId,
    pub(crate) step: &'a ParentUpdate,
    pub(crate) new: &'a [NewRecord],
    /// The new record that replaces the parent. `None` if the rotation does not supersede the parent.
    pub(crate) successor: Option<&'a NewRecord>,
    pub(crate) now: Timestamp,
}

impl Decision for Rotate<'_> {
    type Answer = Rotated;

    /// Decides on the rotation. If several refusals apply, returns the first of [`Rotated::FamilyEnded`],
    /// [`Rotated::Stale`], [`Rotated::IdTaken`], [`Rotated::LabelLost`], [`Rotated::OwnerFull`],
    /// [`Rotated::PaceReached`] and [`Rotated::FamilyFull`]. The order matters if a rotation is repeated because its
    /// answer was lost. The new ids are then in use, but the caller needs [`Rotated::Stale`]. It contains the parent's
    /// record, which names the successor.
    async fn decide(&self, step: &mut Step<'_>) -> Result<Rotated, StoreError> {
        step.load(self.new.iter().map(|new| key::record(&new.id)).chain(keys_of(self.parent))).await?;
        let Some(before) = step.loaded_pair(self.parent)? else { return Ok(Rotated::Missing) };
        if before.reads_as_revoked() {
            return Ok(Rotated::FamilyEnded);
        }
        if !transition::accepts_rotation(&before.record, self.step, self.now) {
            return before.joined().map(Rotated::Stale);
        }
        if let Some(taken) = step.taken(self.new) {
            return Ok(Rotated::IdTaken(taken));
        }
        let family = &before.family.parts;
        if transition::lost_label(family, self.step) {
            return Ok(Rotated::LabelLost);
        }
        let renewed_under = transition::renewal_cap(family, self.step, self.now);
        if let Some(cap) = renewed_under {
            step.load([key::owner(&family.realm, &family.owner)]).await?;
            if step.renewal_full(family, cap, self.now).await? {
                return Ok(Rotated::OwnerFull);
            }
        }
        let (pace, cap) = match *self.step {
            ParentUpdate::Supersede { pace, access_cap, .. } => (pace, access_cap),
            ParentUpdate::Slide { access_cap, .. } => (None, access_cap),
        };
        if let Some(oldest) = step.rotated(family, &before.record, pace).await? {
            return Ok(Rotated::PaceReached { oldest });
        }
        if let Some(until) = step.access_full(&family.id, cap, self.new, self.now).await? {
            return Ok(Rotated::FamilyFull { until });
        }
        let mut after = before.clone();
        self.take(&mut after);
        check_members("rotate", self.new, &after.family.parts)?;
        if let Some(holder) = before.family.nonce_of.filter(|holder| *holder != *self.parent)
            && matches!(self.step, ParentUpdate::Supersede { .. })
        {
            wipe_nonce(step, &holder).await?;
        }
        step.put_record(Some(&before.record), &after.record);
        step.put_family(Some(&before.family), &after.family)?;
        if renewed_under.is_some() {
            step.mark_owner(&family.realm, &family.owner, &family.id, Families::Same);
        }
        step.add_records(self.new);
        Ok(Rotated::Done)
    }
}

impl Rotate<'_> {
    fn take(&self, pair: &mut Pair) {
        let Pair { record, family: row } = pair;
        row.members = row.members.saturating_add(u64::try_from(self.new.len()).unwrap_or(u64::MAX));
        if let ParentUpdate::Supersede { nonce, .. } = self.step {
            row.nonce_of = nonce.map(|_| record.id);
        }
        transition::rotate(record, &mut row.parts, self.step, self.successor, self.now);
    }
}

/// Removes the nonce from an older member, because a family has at most one nonce. Does nothing if the member is
/// missing or corrupt.
async fn wipe_nonce(step: &mut Step<'_>, id: &RecordId) -> Result<(), StoreError> {
    let key = key::record(id);
    step.load([key.clone()]).await?;
    let Some(Ok(before)) = step.value(&key).map(|row| read_record(*id, row)) else { return Ok(()) };
    let mut after = before.clone();
    if transition::wipe_nonce(&mut after) {
        step.put_record(Some(&before), &after);
    }
    Ok(())
}
