//! The data that readers see: records and family rows in lock-free maps.
//!
//! A family with one member (a personal access token, a code) is stored with its record: one look-up reads both. With
//! its second member the family gets its own row. A reader then reads two places, and a write may happen in between.
//! Two rules keep such a pair consistent:
//!
//! - A write of records *and* the row publishes the records first, each with the write's number, and the row with the
//!   same number last. If a record has a higher number than its row, its write is still in progress, and readers ignore
//!   it. So a write becomes visible as a whole, and every reader of a superseded parent finds the successor.
//! - A reader reads the record, the row, and the record again. If both record reads give the same entry (an entry's
//!   address cannot be reused while the guard is held), no write finished in between. So an old record is never joined
//!   with a newer row.

use std::fmt;
use std::sync::Arc;

use papaya::{Guard, HashMap};

use crate::record::family::FamilyParts;
use crate::record::record_parts::RecordParts;
use crate::record::token_record::{Corrupt, Joined, TokenRecord};
use crate::types::hash::IdState;
use crate::types::ids::{FamilyId, RecordId};

/// A point at which tests give other threads a turn. Empty in other builds.
macro_rules! inside_step {
    () => {
        #[cfg(any(test, feature = "test-util"))]
        crate::store::backend_call::inside_step();
    };
}

/// The number of a write of records together with their family's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StepNumber(pub(super) u64);

#[expect(clippy::large_enum_variant, reason = "a box would put a cache miss on the hottest read")]
enum Slot {
    /// The only member of its family, stored with the family.
    Alone(Joined),
    /// One of several members. Its family's row is from that write or a later one.
    Member(RecordParts, StepNumber),
}

impl Slot {
    fn record(&self) -> &RecordParts {
        match self {
            Self::Alone(joined) => joined.record(),
            Self::Member(record, _) => record,
        }
    }
}

struct Row {
    family: FamilyParts,
    step: StepNumber,
}

/// The result of a lock-free read.
pub(super) enum Glance {
    /// No such record.
    Absent,
    /// The complete record.
    Whole(Result<TokenRecord, Corrupt>),
    /// A write finished meanwhile or is in progress: read again.
    Torn,
}

/// Records and family rows. Only the holder of the indexes' lock may publish.
pub(super) struct Table {
    records: HashMap<RecordId, Slot, IdState>,
    families: HashMap<FamilyId, Row, IdState>,
}

impl Table {
    /// Reads a record without a lock.
    pub(super) fn glance(&self, id: &RecordId) -> Glance {
        let guard = self.records.guard();
        let Some(slot) = self.records.get(id, &guard) else { return Glance::Absent };
        let (record, step) = match slot {
            Slot::Alone(joined) => return Glance::Whole(Ok(joined.to_record())),
            Slot::Member(record, step) => (record, *step),
        };
        inside_step!();
        let row = self.families.get(&id.family(), &guard);
        inside_step!();
        let again = self.records.get(id, &guard);
        match row {
            Some(row) if step <= row.step && again.is_some_and(|again| std::ptr::eq(slot, again)) => {
                Glance::Whole(TokenRecord::from_parts(record.clone(), row.family.clone()))
            }
            _ => Glance::Torn,
        }
    }

    /// Whether that id exists.
    pub(super) fn contains(&self, id: &RecordId) -> bool {
        self.records.contains_key(id, &self.records.guard())
    }

    /// Calls `look` with a record's own fields. The caller must hold the lock, as for all methods below.
    pub(super) fn peek<T>(&self, id: &RecordId, look: impl FnOnce(Option<&RecordParts>) -> T) -> T {
        let guard = self.records.guard();
        look(self.records.get(id, &guard).map(Slot::record))
    }

    /// A record's own fields.
    pub(super) fn record(&self, id: &RecordId) -> Option<RecordParts> {
        self.peek(id, |record| record.cloned())
    }

