//! Rows: how records and families are written as fields, and how fields are decoded.

mod fields;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use fields::{bytes, end_of, instant_of, lacking, number};
pub(crate) use record::record;
pub(crate) use write::{
    added, digested, ended, family_ends, identity, kind, maybe, nonce, notice, piece, stamped, time, whose,
};

/// Stands for a missing instant.
const NONE: &[u8; 16] = b"----------------";
/// Sorts after every instant.
const NEVER: &[u8; 16] = b"9999999999999999";
/// The length of a sent notice in bytes: the expiry, and the stage in three digits.
pub(crate) const NOTICE: usize = 19;
/// The length of the field `b` without the parent, which comes last.
const BODY: usize = 82;

/// The fields of a family, in the order of every read.
pub(crate) const FAMILY_FIELDS: [&[u8; 1]; 7] = [b"i", b"g", b"e", b"k", b"r", b"o", b"c"];
/// The fields of a member, which follow those of the family in a read. Each letter is followed by the member's six
/// bytes.
pub(crate) const MEMBER_FIELDS: [u8; 9] = *b"btvxnqsru";

/// The bytes of a field or an argument.
pub(crate) type Bytes = Vec<u8>;
