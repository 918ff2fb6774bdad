//! Decides whether concurrent operations are equivalent to some sequential order.
//!
//! The input is the answers of a few concurrent operations, and the final state. The judge searches for an order in
//! which the reference model gives the same answers and leaves the same records. The contract allows some operations
//! to proceed piece by piece. In these operations, each record or family is a step of its own. A read is not a step.
//! Each record that a read returns must have had the returned state at some moment of the order.

mod compare;
mod left;
mod reads;
mod search;
mod steps;

use counterfoil::store::TokenStore;
use counterfoil::types::RecordId;

use crate::scene::{Deed, Outcome, Scene};
use crate::violation::Violation;

use left::Left;

pub(crate) use left::DueNotices;

/// A call that has returned, with its answer.
pub(crate) struct Call {
    pub(crate) deed: Deed,
    pub(crate) actor: usize,
    pub(crate) outcome: Outcome,
}

/// Judges the answers of the operations and the present state of the store. Returns the records whose notices are due
/// at the end of the scene's hour.
pub(crate) async fn judge_in(
    store: &dyn TokenStore,
    scene: &Scene,
    calls: &[Call],
    notices: DueNotices,
) -> Result<Vec<RecordId>, Violation> {
    let new = calls.iter().flat_map(|call| scene.new_ids(call.deed, call.actor));
    let ids: Vec<RecordId> = scene.standing().into_iter().chain(new).collect();
    let left = Left::of(store, scene, &ids, notices).await?;
    judge(scene, calls, &ids, &left)?;
    Ok(left.due(scene))
}

/// Searches for a sequential order of the operations.
///
/// # Errors
///
/// A violation if there is no sequential order. It names the operations and their answers, and the fields that differ
/// in the nearest order.
fn judge(scene: &Scene, calls: &[Call], ids: &[RecordId], left: &Left) -> Result<(), Violation> {
    let mut search = search::Search::new(scene, calls, ids, left);
    if search.finds_an_order() {
        return Ok(());
    }
    let mut names: Vec<String> = calls.iter().map(|call| format!("{:?}", call.deed)).collect();
    names.dedup();
    let answers = calls.iter().map(|call| format!("\n  {:?} {}: {}", call.deed, call.actor, call.outcome.brief()));
    Err(Violation::new(format!(
        "{} at once must be as one after the other, but no order of {} explains their answers and what is left:{}\n\
         The nearest order is {}",
        names.join(" and "),
        search.orders,
        answers.collect::<String>(),
        search.nearest
    )))
}

#[cfg(test)]
mod tests;
