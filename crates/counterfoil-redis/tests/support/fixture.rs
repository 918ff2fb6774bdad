//! Fixtures for the conformance suite on each backend.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::log_clauses::{LogFixture, Logged};
use counterfoil_conformance::transfer_clauses::{TransferFixture, Whole};
use counterfoil_conformance::{Fixture, Row, SiblingFixture, SiblingRow, Store, Task};

use super::RUNTIME;
use super::backend::{Backend, Space};

/// A fixture for the conformance suite, with a new [`Space`] for each of its databases.
pub struct Spaces(pub Backend);

#[async_trait]
impl Fixture for Spaces {
    type Database = Space;

    async fn create(&self) -> Space {
        Space::new(self.0)
    }

    /// On Valkey the log of narrowing steps is on, so that each script runs with and without it.
    async fn open(&self, space: &Space) -> Store {
        let options = space.options();
        Arc::new(space.open_with(if self.0 == Backend::Valkey { options.with_narrowing_log() } else { options }).await)
    }

    async fn reopen(&self, space: Space) -> Option<Space> {
        Some(space)
    }

    async fn damage(&self, space: &Space, row: Row<'_>) -> bool {
        match row {
            Row::Record(id) => space.damage(id),
            Row::Family(id) => space.damage_family(id),
        }
    }

    async fn outage(&self, space: &Space, down: bool) -> bool {
        space.lock_out(down);
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

#[async_trait]
impl TransferFixture for Spaces {
    async fn open_whole(&self, space: &Space) -> Arc<dyn Whole> {
        Arc::new(space.open().await)
    }
}

#[async_trait]
impl LogFixture for Spaces {
    async fn open_logged(&self, space: &Space) -> Arc<dyn Logged> {
        Arc::new(space.open_with(space.options().with_narrowing_log()).await)
    }

    /// Switches the log off. The next handle switches it on again.
    async fn renew_log(&self, space: &Space) -> bool {
        space.open().await.end_narrowing_log().await.expect("switched off");
        true
    }
}

#[async_trait]
impl SiblingFixture for Spaces {
    type Database = Space;

    async fn create(&self) -> Space {
        Space::new(self.0)
    }

    async fn clients(&self, space: &Space) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(space.open().await))
    }

    async fn settings(&self, space: &Space) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::new(space.open().await))
    }

    async fn throttle(&self, space: &Space) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(space.open().await))
    }

    async fn aliases(&self, space: &Space) -> Option<Arc<dyn AliasStore>> {
        Some(Arc::new(space.open().await))
    }

    async fn damage(&self, space: &Space, row: SiblingRow<'_>) -> bool {
        space.damage_sibling(row)
    }

    async fn outage(&self, space: &Space, down: bool) -> bool {
        space.lock_out(down);
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}
