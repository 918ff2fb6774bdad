//! Rotates a credential. One transaction changes the old record (the parent) and inserts the new records.

use counterfoil::Timestamp;
use counterfoil::store::{
    NewRecord, ParentUpdate, RecordParts, Rotated, StoreError, check_members, check_rotate, transition,
};
use counterfoil::types::RecordId;

use super::sql;
use super::store::SqliteStore;
use super::write::{Write, joined};
use crate::row::count;

const OP: &str = "rotate";

impl SqliteStore {
    /// Rotates a credential. If several refusals apply, returns the first of [`Rotated::FamilyEnded`],
    /// [`Rotated::Stale`] and [`Rotated::IdTaken`]. The order matters if a rotation is repeated because its answer was
    /// lost. The ids are then in use, but the caller needs `Stale`, because it contains the parent's record, which
    /// names the successor.
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
        if transition::reads_as_revoked(&record, &before) {
            return Ok(Rotated::FamilyEnded);
        }
        if !transition::accepts_rotation(&record, step, now) {
            return joined(record, before).map(Rotated::Stale);
        }
        if let Some(taken) = write.taken(new).await? {
            return Ok(Rotated::IdTaken(taken));
        }
        let mut family = before.clone();
        transition::rotate(&mut record, &mut family, step, follows, now);
        check_members(OP, new, &family)?;
        if transition::lost_label(&before, step) {
            return Ok(Rotated::LabelLost);
        }
        if let Some(cap) = transition::renewal_cap(&before, step, now)
            && write.is_full(&before, cap, now).await?
        {
            return Ok(Rotated::OwnerFull);
        }
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

/// Removes the nonce of the generation before `parent`. A rotation calls this, because a family has at most one nonce.
async fn wipe_grandparent(write: &mut Write, parent: &RecordParts) -> Result<(), StoreError> {
    let Some(older) = parent.generation.checked_sub(1) else { return Ok(()) };
    let (family, id) = (parent.id.family(), parent.id.as_bytes().as_slice());
    let query = sqlx::query(sql::WIPE_GRANDPARENT).bind(family.as_bytes().as_slice()).bind(count(older)).bind(id);
    write.run(query).await.map(drop)
}
