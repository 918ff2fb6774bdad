//! Stamps: for each family and owner, the number of the last step of the log that named it.
//!
//! A step does not remove entries. It raises the stamp of its family or owner, and an entry counts only while its
//! stamps are not newer than the moment at which it was requested from the store. Each use compares, so there is no gap
//! between a check and an insertion.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use counterfoil::Realm;
use counterfoil::store::Narrowed;
use counterfoil::types::FamilyId;

/// The number of stamps. Families and owners share them by their hashes. A shared stamp costs a read of the store, and
/// nothing else.
const STAMPS: usize = 1 << 16;

/// The stamps of one node. One thread writes, and any number of threads read.
pub(crate) struct Stamps {
    /// The number of the last step. All stamps up to this number are visible to a thread that has loaded it.
    seen: AtomicU64,
    /// The number of the last step that concerned everything.
    all: AtomicU64,
    stamps: Box<[AtomicU64]>,
    /// A random key, because the ids of owners can be chosen by strangers.
    state: RandomState,
}

/// The place of the stamp of a family or of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u16);

impl Default for Stamps {
    fn default() -> Self {
        let stamps = (0..STAMPS).map(|_| AtomicU64::new(0)).collect();
        Self { seen: AtomicU64::new(0), all: AtomicU64::new(0), stamps, state: RandomState::new() }
    }
}

impl Stamps {
    /// The number of the last step.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.load(Ordering::Acquire)
    }

    pub(crate) fn of_family(&self, family: &FamilyId) -> Place {
        Place(self.state.hash_one(family.as_bytes()) as u16)
    }

    /// The place of an owner or subject of a realm.
    pub(crate) fn of_owner(&self, realm: &Realm, owner: &str) -> Place {
        Place(self.state.hash_one((realm.as_str(), owner)) as u16)
    }

    /// Whether no step has named one of these places, or everything, after the step with the number `since`.
    pub(crate) fn are_current(&self, since: u64, places: [Place; 2]) -> bool {
        let is_old = |stamp: &AtomicU64| stamp.load(Ordering::Acquire) <= since;
        is_old(&self.all) && places.iter().all(|place| is_old(&self.stamps[usize::from(place.0)]))
    }

    /// Writes a step. Only one thread may call this at a time.
    pub(crate) fn step(&self, what: &Narrowed) {
        match what {
            Narrowed::Family(family) => self.raise(&self.stamps[usize::from(self.of_family(family).0)]),
            Narrowed::Owner { realm, owner } => {
                self.raise(&self.stamps[usize::from(self.of_owner(realm, owner.as_str()).0)]);
            }
            // A step of a later version can name something unknown.
            _ => self.forget(),
        }
    }

    /// Makes every entry void. Only one thread may call this at a time.
    pub(crate) fn forget(&self) {
        self.raise(&self.all);
    }

    /// The stamp is written before the number, so that a thread that knows the number also sees the stamp.
    fn raise(&self, stamp: &AtomicU64) {
        let next = self.seen.load(Ordering::Relaxed) + 1;
        stamp.store(next, Ordering::Release);
        self.seen.store(next, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use counterfoil::SubjectId;

    use super::*;

    fn family(byte: u8) -> FamilyId {
        FamilyId::from_bytes([byte; 10])
    }

    #[test]
    fn a_step_makes_void_what_was_requested_before_it_and_nothing_else() {
        let stamps = Stamps::default();
        let realm = Realm::default();
        let owner = SubjectId::new("7").expect("a subject");
        let places = [stamps.of_family(&family(1)), stamps.of_owner(&realm, "7")];
        let owned = Narrowed::Owner { realm: realm.clone(), owner: owner.into() };
        for what in [Narrowed::Family(family(1)), owned, Narrowed::All] {
            let before = stamps.seen();
            assert!(stamps.are_current(before, places));
            stamps.step(&what);
            assert!(!stamps.are_current(before, places), "{what:?}");
            assert!(stamps.are_current(stamps.seen(), places), "{what:?}: requested afterwards");
        }
    }

    #[test]
    fn a_step_for_others_leaves_an_entry_alone() {
        let stamps = Stamps::default();
        let places = [stamps.of_family(&family(1)), stamps.of_owner(&Realm::default(), "7")];
        let others = (2..=200).map(family).filter(|other| !places.contains(&stamps.of_family(other)));
        others.for_each(|other| stamps.step(&Narrowed::Family(other)));
        assert!(stamps.seen() > 100 && stamps.are_current(0, places));
        let realms = (0..9).map(|number| Realm::new(&format!("realm-{number}")).expect("a realm"));
        assert!(realms.map(|realm| stamps.of_owner(&realm, "7")).any(|place| place != places[1]));
    }
}
