//! Runs checks by name.

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;

use crate::siblings::Siblings;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// A check of a [`TokenStore`](counterfoil::store::TokenStore).
#[derive(Clone, Copy)]
pub struct Check {
    /// The name of the clause.
    pub name: &'static str,
    run: for<'a> fn(&'a Subject) -> Running<'a>,
}

/// A check of a sibling trait: `ClientStore`, `SettingsStore` or `Throttle`.
#[derive(Clone, Copy)]
pub struct SiblingCheck {
    /// The name of the clause.
    pub name: &'static str,
    run: for<'a> fn(&'a Siblings) -> Running<'a>,
}

/// All checks of a token store. The checks of the clauses come first, in the order of the clauses. The checks of
/// single methods and the model test come last.
pub const CHECKS: &[Check] = crate::__every_clause! { __checks { Check, clauses } };

/// All checks of the sibling traits.
pub const SIBLING_CHECKS: &[SiblingCheck] =
    crate::__every_sibling_clause! { __checks { SiblingCheck, sibling_clauses } };

impl Check {
    /// Runs the check on this thread.
    ///
    /// # Errors
    ///
    /// The violation that the check found.
    pub fn run(&self, subject: &Subject) -> Verdict {
        subject.drive((self.run)(subject))
    }
}

impl SiblingCheck {
    /// Runs the check on this thread.
    ///
    /// # Errors
    ///
    /// The violation that the check found.
    pub fn run(&self, siblings: &Siblings) -> Verdict {
        siblings.drive((self.run)(siblings))
    }
}

/// Runs the check with this name. The tests that `conformance!` generates call it.
///
/// # Panics
///
/// If the store violates the clause. The message names the clause and the expected result.
pub fn hold(name: &str, subject: &Subject) {
    let check = CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(subject));
}

/// Runs the sibling check with this name. The tests that `sibling_conformance!` generates call it.
///
/// # Panics
///
/// If the sibling store violates the clause. The message names the clause and the expected result.
pub fn hold_sibling(name: &str, siblings: &Siblings) {
    let check = SIBLING_CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(siblings));
}

pub(crate) fn tell(name: &str, verdict: Result<Checked, Violation>) {
    match verdict {
        Ok(Checked::Held) => {}
        // This writes directly to stderr, which the test harness does not capture, because a check that did not run
        // must be visible.
        Ok(Checked::NotApplicable(why)) => {
            let _ = writeln!(std::io::stderr(), "clause `{name}` not applicable: {why}");
        }
        Err(violation) => panic!("clause `{name}` is broken: {violation}"),
    }
}
