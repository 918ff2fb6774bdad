//! The steps of the operations.

use counterfoil::store::{Revoke, TokenStore};
use counterfoil::types::{FamilyId, RecordId};
use futures_util::FutureExt as _;

use super::Call;
use crate::reference::Model;
use crate::scene::{Deed, Scene, Told, modelled};
use crate::violation::Violation;

/// One atomic step.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// The whole of the call with that number.
    Whole(usize),
    /// The end of one family, of the batch with that number.
    Family(usize, FamilyId),
    /// The purge of one record, of the batch with that number.
    Record(usize, RecordId),
}

impl Step {
    /// The batch that it is part of.
    pub(super) const fn batch(self) -> Option<usize> {
        match self {
            Self::Whole(_) => None,
            Self::Family(batch, _) | Self::Record(batch, _) => Some(batch),
        }
    }
}

/// Calls of one piecemeal operation, taken together: their arguments are equal, and which of them did a piece does not
/// matter.
pub(super) struct Batch {
    pub(super) deed: Deed,
    /// How many pieces they say to have changed.
    pub(super) told: u64,
}

/// The steps and batches of those calls; reads have none.
pub(super) fn steps(scene: &Scene, calls: &[Call]) -> (Vec<Step>, Vec<Batch>) {
    let (mut steps, mut batches) = (Vec::new(), Vec::<Batch>::new());
    let founders: Vec<usize> = calls.iter().filter(|call| call.deed.founds()).map(|call| call.actor).collect();
    for (number, call) in calls.iter().enumerate().filter(|(_, call)| !call.deed.reads()) {
        let Told::Changed(changed) = call.told else {
            steps.push(Step::Whole(number));
            continue;
        };
        if let Some(batch) = batches.iter_mut().find(|batch| batch.deed == call.deed) {
            batch.told += changed;
            continue;
        }
        let batch = batches.len();
        batches.push(Batch { deed: call.deed, told: changed });
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

/// Carries a piece out; whether it changed anything.
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

/// The same operation on the model, and the model after it.
pub(super) fn whole(scene: &Scene, model: &Model, deed: Deed, actor: usize) -> Result<(Told, Model), Violation> {
    let store = modelled(model);
    let told = at_once(scene.act(&store, deed, actor))?;
    Ok((told, store.with(std::mem::take)))
}

/// The model's futures never wait.
pub(super) fn at_once<T>(future: impl Future<Output = Result<T, Violation>>) -> Result<T, Violation> {
    let answer = future.now_or_never();
    answer.unwrap_or_else(|| Err(Violation::new("the model must answer at once")))
}

/// The model as a store, for what only looks.
pub(super) fn looked_at<T>(
    model: &Model,
    look: impl AsyncFnOnce(&dyn TokenStore) -> Result<T, Violation>,
) -> Result<T, Violation> {
    let store = modelled(model);
    at_once(look(&store))
}
