//! Running checks by name.

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;

use crate::siblings::Siblings;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// A check of a token store.
#[derive(Clone, Copy)]
pub struct Check {
    /// The clause's name.
    pub name: &'static str,
    run: for<'a> fn(&'a Subject) -> Running<'a>,
}

/// A check of a sibling.
#[derive(Clone, Copy)]
pub struct SiblingCheck {
    /// The clause's name.
    pub name: &'static str,
    run: for<'a> fn(&'a Siblings) -> Running<'a>,
}

/// All checks of a token store: the clauses in their order, then what the docs of single methods promise, then the
/// model test.
pub const CHECKS: &[Check] = crate::__every_clause! { __checks { Check, clauses } };

/// All checks of the siblings.
pub const SIBLING_CHECKS: &[SiblingCheck] =
    crate::__every_sibling_clause! { __checks { SiblingCheck, sibling_clauses } };

impl Check {
    /// Runs it on this thread.
    ///
    /// # Errors
    ///
    /// What the store broke.
    pub fn run(&self, subject: &Subject) -> Verdict {
        subject.drive((self.run)(subject))
    }
}

impl SiblingCheck {
    /// Runs it on this thread.
    ///
    /// # Errors
    ///
    /// What the store broke.
    pub fn run(&self, siblings: &Siblings) -> Verdict {
        siblings.drive((self.run)(siblings))
    }
}

/// Runs the check of that name; what the macro's tests call.
///
/// # Panics
///
/// With the clause and what was expected, where the store breaks it.
pub fn hold(name: &str, subject: &Subject) {
    let check = CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(subject));
}

/// Runs the sibling's check of that name.
///
/// # Panics
///
/// With the clause and what was expected, where the sibling breaks it.
pub fn hold_sibling(name: &str, siblings: &Siblings) {
    let check = SIBLING_CHECKS.iter().find(|check| check.name == name).expect("a clause of that name");
    tell(check.name, check.run(siblings));
}

fn tell(name: &str, verdict: Result<Checked, Violation>) {
    match verdict {
        Ok(Checked::Held) => {}
        // Past the capture of the test harness: a check that did not run must not look like one that passed.
        Ok(Checked::NotApplicable(why)) => {
            let _ = writeln!(std::io::stderr(), "clause `{name}` not applicable: {why}");
        }
        Err(violation) => panic!("clause `{name}` is broken: {violation}"),
    }
}
