//! A host for the tests. A host has one or more nodes, which share a store.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::clock::Clock as _;
use counterfoil::directory::Directory;
use counterfoil::event::{Event, EventKind};
use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{SettingsPut, SettingsStore as _, TokenStore as _};
use counterfoil::testing::{ManualClock, RecordingSink, SeededEntropy};
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{Base, block_on, open_policy, people, ring_for, start, synergy_policy};

/// The parts that all nodes of a host share.
#[derive(Clone)]
pub struct Site {
    pub store: Arc<Base>,
    pub people: Arc<MemoryDirectory>,
    pub clock: Arc<ManualClock>,
    pub sink: RecordingSink,
    pub secrets: Vec<(&'static str, String)>,
    policy: Policy,
    ring: Option<Arc<KeyRing>>,
}

/// One node of a host.
pub struct World {
    pub handle: Counterfoil,
    pub site: Site,
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

/// Makes a host with the policy of [`open_policy`](super::open_policy), and registers its clients.
pub fn world() -> World {
    world_with(open_policy(), |builder| builder)
}

pub fn world_with(policy: Policy, change: impl FnOnce(Builder) -> Builder) -> World {
    world_on(policy, Arc::default(), change)
}

pub fn world_on(policy: Policy, store: Arc<Base>, change: impl FnOnce(Builder) -> Builder) -> World {
    let ring = ring_for(&policy);
    let mut world = assembled(policy, store, ring, change);
    world.register_clients();
    world
}

/// Makes a host without clients.
pub fn bare_world(policy: Policy) -> World {
    let ring = ring_for(&policy);
    assembled(policy, Arc::default(), ring, |builder| builder)
}

pub fn bare_world_on(policy: Policy, store: Arc<Base>, ring: Arc<KeyRing>) -> World {
    assembled(policy, store, Some(ring), |builder| builder)
}

/// Makes a host with the policy of [`synergy_policy`](super::synergy_policy). It has no clients and no key ring.
pub fn synergy() -> World {
    bare_world(synergy_policy())
}

fn assembled(
    policy: Policy,
    store: Arc<Base>,
    ring: Option<Arc<KeyRing>>,
    change: impl FnOnce(Builder) -> Builder,
) -> World {
    let (people, clock) = (Arc::new(people()), Arc::new(ManualClock::at(start())));
    let site = Site { store, people, clock, sink: RecordingSink::default(), secrets: Vec::new(), policy, ring };
    let world = site.node(1, change);
    // Counts as upkeep, so that the host gets no event about missing upkeep.
    let _flushed = block_on(world.handle.flush());
    world.take_events();
    world
}

impl Site {
    fn node(self, seed: u64, change: impl FnOnce(Builder) -> Builder) -> World {
        let mut builder = Counterfoil::builder()
            .policy(self.policy.clone())
            .clock(self.clock.clone())
            .entropy(SeededEntropy::new(seed))
            .store(self.store.clone())
            .directory(self.people.clone())
            .events(self.sink.clone());
        if let Some(ring) = self.ring.clone() {
            builder = builder.key_ring(ring);
        }
        World { handle: change(builder).build().expect("all parts are there"), site: self }
    }
}

impl World {
    /// Makes another node of the same host. The node has random numbers of its own, and `change` can replace its other
    /// parts.
    pub fn elsewhere(&self, change: impl FnOnce(Builder) -> Builder) -> World {
        self.site.clone().node(2, change)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Returns the events since the last call of this method.
    pub fn take_events(&self) -> Vec<EventKind> {
        self.sink.take().into_iter().map(|Event { kind, .. }| kind).collect()
    }

    pub fn stored(&self, id: &RecordId) -> Option<store::TokenRecord> {
        block_on(self.store.get(id)).expect("available")
    }

    pub fn is_stored(&self, id: &RecordId) -> bool {
        self.stored(id).is_some()
    }

    /// Changes the settings directly in the store, as another node would.
    pub fn set(&self, change: impl FnOnce(&mut StoredSettings)) {
        let there = block_on(self.store.settings(&Realm::default())).expect("available");
        let (version, mut settings) =
            there.map_or((None, StoredSettings::default()), |there| (Some(there.version), there.settings));
        change(&mut settings);
        let put = block_on(self.store.put_settings(&Realm::default(), version, &settings)).expect("available");
        assert!(matches!(put, SettingsPut::Done(_)));
    }

    pub fn open_gate(&self, open: bool) {
        self.set_number(SettingName::PersonalAccessTokensEnabled, open.into());
    }

    pub fn set_number(&self, name: SettingName, number: u64) {
        self.set(|settings| settings.set_number(name, number).expect("in range"));
    }
}
