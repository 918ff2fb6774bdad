//! Rotations of the reference model. A rotation changes the old record (the parent) and its family and inserts all new
//! records, or it does nothing.

use counterfoil::Timestamp;
use counterfoil::store::{
    FamilyParts, NewRecord, ParentUpdate, RecordParts, Rotated, StoreError, Superseded, TokenRecord,
};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Rotates a record, as the method `rotate` of a store does: the parent changes and the new records are inserted,
    /// or nothing happens.
    ///
    /// # Errors
    ///
    /// The same errors as [`Model::get`].
    pub fn rotate(
        &mut self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let Some(stands) = self.get(parent)? else { return Ok(Rotated::Missing) };
        if stands.revoked().is_some() {
            return Ok(Rotated::FamilyEnded);
        }
        // The refusal `Stale` comes before a taken id, so that a repeated rotation reports its own successor (clause
        // 5).
        if !is_as_expected(&stands, step, now) {
            return Ok(Rotated::Stale(stands));
        }
        if let Some(taken) = new.iter().find(|new| self.record(&new.id).is_some()) {
            return Ok(Rotated::IdTaken(taken.id));
        }
        if let Some(refusal) = self.step_bounds(parent, step, new, now) {
            return Ok(refusal);
        }
        self.records.extend(new.iter().cloned().map(RecordParts::from));
        if let Some(family) = self.family_mut(parent.family()) {
            family.used_at = now;
        }
        match step {
            ParentUpdate::Supersede { .. } => self.supersede(parent, step, now),
            ParentUpdate::Slide { expires_at, gone_at, .. } => self.slide(parent, *expires_at, *gone_at, now),
        }
        Ok(Rotated::Done)
    }

    fn supersede(&mut self, parent: &RecordId, step: &ParentUpdate, now: Timestamp) {
        let ParentUpdate::Supersede { successor, nonce, honoured_until, gone_at, .. } = *step else { return };
        let follows = self.record(&successor).map(|record| (record.expires_at, record.gone_at));
        if let Some(record) = self.record_mut(parent) {
            record.version = record.version.next();
            record.superseded =
                Some(Superseded::new(now, successor).with_nonce(nonce).with_honoured_until(honoured_until));
            (record.gone_at, record.notice) = (gone_at, None);
        }
        if let Some(family) = self.family_mut(parent.family()) {
            family.generation += 1;
            if let Some(follows) = follows {
                (family.live_until, family.gone_at) = follows;
            }
        }
        self.wipe_older_nonces(parent);
    }

    fn wipe_older_nonces(&mut self, parent: &RecordId) {
        for record in &mut self.records {
            if record.id.family() == parent.family()
                && record.id != *parent
                && let Some(superseded) = &mut record.superseded
            {
                superseded.nonce = None;
            }
        }
    }

    /// Moves the expiry and the `gone_at` of the parent to the given instants, unless the stored ones are later. A
    /// record without an expiry stays without one.
    fn slide(&mut self, parent: &RecordId, expires_at: Timestamp, gone_at: Timestamp, now: Timestamp) {
        let Some(record) = self.record_mut(parent) else { return };
        record.expires_at = record.expires_at.map(|old| old.max(expires_at));
        record.gone_at = record.gone_at.map(|old| old.max(gone_at));
        record.expiry_set_at = now;
        let (moved, kind, generation) = ((record.expires_at, record.gone_at), record.kind, record.generation);
        let leads = |family: &&mut FamilyParts| family.kind == kind && family.generation == generation;
        if let Some(family) = self.family_mut(parent.family()).filter(leads) {
            (family.live_until, family.gone_at) = moved;
        }
    }
}

fn is_as_expected(parent: &TokenRecord, step: &ParentUpdate, now: Timestamp) -> bool {
    let record = parent.record();
    record.superseded.is_none()
        && match step {
            ParentUpdate::Supersede { expect, .. } => record.version == *expect,
            ParentUpdate::Slide { .. } => !record.expires_at.is_some_and(|end| now.reached(end)),
        }
}
