//! The calls that must write a step, each with the families that it changes.

use counterfoil::store::{Applied, Change, Inserted, ParentUpdate, Revoke, Rotated, TokenStore};
use counterfoil::types::{FamilyId, KeyId, RecordId, Version};

use crate::sample::{Draft, EXPIRES, GONE, Person, at, describe_as, digest_of, make_room, most, must_get, relabel};
use crate::sample::{revoked, slide, supersede};
use crate::violation::{Violation, ensure, ensure_is};

/// A kind of call that changes a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Describe,
    Relabel,
    ShortenTheLife,
    Rekey,
    EndAnOverlap,
    Supersede,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    MakeRoom,
    TakeALabelByInsert,
    TakeALabelByRelabel,
}

impl Act {
    pub(super) const ALL: [Self; 13] = [
        Self::Describe,
        Self::Relabel,
        Self::ShortenTheLife,
        Self::Rekey,
        Self::EndAnOverlap,
        Self::Supersede,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::MakeRoom,
        Self::TakeALabelByInsert,
        Self::TakeALabelByRelabel,
    ];
}

/// A call that is prepared: the records that it needs are stored.
pub(super) struct Prepared {
    act: Act,
    pub(super) person: Person,
    /// The family that the call narrows.
    family: Draft,
    root: RecordId,
    /// Another family of the person. Its insert needs the label of the first family, or makes room by ending it.
    other: Draft,
    next: counterfoil::store::NewRecord,
}

impl Prepared {
    pub(super) async fn new(store: &dyn TokenStore, act: Act) -> Result<Self, Violation> {
        let person = Person::somebody();
        let family = match act {
            Act::TakeALabelByInsert | Act::TakeALabelByRelabel => person.pat().labelled("one"),
            Act::Describe | Act::Relabel | Act::MakeRoom | Act::EndAnOverlap => person.pat(),
            _ => person.refresh().with_access(),
        };
        let root = family.found(store).await?;
        let other = if act == Act::TakeALabelByInsert { person.pat().labelled("one") } else { person.pat() };
        if act == Act::TakeALabelByRelabel {
            // The holder is past its retention when the label is taken, and the other family is not.
            let lasting = other.clone().ending(None, None);
            lasting.found(store).await?;
        }
        let next = family.successor(root, 1);
        if act == Act::EndAnOverlap {
            let step = supersede(Version::FIRST, next.id, at(5));
            let done = store.rotate(&root, &step, std::slice::from_ref(&next), at(1)).await?;
            ensure_is!(done, Rotated::Done, "a rotation must go through");
        }
        Ok(Self { act, person, family, root, other, next })
    }

    /// The id of the family that the call narrows.
    pub(super) fn narrowed(&self) -> FamilyId {
        self.family.family.id
    }

    /// Makes the call. Returns an error if its result is not success.
    pub(super) async fn run(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        match self.act {
            Act::Describe => self.apply(store, &describe_as("narrowed")).await,
            Act::Relabel => self.apply(store, &relabel("narrowed")).await,
            Act::ShortenTheLife => {
                let (expires_at, gone_at) = (Some(at(EXPIRES / 2)), Some(at(GONE)));
                self.apply(store, &Change::Expiry { expires_at, gone_at, notice: None }).await
            }
            Act::Rekey => {
                let (digest, key_id) = (digest_of(&self.next.id), KeyId::new(2));
                self.apply(store, &Change::Rekey { digest, key_id }).await
            }
            Act::EndAnOverlap => {
                let version = must_get(store, &self.root).await?.record().version;
                let change = Change::End { honoured_until: at(3), gone_at: at(GONE) };
                let done = store.apply(&self.root, version, &change, at(3)).await?;
                ensure_is!(done, Applied::Done(_), "the end of an overlap must be set");
                Ok(())
            }
            Act::Supersede => {
                let step = supersede(Version::FIRST, self.next.id, at(5));
                self.rotate(store, &step, std::slice::from_ref(&self.next)).await
            }
            Act::Slide => self.rotate(store, &slide(at(EXPIRES + 9), at(GONE + 9)), &[]).await,
            Act::RevokeOne => self.revoke(store, Revoke::One(&self.family.records[1].id)).await,
            Act::RevokeFamily => self.revoke(store, self.person.family(self.narrowed())).await,
            Act::RevokeOwner => self.revoke(store, self.person.all()).await,
            Act::MakeRoom => {
                let home = self.other.bounded(Some(make_room(1, at(2))), None);
                let done = store.insert(home, &self.other.records, at(2)).await?;
                let ended = vec![self.narrowed()];
                ensure!(done == Inserted::MadeRoom(ended), "an insert must make room, but was {done:?}");
                Ok(())
            }
            Act::TakeALabelByInsert => {
                let done = store.insert(self.other.home(None), &self.other.records, at(GONE)).await?;
                ensure_is!(done, Inserted::Done, "the label of a family past its retention must be free");
                Ok(())
            }
            Act::TakeALabelByRelabel => {
                let done = store.apply(&self.other.id(), Version::FIRST, &relabel("one"), at(GONE)).await?;
                ensure_is!(done, Applied::Done(_), "the label of a family past its retention must be free");
                Ok(())
            }
        }
    }

    async fn apply(&self, store: &dyn TokenStore, change: &Change) -> Result<(), Violation> {
        let done = store.apply(&self.root, Version::FIRST, change, at(2)).await?;
        ensure_is!(done, Applied::Done(_), "a change must be done");
        Ok(())
    }

    async fn rotate(
        &self,
        store: &dyn TokenStore,
        step: &ParentUpdate,
        new: &[counterfoil::store::NewRecord],
    ) -> Result<(), Violation> {
        ensure_is!(store.rotate(&self.root, step, new, at(2)).await?, Rotated::Done, "a rotation must go through");
        Ok(())
    }

    async fn revoke(&self, store: &dyn TokenStore, what: Revoke<'_>) -> Result<(), Violation> {
        let done = store.revoke(what, revoked(at(2)), at(GONE), most(9)).await?;
        ensure!(done.changed > 0, "a revocation must change something, but was {done:?}");
        Ok(())
    }

    /// Describes the records of the narrowed family, so that a test sees whether the call took effect.
    pub(super) async fn state(&self, store: &dyn TokenStore) -> Result<String, Violation> {
        let mut state = String::new();
        for record in &self.family.records {
            let found = must_get(store, &record.id).await?;
            state.push_str(&crate::reference::describe(&found));
        }
        Ok(state)
    }
}
