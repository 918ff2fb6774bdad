//! Rows: how records and families are written as fields, and what fields decode to.

mod fields;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use fields::{bytes, end_of, instant_of, lacking, number};
pub(crate) use record::record;
pub(crate) use write::{
    added, digested, ended, family_ends, identity, identity_of_parts, kind, maybe, nonce, notice, piece, restored,
    stamped, time, whose,
};

/// No instant.
const NONE: &[u8; 16] = b"----------------";
/// Later than every instant.
const NEVER: &[u8; 16] = b"9999999999999999";
/// How many bytes a sent notice takes: the expiry, and the stage in three digits.
pub(crate) const NOTICE: usize = 19;
/// `b` up to where the parent begins.
const BODY: usize = 82;

/// The fields of a family, in the order in which every read asks for them.
pub(crate) const FAMILY_FIELDS: [&[u8; 1]; 7] = [b"i", b"g", b"e", b"k", b"r", b"o", b"c"];
/// The fields of a member behind them, each with the member's six bytes.
pub(crate) const MEMBER_FIELDS: [u8; 9] = *b"btvxnqsru";

/// What is written: the bytes of a field or an argument.
pub(crate) type Bytes = Vec<u8>;
