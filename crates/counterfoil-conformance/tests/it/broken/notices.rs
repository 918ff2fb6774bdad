//! Uses and notices done wrong.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Cursor, NoticeMark, Page, TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use counterfoil_conformance::{ReferenceStore, pause};

use super::{Flaw, Said};

/// The last batch to arrive wins.
pub(crate) struct TouchLowers;

#[async_trait]
impl Flaw for TouchLowers {
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        inner.with(|model| {
            for (id, at) in seen {
                if let Some(record) = model.record_mut(id) {
                    record.last_used_at = Some(*at);
                }
            }
        });
        Ok(())
    }
}

/// A use is a write like any other and moves the version.
pub(crate) struct TouchBumpsTheVersion;

#[async_trait]
impl Flaw for TouchBumpsTheVersion {
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        inner.with(|model| {
            for (id, _) in seen {
                if let Some(record) = model.record_mut(id) {
                    record.version = record.version.next();
                }
            }
        });
        inner.touch(seen).await
    }
}

/// A hash field set without asking whether the hash is there.
pub(crate) struct TouchCreatesGhosts;

#[async_trait]
impl Flaw for TouchCreatesGhosts {
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        inner.with(|model| {
            for (id, at) in seen {
                let kin = model.records.iter().find(|record| record.id.family() == id.family()).cloned();
                if let (None, Some(mut kin)) = (model.record(id), kin) {
                    (kin.id, kin.last_used_at, kin.notice) = (*id, Some(*at), None);
                    model.records.push(kin);
                }
            }
        });
        inner.touch(seen).await
    }
}

/// The whole record is read and written back, as it was before somebody revoked it.
pub(crate) struct TouchRevives;

#[async_trait]
impl Flaw for TouchRevives {
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        inner.with(|model| {
            for (id, _) in seen {
                if let Some(record) = model.record_mut(id) {
                    record.revoked = None;
                }
            }
        });
        inner.touch(seen).await
    }
}

/// The record is read, and after a wait written back whole: what came between is lost.
pub(crate) struct TouchWritesBackTheRecord;

#[async_trait]
impl Flaw for TouchWritesBackTheRecord {
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        for (id, at) in seen {
            let read = inner.with(|model| model.record(id).cloned());
            pause().await;
            if let Some(mut read) = read {
                read.last_used_at = read.last_used_at.max(Some(*at));
                inner.with(|model| model.record_mut(id).map(|record| *record = read));
            }
        }
        Ok(())
    }
}

/// `notice.at < now`.
pub(crate) struct DueSkipsEquals;

#[async_trait]
impl Flaw for DueSkipsEquals {
    async fn due(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        inner.due(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), after, limit).await
    }
}

/// A claim compares the instant alone.
pub(crate) struct ClaimWithoutStage;

#[async_trait]
impl Flaw for ClaimWithoutStage {
    async fn claim(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Said<Option<TokenRecord>> {
        let stage =
            inner.with(|model| model.record(id).and_then(|record| record.notice).map_or(held.stage, |mark| mark.stage));
        inner.claim(id, NoticeMark { stage, ..held }, until).await
    }
}

/// A lease that is no later than the mark: the mark comes back, and with it the old holder.
pub(crate) struct ClaimTakesAnEarlierLease;

#[async_trait]
impl Flaw for ClaimTakesAnEarlierLease {
    async fn claim(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Said<Option<TokenRecord>> {
        inner.with(|model| {
            let Some(record) = model.record_mut(id).filter(|record| record.notice == Some(held)) else {
                return Ok(None);
            };
            record.notice = Some(NoticeMark { at: until, ..held });
            model.get(id)
        })
    }
}

/// Looks at the mark, waits, and sets the lease.
pub(crate) struct ClaimByLookThenSet;

#[async_trait]
impl Flaw for ClaimByLookThenSet {
    async fn claim(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Said<Option<TokenRecord>> {
        let holds = inner.with(|model| model.record(id).is_some_and(|record| record.notice == Some(held)));
        if !holds || until <= held.at {
            return Ok(None);
        }
        pause().await;
        inner.with(|model| {
            if let Some(record) = model.record_mut(id) {
                record.notice = Some(NoticeMark { at: until, ..held });
            }
            model.get(id)
        })
    }
}

/// Whoever settles last is believed.
pub(crate) struct SettleIgnoresHeld;

#[async_trait]
impl Flaw for SettleIgnoresHeld {
    async fn settle(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Said<bool> {
        let stands = inner.with(|model| model.record(id).and_then(|record| record.notice)).unwrap_or(held);
        inner.settle(id, stands, next, sent).await
    }
}

/// What was sent is noted only where the mark is still held: an extension makes it send twice.
pub(crate) struct SettleForgetsWhatWasSent;

#[async_trait]
impl Flaw for SettleForgetsWhatWasSent {
    async fn settle(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Said<bool> {
        let holds = inner.with(|model| model.record(id).is_some_and(|record| record.notice == Some(held)));
        inner.settle(id, held, next, sent.filter(|_| holds)).await
    }
}
