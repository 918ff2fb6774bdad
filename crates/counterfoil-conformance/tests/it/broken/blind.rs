//! Broken stores in which one or more methods read, decide and write in separate steps. So these methods overwrite what
//! other calls write between the steps.

use counterfoil::store::{Change, InsertInto, ParentUpdate, Progress, RecordParts, Revoke};
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::{ReferenceStore, backend_call, pause};

use super::overrides;
use crate::turn::Turn;

/// The kinds of calls that write, each as a number with one bit. Several kinds together are the sum of their numbers.
pub(crate) mod method {
    pub(crate) const ALL: u32 = u32::MAX;
    pub(crate) const FOUND: u32 = 1;
    pub(crate) const JOIN: u32 = 1 << 1;
    pub(crate) const EDIT: u32 = 1 << 2;
    pub(crate) const EXPIRY: u32 = 1 << 3;
    pub(crate) const REKEY: u32 = 1 << 4;
    pub(crate) const END: u32 = 1 << 5;
    pub(crate) const SUPERSEDE: u32 = 1 << 6;
    pub(crate) const SLIDE: u32 = 1 << 7;
    pub(crate) const REVOKE_ONE: u32 = 1 << 8;
    pub(crate) const REVOKE_FAMILY: u32 = 1 << 9;
    pub(crate) const REVOKE_OWNER: u32 = 1 << 10;
    pub(crate) const TOUCH: u32 = 1 << 11;
    pub(crate) const CLAIM: u32 = 1 << 12;
    pub(crate) const SETTLE: u32 = 1 << 13;
    pub(crate) const PURGE: u32 = 1 << 14;
}
use method::*;

/// An argument of a call that writes. [`Called::method`] returns the kind of this call: one of the constants in the
/// module [`method`].
pub(crate) trait Called {
    fn method(&self) -> u32;
}

impl Called for InsertInto<'_> {
    fn method(&self) -> u32 {
        if matches!(self, InsertInto::Found { .. }) { FOUND } else { JOIN }
    }
}

impl Called for Change {
    fn method(&self) -> u32 {
        match self {
            Change::Edit { .. } => EDIT,
            Change::Expiry { .. } => EXPIRY,
            Change::Rekey { .. } => REKEY,
            Change::End { .. } => END,
        }
    }
}

impl Called for ParentUpdate {
    fn method(&self) -> u32 {
        if matches!(self, ParentUpdate::Supersede { .. }) { SUPERSEDE } else { SLIDE }
    }
}

impl Called for Revoke<'_> {
    fn method(&self) -> u32 {
        match self {
            Revoke::One(_) => REVOKE_ONE,
            Revoke::Family { .. } => REVOKE_FAMILY,
            Revoke::Owner { .. } => REVOKE_OWNER,
        }
    }
}

/// The flaw of a store. The calls with this flaw first read the rows and decide what to change. Later they write the
/// changed rows, even if another call has written the same rows in between.
pub(crate) struct Blind {
    /// The bits of the calls that have the flaw. All other calls are correct.
    methods: u32,
    /// Whether `backend_call` is awaited between reading and writing. If it is, the check that interleaves calls always
    /// finds the flaw. If it is not, only a check that races calls can find the flaw, by chance.
    points: bool,
    /// A lock that each handle has for itself. If it is present, the calls through one handle run one after another,
    /// but concurrently with the calls through another handle.
    handle: Option<Turn>,
}

impl Blind {
    pub(crate) fn new(methods: u32, points: bool) -> Self {
        Self { methods, points, handle: None }
    }

    pub(crate) fn behind_the_handles_lock(methods: u32, points: bool) -> Self {
        Self { methods, points, handle: Some(Turn::default()) }
    }

    async fn step<T: Send>(
        &self,
        inner: &ReferenceStore,
        method: u32,
        act: impl for<'m> FnOnce(&'m mut Model) -> T + Send,
    ) -> T {
        let _held = match &self.handle {
            Some(turn) => Some(turn.take().await),
            None => None,
        };
        if method & self.methods == 0 {
            if self.points {
                backend_call().await;
            }
            return inner.with(act);
        }
        let before = inner.with(|model| model.clone());
        if self.points {
            backend_call().await
        } else {
            pause().await
        }
        let mut after = before.clone();
        let answer = act(&mut after);
        inner.with(|model| overwrite(model, &before, &after));
        answer
    }
}

/// Returns true if two records are equal in all fields that a call can change.
pub(crate) fn same(one: &RecordParts, other: &RecordParts) -> bool {
    let texts = |record: &RecordParts| (record.label.clone(), record.description.clone(), record.scope.clone());
    let times = |record: &RecordParts| (record.expires_at, record.expiry_set_at, record.gone_at, record.last_used_at);
    let states = |record: &RecordParts| (record.superseded, record.revoked, record.notice, record.shrunk);
    let keys = |record: &RecordParts| (*record.digest.as_bytes(), record.key_id, record.version);
    texts(one) == texts(other)
        && times(one) == times(other)
        && states(one) == states(other)
        && keys(one) == keys(other)
        && one.noticed == other.noticed
}

/// Writes each row that differs between `before` and `after` into `model`, with its value in `after`. Removes the rows
/// that are only in `before`.
pub(crate) fn overwrite(model: &mut Model, before: &Model, after: &Model) {
    for record in &after.records {
        if !before.record(&record.id).is_some_and(|old| same(old, record)) {
            match model.record_mut(&record.id) {
                Some(place) => place.clone_from(record),
                None => model.records.push(record.clone()),
            }
        }
    }
    for family in after.families.iter().filter(|family| before.family(family.id) != Some(family)) {
        match model.family_mut(family.id) {
            Some(place) => place.clone_from(family),
            None => model.families.push(family.clone()),
        }
    }
    model.records.retain(|record| before.record(&record.id).is_none() || after.record(&record.id).is_some());
    model.families.retain(|family| before.family(family.id).is_none() || after.family(family.id).is_some());
}

overrides!(
    Blind,
    self,
    insert,
    |inner, home, new, now| Ok(self.step(inner, home.method(), |model| model.insert(home, new, now)).await),
    apply,
    |inner, id, expect, change, now| {
        self.step(inner, change.method(), |model| model.apply(id, expect, change, now)).await
    },
    rotate,
    |inner, parent, step, new, now| {
        self.step(inner, step.method(), |model| model.rotate(parent, step, new, now)).await
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        let act = |model: &mut Model| model.revoke(what, revoked, gone_at, limit.get());
        let (changed, more) = self.step(inner, what.method(), act).await;
        Ok(Progress { changed, more })
    },
    touch,
    |inner, seen| {
        self.step(inner, TOUCH, |model| model.touch(seen)).await;
        Ok(())
    },
    claim,
    |inner, id, held, until| self.step(inner, CLAIM, |model| model.claim(id, held, until)).await,
    settle,
    |inner, id, held, next, sent| self.step(inner, SETTLE, |model| model.settle(id, held, next, sent)).await,
    purge,
    |inner, now, unsent, windows, limit| {
        let act = |model: &mut Model| model.purge(now, unsent, windows, limit.get() as usize);
        let (changed, more) = self.step(inner, PURGE, act).await;
        Ok(Progress { changed, more })
    }
);
