//! Changing one record: compare-and-swap decides, and a lost race is decided again on what stands there.

use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::change::{Applied, Change};
use crate::types::time::Timestamp;

/// How many lost races in a row end a change.
pub(crate) const TURNS: usize = 8;

/// What became of a change.
#[must_use]
pub(crate) enum Changed {
    /// The record as written.
    Done(TokenRecord),
    /// There was nothing to change: the record as it stands.
    Kept(TokenRecord),
    /// Another family of the owner holds the label.
    LabelTaken,
    /// The record is there no more.
    Missing,
}

impl Service {
    /// Applies what `plan` makes of a record; `None`: nothing is to be done. `plan` is asked anew with each lost race, about the record that
    /// won it, so it never decides on what is no longer true, and a write that only moved the version (a digest under a new key, the end of an
    /// overlap) never shows to the caller.
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
