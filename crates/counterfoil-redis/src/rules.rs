//! Conditions and arguments of new records, without a server.

use std::num::NonZeroU32;

use counterfoil::store::{NewRecord, Pace, StoreError};

use crate::row::{Bytes, added, time, whose};

/// A limit as an argument; empty if there is none.
pub(crate) fn count_or_none(limit: Option<NonZeroU32>) -> Bytes {
    limit.map(|limit| limit.to_string().into_bytes()).unwrap_or_default()
}

/// A pace (at most so many inserts since an instant) as two arguments, limit and instant; both are empty if there is
/// none.
pub(crate) fn pace_or_none(pace: Option<Pace>) -> [Bytes; 2] {
    [count_or_none(pace.map(|pace| pace.limit)), pace.map(|pace| time(pace.since).to_vec()).unwrap_or_default()]
}

/// New records as the scripts take them: their number, then the values of each record.
pub(crate) fn batch(new: &[NewRecord]) -> Vec<Bytes> {
    let mut values = vec![new.len().to_string().into_bytes()];
    values.extend(new.iter().flat_map(added));
    values
}

/// Realm and owner of the new records; empty if there are none, as in a slide.
pub(crate) fn owner_of(new: &[NewRecord]) -> Bytes {
    new.first().map(|first| whose(&first.realm, &first.owner)).unwrap_or_default()
}

/// The error for new records that differ from their family in realm or owner, or have a later generation.
pub(crate) fn misplaced(op: &'static str) -> StoreError {
    StoreError::invalid(op, "a new record has the realm, owner and generation of its family")
}
