//! Stores the aliases of imported tokens.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore, Page, StoreError};
use counterfoil::types::RecordId;

use super::sql;
use super::store::SqliteStore;
use crate::row::{self, micros};

#[async_trait]
impl AliasStore for SqliteStore {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        let query = sqlx::query(sql::ALIAS).bind(alias.as_bytes().as_slice());
        let found = self.read_one("alias", query).await?;
        found.as_ref().map(row::alias).transpose()
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        let key = alias.as_bytes().as_slice();
        let mut write = self.write("put_alias").await?;
        let standing = write.one(sqlx::query(sql::ALIAS).bind(key)).await?;
        match (standing.as_ref().map(row::alias).transpose()?, expect) {
            (None, Some(_)) => return Ok(AliasPut::Missing),
            (Some(standing), None) => return Ok(AliasPut::Taken(standing)),
            (Some(standing), Some(expect)) if standing.id != *expect => return Ok(AliasPut::Taken(standing)),
            _ => {}
        }
        let put =
            sqlx::query(sql::PUT_ALIAS).bind(key).bind(entry.id.as_bytes().as_slice()).bind(micros(entry.created_at));
        write.run(put).await?;
        write.commit(AliasPut::Done).await
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        let mut write = self.write("remove_alias").await?;
        let query = sqlx::query(sql::REMOVE_ALIAS).bind(alias.as_bytes().as_slice()).bind(expect.as_bytes().as_slice());
        let removed = write.run(query).await?.rows_affected() > 0;
        write.commit(removed).await
    }

    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        let after = after.map_or(&[][..], |after| after.as_bytes());
        let query = sqlx::query(sql::ALIASES).bind(after).bind(i64::from(limit.get()) + 1);
        row::aliases(&self.read("aliases", query).await?, limit.get())
    }
}