    /// The family's row, found through one of its members.
    pub(super) fn family_of(&self, member: &RecordId) -> Option<FamilyParts> {
        let guard = self.records.guard();
        self.row_of(self.records.get(member, &guard)?, &guard).cloned()
    }

    /// Both halves of a record.
    pub(super) fn pair(&self, id: &RecordId) -> Option<(RecordParts, FamilyParts)> {
        let guard = self.records.guard();
        let slot = self.records.get(id, &guard)?;
        Some((slot.record().clone(), self.row_of(slot, &guard)?.clone()))
    }

    /// Whether the family has a row of its own.
    pub(super) fn has_row(&self, family: &FamilyId) -> bool {
        self.families.contains_key(family, &self.records.guard())
    }

    /// Visits all records, in no particular order.
    pub(super) fn each(&self, mut visit: impl FnMut(&RecordParts)) {
        self.records.iter(&self.records.guard()).for_each(|(_, slot)| visit(slot.record()));
    }

    /// Replaces one record's own fields. Its family is not changed.
    pub(super) fn publish_record(&self, record: RecordParts) {
        let guard = self.records.guard();
        match self.records.get(&record.id, &guard) {
            Some(Slot::Alone(joined)) => self.publish_alone(record, joined.family().clone()),
            Some(Slot::Member(_, step)) => drop(self.records.insert(record.id, Slot::Member(record, *step), &guard)),
            None => {}
        }
    }

    /// Replaces one family's row. Its members, of which `member` is one, are not changed. It is one publish, so
    /// readers of all members see it at once.
    pub(super) fn publish_family(&self, family: FamilyParts, member: &RecordId) {
        let guard = self.records.guard();
        match self.records.get(member, &guard) {
            Some(Slot::Alone(joined)) => self.publish_alone(joined.record().clone(), family),
            Some(Slot::Member(_, least)) => {
                let step = self.families.get(&family.id, &guard).map_or(*least, |row| row.step);
                self.families.insert(family.id, Row { family, step }, &guard);
            }
            None => {}
        }
    }

    /// Publishes the only member of a family together with the family. The writer has read both, so they match. If
    /// they did not, readers would continue to see the previous entry.
    pub(super) fn publish_alone(&self, record: RecordParts, family: FamilyParts) {
        let id = record.id;
        if let Ok(joined) = Joined::new(record, family) {
            self.records.insert(id, Slot::Alone(joined), &self.records.guard());
        }
    }

    /// Publishes a family's row and those members that change with it. If the family had no row before, `records`
    /// must contain every member.
    pub(super) fn publish_all(&self, records: Vec<RecordParts>, family: FamilyParts, step: StepNumber) {
        let guard = self.records.guard();
        for record in records {
            self.records.insert(record.id, Slot::Member(record, step), &guard);
            inside_step!();
        }
        self.families.insert(family.id, Row { family, step }, &guard);
    }

    /// Removes a record. A reader that no longer has it finds nothing, with or without its row.
    pub(super) fn remove_record(&self, id: &RecordId) {
        self.records.remove(id, &self.records.guard());
    }

    /// Removes a family's row, after its last member.
    pub(super) fn remove_family(&self, family: &FamilyId) {
        self.families.remove(family, &self.records.guard());
    }

    fn row_of<'a>(&'a self, slot: &'a Slot, guard: &'a impl Guard) -> Option<&'a FamilyParts> {
        match slot {
            Slot::Alone(joined) => Some(joined.family()),
            Slot::Member(record, _) => self.families.get(&record.id.family(), guard).map(|row| &row.family),
        }
    }
}

impl Default for Table {
    /// Both maps share a collector, so that one guard protects both.
    fn default() -> Self {
        let collector = Arc::default();
        Self {
            records: HashMap::builder().hasher(IdState::default()).shared_collector(Arc::clone(&collector)).build(),
            families: HashMap::builder().hasher(IdState::default()).shared_collector(collector).build(),
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("records", &self.records.len()).finish_non_exhaustive()
    }
}
