//! Tests the import of tokens of other systems (requirement LIFE 6).

mod aliases;
mod authentication;
mod configuration;
mod crash;
mod keys;
mod permission;
mod races;
mod rows;

use std::sync::Arc;

use counterfoil::import::{ForeignCredential, ImportOutcome, Knox, Sanctum};
use counterfoil::store::*;
use counterfoil::testing::{Faults, FaultyStore, SeededEntropy};
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// The tokens of `testdata/import/tokens.txt`. Each has the name of its scheme, its text, and the row of the other
/// system's table.
fn tokens() -> Vec<[&'static str; 3]> {
    let lines = include_str!("../../../testdata/import/tokens.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(' ').collect::<Vec<_>>().try_into().expect("three fields")).collect()
}

fn all_schemes(store: Arc<dyn AliasStore>) -> impl FnOnce(Builder) -> Builder {
    |builder| builder.alias_store(store).import(Sanctum).import(Knox::new()).import(Knox::version_4())
}

/// Makes a world that imports tokens and has no OAuth clients.
fn importing() -> World {
    importing_with(open_policy())
}

fn importing_with(policy: counterfoil::policy::Policy) -> World {
    let world = bare_world(policy);
    world.elsewhere(|builder| all_schemes(world.store.clone())(builder))
}

/// Another node of the host, whose stores can fail.
fn faulty(world: &World, faults: &Faults) -> World {
    let store = Arc::new(FaultyStore::new(Arc::clone(&world.store), faults.clone()));
    world.elsewhere(|builder| all_schemes(store.clone())(builder.store(store).entropy(SeededEntropy::new(77))))
}

fn import(handle: &Counterfoil, credentials: &[ForeignCredential<'_>]) -> Vec<ImportOutcome> {
    block_on(handle.import_credentials(&Presenter::host(), credentials)).expect("imported")
}

fn ids(outcomes: &[ImportOutcome]) -> Vec<RecordId> {
    let id = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Imported { id, .. } => *id,
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(id).collect()
}

fn is_already(outcome: &ImportOutcome, id: RecordId) -> bool {
    *outcome == ImportOutcome::AlreadyImported { id }
}

fn live_tokens(world: &World, owner: &str) -> usize {
    let page = block_on(world.handle.list_personal_access_tokens(&world.presenter(owner), None, limit(100)));
    page.expect("a list").items.len()
}

fn aliases(store: &Base) -> Vec<(Alias, AliasEntry)> {
    block_on(store.aliases(None, limit(1_000))).expect("in memory").items
}
