//! Decodes arbitrary fields, as a damaged server could return them. For the fuzz targets; not part of the API.

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::RecordId;
use redis::Value;

use crate::row;

/// Decodes a record from the fields of its family and its own fields, in the order of a read. `None` if a field is
/// missing.
///
/// # Errors
///
/// [`StoreError`] if the fields do not decode.
pub fn record(id: &RecordId, fields: &[Option<Vec<u8>>]) -> Result<Option<TokenRecord>, StoreError> {
    let value = |field: &Option<Vec<u8>>| field.clone().map_or(Value::Nil, Value::BulkString);
    row::record(id, &fields.iter().map(value).collect::<Vec<_>>())
}

/// How many fields there are.
pub const FIELDS: usize = row::FAMILY_FIELDS.len() + row::MEMBER_FIELDS.len();
