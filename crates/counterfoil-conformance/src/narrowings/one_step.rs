//! Checks that a change and its step are one step (clause 75 of `NarrowingLog`).

use std::time::Duration;

use counterfoil::store::{Applied, Inserted, Rotated};
use counterfoil::types::Version;

use super::acts::{Act, Prepared};
use super::reader::{Reader, name};
use super::{LogFixture, Logged};
use crate::cut::{DEEPEST, cut};
use crate::sample::{GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::slow::pause;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks calls that are dropped at each of their awaits (clause 75 of `NarrowingLog`). Either both the change and its
/// step must exist afterwards, or neither, immediately or shortly after. A refused call must write no step.
pub async fn narrowing_is_one_step<F: LogFixture>(fixture: &F) -> Verdict {
    let database = fixture.create().await;
    let store = fixture.open_logged(&database).await;
    for act in Act::ALL {
        for polls in 1..=DEEPEST {
            if one_cut(&*store, act, polls).await? {
                break;
            }
        }
    }
    refused(&*store).await?;
    Ok(Checked::Held)
}

/// Makes a call, and drops it if it is not done after `polls` polls. Checks that the change and its step then both
/// exist or are both missing, at once or shortly afterwards. If the call was done, its step must exist. Returns whether
/// the call was done.
async fn one_cut(store: &dyn Logged, act: Act, polls: u32) -> Result<bool, Violation> {
    let prepared = Prepared::new(store, act).await?;
    let (before, began) = (prepared.state(store).await?, Reader::at_the_end(store).await?);
    let done = cut(prepared.run(store), polls).await.transpose()?.is_some();
    // Another user of the connection.
    Person::somebody().pat().found(store).await?;
    let mut seen = (false, false);
    for patience in 0..1_000 {
        let steps = began.clone().read(store, 100).await?;
        let logged = name(&steps, &prepared.person, prepared.narrowed());
        let changed = prepared.state(store).await? != before;
        seen = (changed, logged);
        // A label that is taken changes no record of its holder.
        let is_hidden = matches!(act, Act::TakeALabelByInsert | Act::TakeALabelByRelabel);
        if (changed == logged || is_hidden) && (!done || logged) {
            return Ok(done);
        }
        pause().await;
        if patience > 50 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let (changed, logged) = seen;
    Err(Violation::new(format!(
        "{act:?}, cut off after {polls} polls: its change is there: {changed}, its step is there: {logged}"
    )))
}

async fn refused(store: &dyn Logged) -> Result<(), Violation> {
    let person = Person::somebody();
    let (draft, labelled) = (person.refresh(), person.pat().labelled("one"));
    let (root, holder) = (draft.found(store).await?, labelled.found(store).await?);
    let ended = person.pat();
    ended.found(store).await?;
    let what = person.family(ended.family.id);
    ensure!(store.revoke(what, revoked(at(1)), at(GONE), most(1)).await?.changed == 1, "a revocation must be done");
    let began = Reader::at_the_end(store).await?;
    let wrong = Version::new(7);
    let next = draft.successor(root, 1);
    let stale = store.apply(&root, wrong, &describe_as("x"), at(2)).await?;
    ensure_is!(stale, Applied::Stale(_), "another version must be stale");
    let step = supersede(wrong, next.id, at(3));
    let stale = store.rotate(&root, &step, std::slice::from_ref(&next), at(2)).await?;
    ensure_is!(stale, Rotated::Stale(_), "another version must be stale");
    let again = store.revoke(what, revoked(at(2)), at(GONE), most(1)).await?;
    ensure!(again.changed == 0, "a second revocation changes nothing");
    let rival = person.pat().labelled("one");
    let taken = store.insert(rival.home(None), &rival.records, at(2)).await?;
    ensure_is!(taken, Inserted::LabelTaken(_), "a label has one holder");
    let full = person.pat();
    let full_answer = store.insert(full.home(Some(1)), &full.records, at(2)).await?;
    ensure_is!(full_answer, Inserted::OwnerFull, "a cap holds");
    let steps = began.clone().read(store, 100).await?;
    for family in [root, holder, ended.id()].map(|id| id.family()) {
        ensure!(!name(&steps, &person, family), "refused calls must write no step, but the log has {steps:?}");
    }
    ensure!(must_get(store, &root).await?.revoked().is_none(), "nothing was changed");
    Ok(())
}
