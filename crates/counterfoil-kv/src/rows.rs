//! Reads the rows of records and families in a step, and writes them with their index entries.

use counterfoil::Realm;
use counterfoil::store::{Corrupt, FamilyParts, NewRecord, RecordParts, StoreError, TokenRecord, transition};
use counterfoil::types::{FamilyId, OwnerId, RecordId};

use crate::engine::Key;
use crate::index::{self, Entry};
use crate::key;
use crate::row::{FamilyRow, OwnerRow, read_record, write_record};
use crate::step::Step;

/// A record and its family, each decoded from its own row.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) record: RecordParts,
    pub(crate) family: FamilyRow,
}

impl Pair {
    /// Joins the record and its family. Returns an error if they contradict each other.
    pub(crate) fn joined(&self) -> Result<TokenRecord, StoreError> {
        join(self.record.clone(), self.family.parts.clone())
    }

    /// Whether the record or its family is revoked.
    pub(crate) fn reads_as_revoked(&self) -> bool {
        transition::reads_as_revoked(&self.record, &self.family.parts)
    }
}

/// The keys of the rows of a record and its family.
pub(crate) fn keys_of(id: &RecordId) -> [Key; 2] {
    [key::family(&id.family()), key::record(id)]
}

pub(crate) fn join(record: RecordParts, family: FamilyParts) -> Result<TokenRecord, StoreError> {
    let id = record.id;
    TokenRecord::from_parts(record, family).map_err(|corrupt| StoreError::corrupt(Some(id), corrupt))
}

impl Step<'_> {
    /// Reads a record and its family at one moment. `None` if the record does not exist.
    pub(crate) async fn pair(&mut self, id: &RecordId) -> Result<Option<Pair>, StoreError> {
        self.load(keys_of(id)).await?;
        self.loaded_pair(id)
    }

    /// Like [`pair`](Self::pair), for rows that are already loaded.
    pub(crate) fn loaded_pair(&self, id: &RecordId) -> Result<Option<Pair>, StoreError> {
        let fault = |corrupt: Corrupt| StoreError::corrupt(Some(*id), corrupt);
        let Some(row) = self.value(&key::record(id)) else { return Ok(None) };
        let record = read_record(*id, row).map_err(fault)?;
        let family = self.value(&key::family(&id.family())).ok_or_else(|| fault(Corrupt::Family))?;
        let FamilyRow { parts, members, step, nonce_of } = FamilyRow::read(id.family(), family).map_err(fault)?;
        let (record, parts) = join(record, parts)?.into_parts();
        Ok(Some(Pair { record, family: FamilyRow { parts, members, step, nonce_of } }))
    }

    /// Decodes a family whose row is already loaded. Returns `None` if there is no such row.
    pub(crate) fn loaded_family(&self, id: &FamilyId) -> Result<Option<FamilyRow>, StoreError> {
        let row = self.value(&key::family(id));
        row.map(|row| FamilyRow::read(*id, row)).transpose().map_err(|corrupt| StoreError::corrupt(None, corrupt))
    }

    /// Returns the first new id that is already in use, or `None` if all are free. The rows of the new ids must be
    /// loaded.
    pub(crate) fn taken(&self, new: &[NewRecord]) -> Option<RecordId> {
        new.iter().map(|new| new.id).find(|id| self.value(&key::record(id)).is_some())
    }

    /// Writes a record's row and updates its index entries. `old` is the record before the change, or `None` if the
    /// record is new.
    pub(crate) fn put_record(&mut self, old: Option<&RecordParts>, new: &RecordParts) {
        self.put(key::record(&new.id), write_record(new));
        self.reindex(old.map(index::of_record), index::of_record(new));
    }

    pub(crate) fn add_records(&mut self, new: &[NewRecord]) {
        for new in new {
            self.put_record(None, &RecordParts::from(new.clone()));
        }
    }

    /// Removes a record and its index entries.
    pub(crate) fn drop_record(&mut self, old: &RecordParts) {
        self.delete(key::record(&old.id));
        self.reindex(Some(index::of_record(old)), Vec::new());
    }

    /// Writes a family's row and updates its index entries. The row gets a new `step`, so that it always differs from
    /// the previous row.
    pub(crate) fn put_family(&mut self, old: Option<&FamilyRow>, new: &FamilyRow) -> Result<(), StoreError> {
        let row = FamilyRow { step: new.step.wrapping_add(1), ..new.clone() }.write()?;
        self.put(key::family(&new.parts.id), row);
        self.reindex(old.map(|old| index::of_family(&old.parts)), index::of_family(&new.parts));
        Ok(())
    }

    /// Removes a family and its index entries.
    pub(crate) fn drop_family(&mut self, old: &FamilyParts) {
        self.delete(key::family(&old.id));
        self.reindex(Some(index::of_family(old)), Vec::new());
        if let Some(gone_at) = old.gone_at {
            self.delete(key::ended(true).instant(gone_at).family(&old.id).key());
        }
    }

    /// Writes the owner's row after one family of this owner has changed. The owner's row must be loaded.
    pub(crate) fn mark_owner(&mut self, realm: &Realm, owner: &OwnerId, family: &FamilyId, change: Families) {
        let key = key::owner(realm, owner);
        // A corrupt row of an owner may be replaced, because the row only guards decisions and contains no other data.
        let old = self.value(&key).and_then(|row| OwnerRow::read(row).ok()).unwrap_or(OwnerRow::NEW);
        let families = match change {
            Families::More => old.families.saturating_add(1),
            Families::Less => old.families.saturating_sub(1),
            Families::Same => old.families,
        };
        if families == 0 && matches!(change, Families::Less) {
            return self.delete(key);
        }
        let last = if matches!(change, Families::More) { *family } else { old.last };
        self.put(key, OwnerRow { families, step: old.step.wrapping_add(1), last }.write());
    }

    fn reindex(&mut self, old: Option<Vec<Entry>>, new: Vec<Entry>) {
        let old = old.unwrap_or_default();
        for (key, _) in old.iter().filter(|(key, _)| new.iter().all(|(other, _)| other != key)) {
            self.delete(key.clone());
        }
        for entry in new.into_iter().filter(|entry| !old.contains(entry)) {
            self.put(entry.0, entry.1);
        }
    }
}

/// What a step did with a family of an owner.
#[derive(Clone, Copy)]
pub(crate) enum Families {
    /// A family was created, so the owner has one more.
    More,
    /// A family was removed, so the owner has one less.
    Less,
    /// A family was revoked, or an expired family was renewed under a cap. The number of families stays the same.
    Same,
}
