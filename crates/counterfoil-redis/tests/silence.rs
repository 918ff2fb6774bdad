//! Tests connections that are cut while they are idle, and connections that become silent. A write that was not sent is
//! sent once more. The store recovers by itself.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod support;

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::store::{Inserted, StoreError, TokenStore};
use counterfoil_conformance::sample::{Person, at, must_get};
use counterfoil_redis::{Options, RedisStore, Waits};
use support::RUNTIME;
use support::backend::{Backend, SERVER, Space};
use support::pair::{Pair, SOON, now};
use support::proxy::Proxy;

/// Makes the store wait for one replica. In these tests the replica gets each write in time.
fn waits() -> Waits {
    Waits::new(NonZeroU32::MIN, Duration::from_secs(2))
}

async fn insert(store: &RedisStore) -> Result<Inserted, StoreError> {
    let draft = Person::somebody().pat();
    store.insert(draft.home(None), &draft.records, at(0)).await
}

/// Waits until the client has received the end of a cut connection.
async fn arrives() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Cuts the idle connections of three stores ten times. The server cuts the first store's connections. A proxy cuts
/// those of the second store, and of the third store, which waits for a replica. The first write after each cut must
/// succeed.
#[test]
fn fault_g10_the_first_write_after_an_idle_cut_goes_through() {
    RUNTIME.block_on(async {
        let (space, proxy) = (Space::new(Backend::Single), Proxy::to(SERVER.port()).await);
        let direct = space.open().await;
        let behind = RedisStore::open(proxy.url(), Options::new().prefix("idle")).await.expect("a store");
        for _ in 0..10 {
            space.cut();
            proxy.cut();
            arrives().await;
            for store in [&direct, &behind] {
                let first = insert(store).await;
                assert!(matches!(first, Ok(Inserted::Done)), "{first:?}");
            }
        }
        let pair = Pair::start().await;
        let waiting = pair.open(Options::new().waits(waits())).await;
        for _ in 0..10 {
            pair.address.cut();
            arrives().await;
            let first = insert(&waiting).await;
            assert!(matches!(first, Ok(Inserted::Done)), "{first:?}");
        }
    });
}

/// The proxy forgets a connection without closing it, as a NAT can do. The first write after this must not be lost.
#[test]
fn fault_g10_the_first_write_on_a_connection_that_was_forgotten_goes_through() {
    RUNTIME.block_on(async {
        let pair = Pair::start().await;
        let plain = pair.open(Options::new()).await;
        let waiting = pair.open(Options::new().waits(waits())).await;
        for store in [&plain, &waiting] {
            assert!(matches!(insert(store).await, Ok(Inserted::Done)));
        }
        pair.address.deafen();
        // This is longer than the time for which a check of the node's role is valid.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        for store in [&plain, &waiting] {
            let first = insert(store).await;
            assert!(matches!(first, Ok(Inserted::Done)), "{first:?}");
        }
    });
}

/// Checks that calls fail at their deadline while no data passes in either direction and no connection is closed. When
/// data passes again, calls must be answered.
#[test]
fn fault_g3_connections_that_go_silent_are_dropped() {
    RUNTIME.block_on(async {
        let pair = Pair::start().await;
        let options = || Options::new().deadline(Duration::from_secs(4));
        let plain = pair.open(options()).await;
        let waiting = pair.open(options().waits(waits())).await;
        let id = Person::somebody().pat().found(&plain).await.expect("a record");
        assert!(matches!(insert(&waiting).await, Ok(Inserted::Done)));
        pair.address.swallow(true);
        let begun = now();
        let (read, write, waited) = tokio::join!(plain.get(&id), insert(&plain), insert(&waiting));
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        assert!(matches!(read, Err(StoreError::Unavailable { maybe_done: false, .. })), "{read:?}");
        for written in [write, waited] {
            assert!(matches!(written, Err(StoreError::Unavailable { maybe_done: true, .. })), "{written:?}");
        }
        pair.address.swallow(false);
        let begun = now();
        for store in [&plain, &waiting] {
            while !(must_get(store, &id).await.is_ok() && matches!(insert(store).await, Ok(Inserted::Done))) {
                assert!(begun.elapsed() < SOON, "it does not serve");
            }
        }
        assert!(begun.elapsed() < SOON);
    });
}
