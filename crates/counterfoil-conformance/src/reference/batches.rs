//! Purges of the reference model.

use counterfoil::Timestamp;
use counterfoil::store::RecordParts;
use counterfoil::types::RecordId;

use super::Model;

/// The three instants that limit a purge.
#[derive(Clone, Copy, Debug)]
struct PurgeLimits {
    /// Records without a notice are removed if their `gone_at` is at or before this instant.
    now: Timestamp,
    /// A record with an unsent notice is removed only if its `gone_at` is at or before both `now` and this instant.
    unsent_before: Timestamp,
    /// Superseded records whose retry window ended at or before this instant are shrunk.
    windows_before: Timestamp,
}

impl Model {
    /// Removes and shrinks at most `limit` records in total. Returns the number of changed records, and whether a
    /// further call would change more.
    pub fn purge(
        &mut self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: usize,
    ) -> (u64, bool) {
        let limits = PurgeLimits { now, unsent_before, windows_before };
        let gone: Vec<RecordId> = self.ids_where(|model, record| model.may_go(record, limits));
        let spent: Vec<RecordId> =
            self.ids_where(|model, record| !model.may_go(record, limits) && may_shrink(record, limits));
        let room = limit.saturating_sub(gone.len());
        for id in gone.iter().take(limit) {
            self.records.retain(|record| record.id != *id);
        }
        for id in spent.iter().take(room) {
            if let Some(record) = self.record_mut(id) {
                record.shrink();
            }
        }
        let records = &self.records;
        self.families.retain(|family| records.iter().any(|record| record.id.family() == family.id));
        let all = gone.len() + spent.len();
        (all.min(limit) as u64, all > limit)
    }

    /// Removes or shrinks this record if the three instants allow it. Leaves all other records. Returns true if the
    /// record was removed or shrunk.
    pub fn purge_one(
        &mut self,
        id: &RecordId,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
    ) -> bool {
        let limits = PurgeLimits { now, unsent_before, windows_before };
        let Some(record) = self.record(id).filter(|record| !self.damaged.contains(&record.id)) else { return false };
        if self.may_go(record, limits) {
            self.records.retain(|record| record.id != *id);
            let records = &self.records;
            self.families.retain(|family| records.iter().any(|record| record.id.family() == family.id));
            return true;
        }
        let shrinks = may_shrink(record, limits);
        if let Some(record) = self.record_mut(id).filter(|_| shrinks) {
            record.shrink();
        }
        shrinks
    }

    /// Returns the ids of the damaged records that a purge with these limits may remove. A store is also allowed to
    /// leave them.
    #[must_use]
    pub fn damaged_gone(&self, now: Timestamp, unsent_before: Timestamp) -> Vec<RecordId> {
        let damaged = self.records.iter().filter(|record| self.damaged.contains(&record.id));
        let gone = damaged.filter(|record| {
            // An earlier purge may have shrunk the record. Then it has no notice, and `unsent_before` does not apply.
            let unsent_before = if is_spent(record) { now } else { unsent_before };
            self.may_go(record, PurgeLimits { now, unsent_before, windows_before: Timestamp::EPOCH })
        });
        gone.map(|record| record.id).collect()
    }

    /// Returns the damaged records that a purge of a store may have shrunk. A damaged record may have been shrunk if it
    /// is superseded and its retry window has an end. A listing may leave these records out, because no listing
    /// contains shrunk records.
    pub fn damaged_spent(&self) -> impl Iterator<Item = &RecordParts> {
        self.records.iter().filter(|record| self.damaged.contains(&record.id) && is_spent(record))
    }

    /// Returns true if the limits of a purge allow a store to remove or shrink one of the damaged records.
    #[must_use]
    pub fn purges_damaged(&self, now: Timestamp, unsent_before: Timestamp, windows_before: Timestamp) -> bool {
        let damaged = |record: &&RecordParts| self.damaged.contains(&record.id);
        let limits = PurgeLimits { now, unsent_before, windows_before };
        !self.damaged_gone(now, unsent_before).is_empty()
            || self.records.iter().filter(damaged).any(|record| may_shrink(record, limits))
    }

    /// Removes a damaged record from the model. The caller has found that the store has removed it.
    pub fn forget(&mut self, id: &RecordId) {
        self.records.retain(|record| record.id != *id);
        self.damaged.retain(|damaged| damaged != id);
        self.has_forgotten = true;
        let records = &self.records;
        self.families.retain(|family| records.iter().any(|record| record.id.family() == family.id));
    }

    fn ids_where(&self, hit: impl Fn(&Self, &RecordParts) -> bool) -> Vec<RecordId> {
        let whole = self.records.iter().filter(|record| !self.damaged.contains(&record.id));
        whole.filter(|record| hit(self, record)).map(|record| record.id).collect()
    }

    fn may_go(&self, record: &RecordParts, limits: PurgeLimits) -> bool {
        let Some(family) = self.family(record.id.family()) else { return false };
        let gone_at = if family.revoked.is_some() { family.gone_at } else { record.gone_at };
        let unsent = record.notice.is_some();
        gone_at.is_some_and(|gone_at| limits.now.reached(gone_at) && (!unsent || limits.unsent_before.reached(gone_at)))
    }
}

/// Returns true if the record is superseded and its retry window has an end.
fn is_spent(record: &RecordParts) -> bool {
    record.superseded.is_some_and(|superseded| superseded.honoured_until.is_some())
}

fn may_shrink(record: &RecordParts, limits: PurgeLimits) -> bool {
    let window = record.superseded.and_then(|superseded| superseded.honoured_until);
    !record.shrunk && window.is_some_and(|end| limits.windows_before.reached(end))
}
