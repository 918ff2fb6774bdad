//! Tests every interleaving of two operations at the engine's calls, and races of all methods in which each call may
//! wait.

use crate::support::bases::{Bases, Halted};
use counterfoil_conformance::{CHECKS, Checked, Subject, scale};

/// A step of this store makes up to thirty calls. A tenth of the schedules of other stores therefore takes the same
/// time.
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
