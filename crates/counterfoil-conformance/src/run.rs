//! Runs checks by their names.

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;

use crate::siblings::Siblings;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// A check of a [`TokenStore`](counterfoil::store::TokenStore), with its name.
#[derive(Clone, Copy)]
pub struct Check {
    /// The name of the check. For most checks, it is the name of a clause of the contract.
    pub name: &'static str,
    run: for<'a> fn(&'a Subject) -> Running<'a>,
}

/// A check of `ClientStore`, `SettingsStore`, `Throttle` or `AliasStore`, with its name.
#[derive(Clone, Copy)]
pub struct SiblingCheck {
    /// The name of the check. For most checks, it is the name of a clause of the contract.
    pub name: &'static str,
    run: for<'a> fn(&'a Siblings) -> Running<'a>,
}

/// All checks of a token store. The checks of clauses come first, in the order of the clauses. Then come the checks of
/// single methods, and the model test.
pub const CHECKS: &[Check] = crate::__every_clause! { __checks { Check, clauses } };

/// All checks of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore`.
pub const SIBLING_CHECKS: &[SiblingCheck] =
    crate::__every_sibling_clause! { __checks { SiblingCheck, sibling_clauses } };

impl Check {
    /// Runs the check on this thread.
    ///
    /// # Errors
    ///
    /// A violation if the store does not fulfil what the check tests.
    pub fn run(&self, subject: &Subject) -> Verdict {
        subject.drive((self.run)(subject))
    }
}

impl SiblingCheck {
    /// Runs the check on this thread.
    ///
    /// # Errors
    ///
    /// A violation if the store does not fulfil what the check tests.
    pub fn run(&self, siblings: &Siblings) -> Verdict {
        siblings.drive((self.run)(siblings))
    }
}

/// Runs the check of [`CHECKS`] with this name. The tests that `conformance!` generates call it.
///
/// # Panics
///
/// If there is no check with this name, or if the store does not pass it. The message names the check and the expected
/// result.
pub fn hold(name: &str, subject: &Subject) {
    let check = CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(subject));
}

/// Runs the check of [`SIBLING_CHECKS`] with this name. The tests that `sibling_conformance!` generates call it.
///
/// # Panics
///
/// If there is no check with this name, or if the store does not pass it. The message names the check and the expected
/// result.
pub fn hold_sibling(name: &str, siblings: &Siblings) {
    let check = SIBLING_CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(siblings));
}

pub(crate) fn tell(name: &str, verdict: Result<Checked, Violation>) {
    match verdict {
        Ok(Checked::Held) => {}
        // This writes directly to stderr, which the test harness does not capture. So a check that did not run is
        // visible.
        Ok(Checked::NotApplicable(why)) => {
            let _ = writeln!(std::io::stderr(), "clause `{name}` not applicable: {why}");
        }
        Err(violation) => panic!("clause `{name}` is broken: {violation}"),
    }
}
