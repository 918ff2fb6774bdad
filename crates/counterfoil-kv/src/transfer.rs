//! Reads and writes whole families, so that a store can be copied to another one.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Corrupt, Page, RecordParts, Restored, StoreError, Transfer, WholeFamily};
use counterfoil::types::FamilyId;

use crate::engine::{Key, Value};
use crate::key;
use crate::row::{FamilyRow, read_record};
use crate::rows::Families;
use crate::step::{Decision, Step, carry_out};
use crate::store::KvStore;

#[async_trait]
impl Transfer for KvStore {
    /// Lists the ids of families. The rows of a family are adjacent. So one scan per family finds the first row of the
    /// next family.
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        let mut step = Step::new(&*self.engine, "families");
        let (mut from, until) = (key::rows().key(), key::rows().end_of_prefix());
        if let Some(after) = after {
            from = key::members(after).end_of_prefix();
        }
        let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
        while let Some((key, _)) = step.scan(&from, &until, 1).await?.first() {
            if page.items.len() >= usize::try_from(limit.get()).unwrap_or(usize::MAX) {
                page.next = page.items.last().copied();
                break;
            }
            let Some(family) = key.get(1..).and_then(|key| key.first_chunk::<10>()).map(|id| FamilyId::from_bytes(*id))
            else {
                page.corrupt += 1;
                from = key::after(key.clone());
                continue;
            };
            page.items.push(family);
            from = key::members(&family).end_of_prefix();
        }
        Ok(page)
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let mut step = Step::new(&*self.engine, "family");
        let (from, until) = (key::family(id), key::members(id).end_of_prefix());
        let rows = step.scan(&from, &until, usize::MAX).await?;
        let Some(((first, family), members)) = rows.split_first() else { return Ok(None) };
        let fault = |corrupt| StoreError::corrupt(None, corrupt);
        if *first != from {
            return Err(fault(Corrupt::Family));
        }
        let family = FamilyRow::read(*id, family).map_err(fault)?;
        let member = |(key, row): &(Key, Value)| {
            let id = key::last_id(key).ok_or_else(|| fault(Corrupt::Column { column: "id" }))?;
            read_record(id, row).map_err(|corrupt| StoreError::corrupt(Some(id), corrupt))
        };
        let members = members.iter().map(member).collect::<Result<Vec<RecordParts>, _>>()?;
        WholeFamily::new(family.parts, members).map(Some).map_err(fault)
    }

    async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError> {
        carry_out(&*self.engine, "restore", &Restore(family)).await
    }
}

struct Restore<'a>(&'a WholeFamily);

impl Decision for Restore<'_> {
    type Answer = Restored;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Restored, StoreError> {
        let (parts, members) = (self.0.family(), self.0.members());
        let own = key::family(&parts.id);
        let label = parts.label_key.as_ref().map(|label| key::label(&parts.realm, &parts.owner, label));
        let keys = members.iter().map(|member| key::record(&member.id)).chain(label.clone());
        step.load(keys.chain([own.clone(), key::owner(&parts.realm, &parts.owner)])).await?;
        if let Some(taken) = members.iter().find(|member| step.value(&key::record(&member.id)).is_some()) {
            return Ok(Restored::IdTaken(taken.id));
        }
        if step.value(&own).is_some() {
            let first = step.first_member(&parts.id).await?;
            return first
                .or_else(|| members.first().map(|member| member.id))
                .map(Restored::IdTaken)
                .ok_or_else(|| StoreError::corrupt(None, Corrupt::Family));
        }
        if let Some(holder) = label.as_ref().and_then(|label| step.value(label)).and_then(|row| key::last_family(row)) {
            return Ok(Restored::LabelTaken(holder));
        }
        let holds = |member: &&RecordParts| member.superseded.is_some_and(|superseded| superseded.nonce.is_some());
        let row = FamilyRow {
            parts: parts.clone(),
            members: u64::try_from(members.len()).unwrap_or(u64::MAX),
            step: 0,
            nonce_of: members.iter().find(holds).map(|member| member.id),
        };
        step.put_family(None, &row)?;
        step.mark_owner(&parts.realm, &parts.owner, &parts.id, Families::More);
        members.iter().for_each(|member| step.put_record(None, member));
        Ok(Restored::Done)
    }
}
