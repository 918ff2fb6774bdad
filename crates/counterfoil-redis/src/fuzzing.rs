//! Decodes arbitrary fields, as a damaged server could return them. This module is for the fuzz targets. It is not part
//! of the API.

use counterfoil::store::{FamilyParts, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, RecordId};
use redis::Value;

use crate::row;

/// Decodes a record from the fields of its family and its own fields, in the order in which the store reads them.
/// Returns `None` if a required field is missing.
///
/// # Errors
///
/// [`StoreError`] if the fields do not decode.
pub fn record(id: &RecordId, fields: &[Option<Vec<u8>>]) -> Result<Option<TokenRecord>, StoreError> {
    row::record(id, &values(fields))
}

/// Decodes the row of a family from the first [`FAMILY_FIELDS`] fields that [`record`] takes. Returns `None` if none of
/// these fields exists.
///
/// # Errors
///
/// [`StoreError`] if the fields do not decode, or if they have the form of layout 1.
pub fn family(id: FamilyId, fields: &[Option<Vec<u8>>]) -> Result<Option<FamilyParts>, StoreError> {
    row::family(id, &values(fields))
}

fn values(fields: &[Option<Vec<u8>>]) -> Vec<Value> {
    fields.iter().map(|field| field.clone().map_or(Value::Nil, Value::BulkString)).collect()
}

/// The number of fields that [`family`] takes.
pub const FAMILY_FIELDS: usize = row::FAMILY_FIELDS.len();

/// The number of fields that [`record`] takes.
pub const FIELDS: usize = row::FAMILY_FIELDS.len() + row::MEMBER_FIELDS.len();
