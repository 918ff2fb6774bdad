//! Records the last use of records, and the progress of notices. These writes do not change the version of a record.

use counterfoil::Timestamp;
use counterfoil::store::{NOTICED_MAX, NoticeMark, StoreError, TokenRecord};
use counterfoil::types::RecordId;

use super::ask::{Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, NOTICE, micros, noticed};

/// The number of records in one statement of `touch`. It is limited because a rotation may have to wait for the
/// statement.
const BATCH: usize = 256;
/// The maximum size in bytes of the column with a record's sent notices.
#[expect(clippy::cast_possible_wrap, reason = "eight times nine")]
const REMEMBERED: i64 = (NOTICED_MAX * NOTICE) as i64;

impl PgStore {
    pub(super) async fn touch_all(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        for batch in seen.chunks(BATCH) {
            let query = || {
                let (ids, times): (Vec<Vec<u8>>, Vec<i64>) =
                    batch.iter().map(|(id, at)| (id.as_bytes().to_vec(), micros(*at))).unzip();
                sqlx::query(sql::TOUCH).bind(ids).bind(times)
            };
            self.changed("touch", query).await?;
        }
        Ok(())
    }

    pub(super) async fn claim_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        if lease_until <= held.at {
            return self.parts("claim", id).await.map(|_| None);
        }
        let query = || {
            sqlx::query(sql::CLAIM)
                .bind(id.as_bytes().as_slice())
                .bind(micros(held.at))
                .bind(i64::from(held.stage))
                .bind(micros(lease_until))
                .bind(id.family().as_bytes().to_vec())
        };
        match self.write_one("claim", query).await? {
            Wrote::Done(Some(claimed)) => row::record_of(id, &claimed).map(Some),
            // Either there is no record with the expected notice mark, or its row does not decode. In the second case,
            // the read returns an error.
            Wrote::Done(None) => self.parts("claim", id).await.map(|_| None),
            Wrote::Taken => Err(lost("claim")),
        }
    }

    /// Records the outcome of a notice. One statement decides and writes while it has locked the record's row, because
    /// two workers can report on two notices of one record at the same time.
    pub(super) async fn settle_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        const OP: &str = "settle";
        let query = || {
            sqlx::query(sql::SETTLE)
                .bind(id.as_bytes().as_slice())
                .bind(micros(held.at))
                .bind(i64::from(held.stage))
                .bind(next.map(|next| micros(next.at)))
                .bind(next.map(|next| i64::from(next.stage)))
                .bind(sent.map(|sent| noticed(&[sent])))
                .bind(REMEMBERED)
        };
        match self.write_one(OP, query).await? {
            Wrote::Done(None) => Ok(false),
            Wrote::Done(Some(row)) if row::number(&row, "sound")? == 0 => {
                // The read finds out which column does not decode.
                self.parts(OP, id).await.and_then(|_| Err(row::unsound_notices(id)))
            }
            Wrote::Done(Some(row)) => Ok(row::number(&row, "held")? != 0),
            Wrote::Taken => Err(lost(OP)),
        }
    }
}
