//! Tests that a copy refuses unsuitable sources and targets, if possible before its first write.

use std::sync::Arc;

use counterfoil::client::{ClientKey, Registration};
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{ClientStore, SettingsStore, TokenStore, Transfer};
use counterfoil::testing::{Faults, FaultyStore};
use counterfoil::{KeyRing, Realm};
use counterfoil_conformance::sample::{Person, at, most};
use counterfoil_conformance::transfer_clauses::every_state;
use counterfoil_copy::{Copy, CopyError, Side, Stores};
use futures_executor::block_on;

use crate::round_trip::fill;
use crate::stores::{RUNTIME, memory, sqlite};

async fn is_empty(store: &impl Transfer) -> bool {
    store.families(None, most(1)).await.expect("a store").items.is_empty()
}

#[test]
fn host_60_a_target_with_a_credential_of_its_own_is_refused_unchanged() {
    let (source, target) = (memory(), memory());
    block_on(async {
        fill(&source.store).await;
        let own = Person::new("default", "zoe").pat();
        own.found(&*target.store).await.expect("a store");
        let refused = Copy::new(source.stores(), target.stores()).run().await;
        assert!(matches!(refused, Err(CopyError::ForeignFamily(family)) if family == own.family.id), "{refused:?}");
        assert_eq!(target.store.census().await.expect("a store").iter().map(|(_, count)| count).sum::<u64>(), 1);
        assert!(target.store.settings(&Realm::default()).await.expect("a store").is_none(), "nothing was written");
    });
}

#[test]
fn host_60_a_target_with_a_client_of_its_own_is_refused_unchanged() {
    let (source, target) = (memory(), memory());
    block_on(async {
        fill(&source.store).await;
        for (id, key) in [("client-1", 1), ("of-its-own", 9)] {
            let own = Registration::new(id.parse().expect("an id"), ClientKey::from_bytes([key; 16]), "Own", at(1));
            let _put = target.store.put_client(&Realm::default(), None, &own).await.expect("a store");
            let refused = Copy::new(source.stores(), target.stores()).run().await;
            assert!(matches!(refused, Err(CopyError::ForeignClient { .. })), "{refused:?}");
        }
        assert!(is_empty(&*target.store).await);
    });
}

#[test]
fn host_60_a_target_with_settings_or_a_key_ring_of_its_own_is_refused_unchanged() {
    let (source, target, third) = (memory(), memory(), memory());
    block_on(async {
        let realm = Realm::default();
        let start = async |store: Arc<counterfoil::memory::MemoryStore>| {
            let people = counterfoil::memory::MemoryDirectory::default();
            let ring = KeyRing::generate_from_system().expect("random bytes");
            let builder = counterfoil::Counterfoil::builder().store(store).directory(people).key_ring(ring);
            builder.build().expect("a handle").start().await.expect("a store");
        };
        start(Arc::clone(&source.store)).await;
        start(Arc::clone(&target.store)).await;
        every_state(&source.store).await.expect("a store");
        let refused = Copy::new(source.stores(), target.stores()).run().await;
        assert!(matches!(refused, Err(CopyError::ForeignKeyRing { .. })), "{refused:?}");
        let mut settings = StoredSettings::default();
        settings.set_number(SettingName::PatMaxDays, 3).expect("within its range");
        let _put = third.store.put_settings(&realm, None, &settings).await.expect("a store");
        let refused = Copy::new(source.stores(), third.stores()).run().await;
        assert!(matches!(refused, Err(CopyError::ForeignSettings(_))), "{refused:?}");
        assert!(is_empty(&*target.store).await && is_empty(&*third.store).await);
    });
}

#[test]
fn host_60_a_source_that_was_used_after_the_copy_is_told_and_nothing_is_overwritten() {
    let (source, target) = (memory(), memory());
    block_on(async {
        fill(&source.store).await;
        let copy = Copy::new(source.stores(), target.stores());
        copy.run().await.expect("a copy");
        let first = source.store.families(None, most(1)).await.expect("a store").items[0];
        let whole = source.store.family(&first).await.expect("a store").expect("a family");
        source.store.touch(&[(whole.members()[0].id, at(999))]).await.expect("a store");
        for outcome in [copy.run().await, copy.verify().await] {
            assert!(
                matches!(outcome, Err(CopyError::Differs { family, field: "last_used_at" }) if family == first),
                "{outcome:?}"
            );
        }
        let stands = target.store.family(&first).await.expect("a store").expect("a family");
        assert_eq!(whole.difference(&stands), None);
    });
}

