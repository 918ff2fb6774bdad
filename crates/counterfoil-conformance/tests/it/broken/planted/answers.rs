//! Broken stores whose answers differ from the contract where an author of a store could easily guess wrong.

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    FamilyParts, InsertInto, Inserted, Listing, NewRecord, ParentUpdate, RecordParts, Rotated, Show, StoreError,
    TokenStore, check_insert, check_rotate,
};
use counterfoil::types::{RecordId, TokenKind};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;

use super::states::restore;
use super::{Case, cases};
use crate::broken::states::{Done, Paged, Then};
use crate::broken::{Flaw, Said};

pub(super) fn answers() -> Vec<Case> {
    let mut all = slides();
    all.extend(cases! {
        FullCountsTheNew => access_tokens_are_capped: FullUntil(|until, _, new| {
            new.iter().filter_map(|new| new.expires_at).fold(until, Timestamp::min)
        });
        FullOfNoneIsForEver => access_tokens_are_capped: FullUntil(|until, now, _| {
            if until == now { Timestamp::MAX } else { until }
        });
        NamesAnIdThatIsFree => insert_all_or_nothing: NamesAnIdThatIsFree;
        ChecksAfterItReads => requests_are_checked: Checks { writes: false };
        InvalidAfterAUse => requests_are_checked: Checks { writes: true };
        ListHidesReplacedAccessTokens => list_shows_what_stands: Paged(|inner, of, after, limit| {
            let mut page = inner.with(|model| model.list(of, after, limit as usize));
            let replaced = |own: &RecordParts| own.kind == TokenKind::AccessToken && own.superseded.is_some();
            page.items.retain(|item| !replaced(item.record()));
            page
        });
        ReplacedAccessTokensStand => list_shows_what_stands: Paged(|inner, of, after, limit| {
            let Listing::Owner { realm, owner, kind: kind @ TokenKind::AccessToken, show: Show::Standing { now } } = of
            else {
                return inner.with(|model| model.list(of, after, limit as usize));
            };
            let all = Listing::Owner { realm, owner, kind, show: Show::All };
            let mut page = inner.with(|model| model.list(all, after, limit as usize));
            let stands = Show::Standing { now };
            page.items.retain(|item| stands.shows(item) || item.record().superseded.is_some());
            page
        });
    });
    all
}

/// Returns broken stores in which [`ParentUpdate::Slide`], which extends the lifetime of a record, is incorrect for
/// certain records. These records are not the newest of their family, or have another kind than the family.
fn slides() -> Vec<Case> {
    cases! {
        SlideOfAnOldHalfMovesTheFamily => slide_is_forward: Then(|_, model, done| {
            slid(model, done, |record, family| record.kind == family.kind);
        });
        SlideOfAccessMovesTheFamily => slide_is_forward: Then(|_, model, done| {
            slid(model, done, |record, _| record.kind == TokenKind::AccessToken);
        });
        SlideOfAnOldHalfIsLost => slide_is_forward: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Slide { .. }) = done else { return };
            let old = model.record(id).zip(model.family(id.family()));
            if old.is_some_and(|(record, family)| record.generation != family.generation)
                && let (Some(old), Some(record)) = (before.record(id), model.record_mut(id))
            {
                record.clone_from(old);
            }
        });
        SlideOfAccessIsNoUse => slide_is_forward: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Slide { .. }) = done else { return };
            if model.record(id).is_some_and(|record| record.kind == TokenKind::AccessToken) {
                restore(before, model, |family| family.id == id.family());
            }
        });
    }
}

/// After a [`ParentUpdate::Slide`] of a record, sets the `live_until` and the `gone_at` of its family to the
/// `expires_at` and the `gone_at` of the record. Does this only if `leads` returns true for the record and its family.
fn slid(model: &mut Model, done: &Done<'_>, leads: fn(&RecordParts, &FamilyParts) -> bool) {
    let Done::Rotate(id, ParentUpdate::Slide { .. }) = done else { return };
    let of = model.record(id).zip(model.family(id.family()));
    let ends =
        of.filter(|(record, family)| leads(record, family)).map(|(record, _)| (record.expires_at, record.gone_at));
    if let (Some(ends), Some(family)) = (ends, model.family_mut(id.family())) {
        (family.live_until, family.gone_at) = ends;
    }
}

/// A broken store that replaces the instant `until` of the refusal `FamilyFull` by the result of this function, which
/// is wrong. The arguments of the function are the correct instant, the instant `now`, and the new records.
struct FullUntil(fn(Timestamp, Timestamp, &[NewRecord]) -> Timestamp);

#[async_trait]
impl Flaw for FullUntil {
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        Ok(match inner.insert(home, new, now).await? {
            Inserted::FamilyFull { until } => Inserted::FamilyFull { until: (self.0)(until, now, new) },
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
        Ok(match inner.rotate(parent, step, new, now).await? {
            Rotated::FamilyFull { until } => Rotated::FamilyFull { until: (self.0)(until, now, new) },
            other => other,
        })
    }
}

/// A broken store that can report a free id as taken. If several ids of an insert are taken, the answer `IdTaken`
/// contains the first id of the request, even if this id is free.
struct NamesAnIdThatIsFree;

#[async_trait]
impl Flaw for NamesAnIdThatIsFree {
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        let taken = inner.with(|model| new.iter().filter(|new| model.record(&new.id).is_some()).count());
        Ok(match inner.insert(home, new, now).await? {
            Inserted::IdTaken(_) if taken > 1 => Inserted::IdTaken(new[0].id),
            other => other,
        })
    }
}

/// A broken store that checks a request too late. If `writes` is false, it reads the family before it checks that the
/// request does not contradict itself. If `writes` is true, it writes the family's last use before it checks the owner
/// of the new records.
struct Checks {
    writes: bool,
}

#[async_trait]
impl Flaw for Checks {
    fn checks_requests(&self) -> bool {
        self.writes
    }

    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        if let InsertInto::Join { family, .. } = home {
            let ended = inner.with(|model| {
                let standing = model.family_mut(family).filter(|family| family.revoked.is_none());
                let ended = standing.is_none();
                standing.filter(|_| self.writes).into_iter().for_each(|family| family.used_at = now);
                ended
            });
            if ended {
                return Ok(Inserted::FamilyEnded);
            }
        }
        check_insert(home, new)?;
        inner.insert(home, new, now).await
    }

    async fn rotate(
        &self,
        inner: &ReferenceStore,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        check_rotate(parent, step, new)?;
        inner.rotate(parent, step, new, now).await
    }
}
