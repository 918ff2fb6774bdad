//! Reads and writes whole families, so that a store can be copied to another one.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Page, Restored, StoreError, Transfer, WholeFamily};
use counterfoil::types::{FamilyId, LabelKey};

use super::sql;
use super::store::SqliteStore;
use crate::row::{self, micros_of};

#[async_trait]
impl Transfer for SqliteStore {
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        let query = sqlx::query(sql::FAMILIES)
            .bind(after.map_or(&[][..], |after| after.as_bytes()))
            .bind(i64::from(limit.get()) + 1);
        row::families(&self.read("families", query).await?, limit.get())
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let query = sqlx::query(sql::WHOLE_FAMILY).bind(id.as_bytes().as_slice());
        row::whole_family(&self.read("family", query).await?)
    }

    async fn restore(&self, whole: &WholeFamily) -> Result<Restored, StoreError> {
        let (family, members) = (whole.family(), whole.members());
        let mut write = self.write("restore").await?;
        for member in members {
            if write.one(sqlx::query(sql::TAKEN).bind(member.id.as_bytes().as_slice())).await?.is_some() {
                return Ok(Restored::IdTaken(member.id));
            }
        }
        let relative = write.one(sqlx::query(sql::FIRST_MEMBER).bind(family.id.as_bytes().as_slice())).await?;
        if let Some(relative) = relative {
            return row::id(&relative).map(Restored::IdTaken);
        }
        if let Some(label) = &family.label_key {
            let query = sqlx::query(sql::HOLDER)
                .bind(family.realm.as_str())
                .bind(family.owner.as_str())
                .bind(LabelKey::as_str(label))
                .bind(family.id.as_bytes().as_slice());
            if let Some(holder) = write.one(query).await? {
                return row::family_id(&holder).map(Restored::LabelTaken);
            }
        }
        write.add_family(family).await?;
        for member in members {
            write.add_record(member, family).await?;
            if member.last_used_at.is_some() || member.shrunk {
                let query = sqlx::query(sql::COMPLETE_RECORD)
                    .bind(micros_of(member.last_used_at))
                    .bind(i64::from(member.shrunk))
                    .bind(member.id.as_bytes().as_slice());
                write.run(query).await?;
            }
        }
        write.commit(Restored::Done).await
    }
}
