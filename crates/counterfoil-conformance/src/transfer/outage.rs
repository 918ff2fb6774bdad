//! Checks calls of `Transfer` while the backend is unreachable (clause 27 of `TokenStore`).

use counterfoil::store::{Restored, StoreError};

use super::family::chain;
use super::{TransferFixture, Whole};
use crate::sample::{Person, most};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks calls of `Transfer` during an outage (clause 27 of `TokenStore`). Each must return `Unavailable`. A family
/// must not be reported as absent, and a restore must not be refused. If `maybe_done` is false in the error, nothing
/// must have been written.
pub async fn transfer_outage_is_unavailable<F: TransferFixture>(fixture: &F) -> Verdict {
    let database = fixture.create().await;
    let store = fixture.open_whole(&database).await;
    let person = Person::somebody();
    let (stands, coming) = (chain(&person, "one")?, chain(&person, "two")?);
    ensure_is!(store.restore(&stands).await?, Restored::Done, "a restore must go through");
    if !fixture.outage(&database, true).await {
        return Ok(Checked::NotApplicable("the fixture has no hook `outage`"));
    }
    let asked = async {
        unavailable("families", store.families(None, most(5)).await)?;
        for family in [&stands, &coming] {
            unavailable("family", store.family(&family.family().id).await)?;
        }
        // Without an outage, this restore would be refused: the family's id is free, but another family has its label.
        unavailable("restore", store.restore(&chain(&person, "one")?).await)?;
        unavailable("restore", store.restore(&stands).await)?;
        unavailable("restore", store.restore(&coming).await)
    };
    let answer = asked.await;
    fixture.outage(&database, false).await;
    let maybe_done = answer?;
    let found = store.family(&stands.family().id).await?;
    let differs = found.as_ref().map_or(Some("everything"), |found| stands.difference(found));
    ensure!(differs.is_none(), "during an outage a family lost {differs:?}");
    let there = store.family(&coming.family().id).await?.is_some();
    ensure!(maybe_done || !there, "maybe_done was false, but the family was written");
    after(&*store, &coming).await
}

async fn after(store: &dyn Whole, coming: &counterfoil::store::WholeFamily) -> Verdict {
    let answer = store.restore(coming).await?;
    ensure_is!(answer, Restored::Done | Restored::IdTaken(_), "after the outage a restore must be done or recognised");
    let found = store.family(&coming.family().id).await?;
    let differs = found.as_ref().map_or(Some("everything"), |found| coming.difference(found));
    ensure!(differs.is_none(), "after the outage the restored family must be there, but {differs:?} differs");
    Ok(Checked::Held)
}

/// Checks that a call during an outage returned `Unavailable`, and returns the `maybe_done` of this error: true if the
/// call may have been executed. Any other answer is a violation.
fn unavailable<T: std::fmt::Debug>(op: &str, answer: Result<T, StoreError>) -> Result<bool, Violation> {
    match answer {
        Err(StoreError::Unavailable { maybe_done, .. }) => Ok(maybe_done),
        other => Err(Violation::new(format!("{op} during an outage must be Unavailable, but was {other:?}"))),
    }
}
