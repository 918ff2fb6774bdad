//! Runs the futures of a fixture's stores to completion.

use std::sync::Arc;

use crate::fixture::Task;

/// The function `block_on` of a fixture, which runs a future to completion. All threads of a race share it.
#[derive(Clone)]
pub struct Driver(Arc<dyn for<'a> Fn(Task<'a>) + Send + Sync>);

impl Driver {
    /// Makes a driver that calls `block_on`.
    pub(crate) fn new(block_on: impl for<'a> Fn(Task<'a>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(block_on))
    }

    /// Runs a future on this thread with `block_on`. Returns `None` if `block_on` returned before the future was done.
    pub(crate) fn drive<T: Send>(&self, future: impl Future<Output = T> + Send) -> Option<T> {
        let mut answer = None;
        let slot = &mut answer;
        (self.0)(Box::pin(async move { *slot = Some(future.await) }));
        answer
    }
}
