//! Whether what happened at once could have happened one after the other.
//!
//! Given the answers of a few operations that ran at once, and what stands afterwards: is there an order in which the
//! reference model gives the same answers and leaves the same records? An operation that the contract lets go piece
//! by piece is as many steps as it has records or families, each in a place of its own. A read is no step: each
//! record that it shows must be as it was at some moment of that order.

mod compare;
mod left;
mod reads;
mod search;
mod steps;

use counterfoil::store::TokenStore;
use counterfoil::types::RecordId;

use crate::scene::{Deed, Scene, Told};
use crate::violation::Violation;

use left::Left;

/// An operation that returned.
pub(crate) struct Call {
    pub(crate) deed: Deed,
    pub(crate) actor: usize,
    pub(crate) told: Told,
}

/// Judges what these operations answered by what now stands in the store.
pub(crate) async fn judge_in(store: &dyn TokenStore, scene: &Scene, calls: &[Call]) -> Result<(), Violation> {
    let new = calls.iter().flat_map(|call| scene.new_ids(call.deed, call.actor));
    let ids: Vec<RecordId> = scene.standing().into_iter().chain(new).collect();
    let left = Left::of(store, scene, &ids).await?;
    judge(scene, calls, &ids, &left)
}

/// Looks for that order.
///
/// # Errors
///
/// A violation where there is none: the operations, their answers, and in which fields the nearest order differs.
fn judge(scene: &Scene, calls: &[Call], ids: &[RecordId], left: &Left) -> Result<(), Violation> {
    let mut search = search::Search::new(scene, calls, ids, left);
    if search.finds_an_order() {
        return Ok(());
    }
    let mut names: Vec<String> = calls.iter().map(|call| format!("{:?}", call.deed)).collect();
    names.dedup();
    let answers = calls.iter().map(|call| format!("\n  {:?} {}: {}", call.deed, call.actor, call.told.brief()));
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
