//! A scene is a set of records of one owner, on which several callers, called actors, run operations. The checks that
//! drop calls, race calls and interleave calls use scenes.
//!
//! All operations of a scene use the same families, labels and caps, so that they affect each other. Each scene has its
//! own realm and its own digest keys.
//!
//! Each scene also has its own *hour*, which is a range of 1,000 microseconds. The operations of the scene run in its
//! hour. The hours go backwards: the second scene's hour is directly before the first scene's. So in the second scene,
//! the records of the first lie in the future. Its purges do not remove them, and their notices are not due. Therefore
//! several scenes can run one after another in one store.

mod act;
mod deed;
mod outcome;

use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, NoticeMark, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{FamilyId, KeyId, RecordId, Version};

use crate::reference::{Model, ReferenceStore};
use crate::sample::{Draft, GONE, Person, at, details, supersede};
use crate::together::found_all;
use crate::violation::{Violation, ensure_is};

pub(crate) use deed::Deed;
pub(crate) use outcome::Outcome;

/// The largest number of actors, which are the callers that run operations on a scene at the same time.
pub(crate) const ACTORS: usize = 4;

/// The number of scenes that this process has made so far.
static MADE: AtomicU32 = AtomicU32::new(0);

/// The records of one owner, on which several actors run operations. One family, the chain, has refresh tokens of three
/// generations and two access tokens. One of these access tokens is past its `gone_at`. Another family is completely
/// past its `gone_at`. The scene also has new records, which the actors can insert.
pub(crate) struct Scene {
    pub(crate) person: Person,
    /// The family of refresh tokens. Its first token is superseded, and the retry window of this token has an end.
    pub(crate) chain: Draft,
    /// The second token of the chain. It is superseded, and its retry window has no end yet.
    pub(crate) handed: RecordId,
    /// The newest token of the chain.
    pub(crate) tip: RecordId,
    /// The family that is past its `gone_at`. It still has a label.
    pub(crate) gone: Draft,
    /// The new records that each actor can insert, at the index of the actor.
    actors: Vec<Brought>,
    /// The stored records at the beginning of the scene.
    pub(crate) model: Model,
    hour: u32,
}

/// The new records that one actor can insert.
struct Brought {
    /// A family that does not exist yet, which the actor can insert with its first records.
    coming: Draft,
    /// A refresh token that can supersede the chain's newest token.
    next: NewRecord,
    /// An access token that is inserted together with `next`.
    beside: NewRecord,
    /// Two access tokens that can join the chain, the scene's family of refresh tokens. Their generation is the one
    /// that the chain has when the scene begins. A call without a cap on access tokens inserts both of them. A call
    /// with such a cap inserts only the first.
    joining: [NewRecord; 2],
    /// An access token for `Scene::gone`, the family that is past its `gone_at`.
    gone: [NewRecord; 1],
    /// A refresh token that can supersede the only token of `Scene::gone`.
    renewed: NewRecord,
}

