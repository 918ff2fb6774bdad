//! The store in memory keeps every clause of the store contract and of its siblings.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{Fixture, SiblingFixture, Store, conformance, sibling_conformance};

/// Fresh stores in memory. They cannot be reopened, damaged or taken away: those checks say that they are not applicable.
struct Memory;

#[async_trait]
impl Fixture for Memory {
    async fn fresh(&self) -> Store {
        Arc::new(MemoryStore::default())
    }
}

conformance!(memory, Memory);

#[async_trait]
impl SiblingFixture for Memory {
    async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(MemoryStore::default()))
    }

    async fn settings(&self) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::new(MemoryStore::default()))
    }

    async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(MemoryStore::default()))
    }
}

sibling_conformance!(memory_siblings, Memory);
