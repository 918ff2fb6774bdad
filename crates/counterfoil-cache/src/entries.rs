//! What is kept in memory: records by id, and accounts by realm and subject.

use std::hash::{Hash, RandomState};
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{Look, TokenRecord};
use counterfoil::types::RecordId;
use counterfoil::{Account, Realm, SubjectId};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, UnitWeighter};

use crate::age::AgeReading;
use crate::stamps::{Place, Stamps};

/// A value with what decides whether it counts.
pub(crate) struct Entry<T> {
    value: T,
    places: [Place; 2],
    /// The number of the last step before the read of the value began.
    since: u64,
    /// When the read of the value began.
    pub(crate) began: AgeReading,
}

impl<T> Entry<T> {
    /// The value counts if no step named it after its read began, and if it is younger than `max_age`.
    fn counts(&self, stamps: &Stamps, now: AgeReading, max_age: Duration) -> bool {
        now.since(&self.began) < max_age && stamps.are_current(self.since, self.places)
    }
}

type Map<K, T> = Cache<K, Arc<Entry<T>>, UnitWeighter, RandomState>;

/// A bounded map, which drops what is used least.
fn map<K: Eq + Hash, T>(capacity: usize) -> Map<K, T> {
    let (weighter, state) = (UnitWeighter, RandomState::new());
    Cache::with(capacity, u64::try_from(capacity).unwrap_or(u64::MAX), weighter, state, Default::default())
}

/// The records.
pub(crate) struct Records(Map<RecordId, TokenRecord>);

impl Records {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(map(capacity))
    }

    /// Shows the record if it counts. Returns whether it has shown it.
    pub(crate) fn show(
        &self,
        id: &RecordId,
        (stamps, now, max_age): (&Stamps, AgeReading, Duration),
        look: &mut Look<'_>,
    ) -> bool {
        // The cache's lock is free while `look` runs.
        let found = self.0.get(id).filter(|entry| entry.counts(stamps, now, max_age));
        let Some(entry) = found else { return false };
        look(Some(entry.value.view()));
        true
    }

    pub(crate) fn keep(&self, record: TokenRecord, (since, began): (u64, AgeReading), stamps: &Stamps) {
        let own = record.record();
        let places = [stamps.of_family(&own.id.family()), stamps.of_owner(&own.realm, own.owner.as_str())];
        if stamps.are_current(since, places) {
            self.0.insert(own.id, Arc::new(Entry { value: record, places, since, began }));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Person {
    realm: Realm,
    subject: SubjectId,
}

/// A borrowed [`Person`], with the same hash.
#[derive(Hash)]
struct PersonRef<'a> {
    realm: &'a Realm,
    subject: &'a SubjectId,
}

impl Equivalent<Person> for PersonRef<'_> {
    fn equivalent(&self, key: &Person) -> bool {
        *self.realm == key.realm && *self.subject == key.subject
    }
}

/// The accounts.
pub(crate) struct People(Map<Person, Account>);

impl People {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(map(capacity))
    }

    /// Shows the account if it counts. Returns the moment at which its read began.
    pub(crate) fn show(
        &self,
        (realm, subject): (&Realm, &SubjectId),
        (stamps, now, max_age): (&Stamps, AgeReading, Duration),
        look: &mut dyn FnMut(&Account),
    ) -> Option<AgeReading> {
        let entry = self.0.get(&PersonRef { realm, subject })?;
        entry.counts(stamps, now, max_age).then(|| {
            look(&entry.value);
            entry.began
        })
    }

    pub(crate) fn keep(&self, realm: &Realm, account: &Account, (since, began): (u64, AgeReading), stamps: &Stamps) {
        let subject = account.subject();
        let place = stamps.of_owner(realm, subject.as_str());
        let places = [place, place];
        if stamps.are_current(since, places) {
            let person = Person { realm: realm.clone(), subject: subject.clone() };
            self.0.insert(person, Arc::new(Entry { value: account.clone(), places, since, began }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher as _;

    use super::*;

    #[test]
    fn a_borrowed_person_is_found_by_the_same_hash() {
        let state = RandomState::new();
        let (realm, subject) = (Realm::default(), SubjectId::new("7").expect("a subject"));
        let borrowed = PersonRef { realm: &realm, subject: &subject };
        let person = Person { realm: realm.clone(), subject: subject.clone() };
        assert_eq!(state.hash_one(&borrowed), state.hash_one(&person));
        assert!(borrowed.equivalent(&person));
        let other = Person { realm: Realm::new("other").expect("a realm"), ..person };
        assert!(!borrowed.equivalent(&other));
    }
}
