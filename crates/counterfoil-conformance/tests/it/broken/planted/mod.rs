//! Broken stores, each listed with the name of the check that must reject it. Their flaws are, for example, keys and
//! columns that are too small, rules that are not applied to records in some state, pages that end too early, or
//! refusals in the wrong order.

mod answers;
mod caps;
mod changes;
mod details;
mod families;
mod indexes;
mod labels;
mod names;
mod order;
mod sizes;
mod states;
mod values;
mod walks;

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil_conformance::{CHECKS, Fixture, ReferenceStore, Row, Store, Subject};

use super::{Broken, Flaw};
use answers::answers;
use caps::caps;
pub(crate) use caps::uncapped;
use details::details;
use families::families;
use indexes::indexes;
use labels::labels;
use names::names;
use order::orders;
use sizes::sizes;
use states::states;
use values::values;
use walks::walks;

/// A broken store, and the name of the check that must reject it.
struct Case {
    name: &'static str,
    make: fn() -> Arc<dyn Flaw>,
    caught_by: &'static str,
}

macro_rules! cases {
    ($($name:ident => $check:ident: $flaw:expr;)*) => {
        vec![$($crate::broken::planted::Case {
            name: stringify!($name),
            make: || std::sync::Arc::new($flaw),
            caught_by: stringify!($check),
        }),*]
    };
}

use cases;

fn everything() -> Vec<Case> {
    let named = [names(), values(), sizes(), states(), walks(), answers(), orders(), indexes()];
    named.into_iter().chain([families(), labels(), caps(), details()]).flatten().collect()
}

/// Returns all broken stores of this module: the name of each, and the function that makes its flaw.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, fn() -> Arc<dyn Flaw>)> {
    everything().into_iter().map(|case| (case.name, case.make))
}

/// A fixture for a broken store. It implements the hook `damage`, unlike [`Bench`](super::Bench).
struct Damageable(fn() -> Arc<dyn Flaw>);

#[async_trait]
impl Fixture for Damageable {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::new(Broken { inner: Arc::clone(database), flaw: (self.0)() })
    }

    async fn damage(&self, database: &Arc<ReferenceStore>, row: Row<'_>) -> bool {
        match row {
            Row::Record(id) => database.with(|model| model.damaged.push(*id)),
            Row::Family(id) => database.with(|model| model.damage_family(*id)),
        }
        true
    }
}

/// Runs the check with this name on the broken store. Returns the message of the violation, or `None` if the store
/// passes.
fn rejected(case: &Case, check: &str) -> Option<String> {
    let check = CHECKS.iter().find(|one| one.name == check).expect("a clause of that name");
    check.run(&Subject::new(Damageable(case.make))).err().map(|violation| violation.what().to_owned())
}

fn try_all(cases: &[Case]) {
    let runs: u32 = std::env::var("BROKEN_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1);
    let mut missed = Vec::new();
    for case in cases {
        let caught = (0..runs).filter(|_| rejected(case, case.caught_by).is_some()).count();
        println!("{:32} -> {} ({caught} of {runs})", case.name, case.caught_by);
        if caught == 0 && std::env::var("SURVEY").is_ok() {
            let also: Vec<_> = CHECKS.iter().filter(|c| rejected(case, c.name).is_some()).map(|c| c.name).collect();
            println!("   SURVEY {} also {also:?}", case.name);
        }
        if caught < runs as usize {
            missed.push(case.name);
        }
    }
    assert!(missed.is_empty(), "not rejected by the check that names the broken promise: {missed:#?}");
}

#[test]
fn keys_that_take_one_name_for_another_are_rejected() {
    try_all(&names());
}

#[test]
fn columns_that_are_too_narrow_are_rejected() {
    try_all(&values());
}

#[test]
fn stores_that_forget_a_state_are_rejected() {
    try_all(&states());
}

#[test]
fn stores_that_lose_an_entry_of_an_index_are_rejected() {
    try_all(&indexes());
}

#[test]
fn stores_that_answer_otherwise_are_rejected() {
    try_all(&answers());
}

#[test]
fn requests_that_are_read_too_narrowly_are_rejected() {
    try_all(&sizes());
}

#[test]
fn walks_that_end_too_early_are_rejected() {
    try_all(&walks());
}

#[test]
fn refusals_in_another_order_are_rejected() {
    try_all(&orders());
}

#[test]
fn wrong_lists_of_families_are_rejected() {
    try_all(&families());
}

#[test]
fn renewals_that_misjudge_the_label_are_rejected() {
    try_all(&labels());
}

#[test]
fn renewals_that_misjudge_the_cap_are_rejected() {
    try_all(&caps());
}

#[test]
fn stores_that_lose_or_mix_details_are_rejected() {
    try_all(&details());
}

/// Checks the messages with which the model test rejects broken stores. Each message must be short and contain few
/// commands.
#[test]
fn the_model_test_tells_the_shortest_commands_and_the_fields_that_differ() {
    for case in states().iter().chain(&values()).step_by(4) {
        let Some(message) = rejected(case, "answers_equal_the_model") else { continue };
        assert!(message.len() <= 3_200, "{}: a message of {} bytes:\n{message}", case.name, message.len());
        let lines = message.lines().filter(|line| line.starts_with("  ") || line.starts_with(' ')).count();
        assert!(lines <= 40, "{}: {lines} lines:\n{message}", case.name);
    }
}

/// Checks that a store without a flaw passes the checks that are listed in this module, with the fixture of this
/// module. So if a check rejects a store of this module, the reason is the flaw and not the fixture.
#[test]
fn the_bench_without_a_flaw_passes() {
    struct Flawless;
    impl Flaw for Flawless {}
    let checks: std::collections::BTreeSet<&str> = everything().iter().map(|case| case.caught_by).collect();
    for check in CHECKS.iter().filter(|check| checks.contains(check.name)) {
        let verdict = check.run(&Subject::new(Damageable(|| Arc::new(Flawless))));
        assert!(verdict.is_ok(), "{}: {verdict:?}", check.name);
    }
}

/// Checks that a store passes if it is made with a type of this module and a correct function. So if a check rejects a
/// store of such a type, the reason is its function.
#[test]
fn correct_functions_make_no_flaw() {
    for case in [families::correct(), labels::correct(), caps::correct()].into_iter().flatten() {
        assert_eq!(rejected(&case, case.caught_by), None, "{}", case.name);
    }
}
