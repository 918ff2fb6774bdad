//! One owner's records and all operations on them, for the checks that drop, race and interleave calls.
//!
//! All operations use one family, one label and one cap. Each scene has its own realm, keys and *hour*, a range of
//! 1,000 instants, so that scenes can follow each other in one store. A later scene has an earlier hour, so that its
//! purge and its due notices find nothing of the scenes before it.

mod act;
mod deed;
mod outcome;

use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, NoticeMark, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{FamilyId, KeyId, RecordId, Version};

use crate::reference::{Model, ReferenceStore};
use crate::sample::{Draft, GONE, Person, at, supersede};
use crate::together::found_all;
use crate::violation::{Violation, ensure_is};

pub(crate) use deed::Deed;
pub(crate) use outcome::Outcome;

/// The largest number of actors that act in a scene at once.
pub(crate) const ACTORS: usize = 4;

/// The number of scenes made so far.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A refresh chain of three generations with two access tokens, one of them gone; a family that is gone; and the
/// records that actors may insert.
pub(crate) struct Scene {
    pub(crate) person: Person,
    /// The chain. Its first member is superseded, with a retry window.
    pub(crate) chain: Draft,
    /// The second member, superseded in a hand-over that has not ended.
    pub(crate) handed: RecordId,
    /// The newest member.
    pub(crate) tip: RecordId,
    /// A family past its end, with a label.
    pub(crate) gone: Draft,
    /// The records that each actor may insert.
    actors: Vec<Brought>,
    /// The stored state at the beginning.
    pub(crate) model: Model,
    hour: u32,
}

/// The new records of one actor.
struct Brought {
    /// A new family.
    coming: Draft,
    /// A successor of the tip.
    next: NewRecord,
    /// An access token that comes with the successor.
    beside: NewRecord,
    /// Access tokens of the chain's present generation: both for a call without a cap, the first for one with a cap.
    joining: [NewRecord; 2],
}

impl Scene {
    /// Inserts a new scene into that store.
    pub(crate) async fn new(store: &dyn TokenStore) -> Result<Self, Violation> {
        let scene = Self::drawn();
        found_all(store, &[scene.chain.clone(), scene.gone.clone()]).await?;
        let model = ReferenceStore::new();
        found_all(&model, &[scene.chain.clone(), scene.gone.clone()]).await?;
        for (parent, step, next, now) in scene.rotations() {
            let done = store.rotate(&parent, &step, std::slice::from_ref(&next), now).await?;
            ensure_is!(done, Rotated::Done, "the only rotation must go through");
            let _ = model.rotate(&parent, &step, &[next], now).await?;
        }
        Ok(Self { model: model.with(|model| model.clone()), ..scene })
    }

    fn drawn() -> Self {
        let hour = MADE.fetch_add(1, Ordering::Relaxed);
        let near = |micros| near(hour, micros);
        let person = Person { realm: realm(hour), ..Person::somebody() };
        let mut chain = person.refresh().created(near(0)).used(near(0)).labelled("one").with_access().with_access();
        let mut gone = person.refresh().created(near(0)).used(near(0)).labelled("gone");
        gone = gone.ending(Some(near(5)), Some(near(6)));
        let spent = &mut chain.records[2];
        (spent.expires_at, spent.gone_at) = (Some(near(5)), Some(near(6)));
        for record in chain.records.iter_mut().chain(&mut gone.records) {
            (record.key_id, record.created_at) = (key(hour), near(0));
        }
        let new = |record: NewRecord| record.with_key_id(key(hour)).with_created_at(near(8));
        let (handed, tip) = (chain.successor(chain.id(), 1).id, chain.successor(chain.id(), 2).id);
        let brought = |_| {
            let mut coming = person.refresh().used(near(10)).with_access();
            coming.records.iter_mut().for_each(|record| *record = new(record.clone()));
            let next = new(chain.successor(tip, 3));
            Brought { coming, next, beside: new(chain.access(3)), joining: [0, 1].map(|_| new(chain.access(2))) }
        };
        let actors = (0..ACTORS).map(brought).collect();
        Self { person, handed, tip, gone, actors, model: Model::default(), hour, chain }
    }

