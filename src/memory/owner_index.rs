//! The index of the records and families of one owner.

use std::collections::BTreeSet;
use std::hash::BuildHasher as _;
use std::ops::Bound;

use super::indexes::ClientNumber;
use crate::types::hash::IdState;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::LabelKey;
use crate::types::time::Timestamp;

/// The indexes of the records and families of one owner in one realm.
#[derive(Default)]
pub(super) struct OwnerIndex {
    /// Records that are not shrunk ([`RecordParts::shrink`]), by kind and `created_at`.
    pub(super) records: BTreeSet<(KindAt, RecordId)>,
    /// Families that are not revoked, by kind, client and `live_until`. For a family without `live_until`, the value is
    /// [`NO_END`].
    pub(super) standing: BTreeSet<Standing>,
    /// Families with a label key, by the hash of the key.
    pub(super) labels: BTreeSet<(u64, FamilyId)>,
}

/// A kind and an instant in one number, ordered by the kind and then by the instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KindAt(u64);

impl KindAt {
    /// Puts the kind into the highest byte, above the 53 bits of the instant.
    pub(super) fn new(kind: TokenKind, at: Timestamp) -> Self {
        Self(u64::from(kind.byte()) << 56 | at.micros())
    }

    pub(super) fn at(self) -> Timestamp {
        Timestamp::from_micros(self.0 & (u64::MAX >> 8)).unwrap_or(Timestamp::MAX)
    }
}

/// The position of a family in the index of families that are not revoked: kind, client, `live_until` and id.
pub(super) type Standing = (TokenKind, ClientNumber, u64, FamilyId);

/// Stands for a missing `live_until`. It is later than every instant.
pub(super) const NO_END: u64 = u64::MAX;

impl OwnerIndex {
    /// The families whose label key has the same hash as `key`. In rare cases, one of these families has a different
    /// label key with the same hash, so the caller must compare the keys.
    pub(super) fn holders(&self, key: &LabelKey) -> impl Iterator<Item = FamilyId> + '_ {
        let hash = hash(key);
        let range = (hash, FamilyId::from_bytes([0; 10]))..=(hash, FamilyId::from_bytes([0xFF; 10]));
        self.labels.range(range).map(|&(_, family)| family)
    }

    /// If at least `limit` records of that kind were created after `since`, returns when the `limit`-th newest of them
    /// was created. Otherwise `None`.
    pub(super) fn pace_reached(&self, kind: TokenKind, limit: u32, since: Timestamp) -> Option<Timestamp> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let first = Bound::Excluded((KindAt::new(kind, since), RecordId::from_bytes([0xFF; 16])));
        let last = Bound::Included((KindAt::new(kind, Timestamp::MAX), RecordId::from_bytes([0xFF; 16])));
        self.records.range((first, last)).rev().nth(limit.saturating_sub(1)).map(|&(at, _)| at.at())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.standing.is_empty() && self.labels.is_empty()
    }
}

/// The hash under which a label key is in the index.
pub(super) fn hash(key: &LabelKey) -> u64 {
    IdState::default().hash_one(key)
}
