//! Two tests of concurrent operations. One tries every order of the engine calls of two operations. The other runs all
//! methods at the same time, while the conformance suite pauses some of their engine calls.

use crate::support::bases::{Bases, Halted};
use counterfoil_conformance::{CHECKS, Checked, Subject, scale};

/// Runs the check with this name from the conformance suite, with this number of rounds. For the check of
/// interleavings, the test below passes a tenth of the usual number, because a step of this store makes up to thirty
/// calls.
fn holds(name: &str, rounds: u32) {
    let check = CHECKS.iter().find(|check| check.name == name).expect("a check of that name");
    let subject = Subject::new(Bases(Halted)).with_scale(scale().with_rounds(rounds));
    match check.run(&subject) {
        Ok(Checked::Held) => {}
        Ok(Checked::NotApplicable(why)) => panic!("{name} was not tried: {why}"),
        Err(violation) => panic!("{name}: {violation}"),
    }
}

#[test]
fn two_operations_are_as_one_after_the_other_whatever_the_order_of_their_calls() {
    holds("interleavings_are_steps", (scale().rounds / 10).max(4));
}

#[test]
fn all_methods_at_once_are_as_one_after_the_other() {
    holds("methods_race_methods", scale().rounds);
}
