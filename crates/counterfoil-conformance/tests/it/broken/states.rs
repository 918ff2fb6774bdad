//! Broken stores that do not apply a rule of the contract to records in some state. Each call is executed correctly.
//! Afterwards a function changes its result.

use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Listing, Page, ParentUpdate, Progress, Revoke, Rotated,
    TokenRecord, TokenStore,
};
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;

use super::{Said, overrides};

/// The call that was executed, with some of its arguments.
pub(crate) enum Done<'a> {
    Insert(InsertInto<'a>),
    Apply(RecordId, &'a Change),
    Rotate(RecordId, ParentUpdate),
    Revoke(Revoke<'a>, Timestamp),
    Touch(&'a [(RecordId, Timestamp)]),
    Settle(RecordId, Option<(Timestamp, u8)>),
    /// A purge. The arguments are `now` and `windows_before`.
    Purge(Timestamp, Timestamp),
}

/// A broken store that executes each write correctly and then calls this function. The arguments are the model before
/// the write, the model after the write, and the call. The function can change the model after the write.
pub(crate) struct Then(pub fn(&Model, &mut Model, &Done<'_>));

impl Then {
    fn before(&self, inner: &ReferenceStore) -> Model {
        inner.with(|model| model.clone())
    }

    fn put_wrong(&self, inner: &ReferenceStore, before: &Model, done: &Done<'_>) {
        inner.with(|model| (self.0)(before, model, done));
    }
}

overrides!(
    Then,
    self,
    insert,
    |inner, home, new, now| {
        let before = self.before(inner);
        let answer = inner.insert(home, new, now).await;
        self.put_wrong(inner, &before, &Done::Insert(home));
        answer
    },
    apply,
    |inner, id, expect, change, now| {
        let before = self.before(inner);
        let answer = inner.apply(id, expect, change, now).await?;
        self.put_wrong(inner, &before, &Done::Apply(*id, change));
        Ok(match answer {
            Applied::Done(_) => inner.get(id).await?.map_or(Applied::Missing, Applied::Done),
            other => other,
        })
    },
    rotate,
    |inner, parent, step, new, now| {
        let before = self.before(inner);
        let answer = inner.rotate(parent, step, new, now).await?;
        if matches!(answer, Rotated::Done) {
            self.put_wrong(inner, &before, &Done::Rotate(*parent, *step));
        }
        Ok(answer)
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        let before = self.before(inner);
        let progress = inner.revoke(what, revoked, gone_at, limit).await?;
        self.put_wrong(inner, &before, &Done::Revoke(what, gone_at));
        Ok(progress)
    },
    touch,
    |inner, seen| {
        let before = self.before(inner);
        inner.touch(seen).await?;
        self.put_wrong(inner, &before, &Done::Touch(seen));
        Ok(())
    },
    settle,
    |inner, id, held, next, sent| {
        let before = self.before(inner);
        let answer = inner.settle(id, held, next, sent).await?;
        self.put_wrong(inner, &before, &Done::Settle(*id, sent));
        Ok(answer)
    },
    purge,
    |inner, now, unsent, windows, limit| {
        let before = self.before(inner);
        let progress = inner.purge(now, unsent, windows, limit).await?;
        self.put_wrong(inner, &before, &Done::Purge(now, windows));
        Ok(progress)
    }
);

/// A broken store that reads the pages of its listings with this function.
pub(crate) struct Paged(pub fn(&ReferenceStore, Listing<'_>, Option<&Cursor>, u32) -> Page<TokenRecord>);

overrides!(Paged, self, list, |inner, of, after, limit| Ok((self.0)(inner, of, after, limit.get())));

/// A broken store that changes the answer of each purge with this function.
pub(crate) struct Purged(pub fn(&ReferenceStore, Progress) -> Progress);

overrides!(Purged, self, purge, |inner, now, unsent, windows, limit| {
    let progress = inner.purge(now, unsent, windows, limit).await?;
    Ok((self.0)(inner, progress))
});

/// A broken store that changes the answer of each `get` with this function.
pub(crate) struct Read(pub fn(Said<Option<TokenRecord>>) -> Said<Option<TokenRecord>>);

overrides!(Read, self, get, |inner, id| (self.0)(inner.get(id).await));

/// A page of an owner's families. Its cursor is the id of a family.
pub(crate) type Families = Page<FamilyParts, FamilyId>;

/// A broken store that reads the pages of an owner's families with this function. The arguments of the function are the
/// correct store, the owner with its realm, the cursor and the limit.
pub(crate) struct FamiliesPaged(pub FamiliesPage);

/// Reads a page of an owner's families, for [`FamiliesPaged`].
pub(crate) type FamiliesPage = fn(&ReferenceStore, (&Realm, &OwnerId), Option<&FamilyId>, usize) -> Said<Families>;

overrides!(FamiliesPaged, self, list_families, |inner, realm, owner, after, limit| {
    (self.0)(inner, (realm, owner), after, limit.get() as usize)
});
