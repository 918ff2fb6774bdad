//! Checks renewals. A renewal is a rotation of an expired family, which makes the family live again (clauses 62 and 63
//! of `TokenStore`).

mod cap;
mod counted;
mod label;
mod race;

use counterfoil::Timestamp;
use counterfoil::store::{Rotated, TokenStore};
use counterfoil::types::RecordId;

use crate::bounds::{snapshot, unchanged};
use crate::sample::{Draft, must_get, renewing, supersede};
use crate::violation::Violation;

pub use cap::renewals_are_capped;
pub use label::renewal_needs_its_label;

/// Rotates the record `parent` of the draft's family, with these conditions. If the rotation is refused, checks that it
/// has written nothing. Returns the answer, and the id of the successor.
async fn renewed(
    store: &dyn TokenStore,
    draft: &Draft,
    parent: RecordId,
    (labelled, cap): (bool, Option<u32>),
    now: Timestamp,
) -> Result<(Rotated, RecordId), Violation> {
    let stands = must_get(store, &parent).await?;
    let next = draft.successor(parent, stands.record().generation + 1);
    let step = renewing(supersede(stands.record().version, next.id, now), labelled, cap);
    let looked = [draft.id(), parent, next.id];
    let before = snapshot(store, &looked).await?;
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), now).await?;
    if !matches!(answer, Rotated::Done) {
        unchanged(store, &looked, &before, "a refused renewal").await?;
    }
    Ok((answer, next.id))
}
