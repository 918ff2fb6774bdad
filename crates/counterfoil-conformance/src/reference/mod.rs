//! The reference model. It implements the contract of `TokenStore` with linear scans over two lists. It is slow and
//! simple, and shares no code with a real store.
//!
//! [`random`](crate::random) compares stores with it. [`ReferenceStore`] is a store that consists of the model and a
//! mutex, and is also an example.

mod batches;
mod bounds;
mod change;
mod describe;
mod insert;
mod invalid;
mod notices;
mod rotate;
mod siblings;
mod store;

use counterfoil::store::{Cursor, FamilyParts, Listing, Page, RecordParts, Show, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};

pub use describe::{Fields, describe, fields, same};
pub(crate) use describe::{details_text, family_fields};
pub use siblings::ReferenceSiblings;
pub use store::ReferenceStore;

/// The stored records and families of the reference model.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Model {
    /// All records, including revoked ones, in the order of their insertion.
    pub records: Vec<RecordParts>,
    /// All families, including revoked ones, in the order of their insertion.
    pub families: Vec<FamilyParts>,
    /// The ids of records whose rows count as damaged.
    pub damaged: Vec<RecordId>,
    /// The ids of families whose own rows count as damaged. The members of such a family are in `damaged`.
    pub damaged_families: Vec<FamilyId>,
    /// True after [`Model::forget`]. A store may be unable to find all index entries of a damaged row that it removes.
    /// So from then on the store may count too many records.
    pub has_forgotten: bool,
}

impl Model {
    /// Makes a model that contains these rows. None of them is damaged.
    #[must_use]
    pub const fn new(records: Vec<RecordParts>, families: Vec<FamilyParts>) -> Self {
        Self { records, families, damaged: Vec::new(), damaged_families: Vec::new(), has_forgotten: false }
    }

    /// Returns the record's own fields.
    #[must_use]
    pub fn record(&self, id: &RecordId) -> Option<&RecordParts> {
        self.records.iter().find(|record| record.id == *id)
    }

    /// Returns the record's own fields, mutable.
    pub fn record_mut(&mut self, id: &RecordId) -> Option<&mut RecordParts> {
        self.records.iter_mut().find(|record| record.id == *id)
    }

    /// Returns the family's row.
    #[must_use]
    pub fn family(&self, id: FamilyId) -> Option<&FamilyParts> {
        self.families.iter().find(|family| family.id == id)
    }

    /// Returns the family's row, mutable.
    pub fn family_mut(&mut self, id: FamilyId) -> Option<&mut FamilyParts> {
        self.families.iter_mut().find(|family| family.id == id)
    }

    /// Returns the record with its family, as the method `get` of a store does. Returns `None` if there is no such
    /// record.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if the row of the record is damaged or contradicts the row of its family.
    pub fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let Some(record) = self.record(id) else { return Ok(None) };
        if self.damaged.contains(id) {
            return Err(StoreError::corrupt(Some(*id), "damaged by a test"));
        }
        let family = self.family(id.family()).ok_or_else(|| StoreError::corrupt(Some(*id), "no family row"))?;
        TokenRecord::from_parts(record.clone(), family.clone())
            .map(Some)
            .map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
    }

    /// Returns a page like [`TokenStore::list`](counterfoil::store::TokenStore::list).
    #[must_use]
    pub fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: usize) -> Page<TokenRecord> {
        let listed = |record: &&RecordParts| match of {
            Listing::Owner { realm, owner, kind, .. } => {
                record.realm == *realm && record.owner == *owner && record.kind == kind
            }
            Listing::Kind { realm, kind } => record.realm == *realm && record.kind == kind,
        };
        let mut keys: Vec<Cursor> = self
            .records
            .iter()
            .filter(|record| !record.shrunk)
            .filter(listed)
            .filter(|record| shows(record, of, self.family(record.id.family())))
            .map(|record| match of {
                Listing::Owner { .. } => Cursor { at: record.created_at, id: record.id },
                Listing::Kind { .. } => Cursor { at: Timestamp::EPOCH, id: record.id },
            })
            .collect();
        keys.sort_unstable();
        if matches!(of, Listing::Owner { .. }) {
            keys.reverse();
            keys.retain(|key| after.is_none_or(|after| key < after));
        } else {
            keys.retain(|key| after.is_none_or(|after| key > after));
        }
        self.page(&keys, limit)
    }

    /// Marks the row of a family as damaged. Also marks the rows of all its members, because a member cannot be read
    /// without the row of its family.
    pub fn damage_family(&mut self, id: FamilyId) {
        let members: Vec<RecordId> =
            self.records.iter().map(|record| record.id).filter(|one| one.family() == id).collect();
        self.damaged.extend(members);
        self.damaged_families.push(id);
    }

    /// Returns a page like [`TokenStore::list_families`](counterfoil::store::TokenStore::list_families).
    #[must_use]
    pub fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: usize,
    ) -> Page<FamilyParts, FamilyId> {
        let own = |family: &&FamilyParts| {
            family.realm == *realm
                && family.owner == *owner
                && family.revoked.is_none()
                && after.is_none_or(|after| family.id > *after)
        };
        let mut found: Vec<_> = self.families.iter().filter(own).cloned().collect();
        found.sort_by_key(|family| family.id);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|family| family.id).filter(|_| more);
        let read = found.len();
        found.retain(|family| !self.damaged_families.contains(&family.id));
        let corrupt = u32::try_from(read - found.len()).unwrap_or(u32::MAX);
        Page { items: found, next, corrupt }
    }

    /// Returns a page like [`TokenStore::due`](counterfoil::store::TokenStore::due).
    #[must_use]
    pub fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: usize) -> Page<TokenRecord> {
        let mut keys: Vec<Cursor> = self
            .records
            .iter()
            .filter_map(|record| Some(Cursor { at: record.notice?.at, id: record.id }))
            .filter(|key| now.reached(key.at) && after.is_none_or(|after| key > after))
            .collect();
        keys.sort_unstable();
        self.page(&keys, limit)
    }

    fn page(&self, keys: &[Cursor], limit: usize) -> Page<TokenRecord> {
        let next = if keys.len() > limit { keys.get(limit - 1).copied() } else { None };
        let (mut items, mut corrupt) = (Vec::new(), 0);
        for key in keys.iter().take(limit) {
            match self.get(&key.id) {
                Ok(record) => items.extend(record),
                Err(_) => corrupt += 1,
            }
        }
        Page { items, next, corrupt }
    }

    /// Returns how many records there are for each key with which digests were made.
    #[must_use]
    pub fn census(&self) -> Vec<(KeyId, u64)> {
        let mut counted: Vec<(KeyId, u64)> = Vec::new();
        for record in &self.records {
            match counted.iter_mut().find(|(key, _)| *key == record.key_id) {
                Some((_, count)) => *count += 1,
                None => counted.push((record.key_id, 1)),
            }
        }
        counted
    }
}

/// Returns true if the listing contains the record. For [`Show::Standing`], the conditions in its documentation are
/// checked one after another.
fn shows(record: &RecordParts, of: Listing<'_>, family: Option<&FamilyParts>) -> bool {
    let Listing::Owner { show: Show::Standing { now }, .. } = of else { return true };
    let deleted = record.revoked.is_some() || family.is_some_and(|family| family.revoked.is_some());
    let replaced = match record.superseded {
        None => false,
        Some(superseded) => superseded.honoured_until.is_some_and(|until| now >= until),
    };
    let gone = record.gone_at.is_some_and(|gone_at| now >= gone_at);
    !deleted && !replaced && !gone
}
