//! Copies everything through all stores and back.

use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::client::{ClientKey, Registration, SecretForm, StoredSecret};
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{
    Alias, AliasEntry, AliasPut, AliasStore, ClientPut, ClientStore, SettingsStore, Throttle, TokenStore, Transfer,
};
use counterfoil::types::{KeyId, RecordId};
use counterfoil_conformance::sample::at;
use counterfoil_conformance::transfer_clauses::every_state;
use counterfoil_copy::{Copy, Stores};

use crate::details;
use crate::stores::{Opened, RUNTIME, fjall, memory, postgres, redb, redis, redis_cluster, sqlite};

/// Fills a store with families in every state, families with details, and with clients and settings of two realms.
pub(crate) async fn fill<S: TokenStore + ClientStore + SettingsStore + AliasStore>(store: &Arc<S>) {
    every_state(store).await.expect("the store keeps the contract");
    let _filled = details::fill(&**store).await;
    for realm in [Realm::default(), Realm::new("other").expect("a realm")] {
        for number in [1, 2] {
            let id = format!("client-{number}").parse().expect("a client id");
            let secret = StoredSecret::new([3; 16], SecretForm::Imported, [4; 32], KeyId::new(1), at(1));
            let registration = Registration::new(id, ClientKey::from_bytes([number; 16]), "A client", at(2))
                .with_secrets(vec![secret])
                .with_epoch(5);
            let ClientPut::Done(first) = store.put_client(&realm, None, &registration).await.expect("a store") else {
                panic!("a new client is created")
            };
            let changed = registration.with_display_name("Another name");
            let put = store.put_client(&realm, Some(first), &changed).await.expect("a store");
            assert!(matches!(put, ClientPut::Done(_)));
        }
        let mut settings = StoredSettings::default();
        settings.set_number(SettingName::PatMaxDays, 90).expect("within its range");
        settings.switches.insert(counterfoil::SubjectId::new("ann").expect("a subject"), true);
        let text = settings
            .to_document()
            .expect("JSON")
            .replace(r#"{"values""#, r#"{"key_checks":{"1":"00000000000000aa"},"values""#);
        let settings = StoredSettings::from_document(&text).expect("settings");
        assert_eq!(settings.key_checks.len(), 1, "{text}");
        let _put = store.put_settings(&realm, None, &settings).await.expect("a store");
    }
    for number in 0..=u8::MAX {
        let mut bytes = [number.wrapping_mul(3); 32];
        bytes[31] = number;
        let entry = AliasEntry { id: RecordId::from_bytes([number; 16]), created_at: at(u64::from(number)) };
        let put = store.put_alias(&Alias::from_bytes(bytes), &entry, None).await.expect("a store");
        assert_eq!(put, AliasPut::Done);
    }
    assert!(store.note_upkeep(None, at(9)).await.expect("a store"));
}

/// Copies one store to another and compares them. Asserts that a second run finds every family already in the target.
async fn hop(from: &Stores, to: &Stores) {
    let copy = Copy::new(from.clone(), to.clone());
    let planned = copy.plan().await.expect("a target that may be filled");
    let report = copy.run().await.expect("a copy");
    assert_eq!((report.already_there, &report), (0, &planned));
    assert!(report.families > 15 && report.records > report.families && report.shrunk_records > 1);
    assert!(report.revoked_families > 0 && report.notices > 2 && report.labels > 3);
    assert_eq!((report.clients, report.settings, report.realms.len(), report.retired_clients), (4, 2, 2, 1));
    assert_eq!((report.versions_behind, report.aliases), (0, 256));
    let again = copy.run().await.expect("a copy");
    assert_eq!((again.already_there, again.families), (report.families, report.families));
}

async fn through(stores: &[Stores]) {
    for pair in stores.windows(2) {
        hop(&pair[0], &pair[1]).await;
    }
    // The last store must equal the first store, not only the store before it.
    let (first, last) = (stores.first().expect("stores"), stores.last().expect("stores"));
    Copy::new(first.clone(), last.clone()).verify().await.expect("the first and the last are equal");
}

#[test]
fn host_60_everything_goes_through_a_store_of_each_kind_and_back() {
    RUNTIME.block_on(async {
        let (a, b, c, d, e) = (memory(), sqlite().await, postgres().await, redis().await, redb().await);
        let (f, g, h) = (redis_cluster().await, fjall().await, memory());
        fill(&a.store).await;
        let there = [a.stores(), b.stores(), c.stores(), d.stores(), e.stores(), f.stores(), g.stores(), h.stores()];
        through(&there).await;
    });
}

/// Fills a store through the methods of the store traits, and copies it to an empty store of each kind.
async fn to_each_kind<S>(source: Opened<S>)
where
    S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
{
    fill(&source.store).await;
    let from = source.stores();
    hop(&from, &memory().stores()).await;
    hop(&from, &sqlite().await.stores()).await;
    hop(&from, &postgres().await.stores()).await;
    hop(&from, &redis().await.stores()).await;
    hop(&from, &redis_cluster().await.stores()).await;
    hop(&from, &redb().await.stores()).await;
    hop(&from, &fjall().await.stores()).await;
}

/// Makes a test for each source. The test copies the source to the stores of [`to_each_kind`].
macro_rules! sources {
    ($($name:ident: $source:expr;)*) => {$(
        #[test]
        fn $name() {
            RUNTIME.block_on(async { to_each_kind($source).await });
        }
    )*};
}

sources! {
    host_60_everything_goes_from_the_store_in_memory_to_each_kind: memory();
    host_60_everything_goes_from_sqlite_to_each_kind: sqlite().await;
    host_60_everything_goes_from_postgresql_to_each_kind: postgres().await;
    host_60_everything_goes_from_redis_to_each_kind: redis().await;
    host_60_everything_goes_from_a_redis_cluster_to_each_kind: redis_cluster().await;
    host_60_everything_goes_from_redb_to_each_kind: redb().await;
    host_60_everything_goes_from_fjall_to_each_kind: fjall().await;
}

#[test]
fn host_60_versions_and_internal_ids_of_removed_clients_go_along() {
    RUNTIME.block_on(async {
        let (source, target) = (memory(), sqlite().await);
        fill(&source.store).await;
        let _report = Copy::new(source.stores(), target.stores()).run().await.expect("a copy");
        let (realm, id) = (Realm::default(), "client-1".parse().expect("a client id"));
        let version = async |store: &dyn ClientStore| {
            store.client(&realm, &id).await.expect("a store").expect("a client").version
        };
        assert_eq!(version(&*source.store).await, version(&*target.store).await);
        // The sign-ins name client 7, which has no registration.
        let anew = Registration::new("anew".parse().expect("an id"), ClientKey::from_bytes([7; 16]), "Anew", at(3));
        let put = target.store.put_client(&realm, None, &anew).await.expect("a store");
        assert!(matches!(put, ClientPut::Retired), "{put:?}");
        assert_eq!(target.store.last_upkeep().await.expect("a store"), Some(at(9)));
    });
}
