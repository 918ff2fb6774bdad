//! Tests that the memory store satisfies every clause of all store contracts.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::log_clauses::{LogFixture, Logged};
use counterfoil_conformance::transfer_clauses::{TransferFixture, Whole};
use counterfoil_conformance::{
    Fixture, SiblingFixture, Store, conformance, log_conformance, sibling_conformance, transfer_conformance,
};

/// The memory store for the conformance suite. It cannot be reopened, damaged or made unreachable, so the checks that
/// need this are skipped.
struct Memory;

#[async_trait]
impl Fixture for Memory {
    type Database = Arc<MemoryStore>;

    async fn create(&self) -> Arc<MemoryStore> {
        Arc::default()
    }

    async fn open(&self, database: &Arc<MemoryStore>) -> Store {
        Arc::<MemoryStore>::clone(database)
    }
}

conformance!(memory, Memory);

#[async_trait]
impl TransferFixture for Memory {
    async fn open_whole(&self, database: &Arc<MemoryStore>) -> Arc<dyn Whole> {
        Arc::<MemoryStore>::clone(database)
    }
}

transfer_conformance!(memory_copied, Memory);

#[async_trait]
impl LogFixture for Memory {
    async fn open_logged(&self, database: &Arc<MemoryStore>) -> Arc<dyn Logged> {
        Arc::<MemoryStore>::clone(database)
    }
}

log_conformance!(memory_log, Memory);

#[async_trait]
impl SiblingFixture for Memory {
    type Database = Arc<MemoryStore>;

    async fn create(&self) -> Arc<MemoryStore> {
        Arc::default()
    }

    async fn clients(&self, database: &Arc<MemoryStore>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::<MemoryStore>::clone(database))
    }

    async fn settings(&self, database: &Arc<MemoryStore>) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::<MemoryStore>::clone(database))
    }

    async fn throttle(&self, database: &Arc<MemoryStore>) -> Option<Arc<dyn Throttle>> {
        Some(Arc::<MemoryStore>::clone(database))
    }

    async fn aliases(&self, database: &Arc<MemoryStore>) -> Option<Arc<dyn AliasStore>> {
        Some(Arc::<MemoryStore>::clone(database))
    }
}

sibling_conformance!(memory_siblings, Memory);
