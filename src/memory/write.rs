//! The only code that changes records and families. It updates the table and the indexes together while it holds the
//! lock.

use std::sync::MutexGuard;

use super::indexes::Indexes;
use super::table::Table;
use crate::record::family::FamilyParts;
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::record::token_record::TokenRecord;
use crate::store::error::StoreError;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::label::LabelKey;
use crate::types::time::Timestamp;

/// The writer of records and families, which holds the lock of the indexes. Each operation does all its reads before
/// its first write, so it cannot fail between two writes.
pub(super) struct Writer<'a> {
    pub(super) table: &'a Table,
    pub(super) indexes: MutexGuard<'a, Indexes>,
}

/// The holder of a label.
pub(super) enum Holder {
    /// No other family has the label.
    Nobody,
    /// Another family has the label, but its `gone_at` is reached. So the family that requests the label gets it.
    Gone(Box<FamilyParts>),
    /// The family with this id has the label and keeps it.
    Kept(FamilyId),
}

impl Writer<'_> {
    pub(super) fn family(&self, family: &FamilyId) -> Option<FamilyParts> {
        self.table.family_of(&self.indexes.kin(family).next()?)
    }

    /// The first record id in `new` that is already taken.
    pub(super) fn taken(&self, new: &[NewRecord]) -> Option<RecordId> {
        new.iter().map(|new| new.id).find(|id| self.table.contains(id))
    }

    /// Returns which family other than `asking` holds the label `key`. `asking` is the family that requests the label.
    pub(super) fn holder(&self, asking: &FamilyParts, key: Option<&LabelKey>, now: Timestamp) -> Holder {
        let holder = key.and_then(|key| self.label_holder(asking, key));
        match holder.filter(|holder| holder.id != asking.id) {
            None => Holder::Nobody,
            Some(family) if family.gone_at.is_some_and(|gone_at| now.reached(gone_at)) => {
                Holder::Gone(Box::new(family))
            }
            Some(family) => Holder::Kept(family.id),
        }
    }

    /// Returns the family that has this label key. Realm and owner are those of `like`.
    pub(super) fn label_holder(&self, like: &FamilyParts, key: &LabelKey) -> Option<FamilyParts> {
        let holders = self.indexes.owner(&like.realm, &like.owner)?.holders(key);
        holders.filter_map(|holder| self.family(&holder)).find(|holder| holder.label_key.as_ref() == Some(key))
    }

    /// Clears the label key of a family whose `gone_at` is reached.
    pub(super) fn displace(&mut self, gone: &FamilyParts, now: Timestamp) {
        self.log(gone.id, now);
        self.put_family(gone, FamilyParts { label_key: None, ..gone.clone() });
    }

    /// Replaces the stored fields of the record `old` by those of `record`. The family is not changed.
    pub(super) fn put_record(&mut self, old: &RecordParts, family: &FamilyParts, record: RecordParts) {
        self.indexes.reindex(Some((old, family)), Some((&record, family)));
        self.table.publish_record(record);
    }

    /// Replaces the row of a family. A revocation changes the purge time of every member, so the cost of a revocation
    /// grows with the number of members.
    pub(super) fn put_family(&mut self, old: &FamilyParts, family: FamilyParts) {
        let Some(member) = self.indexes.kin(&family.id).next() else { return };
        if old.revoked != family.revoked {
            for id in self.indexes.kin(&family.id).collect::<Vec<_>>() {
                let (table, indexes) = (self.table, &mut *self.indexes);
                table.peek(&id, |record| {
                    indexes.reindex(record.map(|record| (record, old)), record.map(|record| (record, &family)));
                });
            }
        }
        self.indexes.reindex_family(Some(old), Some(&family));
        self.table.publish_family(family, &member);
    }

    /// Writes a family and some of its records, new or changed, in one step. `before` is the previous state of the
    /// family, or `None` if the family is new.
    pub(super) fn commit(&mut self, before: Option<&FamilyParts>, family: FamilyParts, mut records: Vec<RecordParts>) {
        let (table, indexes) = (self.table, &mut *self.indexes);
        for record in &records {
            table.peek(&record.id, |old| indexes.reindex(old.zip(before), Some((record, &family))));
        }
        indexes.reindex_family(before, Some(&family));
        if !table.has_row(&family.id) {
            match <[RecordParts; 1]>::try_from(records) {
                Ok([record]) if indexes.kin(&family.id).nth(1).is_none() => return table.publish_alone(record, family),
                Ok([record]) => records = vec![record],
                Err(many) => records = many,
            }
            // The family now gets a separate row. A member that was stored together with the family is therefore
            // rewritten too.
            let staying = indexes.kin(&family.id).filter(|id| records.iter().all(|record| record.id != *id));
            let staying: Vec<_> = staying.filter_map(|id| table.record(&id)).collect();
            records.extend(staying);
        }
        let step = indexes.next_step();
        table.publish_all(records, family, step);
    }

    /// Removes a record. Also removes the family if this was its last record.
    pub(super) fn remove(&mut self, id: &RecordId) {
        let Some((record, family)) = self.table.pair(id) else { return };
        self.indexes.reindex(Some((&record, &family)), None);
        self.table.remove_record(id);
        if self.indexes.kin(&family.id).next().is_none() {
            self.indexes.reindex_family(Some(&family), None);
            self.table.remove_family(&family.id);
        }
    }
}

/// Combines a record that was just written with its family. Returns an error if they contradict each other.
pub(super) fn joined(record: RecordParts, family: FamilyParts) -> Result<TokenRecord, StoreError> {
    let id = record.id;
    TokenRecord::from_parts(record, family).map_err(|corrupt| StoreError::corrupt(Some(id), corrupt))
}
