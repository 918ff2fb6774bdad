//! Tests the log of narrowing steps.

mod epoch;
mod logged;
mod switch;
mod trim;

use std::collections::HashSet;

use crate::support::backend::{Backend, Space};
use counterfoil::store::{LogEpoch, LogPosition, Narrowed, NarrowingLog as _, Narrowings, StoreError};
use counterfoil_conformance::sample::{Draft, most};
use counterfoil_redis::RedisStore;

const ALL: [Backend; 3] = [Backend::Single, Backend::Cluster, Backend::Valkey];

/// Opens a store whose log is on.
async fn open(space: &Space) -> RedisStore {
    space.open_with(space.options().with_narrowing_log()).await
}

/// The step that names the family of this draft.
const fn family(draft: &Draft) -> Narrowed {
    Narrowed::Family(draft.family.id)
}

/// Reads a page of at most `limit` steps.
async fn page(store: &RedisStore, after: Option<&LogPosition>, limit: u32) -> Narrowings {
    store.narrowings(after, most(limit)).await.expect("a page")
}

/// A reader that follows the log. Its pages have at most three steps.
struct Reader {
    epoch: LogEpoch,
    at: LogPosition,
}

impl Reader {
    /// Begins at the present end of the log.
    async fn begin(store: &RedisStore) -> Self {
        let page = page(store, None, 3).await;
        assert!(page.steps.is_empty() && !page.more && !page.lost);
        Self { epoch: page.epoch, at: page.next }
    }

    /// Reads to the end of the log. Checks that no step was lost.
    async fn read(&mut self, store: &RedisStore) -> HashSet<Narrowed> {
        let mut steps = HashSet::new();
        loop {
            let page = page(store, Some(&self.at), 3).await;
            assert!(!page.lost && page.epoch == self.epoch && page.steps.len() <= 3, "{page:?}");
            steps.extend(page.steps);
            self.at = page.next;
            if !page.more {
                return steps;
            }
        }
    }
}

/// Whether the log was off for this call.
fn is_off<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unsupported { .. }))
}
