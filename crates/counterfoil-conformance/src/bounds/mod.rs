//! Checks the bounds on inserts and rotations (clauses 42 to 45), and the order of refusals.

mod access;
mod creations;
mod order;
mod room;
mod rotations;

use counterfoil::store::TokenStore;
use counterfoil::types::RecordId;

use crate::reference::describe;
use crate::together::get_all;
use crate::violation::{Violation, ensure};

pub use access::access_tokens_are_capped;
pub use creations::creations_are_paced;
pub use order::refusals_come_in_order;
pub use room::room_is_made;
pub use rotations::rotations_are_paced;

/// The number by which the scale's rounds are divided for each race of a bound. So the four races together take as long
/// as one other race.
const PART: u32 = 4;

/// How often a racer tries again after it lost. Each lost attempt means that another racer has succeeded.
const TURNS: u32 = 200;

/// The stored records with these ids, with every field as text.
async fn snapshot(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Option<String>>, Violation> {
    Ok(get_all(store, ids).await?.iter().map(|found| found.as_ref().map(describe)).collect())
}

/// Checks that no record with one of these ids has changed.
async fn unchanged(
    store: &dyn TokenStore,
    ids: &[RecordId],
    before: &[Option<String>],
    what: &str,
) -> Result<(), Violation> {
    let after = snapshot(store, ids).await?;
    ensure!(after == before, "{what} must write nothing, but\n{before:#?}\nbecame\n{after:#?}");
    Ok(())
}
