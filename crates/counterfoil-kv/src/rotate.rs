//! Rotation: the parent's step and all that is new, at once.

use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, ParentUpdate as Asked, Rotated, StoreError, Superseded, check_members};
use counterfoil::types::RecordId;

use crate::key;
use crate::row::read_record;
use crate::rows::{Pair, keys_of};
use crate::step::{Decision, Step};

/// A rotation.
pub(crate) struct Rotate<'a> {
    pub(crate) parent: &'a RecordId,
    pub(crate) step: &'a Asked,
    pub(crate) new: &'a [NewRecord],
    /// Which of them succeeds the parent, if the step supersedes it.
    pub(crate) successor: Option<&'a NewRecord>,
    pub(crate) now: Timestamp,
}

impl Decision for Rotate<'_> {
    type Answer = Rotated;

    /// Revoked takes precedence over stale, and stale over a taken id: a repeated rotation gets its own successor.
    async fn decide(&self, step: &mut Step<'_>) -> Result<Rotated, StoreError> {
        step.load(self.new.iter().map(|new| key::record(&new.id)).chain(keys_of(self.parent))).await?;
        let Some(before) = step.loaded_pair(self.parent)? else { return Ok(Rotated::Missing) };
        if before.reads_as_revoked() {
            return Ok(Rotated::FamilyEnded);
        }
        if !self.fits(&before) {
            return before.joined().map(Rotated::Stale);
        }
        if let Some(taken) = step.taken(self.new) {
            return Ok(Rotated::IdTaken(taken));
        }
        let (pace, cap) = match *self.step {
            Asked::Supersede { pace, access_cap, .. } => (pace, access_cap),
            Asked::Slide { access_cap, .. } => (None, access_cap),
        };
        if let Some(oldest) = step.rotated(&before.family.parts, &before.record, pace).await? {
            return Ok(Rotated::PaceReached { oldest });
        }
        if let Some(until) = step.access_full(&before.family.parts.id, cap, self.new, self.now).await? {
            return Ok(Rotated::FamilyFull { until });
        }
        let mut after = before.clone();
        self.take(&mut after);
        check_members("rotate", self.new, &after.family.parts)?;
        if let Some(holder) = before.family.nonce_of.filter(|holder| *holder != *self.parent)
            && matches!(self.step, Asked::Supersede { .. })
        {
            wipe_nonce(step, &holder).await?;
        }
        step.put_record(Some(&before.record), &after.record);
        step.put_family(Some(&before.family), &after.family)?;
        step.add_records(self.new);
        Ok(Rotated::Done)
    }
}

impl Rotate<'_> {
    fn fits(&self, before: &Pair) -> bool {
        let parent = &before.record;
        parent.superseded.is_none()
            && match self.step {
                Asked::Supersede { expect, .. } => parent.version == *expect,
                Asked::Slide { .. } => !parent.expires_at.is_some_and(|expires_at| self.now.reached(expires_at)),
            }
    }

    fn take(&self, pair: &mut Pair) {
        let leads = pair.leads();
        let Pair { record, family: row } = pair;
        let family = &mut row.parts;
        family.used_at = self.now;
        row.members = row.members.saturating_add(u64::try_from(self.new.len()).unwrap_or(u64::MAX));
        match *self.step {
            Asked::Supersede { successor, nonce, honoured_until, gone_at, .. } => {
                record.version = record.version.next();
                record.superseded = Some(Superseded { at: self.now, successor, nonce, honoured_until });
                record.gone_at = gone_at;
                record.notice = None;
                row.nonce_of = nonce.map(|_| record.id);
                family.generation = family.generation.saturating_add(1);
                if let Some(follows) = self.successor {
                    (family.live_until, family.gone_at) = (follows.expires_at, follows.gone_at);
                }
            }
            Asked::Slide { expires_at, gone_at, .. } => {
                record.expires_at = forward(record.expires_at, expires_at);
                record.gone_at = forward(record.gone_at, gone_at);
                record.expiry_set_at = self.now;
                if leads {
                    family.live_until = forward(family.live_until, expires_at);
                    family.gone_at = forward(family.gone_at, gone_at);
                }
            }
        }
    }
}

/// The later of the two; nothing is later than no end.
fn forward(old: Option<Timestamp>, new: Timestamp) -> Option<Timestamp> {
    old.map(|old| old.max(new))
}

/// Wipes the nonce of the older generation: a family holds at most one. A purged or corrupt member holds none.
async fn wipe_nonce(step: &mut Step<'_>, id: &RecordId) -> Result<(), StoreError> {
    let key = key::record(id);
    step.load([key.clone()]).await?;
    let Some(Ok(before)) = step.value(&key).map(|row| read_record(*id, row)) else { return Ok(()) };
    let mut after = before.clone();
    if after.superseded.as_mut().and_then(|superseded| superseded.nonce.take()).is_some() {
        step.put_record(Some(&before), &after);
    }
    Ok(())
}
