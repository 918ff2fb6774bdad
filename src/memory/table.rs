//! The data that readers use. It consists of lock-free maps of records and of family rows.
//!
//! A family with one member (a personal access token, a security code) is stored in the entry of its record, so one
//! look-up reads both. When the family gets a second member, it gets a separate row. A reader then reads two entries,
//! and a write can happen between the two reads. Two rules make sure that record and row match:
//!
//! - A write that changes records *and* the row has a number. Such a write first publishes the records with this
//!   number, and then the row with the same number. If a record has a higher number than its row, the write is still in
//!   progress, and the reader reads again. So a reader never uses one part of a write without the others. For example,
//!   a rotation marks the old record as superseded and adds its successor: a reader that finds the mark also finds the
//!   successor.
//! - A reader reads the record, then the row, then the record again. If both reads of the record give the same entry,
//!   no write replaced the record between them. (The address of an entry is not reused while the reader's guard
//!   exists.) So an old record is never combined with a newer row.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use papaya::{Guard, HashMap};

use super::interner::Interner;
use crate::record::family::FamilyParts;
use crate::record::packed::{Packed, Shared};
use crate::record::record_parts::RecordParts;
use crate::record::record_ref::RecordRef;
use crate::record::token_record::{Corrupt, consistent};
use crate::types::hash::IdState;
use crate::types::ids::{FamilyId, KeyId, RecordId};

/// Defines a point at which tests let other threads run. The macro is empty in other builds.
macro_rules! inside_step {
    () => {
        #[cfg(any(test, feature = "test-util"))]
        crate::store::backend_call::inside_step();
    };
}

/// The number of a write that changes records together with the row of their family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StepNumber(pub(super) u64);

struct Row {
    family: FamilyParts,
    step: StepNumber,
}

/// The result of a read without a lock.
pub(super) enum Glance<T> {
    /// The reader has seen the record and its family as they were at one moment, or that there is no such record.
    Seen(T),
    /// The record and its family contradict each other. No write stores such a pair.
    Corrupt(Corrupt),
    /// A write replaced the record during the read, or a write is in progress. The reader must read again.
    Torn,
}

/// The records and the family rows. Only the holder of the lock of the indexes is allowed to change them.
pub(super) struct Table {
    records: HashMap<RecordId, Packed, IdState>,
    families: HashMap<FamilyId, Row, IdState>,
    /// The values that records share. Only writers use this field.
    shared: Mutex<Interner>,
}

