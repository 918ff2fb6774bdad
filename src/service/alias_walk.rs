//! Removes aliases whose record is gone, a few at a time.

use std::num::NonZeroU32;
use std::sync::PoisonError;
use std::time::Duration;

use crate::service::Service;
use crate::store::alias_store::{Alias, AliasEntry};
use crate::store::error::StoreError;
use crate::types::duration::{days, hours};
use crate::types::time::Timestamp;

/// The largest number of aliases that one call reads.
const MOST: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
/// The pause between two walks. Each walk reads the record of every alias that is at least a day old.
const PAUSE: Duration = hours(1);

/// How far the walk of this process over the aliases has come.
#[derive(Clone, Copy, Default)]
pub(crate) struct Walk {
    after: Option<Alias>,
    /// When the next walk begins. `None` during a walk, and before the first walk.
    rests_until: Option<Timestamp>,
}

/// Whether the alias is at least a day old. An import writes the alias before the record, so the record of a younger
/// alias may not be written yet. No import takes a day.
pub(crate) fn is_settled(entry: &AliasEntry, now: Timestamp) -> bool {
    entry.created_at.plus(days(1)).is_some_and(|settled| now >= settled)
}

impl Service {
    /// Reads the next aliases, at most 500 and at most `limit`. Removes those that are at least a day old and whose
    /// record is gone. Returns the number of removed aliases. After a walk has read the last alias, this method does
    /// nothing for an hour. If the host imports no tokens, it does nothing at all.
    pub(crate) async fn remove_dangling(&self, limit: NonZeroU32, now: Timestamp) -> Result<u64, StoreError> {
        let Some(imports) = &self.imports else { return Ok(0) };
        let walk = *imports.walk.lock().unwrap_or_else(PoisonError::into_inner);
        // If the pause ends more than `PAUSE` in the future, the clock was set back after the pause began. The pause
        // then ends at once.
        if walk.rests_until.is_some_and(|until| now < until && now.plus_capped(PAUSE) >= until) {
            return Ok(0);
        }
        let page = imports.aliases.aliases(walk.after.as_ref(), limit.min(MOST)).await?;
        let mut removed = 0;
        for (alias, entry) in page.items.iter().filter(|(_, entry)| is_settled(entry, now)) {
            if self.store.get(&entry.id).await?.is_none() && imports.aliases.remove_alias(alias, &entry.id).await? {
                removed += 1;
            }
        }
        let rests_until = page.next.is_none().then(|| now.plus_capped(PAUSE));
        *imports.walk.lock().unwrap_or_else(PoisonError::into_inner) = Walk { after: page.next, rests_until };
        Ok(removed)
    }
}
