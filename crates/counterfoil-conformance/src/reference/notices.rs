//! The calls `claim`, `settle` and `touch` of the reference model. None of these calls changes the version of a record.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Sets the last use of each record, unless the stored instant is later. Skips shrunk records and records that do
    /// not exist.
    pub fn touch(&mut self, seen: &[(RecordId, Timestamp)]) {
        for (id, at) in seen {
            if let Some(record) = self.record_mut(id).filter(|record| !record.shrunk) {
                record.last_used_at = record.last_used_at.max(Some(*at));
            }
        }
    }

    /// Claims a notice for a worker, by moving the instant of the notice to the end of the worker's lease. Returns the
    /// changed record. Returns `None` if there is no such record, if its notice does not have the mark `held`, or if
    /// the lease does not end later than this mark.
    ///
    /// # Errors
    ///
    /// The same errors as [`Model::get`].
    pub fn claim(
        &mut self,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        self.get(id)?;
        let Some(record) = self.record_mut(id).filter(|record| record.notice == Some(held) && until > held.at) else {
            return Ok(None);
        };
        record.notice = Some(NoticeMark { at: until, ..held });
        self.get(id)
    }

    /// Stores which notice was sent. If the caller's claim is still valid, also sets the next notice and returns true.
    /// Otherwise returns false. Changes nothing if the record is shrunk.
    ///
    /// # Errors
    ///
    /// The same errors as [`Model::get`].
    pub fn settle(
        &mut self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        self.get(id)?;
        let Some(record) = self.record_mut(id).filter(|record| !record.shrunk) else { return Ok(false) };
        if let Some((expiry, stage)) = sent {
            record.remember_notice(expiry, stage);
        }
        let holds = record.notice == Some(held);
        if holds {
            record.notice = next;
        }
        Ok(holds)
    }
}