impl Table {
    /// Reads a record without a lock. Calls `look` with the record where it is stored, or with `None` if there is no
    /// such record. If the result is not [`Glance::Seen`], `look` was not called.
    #[inline]
    pub(super) fn glance<T>(&self, id: &RecordId, look: impl FnOnce(Option<RecordRef<'_>>) -> T) -> Glance<T> {
        let guard = self.records.guard();
        let Some(record) = self.records.get(id, &guard) else { return Glance::Seen(look(None)) };
        if let Some(view) = record.view(id) {
            return Glance::Seen(look(Some(view)));
        }
        inside_step!();
        let row = self.families.get(&id.family(), &guard);
        inside_step!();
        let again = self.records.get(id, &guard);
        match row {
            Some(row)
                if record.step() <= Some(row.step.0) && again.is_some_and(|again| std::ptr::eq(record, again)) =>
            {
                match record.view_with(id, &row.family) {
                    Ok(record) => Glance::Seen(look(Some(record))),
                    Err(corrupt) => Glance::Corrupt(corrupt),
                }
            }
            _ => Glance::Torn,
        }
    }

    pub(super) fn contains(&self, id: &RecordId) -> bool {
        self.records.contains_key(id, &self.records.guard())
    }

    /// Calls `look` with the fields of a record, or with `None` if there is no such record. For this method and all
    /// methods below, the caller must hold the lock of the indexes.
    pub(super) fn peek<T>(&self, id: &RecordId, look: impl FnOnce(Option<&RecordParts>) -> T) -> T {
        look(self.record(id).as_ref())
    }

    pub(super) fn record(&self, id: &RecordId) -> Option<RecordParts> {
        self.records.get(id, &self.records.guard()).map(|record| record.record(id))
    }

    pub(super) fn family_of(&self, member: &RecordId) -> Option<FamilyParts> {
        let guard = self.records.guard();
        self.family_in(member, self.records.get(member, &guard)?, &guard)
    }

    pub(super) fn pair(&self, id: &RecordId) -> Option<(RecordParts, FamilyParts)> {
        let guard = self.records.guard();
        let record = self.records.get(id, &guard)?;
        Some((record.record(id), self.family_in(id, record, &guard)?))
    }

    /// Whether the family has a separate row.
    pub(super) fn has_row(&self, family: &FamilyId) -> bool {
        self.families.contains_key(family, &self.records.guard())
    }

    /// Visits the key ids of all records, in no particular order.
    pub(super) fn each_key(&self, mut visit: impl FnMut(KeyId)) {
        self.records.iter(&self.records.guard()).for_each(|(_, record)| visit(record.key_id()));
    }

    /// Replaces the fields of one record. Its family is not changed.
    pub(super) fn publish_record(&self, record: RecordParts) {
        let guard = self.records.guard();
        let Some(old) = self.records.get(&record.id, &guard) else { return };
        match (old.step(), old.family(&record.id)) {
            (Some(step), _) => self.publish_member(record, StepNumber(step), &guard),
            (None, Some(family)) => self.publish_alone(record, family),
            (None, None) => {}
        }
    }

    /// Replaces the row of one family, without changing its members. `member` is one of the members. The new row is
    /// published in one step, so readers of all members see it at the same time.
    pub(super) fn publish_family(&self, family: FamilyParts, member: &RecordId) {
        let guard = self.records.guard();
        let Some(old) = self.records.get(member, &guard) else { return };
        match old.step() {
            None => self.publish_alone(old.record(member), family),
            Some(least) => {
                let step = self.families.get(&family.id, &guard).map_or(StepNumber(least), |row| row.step);
                self.families.insert(family.id, Row { family, step }, &guard);
            }
        }
    }

    /// Publishes a record together with its family, of which it is the only member. The writer has read both, so they
    /// match. If they did not match, nothing would be published, and readers would still see the previous entry.
    pub(super) fn publish_alone(&self, record: RecordParts, family: FamilyParts) {
        if consistent(RecordRef::whole(&record, &family), &family).is_ok() {
            let id = record.id;
            let packed = Packed::alone(record, family, |shared| self.shared(shared));
            self.records.insert(id, packed, &self.records.guard());
        }
    }

    fn publish_member(&self, record: RecordParts, step: StepNumber, guard: &impl Guard) {
        let id = record.id;
        self.records.insert(id, Packed::member(record, step.0, |shared| self.shared(shared)), guard);
    }

    fn shared(&self, shared: Shared) -> Arc<Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).share(shared)
    }

    /// Publishes the row of a family, and the members that change in the same write. If the family has no separate row
    /// yet, `records` must contain every member.
    pub(super) fn publish_all(&self, records: Vec<RecordParts>, family: FamilyParts, step: StepNumber) {
        let guard = self.records.guard();
        for record in records {
            self.publish_member(record, step, &guard);
            inside_step!();
        }
        self.families.insert(family.id, Row { family, step }, &guard);
    }

    /// Removes a record. From then on, readers find no record, even if the row of the family still exists.
    pub(super) fn remove_record(&self, id: &RecordId) {
        self.records.remove(id, &self.records.guard());
    }

    /// Removes the row of a family. Call this only after the last member was removed.
    pub(super) fn remove_family(&self, family: &FamilyId) {
        self.families.remove(family, &self.records.guard());
    }

    fn family_in(&self, id: &RecordId, record: &Packed, guard: &impl Guard) -> Option<FamilyParts> {
        record.family(id).or_else(|| self.families.get(&id.family(), guard).map(|row| row.family.clone()))
    }
}

impl Default for Table {
    /// Both maps use the same collector, which frees replaced entries. So one guard protects the entries of both maps.
    fn default() -> Self {
        let collector = Arc::default();
        Self {
            records: HashMap::builder().hasher(IdState::default()).shared_collector(Arc::clone(&collector)).build(),
            families: HashMap::builder().hasher(IdState::default()).shared_collector(collector).build(),
            shared: Mutex::default(),
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("records", &self.records.len()).finish_non_exhaustive()
    }
}
