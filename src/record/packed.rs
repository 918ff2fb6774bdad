//! The compact layout in which the memory store keeps a record, together with its family if the record is the only
//! member.
//!
//! The fields that every verification reads come first and lie next to each other. Owner and label are one text in the
//! record itself. Realm and scope, which many records have in common, are in a shared value. Fields that few records
//! have are in a box.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::state::{NoticeMark, Revoked, Superseded};
use crate::types::description::Description;
use crate::types::ids::{KeyId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::short::Short;
use crate::types::time::Timestamp;

/// A record without its id. The id is the key of the map in which the record is stored. The order of the fields is the
/// order in memory: with the id, the first 64 bytes suffice to refuse a wrong secret and an expired credential.
#[repr(C)]
pub(crate) struct Packed {
    pub(super) digest: Digest,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) key_id: KeyId,
    pub(super) owner_length: u8,
    pub(super) kind: TokenKind,
    pub(super) has: Has,
    pub(super) gone_at: Option<Timestamp>,
    pub(super) rest: Option<Box<Rest>>,
    /// `None` means the default realm and no scope.
    pub(super) shared: Option<Arc<Shared>>,
    /// The owner, directly followed by the label. `owner_length` says where the label begins.
    pub(super) texts: Short,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) notice: Option<PackedMark>,
    /// The version and the generation. If one of them is larger than a `u32`, both are in [`Rest`].
    pub(super) version: u32,
    pub(super) generation: u32,
}

/// Says whether a record has a label, and whether its family has a label key.
#[derive(Clone, Copy)]
pub(super) struct Has {
    pub(super) label: bool,
    /// Whether the family that [`Home::Derived`] describes has a label key.
    pub(super) label_key: bool,
}

/// The realm and the scope of a record. Records with the same realm and scope share one value. Only writers change the
/// reference count of a shared value.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shared {
    pub(crate) realm: Realm,
    pub(crate) scope: Option<Scope>,
}

/// Fields that most records do not need. A record without this box is like a new personal access token: it has no
/// parent and no description, is neither replaced nor revoked, and has no sent notices. Its family follows from the
/// record, and its expiry was set when it was created.
#[derive(PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) parent: Option<RecordId>,
    pub(super) description: Option<Description>,
    pub(super) superseded: Option<Box<Superseded>>,
    pub(super) revoked: Option<Revoked>,
    pub(super) noticed: Vec<(Timestamp, u8)>,
    pub(super) expiry_set_at: Timestamp,
    /// The version and the generation, if one of them is larger than a `u32`.
    pub(super) numbers: Option<Box<(u64, u64)>>,
    pub(super) home: Home,
    pub(super) shrunk: bool,
}

impl Rest {
    /// The values that a record without this box has. `expiry_set_at` is the exception: it equals the instant of the
    /// creation.
    pub(super) const NONE: Self = Self {
        parent: None,
        description: None,
        superseded: None,
        revoked: None,
        noticed: Vec::new(),
        expiry_set_at: Timestamp::EPOCH,
        numbers: None,
        home: Home::Derived,
        shrunk: false,
    };
}

/// Where the family of a record is stored.
#[derive(PartialEq, Eq)]
pub(super) enum Home {
    /// The record is the only member, and every field of the family follows from the record.
    Derived,
    /// The record is the only member, but some field of the family does not follow from the record.
    Own(Box<FamilyParts>),
    /// The family has a separate row. The number is the sequence number of the write that stored this record.
    Row(u64),
}

/// A [`NoticeMark`] in eight bytes: the instant in microseconds plus one, which is below 2^54, in the upper seven
/// bytes, and the stage in the lowest byte.
#[derive(Clone, Copy)]
pub(super) struct PackedMark(NonZeroU64);

impl PackedMark {
    pub(super) fn new(mark: NoticeMark) -> Option<Self> {
        NonZeroU64::new((mark.at.micros() + 1) << 8 | u64::from(mark.stage)).map(Self)
    }

    pub(super) fn mark(self) -> Option<NoticeMark> {
        let at = Timestamp::from_micros((self.0.get() >> 8).checked_sub(1)?)?;
        Some(NoticeMark { at, stage: self.0.get().to_le_bytes()[0] })
    }
}

#[cfg(test)]
mod tests {
    use super::Packed;

    #[test]
    fn a_packed_record_with_its_id_is_no_larger_than_168_bytes() {
        assert!(size_of::<Packed>() + 16 <= 168, "{}", size_of::<Packed>());
    }
}
