//! Tests that each module of `tests/life` either runs here or is listed in [`IN_MEMORY`], and that `.ci/lanes` runs
//! these tests on every kind of store.

use crate::base::{Kind, VARIABLE};

/// The modules that run on the store in memory only, and the sources of their tests. `at_once` tests reads that do not
/// wait. `attempts` needs a store that answers at the first poll. `hosts_tests` tests the helpers for the tests of
/// hosts. On another store the remaining modules would take too long: `authority` and `bad_input` make thousands of
/// hosts, and `clock_doubt` runs thousands of rounds of upkeep.
const IN_MEMORY: [(&str, &str); 6] = [
    ("at_once", include_str!("../../../../tests/life/at_once.rs")),
    ("attempts", include_str!("../../../../tests/life/attempts.rs")),
    (
        "authority",
        concat!(
            include_str!("../../../../tests/life/authority/mod.rs"),
            include_str!("../../../../tests/life/authority/properties.rs"),
            include_str!("../../../../tests/life/authority/realms.rs"),
            include_str!("../../../../tests/life/authority/scopes.rs"),
            include_str!("../../../../tests/life/authority/table.rs"),
        ),
    ),
    ("bad_input", include_str!("../../../../tests/life/bad_input.rs")),
    ("clock_doubt", include_str!("../../../../tests/life/clock_doubt.rs")),
    ("hosts_tests", include_str!("../../../../tests/life/hosts_tests.rs")),
];

/// Returns the names of the modules of a file.
fn modules(source: &str) -> Vec<&str> {
    source.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect()
}

#[test]
fn every_module_of_the_tests_of_operations_runs_here() {
    let (core, here) = (include_str!("../../../../tests/life/main.rs"), modules(include_str!("main.rs")));
    let core = modules(core);
    assert!(core.contains(&"token_renewal"), "{core:?}");
    let missing = |name: &&str| !here.contains(name);
    let missing: Vec<&str> = core.into_iter().filter(missing).collect();
    assert_eq!(missing, IN_MEMORY.map(|(name, _)| name));
    for (name, source) in IN_MEMORY {
        let proves = |id: &str| source.contains(&format!("fn {id}_"));
        assert!(
            !["life", "sight", "machine"].into_iter().any(proves),
            "{name} has a test that must run on every store"
        );
    }
}

#[test]
fn the_lanes_run_these_tests_on_every_kind_of_store() {
    let lanes = include_str!("../../../../.ci/lanes");
    let kinds = Kind::ALL.map(|kind| format!("\"{}\"", kind.name())).join(", ");
    assert!(lanes.contains(&format!("\"counterfoil-life-tests/it\": (\"{VARIABLE}\", ({kinds}))")), "{kinds}");
}
