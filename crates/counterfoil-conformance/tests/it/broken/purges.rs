//! Purges done wrong.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Progress, TokenStore};
use counterfoil_conformance::ReferenceStore;

use super::{Flaw, Said};

/// Goes by the expiry, not by `gone_at`.
pub(crate) struct PurgeOfTheLiving;

#[async_trait]
impl Flaw for PurgeOfTheLiving {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.with(|model| {
            let gone: Vec<_> = model
                .records
                .iter()
                .filter(|record| record.expires_at.is_some_and(|end| now.reached(end)))
                .map(|record| record.id)
                .collect();
            model.records.retain(|record| !gone.contains(&record.id));
        });
        inner.purge(now, unsent, windows, limit).await
    }
}

/// `gone_at < now`.
pub(crate) struct PurgeSkipsEquals;

#[async_trait]
impl Flaw for PurgeSkipsEquals {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.purge(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), unsent, windows, limit).await
    }
}

/// A notice that was not sent keeps nothing.
pub(crate) struct PurgeDropsUnsentNotices;

#[async_trait]
impl Flaw for PurgeDropsUnsentNotices {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        _: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.purge(now, now, windows, limit).await
    }
}

/// As many as there are.
pub(crate) struct PurgeBeyondItsLimit;

#[async_trait]
impl Flaw for PurgeBeyondItsLimit {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        _: NonZeroU32,
    ) -> Said<Progress> {
        inner.purge(now, unsent, windows, NonZeroU32::MAX).await
    }
}

/// The family goes with the first of its members.
pub(crate) struct PurgeTakesTheFamilyAlong;

#[async_trait]
impl Flaw for PurgeTakesTheFamilyAlong {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let before: Vec<_> = inner.with(|model| model.records.iter().map(|record| record.id).collect());
        let progress = inner.purge(now, unsent, windows, limit).await?;
        inner.with(|model| {
            let lost: Vec<_> = before.iter().filter(|id| model.record(id).is_none()).map(|id| id.family()).collect();
            model.records.retain(|record| !lost.contains(&record.id.family()));
            model.families.retain(|family| !lost.contains(&family.id));
        });
        Ok(progress)
    }
}

/// Families stay when their last member has gone, label and all.
pub(crate) struct PurgeLeavesEmptyFamilies;

#[async_trait]
impl Flaw for PurgeLeavesEmptyFamilies {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.with(|model| {
            let families = model.families.clone();
            let (changed, more) = model.purge(now, unsent, windows, limit.get() as usize);
            model.families = families;
            Ok(Progress { changed, more })
        })
    }
}

/// Shrinking is a write like any other and moves the version.
pub(crate) struct ShrinkMovesTheVersion;

#[async_trait]
impl Flaw for ShrinkMovesTheVersion {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let full: Vec<_> =
            inner.with(|model| model.records.iter().filter(|record| !record.shrunk).map(|record| record.id).collect());
        let progress = inner.purge(now, unsent, windows, limit).await?;
        inner.with(|model| {
            for record in model.records.iter_mut().filter(|record| record.shrunk && full.contains(&record.id)) {
                record.version = record.version.next();
            }
        });
        Ok(progress)
    }
}

/// The nonce outlives its window.
pub(crate) struct ShrinkKeepsTheNonce;

#[async_trait]
impl Flaw for ShrinkKeepsTheNonce {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let kept: Vec<_> = inner
            .with(|model| model.records.iter().filter_map(|record| Some((record.id, record.superseded?))).collect());
        let progress = inner.purge(now, unsent, windows, limit).await?;
        inner.with(|model| {
            for (id, superseded) in kept {
                if let Some(record) = model.record_mut(&id) {
                    record.superseded = Some(superseded);
                }
            }
        });
        Ok(progress)
    }
}
