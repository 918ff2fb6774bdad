//! A scene is a set of records of one owner, with all operations on them. The checks that drop, race and interleave
//! calls use it.
//!
//! All operations use one family, one label and one cap. Each scene has its own realm, its own digest keys and its own
//! *hour*, which is a range of 1,000 instants. So several scenes can run one after another in one store. A later scene
//! has an earlier hour, so that its purge and its due notices find no records of earlier scenes.

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

/// The largest number of actors that act in a scene at the same time.
pub(crate) const ACTORS: usize = 4;

/// The number of scenes that were made so far.
static MADE: AtomicU32 = AtomicU32::new(0);

/// The records of one owner, on which several actors run operations. There is a refresh chain of three generations with
/// two access tokens, of which one is past its `gone_at`. There is also a family past its `gone_at`. The scene also has
/// the records that the actors may insert.
pub(crate) struct Scene {
    pub(crate) person: Person,
    /// The chain of refresh tokens. Its first member is superseded and has a retry window.
    pub(crate) chain: Draft,
    /// The second member of the chain. It is superseded, and its retry window has no end yet.
    pub(crate) handed: RecordId,
    /// The newest member of the chain.
    pub(crate) tip: RecordId,
    /// A family that is past its `gone_at` and has a label.
    pub(crate) gone: Draft,
    /// The records that each actor may insert.
    actors: Vec<Brought>,
    /// The stored state at the beginning of the scene.
    pub(crate) model: Model,
    hour: u32,
}

/// The new records that one actor may insert.
struct Brought {
    /// A new family.
    coming: Draft,
    /// A successor of the chain's newest member.
    next: NewRecord,
    /// An access token that is inserted together with the successor.
    beside: NewRecord,
    /// Two access tokens of the chain's present generation. A call without a cap inserts both. A call with a cap
    /// inserts the first.
    joining: [NewRecord; 2],
}

impl Scene {
    /// Inserts a new scene into the store.
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

    /// The two rotations that make the second and the third generation of the chain.
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

    /// Returns an instant in this scene's hour. `micros` is from 0 to 999.
    pub(crate) fn near(&self, micros: u64) -> Timestamp {
        near(self.hour, micros)
    }

    /// The instant at which all operations run.
    pub(crate) fn now(&self) -> Timestamp {
        self.near(10)
    }

    /// The end of the hour. Operations that set a notice within the hour set it to an earlier instant.
    pub(crate) fn end(&self) -> Timestamp {
        self.near(999)
    }

    /// The notice of the chain's newest member.
    pub(crate) fn mark(&self) -> NoticeMark {
        NoticeMark { at: self.near(5), stage: 1 }
    }

    /// The id of the key of this scene's digests. A rekey uses the next number.
    pub(crate) fn key(&self) -> KeyId {
        key(self.hour)
    }

    /// The live access token.
    pub(crate) fn access(&self) -> RecordId {
        self.chain.records[1].id
    }

    /// The access token that is past its `gone_at`.
    pub(crate) fn spent(&self) -> RecordId {
        self.chain.records[2].id
    }

    /// The ids of the records that exist at the beginning.
    pub(crate) fn standing(&self) -> Vec<RecordId> {
        vec![self.chain.id(), self.handed, self.tip, self.access(), self.spent(), self.gone.id()]
    }

    /// The ids of the records that this actor inserts with this operation.
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

    /// The access tokens that this actor inserts with this operation at the chain's present generation.
    fn joining(&self, deed: Deed, actor: usize) -> &[NewRecord] {
        let both = &self.actors[actor].joining;
        if matches!(deed, Deed::Join | Deed::Slide) { both } else { &both[..1] }
    }

    /// The families that the revocation of the owner may end one after another.
    pub(crate) fn families(&self, founders: &[usize]) -> Vec<FamilyId> {
        let coming = founders.iter().map(|actor| self.actors[*actor].coming.family.id);
        [self.chain.family.id, self.gone.family.id].into_iter().chain(coming).collect()
    }

    /// The state at the beginning as a store: the reference model in a [`ReferenceStore`].
    pub(crate) fn modelled(&self) -> ReferenceStore {
        modelled(&self.model)
    }
}

/// The model as a store.
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

/// Returns an instant in the hour with this number. Hours are 1,000 microseconds long, and each is earlier than the one
/// before.
fn near(hour: u32, micros: u64) -> Timestamp {
    Timestamp::from_micros(at(0).micros() - 1_000 * u64::from(hour) + micros).expect("an instant")
}

/// Returns an instant after all hours.
pub(crate) fn far(micros: u64) -> Timestamp {
    at(GONE + micros)
}