impl Scene {
    /// Makes a new scene and inserts its records into the store.
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
        let chain = person.refresh().created(near(0)).used(near(0)).labelled("one").with_access().with_access();
        let mut chain = chain.detailed(Some(details(0)));
        let mut gone = person.refresh().created(near(0)).used(near(10)).labelled("gone");
        gone = gone.ending(Some(near(5)), Some(near(6)));
        let spent = &mut chain.records[2];
        (spent.expires_at, spent.gone_at) = (Some(near(5)), Some(near(6)));
        for record in chain.records.iter_mut().chain(&mut gone.records) {
            (record.key_id, record.created_at) = (key(hour), near(0));
        }
        let new = |record: NewRecord| record.with_key_id(key(hour)).with_created_at(near(8));
        let (handed, tip) = (chain.successor(chain.id(), 1).id, chain.successor(chain.id(), 2).id);
        let brought = |_| {
            let mut coming = person.refresh().used(near(10)).noticed(near(7), 1).with_access();
            coming.records.iter_mut().for_each(|record| *record = new(record.clone()));
            let next = new(chain.successor(tip, 3)).with_notice(NoticeMark { at: near(7), stage: 1 });
            Brought {
                coming,
                next,
                beside: new(chain.access(3)),
                joining: [0, 1].map(|_| new(chain.access(2))),
                gone: [new(gone.access(0))],
                renewed: new(gone.successor(gone.id(), 1)),
            }
        };
        let actors = (0..ACTORS).map(brought).collect();
        Self { person, handed, tip, gone, actors, model: Model::default(), hour, chain }
    }

    /// Returns the arguments of the two rotations that make the second and the third token of the chain, which is the
    /// scene's family of refresh tokens.
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
            labelled: false,
            cap: None,
            pace: None,
            access_cap: None,
        };
        let tip = next(self.handed, self.tip, 2).with_notice(self.mark());
        let root = self.chain.id();
        [(root, first, next(root, self.handed, 1), self.near(2)), (self.handed, hand_over, tip, self.near(3))]
    }

    /// Returns the instant `micros` microseconds after the beginning of this scene's hour. `micros` is from 0 to 999.
    pub(crate) fn near(&self, micros: u64) -> Timestamp {
        near(self.hour, micros)
    }

    /// The instant that all operations of the scene use as `now`.
    pub(crate) fn now(&self) -> Timestamp {
        self.near(10)
    }

    /// The last instant of the scene's hour. If an operation sets a notice within the hour, the notice is due before
    /// this instant.
    pub(crate) fn end(&self) -> Timestamp {
        self.near(999)
    }

    /// The notice that the chain's newest token has at the beginning.
    pub(crate) fn mark(&self) -> NoticeMark {
        NoticeMark { at: self.near(5), stage: 1 }
    }

    /// The id of the digest key with which the digests of this scene are made. An operation that replaces a digest uses
    /// the digest key with the next higher id.
    pub(crate) fn key(&self) -> KeyId {
        key(self.hour)
    }

    /// The id of the chain's live access token.
    pub(crate) fn access(&self) -> RecordId {
        self.chain.records[1].id
    }

    /// The id of the chain's access token that is past its `gone_at`.
    pub(crate) fn spent(&self) -> RecordId {
        self.chain.records[2].id
    }

    /// The ids of all records that are stored at the beginning of the scene.
    pub(crate) fn standing(&self) -> Vec<RecordId> {
        vec![self.chain.id(), self.handed, self.tip, self.access(), self.spent(), self.gone.id()]
    }

    /// Returns the ids of the records that the operation `deed` inserts if `actor` runs it. The result is empty if the
    /// operation inserts nothing.
    pub(crate) fn new_ids(&self, deed: Deed, actor: usize) -> Vec<RecordId> {
        let brought = &self.actors[actor];
        if deed.founds() {
            brought.coming.records.iter().map(|record| record.id).collect()
        } else if deed.supersedes() {
            vec![brought.next.id, brought.beside.id]
        } else if deed == Deed::Renew {
            vec![brought.renewed.id]
        } else if deed.joins() || deed == Deed::JoinGone {
            self.joining(deed, actor).iter().map(|record| record.id).collect()
        } else {
            Vec::new()
        }
    }

    /// Returns the access tokens that the operation `deed` inserts if `actor` runs it.
    fn joining(&self, deed: Deed, actor: usize) -> &[NewRecord] {
        if deed == Deed::JoinGone {
            return &self.actors[actor].gone;
        }
        let both = &self.actors[actor].joining;
        if matches!(deed, Deed::Join | Deed::Slide) { both } else { &both[..1] }
    }

    /// The ids of all families that a revocation of the owner can find: the two families of the scene, and the new
    /// families of the actors in `founders`. A store may revoke them one after another.
    pub(crate) fn families(&self, founders: &[usize]) -> Vec<FamilyId> {
        let coming = founders.iter().map(|actor| self.actors[*actor].coming.family.id);
        [self.chain.family.id, self.gone.family.id].into_iter().chain(coming).collect()
    }

    /// Makes a [`ReferenceStore`] that contains the records that are stored when the scene begins.
    pub(crate) fn modelled(&self) -> ReferenceStore {
        modelled(&self.model)
    }
}

/// Makes a [`ReferenceStore`] that contains a copy of the model.
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

/// Returns the instant `micros` microseconds after the beginning of the hour with this number. An hour is 1,000
/// microseconds long. The hours are numbered backwards in time: hour 1 ends where hour 0 begins.
fn near(hour: u32, micros: u64) -> Timestamp {
    Timestamp::from_micros(at(0).micros() - 1_000 * u64::from(hour) + micros).expect("an instant")
}

/// Returns the instant `micros` microseconds after `at(GONE)`. It is later than all instants that [`Scene::near`]
/// returns for any scene.
pub(crate) fn far(micros: u64) -> Timestamp {
    at(GONE + micros)
}
