//! Changes one record by compare-and-swap. If another write comes first, the change is computed anew from the current
//! record.

use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::change::{Applied, Change};
use crate::types::time::Timestamp;

/// The largest number of times that an operation tries to write its change. If another write comes first each time, the
/// operation fails.
pub(crate) const TURNS: usize = 8;

/// The result of a change.
#[must_use]
pub(crate) enum Changed {
    /// The record was changed. Contains the record as written.
    Done(TokenRecord),
    /// No change was necessary. Contains the current record.
    Kept(TokenRecord),
    /// Another family of the owner has the label.
    LabelTaken,
    /// The record no longer exists.
    Missing,
}

impl Service {
    /// Applies to `record` the change that `plan` returns for it. If `plan` returns `None`, nothing changes. If another
    /// write came first, `plan` is called again with the current record, so the change is never based on outdated data.
    /// Some writes do not affect `plan`, for example a new digest or the end of an overlap. The second attempt then
    /// makes the same change, and the caller gets the same result.
    pub(crate) async fn change<E: From<Unavailable>>(
        &self,
        operation: &'static str,
        mut record: TokenRecord,
        now: Timestamp,
        mut plan: impl FnMut(&TokenRecord) -> Result<Option<Change>, E> + Send,
    ) -> Result<Changed, E> {
        for _ in 0..TURNS {
            let Some(change) = plan(&record)? else { return Ok(Changed::Kept(record)) };
            let (id, version) = (record.record().id, record.record().version);
            match self.store.apply(&id, version, &change, now).await.map_err(Unavailable::from)? {
                Applied::Done(written) => return Ok(Changed::Done(written)),
                Applied::Stale(there) => record = there,
                Applied::LabelTaken(_) => return Ok(Changed::LabelTaken),
                Applied::Missing => return Ok(Changed::Missing),
            }
        }
        Err(Unavailable::Contended { operation }.into())
    }
}
