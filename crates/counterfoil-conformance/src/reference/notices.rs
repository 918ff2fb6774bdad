//! Claims and settlements of notices, and the last use. None of these changes a version.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Sets the last use of each record, forward only. Shrunk records are skipped.
    pub fn touch(&mut self, seen: &[(RecordId, Timestamp)]) {
        for (id, at) in seen {
            if let Some(record) = self.record_mut(id).filter(|record| !record.shrunk) {
                record.last_used_at = record.last_used_at.max(Some(*at));
            }
        }
    }

    /// Moves the notice to the end of a lease.
    ///
    /// # Errors
    ///
    /// As for [`Model::get`].
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

    /// Records what was sent, and sets the next notice if the old one is still held. Does nothing to a shrunk record.
    ///
    /// # Errors
    ///
    /// As for [`Model::get`].
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
