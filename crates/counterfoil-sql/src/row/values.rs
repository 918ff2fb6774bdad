//! Converts the library's values to the values that the columns of the tables store.

use counterfoil::Timestamp;

/// Converts a count, a version or a generation to a column value. A number that is too large for the column becomes the
/// largest column value. Such a number is never stored, so a comparison with it matches no row.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn micros(at: Timestamp) -> i64 {
    count(at.micros())
}

pub(crate) fn micros_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// Converts sent notices, each with an expiry and a stage, to the value of the column `noticed`.
pub(crate) fn noticed(sent: &[(Timestamp, u8)]) -> Vec<u8> {
    let one = |(at, stage): &(Timestamp, u8)| at.micros().to_be_bytes().into_iter().chain([*stage]);
    sent.iter().flat_map(one).collect()
}

/// Converts the instants of attempts in progress to a column value of eight bytes for each instant.
#[cfg(feature = "sqlite")]
pub(crate) fn instants(all: &[Timestamp]) -> Vec<u8> {
    all.iter().flat_map(|at| at.micros().to_be_bytes()).collect()
}
