//! Runs the whole suite on the reference store, which must pass. Its fixture implements every hook except `demote`,
//! which `broken_demotions.rs` tests.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{
    CHECKS, Checked, Driven, Fixture, ReferenceSiblings, ReferenceStore, Row, SIBLING_CHECKS, SiblingFixture, Store,
    Subject, Task, conformance, sibling_conformance,
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
        match row {
            Row::Record(id) => database.with(|model| model.damaged.push(*id)),
            Row::Family(_) => return false,
        }
        true
    }

    async fn outage(&self, database: &Arc<ReferenceStore>, down: bool) -> bool {
        database.set_down(down);
        true
    }
}

conformance!(reference, References);

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
/// hook or these awaits must be reported as not applicable. A check that needs neither must not be.
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

/// Returns the name of the clause with this number, as the docs in this source file give it.
fn clause_of(file: &str, number: u32) -> String {
    let path = format!("{}/../../../src/store/{file}", env!("CARGO_MANIFEST_DIR"));
    let contract = std::fs::read_to_string(path).unwrap();
    let rest = contract.split_once(&format!("/// {number}. `")).expect("the clause").1;
    rest.split_once('`').expect("its name").0.to_owned()
}

/// For every clause in the docs of `TokenStore` there must be exactly one check with its name. The same must be true
/// for the clauses of `ClientStore` that apply to several traits.
#[test]
fn every_clause_has_a_check_of_its_name() {
    for clause in (1..=28).chain(41..=46).chain([48, 49, 50, 54, 55]).map(|number| clause_of("token_store.rs", number))
    {
        assert_eq!(CHECKS.iter().filter(|check| check.name == clause).count(), 1, "{clause}");
    }
    for clause in [47, 51, 52, 53].map(|number| clause_of("client_store.rs", number)) {
        assert_eq!(SIBLING_CHECKS.iter().filter(|check| check.name == clause).count(), 1, "{clause}");
    }
}

/// For every clause in the docs of `Throttle` there must be exactly one check with its name.
#[test]
fn every_clause_of_the_throttle_has_a_check_of_its_name() {
    let contract =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../src/store/throttle.rs")).unwrap();
    for number in 31..=35 {
        let rest = contract.split_once(&format!("/// {number}. `")).expect("the clause").1;
        let (name, _) = rest.split_once('`').expect("its name");
        assert_eq!(SIBLING_CHECKS.iter().filter(|check| check.name == name).count(), 1, "{name}");
    }
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
}

sibling_conformance!(siblings, Beside);
