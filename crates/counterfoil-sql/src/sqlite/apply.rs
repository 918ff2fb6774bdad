//! Changing one record: compare-and-swap on its version.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, FamilyParts, RecordParts, StoreError};
use counterfoil::types::{RecordId, Version};

use super::store::SqliteStore;
use super::write::{Holder, Write, joined};
use crate::rules::{accepts, leads, reads_as_revoked};

const OP: &str = "apply";

/// What a change comes to.
enum Outcome {
    LabelTaken(counterfoil::types::FamilyId),
    Write,
}

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
        if record.version != expect || reads_as_revoked(&record, &family) || !accepts(&record, change) {
            return joined(record, family).map(Applied::Stale);
        }
        match change_pair(&mut write, &mut record, &mut family, change, now).await? {
            Outcome::LabelTaken(holder) => return Ok(Applied::LabelTaken(holder)),
            Outcome::Write => {}
        }
        record.version = record.version.next();
        write.put_family(&family).await?;
        write.put_record(&record, &family).await?;
        let written = joined(record, family)?;
        write.commit(Applied::Done(written)).await
    }
}

async fn change_pair(
    write: &mut Write,
    record: &mut RecordParts,
    family: &mut FamilyParts,
    change: &Change,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    match change {
        Change::Edit { label, description, scope } => {
            if let Some(relabel) = label {
                match write.holder(family, relabel.key.as_ref(), now).await? {
                    Holder::Kept(holder) => return Ok(Outcome::LabelTaken(holder)),
                    Holder::Gone(holder) => write.displace(&holder).await?,
                    Holder::Nobody => {}
                }
                record.label = Some(relabel.label.clone());
                family.label_key.clone_from(&relabel.key);
            }
            if let Some(description) = description {
                record.description = Some(description.clone());
            }
            if let Some(scope) = scope {
                record.scope.clone_from(scope);
            }
        }
        Change::Expiry { expires_at, gone_at, notice } => {
            (record.expires_at, record.gone_at, record.notice) = (*expires_at, *gone_at, *notice);
            record.expiry_set_at = now;
            if leads(record, family) {
                (family.live_until, family.gone_at) = (*expires_at, *gone_at);
            }
        }
        Change::Rekey { digest, key_id } => (record.digest, record.key_id) = (*digest, *key_id),
        Change::End { honoured_until, gone_at } => {
            if let Some(superseded) = &mut record.superseded {
                superseded.honoured_until = Some(*honoured_until);
            }
            record.gone_at = record.gone_at.or(Some(*gone_at));
        }
    }
    Ok(Outcome::Write)
}
