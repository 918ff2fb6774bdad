//! What is asked of new records before they are sent, in words that need no server.

use std::num::NonZeroU32;

use counterfoil::store::{Corrupt, NewRecord, Pace, StoreError};
use counterfoil::{FamilyId, OwnerId, Realm};

use crate::row::{Bytes, added, time};

/// A limit as the scripts take it; nothing where there is none.
pub(crate) fn count_or_none(limit: Option<NonZeroU32>) -> Bytes {
    limit.map(|limit| limit.to_string().into_bytes()).unwrap_or_default()
}

/// A pace as the scripts take it: limit and since, both nothing where there is none.
pub(crate) fn pace_or_none(pace: Option<Pace>) -> [Bytes; 2] {
    [count_or_none(pace.map(|pace| pace.limit)), pace.map(|pace| time(pace.since).to_vec()).unwrap_or_default()]
}

/// New records as a script takes them: those of the family that is written, and what is wrong with the others.
pub(crate) struct Batch {
    /// How many records there are.
    pub(crate) count: usize,
    /// Which of them bears an id that another one before it has, counted from 1; 0: none.
    pub(crate) twice: usize,
    /// Their values, one record after the other.
    pub(crate) values: Vec<Bytes>,
    fault: Option<Corrupt>,
}

impl Batch {
    /// The records of `new` that are that family's.
    pub(crate) fn of(new: &[NewRecord], family: FamilyId) -> Self {
        let own: Vec<&NewRecord> = new.iter().filter(|record| record.id.family() == family).collect();
        let again = |place: usize, record: &&NewRecord| own.iter().take(place).any(|earlier| earlier.id == record.id);
        let twice =
            own.iter().enumerate().find(|(place, record)| again(*place, record)).map_or(0, |(place, _)| place + 1);
        let values = own.iter().flat_map(|record| added(record)).collect();
        let fault = (own.len() != new.len()).then_some(Corrupt::Family);
        Self { count: own.len(), twice, values, fault }
    }

    /// Refuses records of another realm or owner: every later read would call them corrupt.
    pub(crate) fn owned_by(mut self, new: &[NewRecord], realm: &Realm, owner: &OwnerId) -> Self {
        if !new.iter().all(|record| record.realm == *realm && record.owner == *owner) {
            self.fault = Some(Corrupt::Family);
        }
        self
    }

    /// Refuses records newer than that.
    pub(crate) fn at_most(mut self, new: &[NewRecord], generation: u64) -> Self {
        if new.iter().any(|record| record.generation > generation) {
            self.fault = Some(Corrupt::States { rule: "no record is newer than its family" });
        }
        self
    }

    /// Refuses all of them where a rule is broken.
    pub(crate) fn unless(mut self, holds: bool, rule: &'static str) -> Self {
        if !holds {
            self.fault = Some(Corrupt::States { rule });
        }
        self
    }

    /// `1` where something is wrong: the script still says first whether an id is taken, and writes nothing.
    pub(crate) fn flag(&self) -> &'static [u8] {
        if self.fault.is_some() { b"1" } else { b"0" }
    }

    /// What is wrong: a mistake of the caller, and nothing was written.
    pub(crate) fn error(self, new: &[NewRecord]) -> StoreError {
        StoreError::corrupt(new.first().map(|record| record.id), self.fault.unwrap_or(Corrupt::Family))
    }
}
