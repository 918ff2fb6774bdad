//! Tests that a server with a configuration that loses or moves records is refused.

use std::error::Error;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenStore as _};
use counterfoil_conformance::sample::{Person, at};
use counterfoil_redis::{Options, RedisStore, SetupError};
use counterfoil_testkit::servers::redis::RedisServer;

use crate::support::RUNTIME;
use crate::support::backend::{CLUSTER, SERVER};
use crate::support::pair::{SOON, now};

async fn refused(server: &RedisServer, options: Options) -> SetupError {
    RedisStore::open(server.url(), options).await.map(drop).expect_err("refused")
}

fn says(error: &SetupError, what: &str) -> bool {
    matches!(error, SetupError::Refused { what: message } if message.contains(what))
}

#[test]
fn a_server_that_throws_records_away_is_refused() {
    RUNTIME.block_on(async {
        let server = RedisServer::start_with(&[("maxmemory-policy", "volatile-lru")]);
        let error = refused(&server, Options::new()).await;
        assert!(says(&error, "maxmemory-policy is volatile-lru"), "{error:?}");
        let _ = server.cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
        assert!(RedisStore::open(server.url(), Options::new()).await.is_ok(), "the control");
    });
}

#[test]
fn a_server_without_an_append_only_file_is_refused_unless_the_host_says_so() {
    RUNTIME.block_on(async {
        let server = RedisServer::start_with(&[("appendonly", "no")]);
        let error = refused(&server, Options::new()).await;
        assert!(says(&error, "appendonly is off"), "{error:?}");
        assert!(RedisStore::open(server.url(), Options::new().volatile()).await.is_ok());
    });
}

#[test]
fn a_replica_is_refused() {
    RUNTIME.block_on(async {
        let port = SERVER.port().to_string();
        let server = RedisServer::start_with(&[("replicaof", &format!("127.0.0.1 {port}"))]);
        let error = refused(&server, Options::new()).await;
        assert!(says(&error, "it is a replica"), "{error:?}");
    });
}

#[test]
fn a_node_of_a_cluster_is_no_single_node_nor_the_other_way_round() {
    RUNTIME.block_on(async {
        let error = RedisStore::open(CLUSTER.urls()[0].as_str(), Options::new()).await.map(drop).expect_err("refused");
        assert!(says(&error, "part of a cluster"), "{error:?}");
        assert!(RedisStore::open_cluster([SERVER.url()], Options::new()).await.is_err());
    });
}

#[test]
fn a_newer_layout_is_refused_and_left_alone() {
    RUNTIME.block_on(async {
        let server = RedisServer::start();
        assert!(RedisStore::open(server.url(), Options::new()).await.is_ok());
        let _ = server.cli(&["SET", "counterfoil:layout", "7"]);
        assert!(matches!(refused(&server, Options::new()).await, SetupError::Newer { found: 7, known: 6 }));
        assert_eq!(server.cli(&["GET", "counterfoil:layout"]).trim(), "7");
    });
}

#[test]
fn a_prefix_that_would_move_the_hash_tag_is_refused() {
    RUNTIME.block_on(async {
        for prefix in ["", "a{b}", "two words", &"x".repeat(65)] {
            assert!(says(&refused(&SERVER, Options::new().prefix(prefix)).await, "prefix"), "{prefix}");
        }
    });
}

/// If a forbidden setting is made while the store is open, calls return `Unavailable` with a clear error. When the
/// setting is restored, calls succeed again.
#[test]
fn fault_g15_an_eviction_policy_or_a_missing_file_set_at_run_time_is_an_outage() {
    RUNTIME.block_on(async {
        let server = RedisServer::start();
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let draft = Person::somebody().pat();
        let id = draft.found(&store).await.expect("a record");
        let cases = [
            (["maxmemory-policy", "allkeys-lru", "noeviction"], "maxmemory-policy is allkeys-lru"),
            (["appendonly", "no", "yes"], "appendonly is off"),
        ];
        for ([name, wrong, right], sentence) in cases {
            assert_eq!(server.cli(&["CONFIG", "SET", name, wrong]).trim(), "OK");
            let error = eventually(async || store.get(&id).await.err()).await;
            let why = error.source().and_then(|source| source.downcast_ref::<SetupError>());
            assert!(why.is_some_and(|why| says(why, sentence)), "{error:?}");
            let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
            assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })));
            assert_eq!(server.cli(&["CONFIG", "SET", name, right]).trim(), "OK");
            eventually(async || store.get(&id).await.ok().flatten()).await;
        }
    });
}

/// Calls `look` until it returns a value, for at most ten seconds.
async fn eventually<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let begun = now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < SOON, "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
