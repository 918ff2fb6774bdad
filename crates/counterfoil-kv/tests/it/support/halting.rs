//! An engine that pauses before each call until the conformance suite continues it.

use async_trait::async_trait;
use counterfoil::testing::backend_call;
use counterfoil_kv::{Engine, EngineError, Key, Outcome, Value, Write};

/// Waits for the suite before each call of the inner engine.
pub struct Halting<E>(pub E);

#[async_trait]
impl<E: Engine> Engine for Halting<E> {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        backend_call().await;
        self.0.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        backend_call().await;
        self.0.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        backend_call().await;
        self.0.write(write).await
    }
}
