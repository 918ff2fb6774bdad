//! Claiming and settling notices, and the last use. None of it moves a version.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Each record by itself, forward only. Shrunk ones keep no use.
    pub fn touch(&mut self, seen: &[(RecordId, Timestamp)]) {
        for (id, at) in seen {
            if let Some(record) = self.record_mut(id).filter(|record| !record.shrunk) {
                record.last_used_at = record.last_used_at.max(Some(*at));
            }
        }
    }

    /// Moves the mark to the end of a lease.
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

    /// Notes what was sent; sets the next mark where the old one is still held. A shrunk record notes nothing.
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
