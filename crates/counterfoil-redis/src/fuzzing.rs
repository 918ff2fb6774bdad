//! Decodes arbitrary fields, as a damaged server could return them. Only the fuzz targets use this; it is not part of
//! the API.

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::RecordId;
use redis::Value;

use crate::row;

/// Decodes a record from the fields of its family and its own fields, in the order in which the store reads them.
/// Returns `None` if a required field is missing.
///
/// # Errors
///
/// [`StoreError`] if the fields do not decode.
pub fn record(id: &RecordId, fields: &[Option<Vec<u8>>]) -> Result<Option<TokenRecord>, StoreError> {
    let value = |field: &Option<Vec<u8>>| field.clone().map_or(Value::Nil, Value::BulkString);
    row::record(id, &fields.iter().map(value).collect::<Vec<_>>())
}

/// The number of fields that [`record`] takes.
pub const FIELDS: usize = row::FAMILY_FIELDS.len() + row::MEMBER_FIELDS.len();
