//! What bounds inserts and rotations: clauses 42 to 45, and the order in which refusals are given.

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

/// The races of a bound run this part of the scale's rounds: together they take as long as one other race.
const PART: u32 = 4;

/// How often a racer tries again because another was quicker: each time, one of the others has made a step.
const TURNS: u32 = 200;

/// What stands under those ids, every field, as texts.
async fn snapshot(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Option<String>>, Violation> {
    Ok(get_all(store, ids).await?.iter().map(|found| found.as_ref().map(describe)).collect())
}

/// Nothing of those ids may have changed.
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
