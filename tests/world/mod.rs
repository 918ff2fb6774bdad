//! A small world for the tests of management: four people, a clock moved by hand, events kept.

#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs of it")]

use std::num::NonZeroU32;
use std::sync::Arc;

use counterfoil::event::What;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::testing::{ManualClock, RecordingSink, SeededEntropy};
use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, SubjectId, Ts};

pub use futures_executor::block_on;

pub struct World {
    pub counterfoil: Counterfoil,
    pub store: Arc<MemoryStore>,
    pub directory: Arc<MemoryDirectory>,
    pub clock: Arc<ManualClock>,
    pub sink: RecordingSink,
}

pub fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

pub fn limit(most: u32) -> NonZeroU32 {
    NonZeroU32::new(most).expect("not zero")
}

/// `carol` (collaborator), `ivan` (member), `helen` (member who manages user profiles), `admin` (administrator); passwords like the names.
pub fn world(policy: Policy) -> World {
    world_on(policy, Arc::default(), KeyRing::generate(&SeededEntropy::new(7)).expect("seeded").into())
}

pub fn world_on(policy: Policy, store: Arc<MemoryStore>, ring: Arc<KeyRing>) -> World {
    let directory = Arc::new(MemoryDirectory::default());
    for (name, role) in [("carol", Role::Collaborator), ("ivan", Role::Member), ("admin", Role::Administrator)] {
        directory.insert(Account::new(subject(name), name, role), &[name], name);
    }
    let helen = Account::new(subject("helen"), "helen", Role::Member).with_profile_management(true);
    directory.insert(helen, &["helen"], "helen");
    let clock = Arc::new(ManualClock::at(Ts::from_micros(1_700_000_000_000_000).expect("in range")));
    let sink = RecordingSink::default();
    let counterfoil = Counterfoil::builder()
        .policy(policy)
        .key_ring(ring)
        .clock(clock.clone())
        .entropy(SeededEntropy::new(1))
        .store(store.clone())
        .directory(directory.clone() as Arc<dyn counterfoil::directory::Directory>)
        .events(sink.clone())
        .build()
        .expect("all parts are there");
    World { counterfoil, store, directory, clock, sink }
}

impl World {
    pub fn person(&self, name: &str) -> Presenter {
        let account = block_on(counterfoil::directory::Directory::account(&*self.directory, &subject(name)));
        Presenter::signed_in(&account.expect("reachable").expect("known"))
    }

    pub fn told(&self) -> Vec<What> {
        self.sink.take().into_iter().map(|event| event.what).collect()
    }
}
