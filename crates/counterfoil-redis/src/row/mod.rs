//! Encodes records and families as fields, and decodes the fields.

mod fields;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use fields::{bytes, end_of, instant_of, lacking, number};
pub(crate) use record::{family, record};
pub(crate) use write::{
    added, digested, ended, family_ends, identity, identity_of_parts, kind, maybe, nonce, notice, piece, restored,
    stamped, time, whose, with_details,
};

/// The stored form of an instant that is `None`.
pub(crate) const NONE: &[u8; 16] = b"----------------";
/// The stored form of a missing expiry in an index entry. It sorts after every instant.
pub(crate) const NEVER: &[u8; 16] = b"9999999999999999";
/// The length of a sent notice in bytes. A sent notice consists of the expiry and of the stage in three digits.
pub(crate) const NOTICE: usize = 19;
/// The length of the field `b` without the parent. The parent is the last value of the field.
pub(crate) const BODY: usize = 82;
/// The length of the parent in the field `b`.
pub(crate) const PARENT: usize = 16;
/// The number of script arguments that encode one new record.
pub(crate) const WIDE: usize = 5;

/// The one-letter names of the fields of a family, in the order in which every read returns the fields.
pub(crate) const FAMILY_FIELDS: [&[u8; 1]; 7] = [b"i", b"g", b"e", b"k", b"r", b"o", b"c"];
/// The first letters of the fields of a member, in the order in which a read returns them after the fields of the
/// family. In the name of a field, the letter is followed by the member's six bytes.
pub(crate) const MEMBER_FIELDS: [u8; 9] = *b"btvxnqsru";

/// The bytes of a field or an argument.
pub(crate) type Bytes = Vec<u8>;
