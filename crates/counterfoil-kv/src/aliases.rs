//! Stores the aliases of imported tokens.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Alias, AliasEntry, AliasPut, AliasStore, Page, StoreError};
use counterfoil::types::RecordId;

use crate::key;
use crate::row::{read_alias, write_alias};
use crate::step::{Decision, Step, carry_out};
use crate::store::KvStore;

/// The maximum number of aliases on a page.
const MOST: usize = 500;

struct Put<'a> {
    alias: &'a Alias,
    entry: &'a AliasEntry,
    expect: Option<&'a RecordId>,
}

impl Decision for Put<'_> {
    type Answer = AliasPut;

    async fn decide(&self, step: &mut Step<'_>) -> Result<AliasPut, StoreError> {
        match (stands(step, self.alias).await?, self.expect) {
            (None, Some(_)) => return Ok(AliasPut::Missing),
            (Some(standing), None) => return Ok(AliasPut::Taken(standing)),
            (Some(standing), Some(expect)) if standing.id != *expect => return Ok(AliasPut::Taken(standing)),
            _ => {}
        }
        step.put(key::alias(self.alias), write_alias(self.entry));
        Ok(AliasPut::Done)
    }
}

struct Remove<'a> {
    alias: &'a Alias,
    expect: &'a RecordId,
}

impl Decision for Remove<'_> {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        let fits = stands(step, self.alias).await?.is_some_and(|standing| standing.id == *self.expect);
        if fits {
            step.delete(key::alias(self.alias));
        }
        Ok(fits)
    }
}

async fn stands(step: &mut Step<'_>, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
    let key = key::alias(alias);
    step.load([key.clone()]).await?;
    step.value(&key).map(|row| read_alias(row)).transpose().map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

#[async_trait]
impl AliasStore for KvStore {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        stands(&mut Step::new(&*self.engine, "alias"), alias).await
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        carry_out(&*self.engine, "put_alias", &Put { alias, entry, expect }).await
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        carry_out(&*self.engine, "remove_alias", &Remove { alias, expect }).await
    }

    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        let all = key::aliases();
        let from = after.map_or_else(|| all.clone().key(), |after| key::after(key::alias(after)));
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX).min(MOST);
        let mut rows = Step::new(&*self.engine, "aliases").scan(&from, &all.end_of_prefix(), limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
        for (key, row) in &rows {
            let Some(alias) = key::alias_of(key) else {
                page.corrupt += 1;
                continue;
            };
            match read_alias(row) {
                Ok(entry) => page.items.push((alias, entry)),
                Err(_) => page.corrupt += 1,
            }
            page.next = Some(alias);
        }
        page.next = page.next.filter(|_| more);
        Ok(page)
    }
}
