//! Encodes the limits and the records of an insert as script arguments. Nothing here calls a server.

use std::num::NonZeroU32;

use counterfoil::store::{NewRecord, Pace, StoreError};

use crate::row::{Bytes, added, time, whose};

/// Encodes a limit as an argument. The argument is empty if there is no limit.
pub(crate) fn count_or_none(limit: Option<NonZeroU32>) -> Bytes {
    limit.map(|limit| limit.to_string().into_bytes()).unwrap_or_default()
}

/// Encodes a pace (the maximum number of inserts since an instant) as two arguments: the limit and the instant. Both
/// are empty if there is no pace.
pub(crate) fn pace_or_none(pace: Option<Pace>) -> [Bytes; 2] {
    [count_or_none(pace.map(|pace| pace.limit)), pace.map(|pace| time(pace.since).to_vec()).unwrap_or_default()]
}

/// Encodes new records as arguments: the number of records, then the values of each record.
pub(crate) fn batch(new: &[NewRecord]) -> Vec<Bytes> {
    let mut values = vec![new.len().to_string().into_bytes()];
    values.extend(new.iter().flat_map(added));
    values
}

/// Encodes the realm and the owner of new records. The result is empty if there are no new records.
pub(crate) fn owner_of(new: &[NewRecord]) -> Bytes {
    new.first().map(|first| whose(&first.realm, &first.owner)).unwrap_or_default()
}

/// Returns the error for new records that do not fit their family, because they have another realm, another owner or a
/// later generation than the family.
pub(crate) fn misplaced(op: &'static str) -> StoreError {
    StoreError::invalid(op, "a new record has the realm, owner and generation of its family")
}
