//! One owner's records, and every method that may be called on them: what is cut off, raced and interleaved.
//!
//! All operations meet in one family, one label, one cap. A scene has a realm, keys and an hour of its own, so that
//! scenes may follow each other in one store. The later a scene, the earlier its hour: its purge and its due notices
//! then find nothing of the scenes before it.

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

/// How many may act in a scene at once.
pub(crate) const ACTORS: usize = 4;

/// Scenes made so far.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A refresh chain of three generations with two access tokens, one of them gone; a family that is gone; and what may
/// be inserted.
pub(crate) struct Scene {
    pub(crate) person: Person,
    /// The chain, held by its first member: superseded, with a retry window.
    pub(crate) chain: Draft,
    /// The second member: superseded in a hand-over that is not ended yet.
    pub(crate) handed: RecordId,
    /// The newest member.
    pub(crate) tip: RecordId,
    /// A family past its end, with a label.
    pub(crate) gone: Draft,
    /// What each actor brings.
    actors: Vec<Brought>,
    /// What stands.
    pub(crate) model: Model,
    hour: u32,
}

/// The new records of one actor.
struct Brought {
    /// A family to be founded.
    coming: Draft,
    /// The tip's successor.
    next: NewRecord,
    /// The access token beside it.
    beside: NewRecord,
    /// Access tokens for the family as it is: both where no cap is, the first under one.
    joining: [NewRecord; 2],
}

impl Scene {
    /// Lays a scene out in that store.
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

    /// How the chain came to its third generation.
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

    /// An instant of this scene's hour, which has a thousand of them.
    pub(crate) fn near(&self, micros: u64) -> Timestamp {
        near(self.hour, micros)
    }

    /// When all operations happen.
    pub(crate) fn now(&self) -> Timestamp {
        self.near(10)
    }

    /// The end of the hour: no notice of this scene that its operations bring within the hour is later.
    pub(crate) fn end(&self) -> Timestamp {
        self.near(999)
    }

    /// The tip's notice.
    pub(crate) fn mark(&self) -> NoticeMark {
        NoticeMark { at: self.near(5), stage: 1 }
    }

    /// The key of this scene's digests; the next number is the key that they are digested under anew.
    pub(crate) fn key(&self) -> KeyId {
        key(self.hour)
    }

    /// The living access token.
    pub(crate) fn access(&self) -> RecordId {
        self.chain.records[1].id
    }

    /// The access token that is gone.
    pub(crate) fn spent(&self) -> RecordId {
        self.chain.records[2].id
    }

    /// The state at the beginning.
    pub(crate) fn standing(&self) -> Vec<RecordId> {
        vec![self.chain.id(), self.handed, self.tip, self.access(), self.spent(), self.gone.id()]
    }

    /// The records that this deed of that actor writes.
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

    /// The access tokens that this deed of that actor brings into the family as it is.
    fn joining(&self, deed: Deed, actor: usize) -> &[NewRecord] {
        let both = &self.actors[actor].joining;
        if matches!(deed, Deed::Join | Deed::Slide) { both } else { &both[..1] }
    }

    /// The families that this deed may end one by one.
    pub(crate) fn families(&self, founders: &[usize]) -> Vec<FamilyId> {
        let coming = founders.iter().map(|actor| self.actors[*actor].coming.family.id);
        [self.chain.family.id, self.gone.family.id].into_iter().chain(coming).collect()
    }

    /// The model of the stored state, as a store.
    pub(crate) fn modelled(&self) -> ReferenceStore {
        modelled(&self.model)
    }
}

/// A model as a store.
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

/// Hours lie a thousand microseconds apart and go backwards.
fn near(hour: u32, micros: u64) -> Timestamp {
    Timestamp::from_micros(at(0).micros() - 1_000 * u64::from(hour) + micros).expect("an instant")
}

/// An instant later than those of every hour.
pub(crate) fn far(micros: u64) -> Timestamp {
    at(GONE + micros)
}
