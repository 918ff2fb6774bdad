//! Decides whether concurrent operations had a correct result. The result is correct if the operations could have run
//! one after another, in some order.
//!
//! The input is the answers of the operations and the final state of the store. The judge searches for an order in
//! which the reference model gives the same answers and has the same final state. The contract allows some operations
//! to work record by record or family by family. Each record or family of such an operation is a step of its own in the
//! order. A read is not a step. Instead, each record that a read returned must have had the returned state at some
//! point of the order.

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

pub(crate) use compare::{differing, family_differing};
pub(crate) use left::DueNotices;

/// One operation that has returned, with its answer.
pub(crate) struct Call {
    pub(crate) deed: Deed,
    pub(crate) actor: usize,
    pub(crate) outcome: Outcome,
}

/// Decides whether the answers of the operations and the current state of the store are correct. Returns the ids of the
/// records whose notices are due at [`Scene::end`], the last instant that a scene uses.
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

/// Searches for a sequential order of the operations that explains their answers and the final state `left`.
///
/// # Errors
///
/// A violation if there is no such order. The violation names the operations, their answers, the order that explains
/// the most, and the differences that this order does not explain.
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
