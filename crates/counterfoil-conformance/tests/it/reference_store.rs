//! Runs the whole suite on the reference store, which must pass. The fixture implements every hook except `demote`,
//! which `broken_demotions.rs` tests. Also tests a fixture without hooks, and that each clause in the documentation of
//! a store trait has a check.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{
    CHECKS, Checked, Driven, Fixture, ReferenceSiblings, ReferenceStore, Row, SIBLING_CHECKS, SiblingFixture, Store,
    Subject, Task, conformance, log_clauses, sibling_conformance, transfer_clauses,
};

/// The fixture of the reference store. It implements every hook except `demote`.
struct References;

#[async_trait]
impl Fixture for References {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::<ReferenceStore>::clone(database)
    }

    async fn reopen(&self, database: Arc<ReferenceStore>) -> Option<Arc<ReferenceStore>> {
        Some(database)
    }

    async fn damage(&self, database: &Arc<ReferenceStore>, row: Row<'_>) -> bool {
        damage(database, row);
        true
    }

    async fn outage(&self, database: &Arc<ReferenceStore>, down: bool) -> bool {
        database.set_down(down);
        true
    }
}

conformance!(reference, References);

/// Marks the row as damaged.
pub(crate) fn damage(database: &ReferenceStore, row: Row<'_>) {
    match row {
        Row::Record(id) => database.with(|model| model.damaged.push(*id)),
        Row::Family(id) => database.with(|model| model.damage_family(*id)),
    }
}

/// A fixture that implements no hook, and whose function `block_on` the test provides.
struct Bare;

#[async_trait]
impl Fixture for Bare {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::<ReferenceStore>::clone(database)
    }
}

/// Runs checks with a fixture without hooks, and with a store that never awaits `backend_call`. The checks that need a
/// hook or these awaits must be reported as not applicable. The check `get_sees_the_family`, which needs neither, must
/// pass.
#[test]
fn a_missing_hook_is_not_applicable() {
    let subject = Subject::new(Driven::new(Bare, |task: Task<'_>| counterfoil_conformance::block_on(task)));
    for check in CHECKS {
        let needs_a_hook =
            ["garbage_is_corrupt", "outage_is_unavailable", "no_replica_answers", "interleavings_are_steps"]
                .contains(&check.name);
        if needs_a_hook || check.name == "get_sees_the_family" {
            let verdict = check.run(&subject).unwrap();
            assert_eq!(matches!(verdict, Checked::NotApplicable(_)), needs_a_hook, "{}", check.name);
        }
    }
}

/// Returns the clauses in the docs of this source file: each with its number and name.
fn clauses_of(file: &str) -> Vec<(u32, String)> {
    let path = format!("{}/../../../src/store/{file}", env!("CARGO_MANIFEST_DIR"));
    let contract = std::fs::read_to_string(path).unwrap();
    let clause = |line: &str| {
        let (number, rest) = line.strip_prefix("/// ")?.split_once(". `")?;
        Some((number.parse().ok()?, rest.split_once('`')?.0.to_owned()))
    };
    contract.lines().filter_map(clause).collect()
}

/// Makes an array of these names of checks. The code does not compile if there is no check with one of the names.
macro_rules! transfer_checks {
    ($($name:ident)*) => {{
        $(let _exists = transfer_clauses::$name::<MemoryStore>;)*
        [$(stringify!($name)),*]
    }};
}

/// Makes an array of the names of checks. Does not compile if one of them does not exist.
macro_rules! log_checks {
    ($($name:ident)*) => {{
        $(let _exists = log_clauses::$name::<crate::broken_logs::Bench>;)*
        [$(stringify!($name)),*]
    }};
}

/// For every clause in the documentation of a store trait there must be exactly one check. The check has the name of
/// the clause.
#[test]
fn every_clause_has_a_check_of_its_name() {
    let token: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
    let sibling: Vec<_> = SIBLING_CHECKS.iter().map(|check| check.name).collect();
    let transfer = transfer_checks!(families_are_walked a_family_comes_back_as_it_was restore_never_overwrites);
    let log = log_checks!(narrowings_are_logged log_order_is_commit_order lost_steps_show narrowing_is_one_step);
    let mut numbers = Vec::new();
    for (file, checks) in [
        ("token_store.rs", token.as_slice()),
        ("client_store.rs", &sibling),
        ("settings_store.rs", &sibling),
        ("throttle.rs", &sibling),
        ("alias_store.rs", &sibling),
        ("transfer.rs", &transfer),
        ("narrowing_log.rs", &log),
    ] {
        for (number, clause) in clauses_of(file) {
            // Clause 29 applies to two traits, each with its own check.
            let name = match (number, file) {
                (29, "client_store.rs") => clause.replace("put_", "put_client_"),
                (29, _) => clause.replace("put_", "put_settings_"),
                _ => clause,
            };
            assert_eq!(checks.iter().filter(|check| **check == name).count(), 1, "{number}: {name}");
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.into_iter().eq((1..=35).chain(41..=64).chain(69..=75)), "every clause was read");
}

struct Beside;

#[async_trait]
impl SiblingFixture for Beside {
    type Database = Arc<ReferenceSiblings>;

    async fn create(&self) -> Arc<ReferenceSiblings> {
        Arc::new(ReferenceSiblings::new())
    }

    async fn clients(&self, database: &Arc<ReferenceSiblings>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::<ReferenceSiblings>::clone(database))
    }

    async fn settings(&self, database: &Arc<ReferenceSiblings>) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::<ReferenceSiblings>::clone(database))
    }

    async fn throttle(&self, database: &Arc<ReferenceSiblings>) -> Option<Arc<dyn Throttle>> {
        Some(Arc::<ReferenceSiblings>::clone(database))
    }

    async fn aliases(&self, database: &Arc<ReferenceSiblings>) -> Option<Arc<dyn AliasStore>> {
        Some(Arc::<ReferenceSiblings>::clone(database))
    }
}

sibling_conformance!(siblings, Beside);
