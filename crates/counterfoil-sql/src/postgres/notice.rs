//! Use and notices: what moves a record without moving its version.

use counterfoil::store::{Corrupt, NoticeMark, StoreError, TokenRecord};
use counterfoil::{RecordId, Ts};

use super::ask::{TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, micros, noticed};

/// Records a statement of `touch`: so long a rotation may wait for one of them.
const BATCH: usize = 256;

impl PgStore {
    pub(super) async fn touch_all(&self, seen: &[(RecordId, Ts)]) -> Result<(), StoreError> {
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
        lease_until: Ts,
    ) -> Result<Option<TokenRecord>, StoreError> {
        if lease_until <= held.at {
            return Ok(None);
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
            Wrote::Done(claimed) => claimed.map(|sheet| row::record_of(id, &sheet)).transpose(),
            Wrote::Taken => Err(lost("claim")),
        }
    }

    /// What was noticed is remembered by compare-and-swap on the list itself, for two workers may tell of two notices at once. A shrunk record keeps no memory.
    pub(super) async fn settle_notice(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Ts, u8)>,
    ) -> Result<bool, StoreError> {
        const OP: &str = "settle";
        for _ in 0..TURNS {
            let found = self.read_one(OP, || sqlx::query(sql::NOTICED).bind(id.as_bytes().as_slice())).await?;
            let Some(found) = found else { return Ok(false) };
            let shrunk = row::number(&found, 1)? != 0;
            let stands = row::noticed_of(&found).map_err(|corrupt: Corrupt| StoreError::corrupt(Some(*id), corrupt))?;
            let after = match sent.filter(|_| !shrunk) {
                Some(sent) => remembered(stands.clone(), sent),
                None => stands.clone(),
            };
            let query = || {
                sqlx::query(sql::SETTLE)
                    .bind(id.as_bytes().as_slice())
                    .bind(micros(held.at))
                    .bind(i64::from(held.stage))
                    .bind(next.map(|next| micros(next.at)))
                    .bind(next.map(|next| i64::from(next.stage)))
                    .bind(noticed(&stands))
                    .bind(noticed(&after))
                    .bind(shrunk)
            };
            if let Wrote::Done(Some(row)) = self.write_one(OP, query).await? {
                return Ok(row::number(&row, 0)? != 0);
            }
        }
        Err(lost(OP))
    }
}

/// As [`counterfoil::store::RecordParts::remember_notice`].
fn remembered(mut noticed: Vec<(Ts, u8)>, sent: (Ts, u8)) -> Vec<(Ts, u8)> {
    if !noticed.contains(&sent) {
        if noticed.len() >= counterfoil::store::NOTICED_MAX {
            noticed.remove(0);
        }
        noticed.push(sent);
    }
    noticed
}
