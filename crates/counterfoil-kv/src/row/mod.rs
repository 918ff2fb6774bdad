//! Rows: a byte that says in which form, then the fields in their order. What does not read to its last byte is
//! corrupt.

mod family;
mod reader;
mod record;
mod small;
mod writer;

pub(crate) use family::FamilyRow;
pub(crate) use record::{read_record, write_record};
pub(crate) use small::write_version;
pub(crate) use small::{
    OwnerRow, read_counter, read_document, read_instant, read_version, write_counter, write_document, write_instant,
};

/// The form of the rows that this version writes.
const FORM: u8 = 1;

#[cfg(test)]
mod tests;
