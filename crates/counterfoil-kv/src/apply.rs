//! Changing one record: compare-and-swap on its version.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, StoreError};
use counterfoil::types::{RecordId, Version};

use crate::insert::Holder;
use crate::step::{Decision, Step};

/// A change.
pub(crate) struct Apply<'a> {
    pub(crate) id: &'a RecordId,
    pub(crate) expect: Version,
    pub(crate) change: &'a Change,
    pub(crate) now: Timestamp,
}

impl Decision for Apply<'_> {
    type Answer = Applied;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Applied, StoreError> {
        let Some(before) = step.pair(self.id).await? else { return Ok(Applied::Missing) };
        let takes = match self.change {
            Change::Rekey { .. } => true,
            Change::Edit { .. } | Change::Expiry { .. } => !before.record.shrunk,
            Change::End { .. } => !before.record.shrunk && before.record.superseded.is_some(),
        };
        if before.record.version != self.expect || before.reads_as_revoked() || !takes {
            return before.joined().map(Applied::Stale);
        }
        let leads = before.leads();
        let mut after = before.clone();
        let (record, family) = (&mut after.record, &mut after.family.parts);
        match self.change {
            Change::Edit { label, description, scope } => {
                if let Some(relabel) = label {
                    match step.holder(&before.family, relabel.key.as_ref(), self.now).await? {
                        Holder::Kept(holder) => return Ok(Applied::LabelTaken(holder)),
                        Holder::Gone(holder) => step.displace(&holder)?,
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
                record.expiry_set_at = self.now;
                if leads {
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
        record.version = record.version.next();
        step.put_record(Some(&before.record), &after.record);
        if after.family.parts != before.family.parts {
            step.put_family(Some(&before.family), &after.family)?;
        }
        after.joined().map(Applied::Done)
    }
}
