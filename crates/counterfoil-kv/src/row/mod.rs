//! The format of rows. A row has one byte for the version of the format, and then the fields in order. A row is corrupt
//! if it does not decode exactly to its last byte.

mod family;
mod reader;
mod record;
mod small;
mod writer;

pub(crate) use family::FamilyRow;
pub(crate) use record::{read_record, write_record};
pub(crate) use small::write_version;
pub(crate) use small::{
    OwnerRow, read_alias, read_counter, read_document, read_instant, read_version, write_alias, write_counter,
    write_document, write_instant,
};

/// The version of the row format that this crate writes.
const FORM: u8 = 1;

#[cfg(test)]
mod tests;
