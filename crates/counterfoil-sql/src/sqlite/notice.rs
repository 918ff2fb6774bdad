//! Records the last use of records, and the progress of notices. These writes do not change the version of a record.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;

use super::sql;
use super::store::SqliteStore;
use super::write::joined;
use crate::row::micros;

/// The number of records in one transaction of `touch`. With 256 records, a rotation had to wait 36 ms for the
/// transaction.
const BATCH: usize = 64;

impl SqliteStore {
    pub(super) async fn touch_all(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        for batch in seen.chunks(BATCH) {
            let mut write = self.write("touch").await?;
            for (id, at) in batch {
                write.run(sqlx::query(sql::TOUCH).bind(id.as_bytes().as_slice()).bind(micros(*at))).await?;
            }
            write.commit(()).await?;
        }
        Ok(())
    }

    pub(super) async fn claim_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let mut write = self.write("claim").await?;
        let Some((mut record, family)) = write.pair(id).await? else { return Ok(None) };
        if record.notice != Some(held) || lease_until <= held.at {
            return Ok(None);
        }
        record.notice = Some(NoticeMark { at: lease_until, stage: held.stage });
        write.put_notices(&record).await?;
        let claimed = joined(record, family)?;
        write.commit(Some(claimed)).await
    }

    /// Records the outcome of a notice. A record that a purge has shrunk (reduced to the fields that reuse detection
    /// needs) stores no sent notices.
    pub(super) async fn settle_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        let mut write = self.write("settle").await?;
        let Some((mut record, _)) = write.pair(id).await? else { return Ok(false) };
        let sent = sent.filter(|_| !record.shrunk);
        if let Some((expiry, stage)) = sent {
            record.remember_notice(expiry, stage);
        }
        let held = record.notice == Some(held);
        if held {
            record.notice = next;
        }
        if held || sent.is_some() {
            write.put_notices(&record).await?;
        }
        write.commit(held).await
    }
}
