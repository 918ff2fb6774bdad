//! The atomic steps into which the operations are divided.

use counterfoil::store::{Revoke, TokenStore};
use counterfoil::types::{FamilyId, RecordId};
use futures_util::FutureExt as _;

use super::Call;
use crate::reference::Model;
use crate::scene::{Deed, Outcome, Scene, modelled};
use crate::violation::Violation;

/// One atomic step.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// The whole call with this index.
    Whole(usize),
    /// The revocation of one family by the batch with this index.
    Family(usize, FamilyId),
    /// The purge of one record by the batch with this index.
    Record(usize, RecordId),
}

impl Step {
    /// The index of the step's batch.
    pub(super) const fn batch(self) -> Option<usize> {
        match self {
            Self::Whole(_) => None,
            Self::Family(batch, _) | Self::Record(batch, _) => Some(batch),
        }
    }
}

/// All calls of one operation that may proceed piece by piece. Their arguments are equal, so it does not matter which
/// call executed which piece.
pub(super) struct Batch {
    pub(super) deed: Deed,
    /// The number of changed pieces that the answers report.
    pub(super) reported: u64,
}

/// Divides the calls into steps and batches. Reads have no steps.
pub(super) fn steps(scene: &Scene, calls: &[Call]) -> (Vec<Step>, Vec<Batch>) {
    let (mut steps, mut batches) = (Vec::new(), Vec::<Batch>::new());
    let founders: Vec<usize> = calls.iter().filter(|call| call.deed.founds()).map(|call| call.actor).collect();
    for (number, call) in calls.iter().enumerate().filter(|(_, call)| !call.deed.reads()) {
        let Outcome::Changed(changed) = call.outcome else {
            steps.push(Step::Whole(number));
            continue;
        };
        if let Some(batch) = batches.iter_mut().find(|batch| batch.deed == call.deed) {
            batch.reported += changed;
            continue;
        }
        let batch = batches.len();
        batches.push(Batch { deed: call.deed, reported: changed });
        match call.deed {
            Deed::RevokeOwner => {
                steps.extend(scene.families(&founders).into_iter().map(|family| Step::Family(batch, family)));
            }
            Deed::PurgeGone => steps.extend([scene.spent(), scene.gone.id()].map(|id| Step::Record(batch, id))),
            _ => steps.extend([scene.chain.id(), scene.handed].map(|id| Step::Record(batch, id))),
        }
    }
    (steps, batches)
}

/// Executes one piece on the model. Returns whether it changed anything.
pub(super) fn piece(scene: &Scene, model: &mut Model, deed: Deed, step: Step) -> bool {
    match step {
        Step::Whole(_) => false,
        Step::Family(_, family) => {
            let (said, gone_at) = scene.owner_end();
            let (realm, owner) = (&scene.person.realm, &scene.person.owner);
            model.revoke(Revoke::Family { realm, owner, family }, said, gone_at, 1).0 > 0
        }
        Step::Record(_, id) => {
            let [now, unsent_before, windows_before] = scene.purge_limits(deed);
            model.purge_one(&id, now, unsent_before, windows_before)
        }
    }
}

/// Executes the whole operation on a copy of the model. Returns the answer and the changed copy.
pub(super) fn whole(scene: &Scene, model: &Model, deed: Deed, actor: usize) -> Result<(Outcome, Model), Violation> {
    let store = modelled(model);
    let outcome = at_once(scene.act(&store, deed, actor))?;
    Ok((outcome, store.with(std::mem::take)))
}

/// Returns the result of a future of the model. This future never waits.
pub(super) fn at_once<T>(future: impl Future<Output = Result<T, Violation>>) -> Result<T, Violation> {
    let answer = future.now_or_never();
    answer.unwrap_or_else(|| Err(Violation::new("the model must answer at once")))
}

/// Reads from a copy of the model as from a store.
pub(super) fn looked_at<T>(
    model: &Model,
    look: impl AsyncFnOnce(&dyn TokenStore) -> Result<T, Violation>,
) -> Result<T, Violation> {
    let store = modelled(model);
    at_once(look(&store))
}
