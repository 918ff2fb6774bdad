//! Stores that forget what holds for a record in some state: what is done is right, and then something is put wrong.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, Cursor, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page, ParentUpdate, Progress,
    Revoke, Revoked, Rotated, TokenRecord, TokenStore,
};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;

use super::{Flaw, Said};

/// What was done.
pub(crate) enum Done<'a> {
    Insert(InsertInto<'a>),
    Apply(RecordId, &'a Change),
    Rotate(RecordId, ParentUpdate),
    Revoke(Revoke<'a>, Timestamp),
    Touch(&'a [(RecordId, Timestamp)]),
    Settle(RecordId, Option<(Timestamp, u8)>),
    /// `now` and `windows_before`.
    Purge(Timestamp, Timestamp),
}

/// After each step: the model before it, the model, and the step.
pub(crate) struct Then(pub fn(&Model, &mut Model, &Done<'_>));

impl Then {
    fn before(&self, inner: &ReferenceStore) -> Model {
        inner.with(|model| model.clone())
    }

    fn put_wrong(&self, inner: &ReferenceStore, before: &Model, done: &Done<'_>) {
        inner.with(|model| (self.0)(before, model, done));
    }
}

#[async_trait]
impl Flaw for Then {
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        let before = self.before(inner);
        let answer = inner.insert(home, new, now).await;
        self.put_wrong(inner, &before, &Done::Insert(home));
        answer
    }

    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        let before = self.before(inner);
        let answer = inner.apply(id, expect, change, now).await?;
        self.put_wrong(inner, &before, &Done::Apply(*id, change));
        Ok(match answer {
            Applied::Done(_) => inner.get(id).await?.map_or(Applied::Missing, Applied::Done),
            other => other,
        })
    }

    async fn rotate(
        &self,
        inner: &ReferenceStore,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Rotated> {
        let before = self.before(inner);
        let answer = inner.rotate(parent, step, new, now).await?;
        if matches!(answer, Rotated::Done) {
            self.put_wrong(inner, &before, &Done::Rotate(*parent, *step));
        }
        Ok(answer)
    }

    async fn revoke(
        &self,
        inner: &ReferenceStore,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let before = self.before(inner);
        let progress = inner.revoke(what, revoked, gone_at, limit).await?;
        self.put_wrong(inner, &before, &Done::Revoke(what, gone_at));
        Ok(progress)
    }

    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        let before = self.before(inner);
        inner.touch(seen).await?;
        self.put_wrong(inner, &before, &Done::Touch(seen));
        Ok(())
    }

    async fn settle(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Said<bool> {
        let before = self.before(inner);
        let answer = inner.settle(id, held, next, sent).await?;
        self.put_wrong(inner, &before, &Done::Settle(*id, sent));
        Ok(answer)
    }

    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let before = self.before(inner);
        let progress = inner.purge(now, unsent, windows, limit).await?;
        self.put_wrong(inner, &before, &Done::Purge(now, windows));
        Ok(progress)
    }
}

/// A page as it should be, and what was asked, made into another page.
pub(crate) struct Paged(pub fn(&ReferenceStore, Listing<'_>, Option<&Cursor>, u32) -> Page<TokenRecord>);

#[async_trait]
impl Flaw for Paged {
    async fn list(
        &self,
        inner: &ReferenceStore,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        Ok((self.0)(inner, of, after, limit.get()))
    }
}

/// What a purge says of itself, made into something else.
pub(crate) struct Purged(pub fn(&ReferenceStore, Progress) -> Progress);

#[async_trait]
impl Flaw for Purged {
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        let progress = inner.purge(now, unsent, windows, limit).await?;
        Ok((self.0)(inner, progress))
    }
}

/// What a read gives, made into something else.
pub(crate) struct Read(pub fn(Said<Option<TokenRecord>>) -> Said<Option<TokenRecord>>);

#[async_trait]
impl Flaw for Read {
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        (self.0)(inner.get(id).await)
    }
}
