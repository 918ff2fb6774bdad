//! Rotation: the parent's step and all that is new, at once.

use counterfoil::Timestamp;
use counterfoil::store::{
    FamilyParts, NewRecord, ParentUpdate, RecordParts, Rotated, StoreError, Superseded, check_members, check_rotate,
};
use counterfoil::types::RecordId;

use super::sql;
use super::store::SqliteStore;
use super::write::{Write, joined};
use crate::row::count;
use crate::rules::{fits, leads, reads_as_revoked};

const OP: &str = "rotate";

impl SqliteStore {
    /// Revoked goes before stale, and stale before a taken id: a repeated rotation must be told of its own successor.
    pub(super) async fn rotate_step(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let follows = check_rotate(parent, step, new)?;
        let mut write = self.write(OP).await?;
        let Some((mut record, before)) = write.pair(parent).await? else { return Ok(Rotated::Missing) };
        if reads_as_revoked(&record, &before) {
            return Ok(Rotated::FamilyEnded);
        }
        if !fits(&record, step, now) {
            return joined(record, before).map(Rotated::Stale);
        }
        if let Some(taken) = write.taken(new).await? {
            return Ok(Rotated::IdTaken(taken));
        }
        let mut family = before.clone();
        take(step, &mut record, &mut family, follows, now);
        check_members(OP, new, &family)?;
        if let ParentUpdate::Supersede { pace: Some(pace), .. } = *step
            && let Some(oldest) = write.rotated(&before, &record, pace).await?
        {
            return Ok(Rotated::PaceReached { oldest });
        }
        let (ParentUpdate::Supersede { access_cap, .. } | ParentUpdate::Slide { access_cap, .. }) = *step;
        if let Some(until) = write.access_full(&family.id, access_cap, new, now).await? {
            return Ok(Rotated::FamilyFull { until });
        }
        write.add_records(new, &family).await?;
        write.put_record(&record, &family).await?;
        write.put_family(&family).await?;
        if matches!(step, ParentUpdate::Supersede { .. }) {
            wipe_grandparent(&mut write, &record).await?;
        }
        write.commit(Rotated::Done).await
    }
}

fn take(
    step: &ParentUpdate,
    parent: &mut RecordParts,
    family: &mut FamilyParts,
    follows: Option<&NewRecord>,
    now: Timestamp,
) {
    family.used_at = now;
    match *step {
        ParentUpdate::Supersede { successor: id, nonce, honoured_until, gone_at, .. } => {
            parent.version = parent.version.next();
            parent.superseded = Some(Superseded { at: now, successor: id, nonce, honoured_until });
            parent.gone_at = gone_at;
            parent.notice = None;
            family.generation = family.generation.saturating_add(1);
            if let Some(follows) = follows {
                (family.live_until, family.gone_at) = (follows.expires_at, follows.gone_at);
            }
        }
        ParentUpdate::Slide { expires_at, gone_at, .. } => {
            parent.expires_at = forward(parent.expires_at, expires_at);
            parent.gone_at = forward(parent.gone_at, gone_at);
            parent.expiry_set_at = now;
            if leads(parent, family) {
                family.live_until = forward(family.live_until, expires_at);
                family.gone_at = forward(family.gone_at, gone_at);
            }
        }
    }
}

/// The later of the two; nothing is later than no end.
fn forward(old: Option<Timestamp>, new: Timestamp) -> Option<Timestamp> {
    old.map(|old| old.max(new))
}

/// The grandparent's nonce goes: a family holds one at most.
async fn wipe_grandparent(write: &mut Write, parent: &RecordParts) -> Result<(), StoreError> {
    let Some(older) = parent.generation.checked_sub(1) else { return Ok(()) };
    let (family, id) = (parent.id.family(), parent.id.as_bytes().as_slice());
    let query = sqlx::query(sql::WIPE_GRANDPARENT).bind(family.as_bytes().as_slice()).bind(count(older)).bind(id);
    write.run(query).await.map(drop)
}
