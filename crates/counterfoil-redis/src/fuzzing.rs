//! Rows out of plain fields: what a damaged server could hand out. For the fuzz targets, and no part of the API.

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::RecordId;
use redis::Value;

use crate::row;

/// The record of that id out of its family's fields and its own, in the order in which they are read; `None` where a field is missing.
///
/// # Errors
///
/// [`StoreError`] where they are no record.
pub fn record(id: &RecordId, fields: &[Option<Vec<u8>>]) -> Result<Option<TokenRecord>, StoreError> {
    let value = |field: &Option<Vec<u8>>| field.clone().map_or(Value::Nil, Value::BulkString);
    row::record(id, &fields.iter().map(value).collect::<Vec<_>>())
}

/// How many fields there are.
pub const FIELDS: usize = row::FAMILY_FIELDS.len() + row::MEMBER_FIELDS.len();
