//! The methods that read and write whole families, for a copy of the store.

use std::num::NonZeroU32;

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::store::transfer::{Restored, Transfer, WholeFamily};
use crate::types::ids::FamilyId;

/// Marks a point at which tests can pause a call. The macro is empty in other builds.
macro_rules! backend_call {
    () => {
        #[cfg(any(test, feature = "test-util"))]
        crate::store::backend_call::backend_call().await;
    };
}

#[async_trait]
impl Transfer for MemoryStore {
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        backend_call!();
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let mut items = self.write().indexes.families(after, limit.saturating_add(1));
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { next: items.last().copied().filter(|_| more), items, corrupt: 0 })
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        backend_call!();
        let quiet = self.write();
        let Some(family) = quiet.family(id) else { return Ok(None) };
        let members = quiet.indexes.kin(id).filter_map(|member| quiet.table.record(&member)).collect();
        WholeFamily::new(family, members).map(Some).map_err(|corrupt| StoreError::corrupt(None, corrupt))
    }

    async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError> {
        backend_call!();
        let mut writer = self.write();
        let (row, members) = (family.family(), family.members());
        let relative = writer.indexes.kin(&row.id).next();
        if let Some(taken) = relative {
            return Ok(Restored::IdTaken(taken));
        }
        if let Some(holder) = row.label_key.as_ref().and_then(|label| writer.label_holder(row, label)) {
            return Ok(Restored::LabelTaken(holder.id));
        }
        writer.commit(None, row.clone(), members.to_vec());
        Ok(Restored::Done)
    }
}
