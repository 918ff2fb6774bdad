//! Values for columns that are written.

use counterfoil::Timestamp;

/// A count, a version or a generation as a column value. A number too large for the column is never stored, so it
/// matches no row.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An instant as a column value.
pub(crate) fn micros(at: Timestamp) -> i64 {
    count(at.micros())
}

/// An optional instant as a column value.
pub(crate) fn micros_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// Sent notices as the value of `noticed`.
pub(crate) fn noticed(sent: &[(Timestamp, u8)]) -> Vec<u8> {
    let one = |(at, stage): &(Timestamp, u8)| at.micros().to_be_bytes().into_iter().chain([*stage]);
    sent.iter().flat_map(one).collect()
}

/// Attempts in progress as a column value.
#[cfg(feature = "sqlite")]
pub(crate) fn instants(all: &[Timestamp]) -> Vec<u8> {
    all.iter().flat_map(|at| at.micros().to_be_bytes()).collect()
}
