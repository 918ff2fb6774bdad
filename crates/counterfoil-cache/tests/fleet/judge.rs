//! Compares the last acceptance of each token with the `effective_by` of the step that narrowed the token.

use std::time::Duration;

use crate::ledger::Ledger;
use crate::narrow::Narrowed;
use crate::{PROCESSES, host};

/// Fails if a process accepted a token by a verification that ended at `effective_by` or later. Returns how long after
/// the return of the operation the last acceptances ended.
pub fn judge(ledger: &Ledger, narrowed: &[Narrowed]) -> String {
    let accepted: Vec<_> = (0..PROCESSES).map(|place| ledger.numbers("accepted", place)).collect();
    let (mut after, mut too_late, mut never) = (Vec::new(), Vec::new(), 0);
    for (number, Narrowed { way, effective_by }) in narrowed.iter().enumerate() {
        let last = accepted.iter().map(|accepted| accepted.get(number)).max().unwrap_or(0);
        never += usize::from(last == 0);
        let returned = effective_by.minus(host::bound()).micros();
        if last >= effective_by.micros() {
            too_late.push(format!("token {number}, {way:?}: {} µs after the bound", last - effective_by.micros()));
        }
        if last > returned {
            after.push(Duration::from_micros(last - returned));
        }
    }
    after.sort_unstable();
    assert!(
        too_late.is_empty(),
        "{} of {} accepted too late:\n{}",
        too_late.len(),
        narrowed.len(),
        too_late.join("\n")
    );
    assert!(never * 10 < narrowed.len(), "{never} of {} tokens were never accepted", narrowed.len());
    assert!(after.len() * 50 > narrowed.len(), "the caches answered only {} times after a step", after.len());
    let at = |percent: usize| after[(after.len() - 1) * percent / 100];
    format!(
        "{} tokens narrowed, {} accepted after it. The last acceptance ended so long after the step: min {:?}, median \
         {:?}, p90 {:?}, p99 {:?}, max {:?}; the bound is {:?}",
        narrowed.len(),
        after.len(),
        at(0),
        at(50),
        at(90),
        at(99),
        at(100),
        host::bound()
    )
}
