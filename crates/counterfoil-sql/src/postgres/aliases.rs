//! Stores the aliases of imported tokens.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore, Page, StoreError};
use counterfoil::types::RecordId;

use super::ask::{TURNS, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, micros};

#[async_trait]
impl AliasStore for PgStore {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        let query = || sqlx::query(sql::ALIAS).bind(alias.as_bytes().as_slice());
        self.read_one("alias", query).await?.as_ref().map(row::alias).transpose()
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        const OP: &str = "put_alias";
        let query = || {
            let text = if expect.is_some() { sql::REPLACE_ALIAS } else { sql::CREATE_ALIAS };
            let query = sqlx::query(text)
                .bind(alias.as_bytes().as_slice())
                .bind(entry.id.as_bytes().as_slice())
                .bind(micros(entry.created_at));
            match expect {
                Some(expect) => query.bind(expect.as_bytes().as_slice()),
                None => query,
            }
        };
        for _ in 0..TURNS {
            if self.changed(OP, query).await? > 0 {
                return Ok(AliasPut::Done);
            }
            match (self.alias(alias).await?, expect) {
                (None, Some(_)) => return Ok(AliasPut::Missing),
                (Some(stands), expect) if expect.is_none_or(|expect| stands.id != *expect) => {
                    return Ok(AliasPut::Taken(stands));
                }
                // Another call has changed the entry between the write and the read. So the write is tried again.
                _ => {}
            }
        }
        Err(lost(OP))
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        let query =
            || sqlx::query(sql::REMOVE_ALIAS).bind(alias.as_bytes().as_slice()).bind(expect.as_bytes().as_slice());
        Ok(self.changed("remove_alias", query).await? > 0)
    }

    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        let after = after.map_or(&[][..], |after| after.as_bytes());
        let query = || sqlx::query(sql::ALIASES).bind(after).bind(i64::from(limit.get()) + 1);
        row::aliases(&self.read("aliases", query).await?, limit.get())
    }
}
