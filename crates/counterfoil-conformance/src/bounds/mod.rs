//! Checks the bounds on inserts and rotations, which are the caps and paces (clauses 42 to 45 of `TokenStore`). Also
//! checks which refusal is returned if several apply.

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

/// The number by which the races in this folder divide the rounds of [`Scale`](crate::Scale). So these races together
/// take less time than one race with all rounds.
const PART: u32 = 6;

/// The largest number of attempts of one racer. An attempt fails only if another racer has succeeded in the meantime.
const TURNS: u32 = 200;

/// Reads the records with these ids. Returns the fields of each record as text, or `None` if the record does not exist.
pub(crate) async fn snapshot(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Option<String>>, Violation> {
    Ok(get_all(store, ids).await?.iter().map(|found| found.as_ref().map(describe)).collect())
}

/// Checks that the records with these ids are as in `before`, which is the result of an earlier call of [`snapshot`].
/// `what` names the refused call in the message.
pub(crate) async fn unchanged(
    store: &dyn TokenStore,
    ids: &[RecordId],
    before: &[Option<String>],
    what: &str,
) -> Result<(), Violation> {
    let after = snapshot(store, ids).await?;
    ensure!(after == before, "{what} must write nothing, but\n{before:#?}\nbecame\n{after:#?}");
    Ok(())
}
