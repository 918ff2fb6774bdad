//! Tests data that another version of this crate wrote. A newer layout or row is refused and left unchanged. Unknown
//! members of documents are kept.

use std::sync::Arc;

use crate::support::bases::{ENGINES, folder};
use counterfoil::client::{Registration, VersionedRegistration};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{ClientPut, ClientStore as _, SettingsPut, SettingsStore as _, StoreError, TokenStore as _};
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::Person;
use counterfoil_kv::{Engine, Key, KvStore, SetupError, Value, Write};

/// The key of the layout version.
const LAYOUT: &[u8] = b"!";

/// A registration as this version of the crate writes it.
const REGISTRATION: &str = r#"{"client_id":"app","key":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"display_name":"App",
"secrets":[],"grants":["password"],"allowed_scope":"a b","default_scope":null,"public":false,"refresh_mode":"rotate",
"resource_server":true,"disabled":false,"epoch":1,"created_at":1700000000000000}"#;

async fn set(engine: &dyn Engine, key: &[u8], value: Value) {
    let write = Write { expect: Vec::new(), change: vec![(key.to_vec(), Some(value))] };
    let _applied = engine.write(write).await.expect("an answer");
}

async fn pairs(engine: &dyn Engine) -> Vec<(Key, Value)> {
    engine.scan(&[], &[0xff; 32], usize::MAX).await.expect("pairs")
}

/// A row with a version number, as this version of the crate writes it.
fn version(number: u64) -> Value {
    [&[1][..], &number.to_be_bytes()].concat()
}

#[test]
fn fault_d7_a_newer_layout_is_refused_and_left_alone() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            Person::somebody().pat().found(&store).await.expect("a token");
            drop(store);
            // The layout number 2 means that an upgrade to the next layout is in progress. The next layout has the
            // number 3, and 1,000 is a later layout.
            for newer in [2, 3, 1_000] {
                set(&*engine, LAYOUT, version(newer)).await;
                let before = pairs(&*engine).await;
                let refused = KvStore::open(Arc::clone(&engine)).await.expect_err(name);
                assert!(matches!(refused, SetupError::Newer { found } if found == newer), "{name}: {refused:?}");
                let told = refused.to_string();
                assert!(told.contains("open it with the version that wrote it"), "{name}: {told}");
                assert_eq!(pairs(&*engine).await, before, "{name}");
            }
        });
    }
}

#[test]
fn fault_d7_a_layout_that_was_never_written_is_no_store() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            for foreign in [version(0), Vec::new(), vec![1; 8], vec![2; 9]] {
                set(&*engine, LAYOUT, foreign.clone()).await;
                let refused = KvStore::open(Arc::clone(&engine)).await.expect_err(name);
                assert!(matches!(refused, SetupError::Foreign(_)), "{name}, {foreign:?}: {refused:?}");
            }
        });
    }
}

#[test]
fn fault_d7_a_row_in_a_newer_form_is_corrupt_and_left_alone() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            let person = Person::somebody();
            let id = person.pat().found(&store).await.expect("a token");
            let key = [b"r", &id.as_bytes()[..]].concat();
            let mut row = engine.get(std::slice::from_ref(&key)).await.expect("a row")[0].clone().expect("a row");
            row[0] += 1;
            row.extend_from_slice(b"a later field");
            set(&*engine, &key, row).await;
            let before = pairs(&*engine).await;
            let read = store.get(&id).await;
            assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{name}: {read:?}");
            assert_eq!(pairs(&*engine).await, before, "{name}");
        });
    }
}

/// Adds a JSON member, as a later version might, to the only document whose key begins with this letter.
async fn add_a_member(engine: &dyn Engine, letter: u8) {
    let (key, row) = engine.scan(&[letter], &[letter + 1], 2).await.expect("pairs").pop().expect("a document");
    let (head, document) = (&row[..9], std::str::from_utf8(&row[13..]).expect("a text"));
    let newer = format!(r#"{},"later":{{"a":[1,2]}}}}"#, document.strip_suffix('}').expect("an object"));
    let length = u32::try_from(newer.len()).expect("short").to_be_bytes();
    set(engine, &key, [head, &length[..], newer.as_bytes()].concat()).await;
}

async fn document(engine: &dyn Engine, letter: u8) -> String {
    let (_, row) = engine.scan(&[letter], &[letter + 1], 2).await.expect("pairs").pop().expect("a document");
    String::from_utf8(row[13..].to_vec()).expect("a text")
}

#[test]
fn fault_d7_unknown_members_of_documents_are_kept_when_they_are_rewritten() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            let realm = Person::somebody().realm;
            let registration = Registration::from_document(REGISTRATION).expect("a registration");
            let put = store.put_client(&realm, None, &registration).await.expect("an answer");
            assert!(matches!(put, ClientPut::Done(_)), "{name}: {put:?}");
            let put = store.put_settings(&realm, None, &StoredSettings::default()).await.expect("an answer");
            assert!(matches!(put, SettingsPut::Done(_)), "{name}: {put:?}");
            add_a_member(&*engine, b'C').await;
            add_a_member(&*engine, b'S').await;

            let found = store.client(&realm, &registration.client_id).await.expect("read over");
            let VersionedRegistration { version, registration: mut newer } = found.expect("a client");
            newer.display_name = "another name".into();
            let put = store.put_client(&realm, Some(version), &newer).await.expect("an answer");
            assert!(matches!(put, ClientPut::Done(_)), "{name}: {put:?}");
            let mut settings = store.settings(&realm).await.expect("read over").expect("settings");
            settings.settings.values.insert("a_number".into(), "1".into());
            let put = store.put_settings(&realm, Some(settings.version), &settings.settings).await.expect("an answer");
            assert!(matches!(put, SettingsPut::Done(_)), "{name}: {put:?}");
            for (letter, changed) in [(b'C', "another name"), (b'S', "a_number")] {
                let kept = document(&*engine, letter).await;
                assert!(kept.contains(changed) && kept.contains(r#""later":{"a":[1,2]}"#), "{name}: {kept}");
            }
        });
    }
}
