//! Divides operations into atomic steps. Most operations are one step. A purge has one step for each record, and the
//! revocation of an owner has one for each family.

use counterfoil::store::{Revoke, TokenStore};
use counterfoil::types::{FamilyId, RecordId};
use futures_util::FutureExt as _;

use super::Call;
use crate::reference::Model;
use crate::scene::{Deed, Outcome, Scene, modelled};
use crate::violation::Violation;

/// One atomic step of an operation.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A whole call, which is one atomic step. The number is its index in the list of calls.
    Whole(usize),
    /// The revocation of one family, as a part of the batch with this index.
    Family(usize, FamilyId),
    /// The purge of one record, as a part of the batch with this index.
    Record(usize, RecordId),
}

impl Step {
    /// Returns the index of the batch to which the step belongs, or `None` for a whole operation.
    pub(super) const fn batch(self) -> Option<usize> {
        match self {
            Self::Whole(_) => None,
            Self::Family(batch, _) | Self::Record(batch, _) => Some(batch),
        }
    }
}

/// All calls of one operation that a store may execute in several steps. The operation is either a purge, which may
/// work record by record, or the revocation of an owner, which may work family by family. Several callers can run the
/// operation at the same time. All their calls have equal arguments, so it does not matter which call changed which
/// record.
pub(super) struct Batch {
    pub(super) deed: Deed,
    /// The number of changed records or families that the answers of these calls report in total.
    pub(super) reported: u64,
}

/// Divides the calls into atomic steps. Reads have no steps. The calls of a purge or of the revocation of an owner are
/// collected into a batch, which has one step for each record or family.
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

/// Executes one step of a batch on the model: the revocation of one family, or the purge of one record. Returns true if
/// the step changed the model. [`Step::Whole`] is no step of a batch, so for it this function does nothing and returns
/// false.
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

/// Executes the whole operation on a copy of the model. Returns the model's answer, and the copy after the operation.
pub(super) fn whole(scene: &Scene, model: &Model, deed: Deed, actor: usize) -> Result<(Outcome, Model), Violation> {
    let store = modelled(model);
    let outcome = at_once(scene.act(&store, deed, actor))?;
    Ok((outcome, store.with(std::mem::take)))
}

/// Polls a future of the reference model once and returns its output. Such a future is always done at the first poll.
pub(super) fn at_once<T>(future: impl Future<Output = Result<T, Violation>>) -> Result<T, Violation> {
    let answer = future.now_or_never();
    answer.unwrap_or_else(|| Err(Violation::new("the model must answer at once")))
}

/// Puts a copy of the model into a store, and calls `look` with this store.
pub(super) fn looked_at<T>(
    model: &Model,
    look: impl AsyncFnOnce(&dyn TokenStore) -> Result<T, Violation>,
) -> Result<T, Violation> {
    let store = modelled(model);
    at_once(look(&store))
}
