//! Changes one record with a compare-and-swap on its version.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, StoreError, transition};
use counterfoil::types::{RecordId, Version};

use super::store::SqliteStore;
use super::write::{Holder, joined};

const OP: &str = "apply";

impl SqliteStore {
    pub(super) async fn apply_change(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let mut write = self.write(OP).await?;
        let Some((mut record, mut family)) = write.pair(id).await? else { return Ok(Applied::Missing) };
        if !transition::accepts_change(&record, &family, expect, change) {
            return joined(record, family).map(Applied::Stale);
        }
        if let Change::Edit { label: Some(relabel), .. } = change {
            match write.holder(&family, relabel.key.as_ref(), now).await? {
                Holder::Kept(holder) => return Ok(Applied::LabelTaken(holder)),
                Holder::Gone(holder) => write.displace(&holder).await?,
                Holder::Nobody => {}
            }
        }
        transition::change(&mut record, &mut family, change, now);
        write.put_family(&family).await?;
        if let Change::Edit { details: Some(_), .. } = change {
            write.put_details(&family).await?;
        }
        write.put_record(&record, &family).await?;
        write.date_steps(now).await?;
        let written = joined(record, family)?;
        write.commit(Applied::Done(written)).await
    }
}
