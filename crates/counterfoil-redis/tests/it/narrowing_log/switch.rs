//! Tests how the log is switched on and off.

use std::collections::HashSet;

use super::{ALL, Reader, family, is_off, open, page};
use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use crate::upgrade::cut_off;
use counterfoil::Timestamp;
use counterfoil::store::{Narrowed, NarrowingLog as _, TokenStore};
use counterfoil_conformance::sample::{GONE, Person, at, most, revoked};
use counterfoil_redis::redis::{Connection, cmd};
use counterfoil_redis::{RedisStore, SetupError};

fn layout(space: &Space, backend: Backend) -> String {
    let key = format!("{}:layout", space.prefix());
    let get = |node: &mut Connection| cmd("GET").arg(&key).query::<Option<String>>(node).ok().flatten();
    backend.each(get).into_iter().flatten().next().expect("a layout")
}

/// The number of keys of logs.
fn logs(space: &Space, backend: Backend) -> usize {
    let pattern = format!("{}:*:j", space.prefix());
    let keys = |node: &mut Connection| cmd("KEYS").arg(&pattern).query::<Vec<Vec<u8>>>(node).expect("keys");
    backend.each(keys).into_iter().flatten().collect::<HashSet<_>>().len()
}

async fn revoke(store: &RedisStore) -> Narrowed {
    let person = Person::somebody();
    let draft = person.pat();
    draft.found(store).await.expect("a record");
    let done = store.revoke(person.all(), revoked(at(1)), at(GONE), most(1)).await;
    assert_eq!(done.expect("an answer").changed, 1);
    family(&draft)
}

#[test]
fn a_log_that_is_off_is_not_supported_and_costs_no_key() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let space = Space::new(backend);
            let store = space.open().await;
            revoke(&store).await;
            assert!(is_off(&store.narrowings(None, most(1)).await));
            assert!(is_off(&store.narrow(&Narrowed::All, at(1)).await));
            assert!(is_off(&store.trim_narrowings(Timestamp::MAX, most(1)).await));
            assert_eq!((logs(&space, backend), layout(&space, backend)), (0, "5".to_owned()));
        }
    });
}

/// A store that was opened before, and stores that are opened without the option, write steps after another store has
/// switched the log on. They read the log too.
#[test]
fn one_node_switches_the_log_on_for_all() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let space = Space::new(backend);
            let before = space.open().await;
            revoke(&before).await;
            let switching = open(&space).await;
            assert_eq!((logs(&space, backend), layout(&space, backend)), (256, "6".to_owned()));
            let mut reader = Reader::begin(&before).await;
            let (after, again) = (space.open().await, open(&space).await);
            for store in [&before, &switching, &after, &again] {
                let narrowed = revoke(store).await;
                assert_eq!(reader.read(&after).await, HashSet::from([narrowed]), "{backend:?}");
            }
        }
    });
}

/// Opens that switch the log on are cut off after different numbers of polls. While the log is on for some shards only,
/// it cannot be read. The next open completes it.
#[test]
fn a_log_that_is_on_for_some_shards_is_off_for_readers_until_the_next_open() {
    RUNTIME.block_on(async {
        let (backend, mut part) = (Backend::Single, 0);
        for turns in (2..60).step_by(2) {
            let space = Space::new(backend);
            let store = space.open().await;
            drop(cut_off(turns, open(&space)).await);
            // Commands that were sent before the cut can be executed after it.
            let begun = logs(&space, backend);
            let off = is_off(&store.narrowings(None, most(1)).await);
            if logs(&space, backend) == begun {
                assert_eq!(off, begun < 256, "{begun} shards");
                part += usize::from((1..256).contains(&begun));
            }
            open(&space).await;
            assert!(page(&store, None, 1).await.steps.is_empty());
        }
        assert!(part > 0, "the control");
    });
}

#[test]
fn a_log_that_was_switched_off_leaves_nothing_and_has_another_epoch_afterwards() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let space = Space::new(backend);
            let (store, other) = (open(&space).await, space.open().await);
            let reader = Reader::begin(&store).await;
            revoke(&store).await;
            store.end_narrowing_log().await.expect("ended");
            revoke(&other).await;
            assert!(is_off(&other.narrowings(Some(&reader.at), most(1)).await));
            assert_eq!((logs(&space, backend), layout(&space, backend)), (0, "5".to_owned()));
            let on = open(&space).await;
            assert_ne!(page(&on, Some(&reader.at), 1).await.epoch, reader.epoch, "{backend:?}");
        }
    });
}

#[test]
fn a_store_that_writes_nothing_when_it_opens_does_not_switch_the_log_on() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let (url, options) = (space.urls()[0].clone(), space.options().without_upgrade().with_narrowing_log());
        space.open().await;
        let refused = RedisStore::open(url.as_str(), options.clone()).await.map(drop);
        assert!(matches!(refused, Err(SetupError::Outdated { found: 5, known: 6 })), "{refused:?}");
        assert_eq!((logs(&space, Backend::Single), layout(&space, Backend::Single)), (0, "5".to_owned()));
        open(&space).await;
        let store = RedisStore::open(url.as_str(), options).await.expect("a store");
        assert!(page(&store, None, 1).await.steps.is_empty());
    });
}