#[test]
fn host_60_a_target_that_has_served_is_refused_before_a_purged_credential_comes_back() {
    let (source, target) = (memory(), memory());
    block_on(async {
        fill(&source.store).await;
        let copy = Copy::new(source.stores(), target.stores());
        copy.run().await.expect("a copy");
        let last = target.store.last_upkeep().await.expect("a store");
        let served = at(9_000_000_000);
        assert!(target.store.note_upkeep(last, served).await.expect("a store"));
        let refused = copy.run().await;
        assert!(matches!(refused, Err(CopyError::TargetServed)), "{refused:?}");
        assert!(matches!(copy.plan().await, Err(CopyError::TargetServed)));
        copy.verify().await.expect("a comparison writes nothing");
    });
}

#[test]
fn host_60_a_family_that_was_used_in_the_target_is_found_before_the_first_write() {
    let (source, target) = (memory(), memory());
    block_on(async {
        fill(&source.store).await;
        let copy = Copy::new(source.stores(), target.stores());
        copy.run().await.expect("a copy");
        let last = source.store.families(None, most(1000)).await.expect("a store").items.pop().expect("a family");
        let whole = target.store.family(&last).await.expect("a store").expect("a family");
        let used: Vec<_> = whole.members().iter().map(|member| (member.id, at(1_000_000_000_000))).collect();
        target.store.touch(&used).await.expect("a store");
        let new = Person::new("default", "zoe").pat();
        new.found(&*source.store).await.expect("a store");
        let refused = copy.run().await;
        assert!(matches!(refused, Err(CopyError::Differs { family, .. }) if family == last), "{refused:?}");
        assert!(target.store.family(&new.family.id).await.expect("a store").is_none(), "nothing was written");
        assert!(matches!(copy.plan().await, Err(CopyError::Differs { .. })));
    });
}

#[test]
fn host_60_settings_that_change_while_families_are_compared_are_found() {
    let (source, target) = (memory(), memory());
    // The closure of `faults.plan` calls `futures_executor::block_on`. This function panics if it is called within
    // itself, so this test runs on the tokio runtime.
    RUNTIME.block_on(async {
        fill(&source.store).await;
        Copy::new(source.stores(), target.stores()).run().await.expect("a copy");
        let (realm, faults) = (Realm::default(), Faults::default());
        let failing = Arc::new(FaultyStore::new(Arc::clone(&target.store), faults.clone()));
        // The checks read each family of the target once, and the comparison reads it again. The settings of the source
        // change when the last family is read for the second time.
        let (store, families) = (Arc::clone(&source.store), source.store.families(None, most(1000)).await);
        let last = families.expect("a store").items.len() * 2;
        let reads = std::sync::atomic::AtomicUsize::new(0);
        faults.plan(move |call| {
            let nth = reads.fetch_add(usize::from(call.method == "family"), std::sync::atomic::Ordering::Relaxed) + 1;
            if call.method == "family" && nth == last {
                block_on(async {
                    let now = store.settings(&realm).await.expect("a store");
                    let mut settings = now.as_ref().map(|now| now.settings.clone()).unwrap_or_default();
                    settings.set_number(SettingName::PatMaxDays, 5).expect("within its range");
                    let _put =
                        store.put_settings(&realm, now.map(|now| now.version), &settings).await.expect("a store");
                });
            }
            None
        });
        let compared = Copy::new(source.stores(), Stores::of(failing)).verify().await;
        assert!(matches!(compared, Err(CopyError::ForeignSettings(_))), "{compared:?}");
    });
}

#[test]
fn host_60_a_registration_of_the_target_that_does_not_decode_is_refused() {
    RUNTIME.block_on(async {
        let (folder, source) = (tempfile::TempDir::new().expect("a folder"), memory());
        fill(&source.store).await;
        let options = counterfoil_sql::sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("damaged.db"))
            .create_if_missing(true);
        let target = Arc::new(counterfoil_sql::SqliteStore::open(options.clone()).await.expect("a store"));
        Copy::new(source.stores(), Stores::of(Arc::clone(&target))).run().await.expect("a copy");
        let raw = counterfoil_sql::sqlx::SqlitePool::connect_with(options).await.expect("the file");
        let damage = "UPDATE counterfoil_client SET document = 'x' WHERE client_id = 'client-2' AND realm = 'default'";
        counterfoil_sql::sqlx::raw_sql(damage).execute(&raw).await.expect("the row");
        let copy = Copy::new(source.stores(), Stores::of(target));
        for refused in [copy.run().await, copy.verify().await] {
            assert!(matches!(refused, Err(CopyError::DamagedTarget { count: 1 })), "{refused:?}");
        }
    });
}