    /// The two rotations that lead to the third generation of the chain.
    fn rotations(&self) -> [(RecordId, ParentUpdate, NewRecord, Timestamp); 2] {
        let next = |parent, id, generation| {
            self.chain
                .successor(parent, generation)
                .with_id(id)
                .with_key_id(self.key())
                .with_created_at(self.near(generation))
        };
        let first = supersede(Version::FIRST, self.handed, self.near(2));
        let hand_over = ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: self.tip,
            nonce: None,
            honoured_until: None,
            gone_at: None,
            pace: None,
            access_cap: None,
        };
        let tip = next(self.handed, self.tip, 2).with_notice(self.mark());
        let root = self.chain.id();
        [(root, first, next(root, self.handed, 1), self.near(2)), (self.handed, hand_over, tip, self.near(3))]
    }

    /// An instant in this scene's hour, from 0 to 999.
    pub(crate) fn near(&self, micros: u64) -> Timestamp {
        near(self.hour, micros)
    }

    /// The instant of all operations.
    pub(crate) fn now(&self) -> Timestamp {
        self.near(10)
    }

    /// The end of the hour. Operations that set a notice within the hour set it before this.
    pub(crate) fn end(&self) -> Timestamp {
        self.near(999)
    }

    /// The tip's notice.
    pub(crate) fn mark(&self) -> NoticeMark {
        NoticeMark { at: self.near(5), stage: 1 }
    }

    /// The key of this scene's digests. The next number is the key of a rekey.
    pub(crate) fn key(&self) -> KeyId {
        key(self.hour)
    }

    /// The live access token.
    pub(crate) fn access(&self) -> RecordId {
        self.chain.records[1].id
    }

    /// The access token that is gone.
    pub(crate) fn spent(&self) -> RecordId {
        self.chain.records[2].id
    }

    /// The records at the beginning.
    pub(crate) fn standing(&self) -> Vec<RecordId> {
        vec![self.chain.id(), self.handed, self.tip, self.access(), self.spent(), self.gone.id()]
    }

    /// The ids of the records that this operation of that actor inserts.
    pub(crate) fn new_ids(&self, deed: Deed, actor: usize) -> Vec<RecordId> {
        let brought = &self.actors[actor];
        if deed.founds() {
            brought.coming.records.iter().map(|record| record.id).collect()
        } else if deed.supersedes() {
            vec![brought.next.id, brought.beside.id]
        } else if deed.joins() {
            self.joining(deed, actor).iter().map(|record| record.id).collect()
        } else {
            Vec::new()
        }
    }

    /// The access tokens that this operation of that actor inserts at the chain's present generation.
    fn joining(&self, deed: Deed, actor: usize) -> &[NewRecord] {
        let both = &self.actors[actor].joining;
        if matches!(deed, Deed::Join | Deed::Slide) { both } else { &both[..1] }
    }

    /// The families that the revocation of the owner may end one by one.
    pub(crate) fn families(&self, founders: &[usize]) -> Vec<FamilyId> {
        let coming = founders.iter().map(|actor| self.actors[*actor].coming.family.id);
        [self.chain.family.id, self.gone.family.id].into_iter().chain(coming).collect()
    }

    /// The stored state at the beginning, as a model behind the store trait.
    pub(crate) fn modelled(&self) -> ReferenceStore {
        modelled(&self.model)
    }
}

/// The model behind the store trait.
pub(crate) fn modelled(model: &Model) -> ReferenceStore {
    let store = ReferenceStore::new();
    store.with(|kept| kept.clone_from(model));
    store
}

fn realm(hour: u32) -> counterfoil::Realm {
    counterfoil::Realm::new(&format!("scene-{hour}")).expect("a realm")
}

fn key(hour: u32) -> KeyId {
    KeyId::new(10 + 2 * hour)
}

/// Hours are 1,000 microseconds apart, and each is earlier than the one before.
fn near(hour: u32, micros: u64) -> Timestamp {
    Timestamp::from_micros(at(0).micros() - 1_000 * u64::from(hour) + micros).expect("an instant")
}

/// An instant after all hours.
pub(crate) fn far(micros: u64) -> Timestamp {
    at(GONE + micros)
}
