//! Decodes counters of throttled attempts, and the number of records under each digest key.

use counterfoil::Timestamp;
#[cfg(feature = "sqlite")]
use counterfoil::store::Counter;
use counterfoil::store::StoreError;
use counterfoil::types::KeyId;

use super::SqlRow;
use super::columns::{Columns, corrupt, need};
#[cfg(feature = "sqlite")]
use super::columns::{number, number_or_null};

/// Decodes a row of the census: the id of a digest key, and the number of records under this key.
pub(crate) fn census(row: &impl SqlRow) -> Result<(KeyId, u64), StoreError> {
    let columns = Columns { row, first: 0 };
    let key = columns.small("key_id").and_then(|key| need(key, "key_id"));
    let count = columns.number("count").and_then(|count| need(count, "count"));
    let corrupt = |corrupt| StoreError::corrupt(None, corrupt);
    Ok((KeyId::new(key.map_err(corrupt)?), count.map_err(corrupt)?))
}

#[cfg(feature = "sqlite")]
pub(crate) fn counter(row: &impl SqlRow) -> Result<Counter, StoreError> {
    let corrupt = || StoreError::corrupt(None, corrupt("under_way"));
    let failures = u32::try_from(number(row, "failures")?).map_err(|_| corrupt())?;
    let bytes = row.position("under_way").and_then(|at| row.bytes(at).ok()).flatten();
    let (bytes, rest) = bytes.ok_or_else(corrupt)?.as_chunks::<8>();
    let under_way = bytes.iter().map(|micros| Timestamp::from_micros(u64::from_be_bytes(*micros)));
    let under_way = under_way.collect::<Option<Vec<_>>>().filter(|_| rest.is_empty()).ok_or_else(corrupt)?;
    let gone_at = instant_of(number(row, "gone_at")?, "gone_at")?;
    let ends_at = number_or_null(row, "ends_at")?.map(|end| instant_of(end, "ends_at")).transpose()?;
    if failures > 0 && ends_at.is_none() {
        return Err(corrupt());
    }
    Ok(Counter::from_parts(failures, ends_at, under_way, gone_at))
}

/// Converts microseconds to an instant of a counter. An error names the column.
pub(crate) fn instant_of(micros: i64, column: &'static str) -> Result<Timestamp, StoreError> {
    let at = u64::try_from(micros).ok().and_then(Timestamp::from_micros);
    at.ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}