#[test]
fn host_60_a_family_of_the_target_that_is_damaged_during_the_run_is_named_as_damaged() {
    let id = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; \
              UPDATE counterfoil_family SET id = x'00' WHERE id = (SELECT max(id) FROM counterfoil_family)";
    for damage in ["UPDATE counterfoil_record SET digest = x'00'", id] {
        RUNTIME.block_on(async {
            let (folder, source) = (tempfile::TempDir::new().expect("a folder"), memory());
            fill(&source.store).await;
            let options = counterfoil_sql::sqlx::sqlite::SqliteConnectOptions::new()
                .filename(folder.path().join("damaged.db"))
                .create_if_missing(true);
            let target = Arc::new(counterfoil_sql::SqliteStore::open(options.clone()).await.expect("a store"));
            Copy::new(source.stores(), Stores::of(Arc::clone(&target))).run().await.expect("a copy");
            let raw = counterfoil_sql::sqlx::SqlitePool::connect_with(options).await.expect("the file");
            // The target is walked once by the checks before the first write. Rows are damaged before the second walk,
            // which compares the stores.
            let (faults, walks) = (Faults::default(), std::sync::atomic::AtomicUsize::new(0));
            faults.plan(move |call| {
                let is_walk = call.method == "families";
                let nth = walks.fetch_add(usize::from(is_walk), std::sync::atomic::Ordering::Relaxed);
                if is_walk && nth == 1 {
                    block_on(counterfoil_sql::sqlx::raw_sql(damage).execute(&raw)).expect("the rows");
                }
                None
            });
            let failing = Arc::new(FaultyStore::new(target, faults));
            let refused = Copy::new(source.stores(), Stores::of(failing)).verify().await;
            assert!(matches!(refused, Err(CopyError::DamagedTarget { count: 1.. })), "{refused:?}");
        });
    }
}

#[test]
fn host_60_a_damaged_row_stops_the_copy_before_its_first_write() {
    RUNTIME.block_on(async {
        let folder = tempfile::TempDir::new().expect("a folder");
        let options = counterfoil_sql::sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("damaged.db"))
            .create_if_missing(true);
        let source = Arc::new(counterfoil_sql::SqliteStore::open(options.clone()).await.expect("a store"));
        fill(&source).await;
        let raw = counterfoil_sql::sqlx::SqlitePool::connect_with(options).await.expect("the file");
        let damage = "UPDATE counterfoil_record SET digest = x'00' WHERE id = (SELECT max(id) FROM counterfoil_record)";
        counterfoil_sql::sqlx::raw_sql(damage).execute(&raw).await.expect("the row");
        let target = sqlite().await;
        let refused = Copy::new(Stores::of(source), target.stores()).run().await;
        assert!(matches!(refused, Err(CopyError::Damaged { count: 1, first: Some(_) })), "{refused:?}");
        assert!(is_empty(&*target.store).await);
    });
}

#[test]
fn host_60_a_source_that_hides_a_family_is_found_out_by_its_census() {
    let (source, hidden, target) = (memory(), memory(), memory());
    block_on(async {
        fill(&source.store).await;
        Person::new("default", "zoe").pat().found(&*hidden.store).await.expect("a store");
        let (tokens, families) = (source.store.clone(), hidden.store.clone());
        let apart = Stores::apart(tokens, families, source.store.clone(), source.store.clone());
        let refused = Copy::new(apart, target.stores()).run().await;
        assert!(matches!(refused, Err(CopyError::Uncounted { side: Side::Source, walked: 1, .. })), "{refused:?}");
    });
}

#[test]
fn host_60_no_message_of_a_copy_tells_a_secret() {
    let told = format!("{:?} {}", memory().stores(), CopyError::ForeignSettings(Realm::default()));
    assert_eq!(told, "Stores { .. } the target has settings of its own in realm default; copy into an empty store");
}
