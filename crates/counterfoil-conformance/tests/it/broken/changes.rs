//! Reads and changes done wrong.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::ReferenceStore;

use super::{Flaw, Said};

/// The last writer wins.
pub(crate) struct ApplyWithoutVersion;

#[async_trait]
impl Flaw for ApplyWithoutVersion {
    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        _: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        let stands = inner.with(|model| model.record(id).map_or(Version::FIRST, |record| record.version));
        inner.apply(id, stands, change, now).await
    }
}

/// Done carries the record as it was before.
pub(crate) struct DoneCarriesTheOldRecord;

#[async_trait]
impl Flaw for DoneCarriesTheOldRecord {
    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        let old = inner.get(id).await?;
        Ok(match (inner.apply(id, expect, change, now).await?, old) {
            (Applied::Done(_), Some(old)) => Applied::Done(old),
            (other, _) => other,
        })
    }
}

/// A relabel changes the text and leaves the old key where it is.
pub(crate) struct RelabelKeepsTheOldKey;

#[async_trait]
impl Flaw for RelabelKeepsTheOldKey {
    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        let key = inner.with(|model| model.family(id.family()).and_then(|family| family.label_key.clone()));
        let answer = inner.apply(id, expect, change, now).await?;
        if matches!((&answer, change), (Applied::Done(_), Change::Edit { label: Some(_), .. })) {
            inner.with(|model| {
                if let Some(family) = model.family_mut(id.family()) {
                    family.label_key = key;
                }
            });
        }
        Ok(answer)
    }
}

/// The family does not learn of a new expiry.
pub(crate) struct ExpiryForgetsTheFamily;

#[async_trait]
impl Flaw for ExpiryForgetsTheFamily {
    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        let row = inner.with(|model| model.family(id.family()).cloned());
        let answer = inner.apply(id, expect, change, now).await?;
        if let (Applied::Done(_), Change::Expiry { .. }, Some(row)) = (&answer, change, row) {
            inner.with(|model| model.family_mut(id.family()).map(|family| *family = row));
        }
        Ok(answer)
    }
}

/// Ids by a collation that knows no case (a byte's bit 5).
pub(crate) struct GetWithoutCase;

#[async_trait]
impl Flaw for GetWithoutCase {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        let fold = |id: &RecordId| id.as_bytes().map(|byte| byte & !0x20);
        let like =
            inner.with(|model| model.records.iter().map(|record| record.id).find(|other| fold(other) == fold(id)));
        inner.get(&like.unwrap_or(*id)).await
    }
}

/// A cache in front of each handle, which only this handle's own writes would clear.
#[derive(Default)]
pub(crate) struct ReadsItsOwnCache(Mutex<HashMap<RecordId, TokenRecord>>);

#[async_trait]
impl Flaw for ReadsItsOwnCache {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        if let Some(cached) = self.0.lock().unwrap().get(id) {
            return Ok(Some(cached.clone()));
        }
        let found = inner.get(id).await?;
        if let Some(found) = &found {
            self.0.lock().unwrap().insert(*id, found.clone());
        }
        Ok(found)
    }

    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        self.0.lock().unwrap().clear();
        inner.apply(id, expect, change, now).await
    }
}

/// The store decides by itself that an expired record is not there.
pub(crate) struct GetHidesTheExpired;

#[async_trait]
impl Flaw for GetHidesTheExpired {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        let today = Timestamp::from_micros(1_800_000_000_000_000).expect("an instant");
        Ok(inner.get(id).await?.filter(|record| record.record().expires_at.is_none_or(|end| end > today)))
    }
}

/// A record is read without its family's row.
pub(crate) struct GetWithoutTheFamily;

#[async_trait]
impl Flaw for GetWithoutTheFamily {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        let Some(found) = inner.get(id).await? else { return Ok(None) };
        let (record, mut family) = found.into_parts();
        family.revoked = None;
        Ok(TokenRecord::from_parts(record, family).ok())
    }
}
