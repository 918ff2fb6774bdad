//! Broken stores that lose an entry of an index, and broken stores that treat the members or the label of a damaged
//! family as if they did not exist.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use counterfoil::Timestamp;
use counterfoil::store::{Change, InsertInto, Inserted, Listing, NewRecord, ParentUpdate, TokenStore};
use counterfoil::types::RecordId;
use counterfoil_conformance::{ReferenceStore, pause};

use super::{Case, cases};
use crate::broken::blind::{Called, method};
use crate::broken::states::{Done, Paged, Then};
use crate::broken::{flaw, overrides};

/// Returns the broken stores of this module.
pub(super) fn indexes() -> Vec<Case> {
    cases! {
        DueWrittenLateByInsert => cut_off_is_all_or_nothing: Late::new(Index::Due, method::FOUND);
        OwnerWrittenLateByInsert => cut_off_is_all_or_nothing: Late::new(Index::Owner, method::FOUND);
        KindWrittenLateByInsert => cut_off_is_all_or_nothing: Late::new(Index::Kind, method::FOUND);
        OwnerWrittenLateByJoin => cut_off_is_all_or_nothing: Late::new(Index::Owner, method::JOIN);
        KindWrittenLateByJoin => cut_off_is_all_or_nothing: Late::new(Index::Kind, method::JOIN);
        DueWrittenLateByRotate => cut_off_is_all_or_nothing: Late::new(Index::Due, method::SUPERSEDE);
        OwnerWrittenLateByRotate => cut_off_is_all_or_nothing: Late::new(Index::Owner, method::SUPERSEDE);
        KindWrittenLateByRotate => cut_off_is_all_or_nothing: Late::new(Index::Kind, method::SUPERSEDE);
        OwnerWrittenLateBySlide => cut_off_is_all_or_nothing: Late::new(Index::Owner, method::SLIDE);
        DueLostIfTheStageMoves => due_is_complete: StageAlone::of(method::SETTLE);
        DueLostIfAnExpiryMovesTheStage => due_is_complete: StageAlone::of(method::EXPIRY);
        LabelLostToItsEndedHolder => label_is_given_back: Then(|before, model, done| {
            let Done::Insert(InsertInto::Found { family, .. }) = done else { return };
            let Some(key) = &family.label_key else { return };
            let ended = before.holder(&family.realm, &family.owner, key).and_then(|holder| {
                let now = model.family(holder.id)?;
                (holder.revoked.is_none() && now.revoked.is_some()).then_some(holder.id)
            });
            if ended.is_some() && let Some(family) = model.family_mut(family.id) {
                family.label_key = None;
            }
        });
        DamagedFamilyIsNotCounted => garbage_is_corrupt: Paged(|inner, of, after, limit| {
            let mut page = inner.with(|model| model.list(of, after, limit as usize));
            if inner.with(|model| !model.damaged_families.is_empty()) {
                page.corrupt = 0;
            }
            page
        });
        InsertTakesADamagedLabel => garbage_is_corrupt: InsertTakesADamagedLabel;
        RelabelTakesADamagedLabel => garbage_is_corrupt: RelabelTakesADamagedLabel;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Index {
    Owner,
    Kind,
    Due,
}

/// A broken store that writes the entries of one index in a second step, after the records. `missing` contains the ids
/// of the records whose entries are not written yet.
struct Late {
    index: Index,
    methods: u32,
    missing: Mutex<HashSet<RecordId>>,
}

impl Late {
    fn new(index: Index, methods: u32) -> Self {
        Self { index, methods, missing: Mutex::default() }
    }

    fn lacks(&self, index: Index, id: &RecordId) -> bool {
        self.index == index && self.missing.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    fn first(&self, method: u32, inner: &ReferenceStore, new: &[NewRecord]) {
        if method & self.methods != 0 {
            let fresh = inner
                .with(|model| new.iter().map(|new| new.id).filter(|id| model.record(id).is_none()).collect::<Vec<_>>());
            self.missing.lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
        }
    }

    async fn second(&self, new: &[NewRecord]) {
        pause().await;
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.retain(|id| new.iter().all(|new| new.id != *id));
    }
}

overrides!(
    Late,
    self,
    insert,
    |inner, home, new, now| {
        self.first(home.method(), inner, new);
        let answer = inner.insert(home, new, now).await?;
        self.second(if matches!(answer, Inserted::Done | Inserted::MadeRoom(_)) { new } else { &[] }).await;
        Ok(answer)
    },
    rotate,
    |inner, parent, step, new, now| {
        self.first(ParentUpdate::method(step), inner, new);
        let answer = inner.rotate(parent, step, new, now).await?;
        self.second(if matches!(answer, counterfoil::store::Rotated::Done) { new } else { &[] }).await;
        Ok(answer)
    },
    list,
    |inner, of, after, limit| {
        let mut page = inner.list(of, after, limit).await?;
        let index = if matches!(of, Listing::Kind { .. }) { Index::Kind } else { Index::Owner };
        page.items.retain(|item| !self.lacks(index, &item.record().id));
        Ok(page)
    },
    due,
    |inner, now, after, limit| {
        let mut page = inner.due(now, after, limit).await?;
        page.items.retain(|item| !self.lacks(Index::Due, &item.record().id));
        Ok(page)
    }
);

/// A broken store whose index of due notices has one entry for each record and instant. If the next notice of a record
/// changes, the store writes the entry of the new notice and then removes the entry of the old one. If both notices
/// have the same instant, this removes the entry that was just written.
struct StageAlone {
    methods: u32,
    lost: Mutex<HashSet<RecordId>>,
}

impl StageAlone {
    fn of(methods: u32) -> Self {
        Self { methods, lost: Mutex::default() }
    }

    fn moved(&self, method: u32, inner: &ReferenceStore, id: &RecordId, from: Option<Timestamp>) {
        let to = inner.with(|model| model.record(id)?.notice).map(|notice| notice.at);
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if method & self.methods != 0 && from.is_some() && from == to {
            lost.insert(*id);
        } else if from != to {
            lost.remove(id);
        }
    }
}

fn marked(inner: &ReferenceStore, id: &RecordId) -> Option<Timestamp> {
    inner.with(|model| model.record(id)?.notice).map(|notice| notice.at)
}

overrides!(
    StageAlone,
    self,
    apply,
    |inner, id, expect, change, now| {
        let from = marked(inner, id);
        let answer = inner.apply(id, expect, change, now).await;
        self.moved(Change::method(change), inner, id, from);
        answer
    },
    settle,
    |inner, id, held, next, sent| {
        let from = marked(inner, id);
        let answer = inner.settle(id, held, next, sent).await;
        self.moved(method::SETTLE, inner, id, from);
        answer
    },
    due,
    |inner, now, after, limit| {
        let mut page = inner.due(now, after, limit).await?;
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        page.items.retain(|item| !lost.contains(&item.record().id));
        Ok(page)
    }
);

fn free_damaged_labels(inner: &ReferenceStore) {
    inner.with(|model| {
        for id in model.damaged_families.clone() {
            model.family_mut(id).into_iter().for_each(|family| family.label_key = None);
        }
    });
}

flaw!(InsertTakesADamagedLabel, insert, |inner, home, new, now| {
    free_damaged_labels(inner);
    inner.insert(home, new, now).await
});

flaw!(RelabelTakesADamagedLabel, apply, |inner, id, expect, change, now| {
    free_damaged_labels(inner);
    inner.apply(id, expect, change, now).await
});
