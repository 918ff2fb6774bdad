//! Checks that a reader notices lost steps (clause 74 of `NarrowingLog`).

use counterfoil::store::{LogPosition, Narrowed};

use super::reader::Reader;
use super::{LogFixture, Logged};
use crate::sample::{Person, at, most};
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Checks trims of the log (clause 74 of `NarrowingLog`). They must remove only steps before the given instant, at most
/// as many as the limit allows. `lost` must then be true for each position from which a removed step would have been
/// returned, and false for the others. It must be true for bytes that are no position of the log. If the fixture has
/// the hook `renew_log`, the epoch must be different after it.
pub async fn lost_steps_show<F: LogFixture>(fixture: &F) -> Verdict {
    let database = fixture.create().await;
    let log = fixture.open_logged(&database).await;
    trims(&*log).await?;
    a_trim_of_everything_loses_nothing_that_was_read(&*log).await?;
    let end = log.narrowings(None, most(1)).await?;
    let page = log.narrowings(Some(&LogPosition::from_bytes(*b"no position")), most(9)).await?;
    ensure!(page.lost, "bytes that are no position of the log must have lost steps, but the page is {page:?}");
    drop(log);
    if fixture.renew_log(&database).await {
        let log = fixture.open_logged(&database).await;
        let anew = log.narrowings(Some(&end.next), most(9)).await?;
        ensure!(anew.epoch != end.epoch, "a log that begins anew must have another epoch, but has {:?}", anew.epoch);
        let again = log.narrowings(None, most(9)).await?;
        ensure!(again.epoch == anew.epoch, "the epoch of one log must stay the same");
    }
    let log = fixture.open_logged(&database).await;
    if fixture.outage(&database, true).await {
        let asked = in_an_outage(&*log).await;
        fixture.outage(&database, false).await;
        asked?;
    }
    Ok(Checked::Held)
}

async fn trims(log: &dyn Logged) -> Result<(), Violation> {
    let person = Person::somebody();
    let mut positions = vec![Reader::at_the_end(log).await?.at];
    let steps: Vec<_> = (0..6).map(|_| Narrowed::Family(person.family_id())).collect();
    for (step, second) in steps.iter().zip(1..) {
        log.narrow(step, at(second)).await?;
        positions.push(Reader::at_the_end(log).await?.at);
    }
    ensure!(positions.windows(2).all(|pair| pair[0] != pair[1]), "each step must move the end: {positions:?}");
    let removed = log.trim_narrowings(at(4), most(1)).await?;
    ensure!(removed <= 1, "at most one step may be removed, but {removed} were");
    let mut total = removed;
    loop {
        let removed = log.trim_narrowings(at(4), most(2)).await?;
        ensure!(removed <= 2, "at most two steps may be removed, but {removed} were");
        total += removed;
        if removed == 0 {
            break;
        }
    }
    ensure!(total >= 3, "the steps at 1, 2 and 3 are before 4, but {total} were removed");
    for (index, position) in positions.iter().enumerate() {
        let page = log.narrowings(Some(position), most(100)).await?;
        let lost = index < 3;
        ensure!(page.lost == lost, "a reader at position {index} has lost steps: {lost}, but the page says {page:?}");
        let kept = &steps[index.max(3)..];
        ensure!(
            kept.iter().all(|step| page.steps.contains(step)),
            "no step at 4 or later may be removed, but from position {index} the log has {:?}",
            page.steps
        );
    }
    Ok(())
}

async fn a_trim_of_everything_loses_nothing_that_was_read(log: &dyn Logged) -> Result<(), Violation> {
    let before = Reader::at_the_end(log).await?.at;
    while log.trim_narrowings(at(1_000_000), most(50)).await? > 0 {}
    let page = log.narrowings(Some(&before), most(9)).await?;
    ensure!(!page.lost, "a reader at the end has lost nothing: {page:?}");
    let step = Narrowed::Family(Person::somebody().family_id());
    log.narrow(&step, at(7)).await?;
    let page = log.narrowings(Some(&before), most(9)).await?;
    ensure!(
        page.steps.contains(&step) && page.next != before && !page.lost,
        "a step after a trim must lie after {before:?}, but was {page:?}"
    );
    Ok(())
}

async fn in_an_outage(log: &dyn Logged) -> Result<(), Violation> {
    use counterfoil::store::StoreError;
    let read = log.narrowings(None, most(1)).await.map(|page| format!("{page:?}"));
    let narrowed = log.narrow(&Narrowed::All, at(1)).await.map(|()| "done".to_owned());
    let trimmed = log.trim_narrowings(at(1), most(1)).await.map(|removed| removed.to_string());
    for (op, answer) in [("narrowings", read), ("narrow", narrowed), ("trim_narrowings", trimmed)] {
        let unavailable = matches!(answer, Err(StoreError::Unavailable { .. }));
        ensure!(unavailable, "{op} during an outage must be Unavailable, but was {answer:?}");
    }
    Ok(())
}
