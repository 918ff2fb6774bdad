//! Halves that are read or written apart.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    Cursor, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page, ParentUpdate, Progress, Revoke, Revoked,
    Rotated, TokenRecord, TokenStore,
};
use counterfoil::types::RecordId;
use counterfoil_conformance::{ReferenceStore, backend_call, pause};

use super::{Flaw, Said};

/// Between two calls of the backend: a point, or less than a call of a backend nearby takes.
async fn between(points: bool) {
    if points {
        return backend_call().await;
    }
    for _ in 0..3 {
        pause().await;
    }
}

/// Before the first of them.
async fn first(points: bool) {
    if points {
        backend_call().await;
    }
}

/// Joins the records of one moment with the families of another.
async fn joined_late<const POINTS: bool>(inner: &ReferenceStore, found: Vec<TokenRecord>) -> Vec<TokenRecord> {
    between(POINTS).await;
    inner.with(|model| {
        let join = |record: TokenRecord| {
            let (own, _) = record.into_parts();
            let family = model.family(own.id.family())?.clone();
            TokenRecord::from_parts(own, family).ok()
        };
        found.into_iter().filter_map(join).collect()
    })
}

/// A page of records, then the rows of their families.
pub(crate) struct ListJoinsLate<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for ListJoinsLate<POINTS> {
    async fn list(
        &self,
        inner: &ReferenceStore,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        first(POINTS).await;
        let page = inner.list(of, after, limit).await?;
        Ok(Page { items: joined_late::<POINTS>(inner, page.items).await, ..page })
    }
}

/// The record, then the row of its family.
pub(crate) struct GetJoinsLate<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for GetJoinsLate<POINTS> {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        first(POINTS).await;
        let found = inner.get(id).await?.into_iter().collect();
        Ok(joined_late::<POINTS>(inner, found).await.pop())
    }
}

/// The record, then its family's row, when notices are looked for.
pub(crate) struct DueJoinsLate<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for DueJoinsLate<POINTS> {
    async fn due(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        first(POINTS).await;
        let page = inner.due(now, after, limit).await?;
        Ok(Page { items: joined_late::<POINTS>(inner, page.items).await, ..page })
    }
}

/// A claim is answered with the record as it is a moment later.
pub(crate) struct ClaimAnswersLate<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for ClaimAnswersLate<POINTS> {
    async fn claim(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Said<Option<TokenRecord>> {
        first(POINTS).await;
        let Some(_) = inner.claim(id, held, until).await? else { return Ok(None) };
        between(POINTS).await;
        inner.get(id).await
    }
}

/// An insert writes back the rows of all families that it looked at: what was revoked meanwhile lives again.
pub(crate) struct InsertRevivesFamilies<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for InsertRevivesFamilies<POINTS> {
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        let families = inner.with(|model| model.families.clone());
        between(POINTS).await;
        inner.with(|model| {
            for seen in families {
                if let Some(family) = model.family_mut(seen.id) {
                    *family = seen;
                }
            }
            Ok(model.insert(home, new, now))
        })
    }
}

/// Looks at the families first and ends each of them later, without looking at its row again: one that somebody else
/// ended meanwhile is ended a second time.
pub(crate) struct OwnerEndsWhatItSaw<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for OwnerEndsWhatItSaw<POINTS> {
    async fn revoke(
        &self,
        inner: &ReferenceStore,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let Revoke::Owner { realm, owner } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
        let seen: Vec<_> = inner.with(|model| {
            let lives = |family: &&counterfoil::store::FamilyParts| {
                family.realm == *realm && family.owner == *owner && family.revoked.is_none()
            };
            model.families.iter().filter(lives).map(|family| family.id).collect()
        });
        let mut changed = 0;
        for id in seen {
            between(POINTS).await;
            inner.with(|model| {
                if let Some(family) = model.family_mut(id) {
                    (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
                    changed += 1;
                }
            });
        }
        Ok(Progress { changed, more: false })
    }
}

/// The new records are shown before the parent is superseded.
pub(crate) struct SuccessorBeforeParent<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for SuccessorBeforeParent<POINTS> {
    async fn rotate(
        &self,
        inner: &ReferenceStore,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Rotated> {
        first(POINTS).await;
        let mut tried = inner.with(|model| model.clone());
        let answer = tried.rotate(parent, step, new, now)?;
        if !matches!(answer, Rotated::Done) {
            return Ok(answer);
        }
        // An access token may be shown early: it is of no newer generation where the parent slides.
        let early: Vec<NewRecord> =
            new.iter().filter(|_| matches!(step, ParentUpdate::Slide { .. })).cloned().collect();
        inner.with(|model| model.records.extend(early.iter().cloned().map(counterfoil::store::RecordParts::from)));
        between(POINTS).await;
        inner.with(|model| {
            model.records.retain(|record| early.iter().all(|early| early.id != record.id));
            model.rotate(parent, step, new, now)
        })
    }
}

/// A join brings its records one by one.
pub(crate) struct JoinsOneByOne<const POINTS: bool>;

#[async_trait]
impl<const POINTS: bool> Flaw for JoinsOneByOne<POINTS> {
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        first(POINTS).await;
        let Some((early, rest)) = new.split_first() else { return inner.insert(home, new, now).await };
        if !matches!(home, InsertInto::Join { .. }) || rest.is_empty() {
            return inner.insert(home, new, now).await;
        }
        let tried = inner.with(|model| model.clone().insert(home, new, now));
        if tried != Inserted::Done {
            return Ok(tried);
        }
        let answer = inner.insert(home, std::slice::from_ref(early), now).await?;
        if answer != Inserted::Done {
            return Ok(answer);
        }
        between(POINTS).await;
        inner.insert(home, rest, now).await
    }
}
