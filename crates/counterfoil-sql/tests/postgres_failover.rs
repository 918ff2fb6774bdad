//! Tests PostgreSQL at an address that moves to a standby, stops answering, or leads to a server that is not suitable.
//! The servers are real. The address is a port of the test, which forwards the store's connections to one of the
//! servers.
#![cfg(feature = "postgres")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]
#![allow(
    clippy::disallowed_methods,
    reason = "servers are waited for in real time, and promises of seconds are measured"
)]

#[path = "postgres_failover/locks.rs"]
mod locks;
#[path = "postgres_failover/pair.rs"]
mod pair;
#[path = "postgres_failover/rounds.rs"]
mod rounds;
mod support;

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use counterfoil::store::{Applied, SettingsStore as _, StoreError, Throttle as _, ThrottleKey, TokenStore};
use counterfoil::types::Version;
use counterfoil::{Denied, Presenter, Realm};
use counterfoil_conformance::sample::{Person, at, describe_as, most, must_get};
use counterfoil_conformance::{CHECKS, Checked, Fixture, Store, Subject, Task};
use counterfoil_sql::{PgSetup, PgStore, SetupError};
use counterfoil_testkit::servers::{Address, Postgres};
use pair::{Pair, run, takes_writes};
use support::RUNTIME;
use support::host::{refresh, sign_in};
use support::schemas::options;
use tokio::sync::OwnedMutexGuard;

/// The longest time that a store may take to recover.
const HEALED: Duration = Duration::from_secs(10);

/// A fixture that runs the check of one clause of the contract on the pair of servers.
struct Behind(OwnedMutexGuard<Pair>);

#[async_trait]
impl Fixture for Behind {
    type Database = ();

    async fn create(&self) {}

    async fn open(&self, (): &()) -> Store {
        Arc::new(PgStore::connect(self.0.options()).await.expect("a store"))
    }

    async fn demote(&self, (): &(), demoted: bool) -> Option<Store> {
        if demoted {
            self.0.fail_over().await;
        } else {
            self.0.lead_back();
            self.0.catch_up().await;
        }
        Some(Arc::new(self.0.direct().await))
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

#[test]
fn fault_g1_nothing_is_answered_from_a_standby_that_lags() {
    let check = CHECKS.iter().find(|check| check.name == "no_replica_answers").expect("the clause");
    assert_eq!(check.run(&Subject::new(Behind(Pair::lend()))).map_err(|broken| broken.to_string()), Ok(Checked::Held));
}

/// The address leads to a standby that no longer receives writes. Then a user's credentials are revoked on the primary.
/// A node that connects through the address must not accept them.
#[test]
fn fault_g1_a_deleted_token_stays_deleted_when_the_address_moves() {
    let pair = Pair::lend();
    RUNTIME.block_on(async {
        let node = pair.site.node(PgStore::connect(pair.options()).await.expect("a store"));
        let primary = pair.site.node(pair.direct().await);
        let [access, token] = sign_in(&node).await;
        assert!(node.verify(&access).await.is_ok());
        pair.fail_over().await;
        let ended = primary.revoke_all_of(&Presenter::host(), pair.site.ann.subject()).await;
        assert!(ended.is_ok(), "the primary ends all that is Ann's: {ended:?}");
        for _ in 0..20 {
            assert!(matches!(node.verify(&access).await, Err(Denied::Unavailable(_))));
        }
        assert_eq!(refresh(&node, &token).await.status(), 503);
        let begun = pair.lead_back();
        while let Err(Denied::Unavailable(_)) = node.verify(&access).await {
            assert!(begun.elapsed() < HEALED, "the node does not come back");
        }
        assert!(matches!(node.verify(&access).await, Err(Denied::Refused(_))));
        assert_eq!(refresh(&node, &token).await.status(), 400);
        pair.catch_up().await;
    });
}

/// The server becomes read-only while connections are open, as an old primary does when it is fenced off. After the
/// first refused write, the store must refuse reads too.
#[test]
fn fault_g1_a_server_that_refuses_writes_is_not_read_from() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let store = PgStore::connect(options(server.port()).username("postgres")).await.expect("a store");
        let draft = Person::somebody().pat();
        let id = draft.found(&store).await.expect("a record");
        takes_writes(server.port(), false).await;
        let begun = Instant::now();
        let refused = loop {
            match store.apply(&id, Version::FIRST, &describe_as("x"), at(1)).await {
                Err(refused) => break refused,
                Ok(answer) => assert!(begun.elapsed() < HEALED, "the server takes writes: {answer:?}"),
            }
        };
        assert!(matches!(refused, StoreError::Unavailable { retry: true, maybe_done: false, .. }), "{refused:?}");
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, .. })));
        assert!(matches!(store.census().await, Err(StoreError::Unavailable { .. })));
        assert!(matches!(store.settings(&Realm::default()).await, Err(StoreError::Unavailable { .. })));
        let (key, window) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60));
        let granted = store.reserve(&key, at(1), window, most(1)).await;
        assert!(matches!(granted, Err(StoreError::Unavailable { maybe_done: false, .. })), "{granted:?}");
        assert!(store.probe().await.is_err(), "it is not ready");
        takes_writes(server.port(), true).await;
        let begun = Instant::now();
        while store.get(&id).await.is_err() || store.probe().await.is_err() {
            assert!(begun.elapsed() < HEALED, "the store does not come back");
        }
    });
}

/// The database role becomes read-only. A new connection detects this, while the open connections have not been checked
/// again yet. The store must stop using the open connections too.
#[test]
fn fault_g1_what_a_new_connection_finds_out_holds_for_those_that_are_open() {
    RUNTIME.block_on(async {
        let server = Postgres::setup().setting("log_connections", "on").start();
        let store = PgStore::connect(options(server.port()).username("postgres")).await.expect("a store");
        run(server.port(), "ALTER ROLE postgres SET default_transaction_read_only = on").await;
        let id = counterfoil::types::RecordId::from_bytes([7; 16]);
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, .. })), "its first read");
        assert!(matches!(store.census().await, Err(StoreError::Unavailable { .. })), "on the connection of the start");
        // A refused call usually opens no new connection. Two new connections are allowed, and two more for every 250
        // ms.
        let made = || std::fs::read_to_string(server.log()).expect("a log").matches("connection received").count();
        let (before, begun) = (made(), Instant::now());
        for _ in 0..100 {
            assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, .. })));
        }
        let quarters = usize::try_from(begun.elapsed().as_millis() / 250).expect("few");
        assert!(made() - before <= 2 + 2 * quarters, "{} connections in {:?}", made() - before, begun.elapsed());
    });
}

/// A new connection breaks while the store opens it. This does not mean that the server is no longer the primary. So
/// the store must keep its open connections in use.
#[test]
fn a_connection_that_is_cut_while_it_is_opened_leaves_the_open_ones_in_use() {
    RUNTIME.block_on(async {
        let schema = support::schemas::Schema::new().await;
        let store = schema.open().await;
        store.census().await.expect("on the connection of the start");
        let name = schema.name();
        // New connections get a search_path in which this function hides the server's own one. So the statement that
        // calls it ends a new connection. Open connections keep their old search_path.
        let ends = "SELECT pg_terminate_backend(pg_backend_pid())";
        schema.run(&format!("CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS '{ends}'")).await;
        support::schemas::superuser(&format!("ALTER ROLE {name} SET search_path = {name}, pg_catalog")).await;
        let id = counterfoil::types::RecordId::from_bytes([7; 16]);
        let refused = store.get(&id).await;
        assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, .. })), "its first read: {refused:?}");
        assert!(store.census().await.is_ok(), "on the connection of the start");
        support::schemas::superuser(&format!("ALTER ROLE {name} RESET search_path")).await;
        assert!(matches!(store.get(&id).await, Ok(None)), "it serves again");
    });
}

/// The network drops all packets and resets no connection. Later it lets new connections through. Checks that calls
/// then succeed again on new connections.
#[test]
fn fault_g3_silent_connections_are_dropped_and_the_store_serves_again() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let address = Address::of(server.port());
        let limit = Duration::from_secs(1);
        let one = NonZeroU32::MIN;
        let setup = PgSetup::default().connections(one).statement_timeout(limit).connect_timeout(limit);
        let store = PgStore::connect_with(options(address.port()).username("postgres"), setup).await.expect("a store");
        let ids: Vec<_> = (0..24).map(|_| Person::somebody().pat()).collect();
        let mut calls = tokio::task::JoinSet::new();
        for draft in ids.clone() {
            let store = store.clone();
            calls.spawn(async move { draft.found(&store).await.map(drop).map_err(|broken| broken.to_string()) });
        }
        while let Some(made) = calls.join_next().await {
            assert_eq!(made.expect("a call"), Ok(()));
        }
        let mut calls = tokio::task::JoinSet::new();
        // The only connection is already open. The first write gets no answer and times out. The next calls wait up to
        // their time limit.
        address.fall_silent();
        for patience in [Duration::from_millis(200), HEALED] {
            for draft in &ids {
                let (store, id) = (store.clone(), draft.id());
                calls.spawn(async move {
                    let seen = [(id, at(1))];
                    let write = tokio::time::timeout(patience, store.touch(&seen)).await;
                    let read = tokio::time::timeout(patience, store.get(&id)).await.map(|answer| answer.map(drop));
                    (write, read)
                });
            }
        }
        let begun = Instant::now();
        while let Some(answers) = calls.join_next().await {
            let (write, read) = answers.expect("a call");
            for answer in [write, read].into_iter().flatten() {
                assert!(matches!(answer, Err(StoreError::Unavailable { retry: true, .. })), "{answer:?}");
            }
        }
        assert!(begun.elapsed() < HEALED, "no call waits without end: {:?}", begun.elapsed());
        address.speak();
        let begun = Instant::now();
        for draft in &ids {
            loop {
                match store.apply(&draft.id(), Version::FIRST, &describe_as("y"), at(2)).await {
                    Ok(Applied::Done(_)) => break,
                    Ok(answer) => panic!("{answer:?}"),
                    Err(StoreError::Unavailable { .. }) => {
                        assert!(begun.elapsed() < HEALED, "the store does not come back")
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            assert!(must_get(&store, &draft.id()).await.is_ok());
        }
        assert!(begun.elapsed() < HEALED, "{:?}", begun.elapsed());
    });
}

#[test]
fn fault_g12_a_server_that_accepts_and_never_answers_is_told_after_the_time_out() {
    RUNTIME.block_on(async {
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = silent.local_addr().expect("an address").port();
        let setup = PgSetup::default().connect_timeout(Duration::from_millis(300));
        let begun = Instant::now();
        let refused = PgStore::connect_with(options(port).username("postgres"), setup).await.map(drop);
        let refused = refused.expect_err("no server is there");
        assert!(
            matches!(refused, SetupError::NoAnswer { within } if within == Duration::from_millis(300)),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("did not answer within 300ms"), "{refused}");
        assert!(begun.elapsed() < Duration::from_secs(3));
    });
}

/// Checks the number of connections. By default the store opens ten connections for writes and lists, and two more for
/// reads by id. The host can change the number for writes and lists. Opening a store must fail if the server allows too
/// few connections. If the server allows enough, the store must serve any number of callers.
#[test]
fn fault_g15_too_few_connections_are_refused_at_start_and_enough_serve_a_crowd() {
    RUNTIME.block_on(async {
        let schema = support::schemas::Schema::new().await;
        schema.open().await.close().await;
        let name = schema.name();
        support::schemas::superuser(&format!("ALTER ROLE {name} CONNECTION LIMIT 4")).await;
        let refused = PgStore::connect(schema.options()).await.map(drop).expect_err("too few");
        let error = refused.to_string();
        assert!(error.contains("the role allows 4 connections, and this store makes up to 12"), "{error}");
        let two = PgSetup::default().connections(NonZeroU32::MIN.saturating_add(1));
        let store = PgStore::connect_with(schema.options(), two).await.expect("two and two are four");
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let store = store.clone();
            calls.spawn(async move {
                let id = Person::somebody().pat().found(&store).await.map_err(|broken| broken.to_string())?;
                must_get(&store, &id).await.map(drop).map_err(|broken| broken.to_string())
            });
        }
        while let Some(call) = calls.join_next().await {
            assert_eq!(call.expect("a call"), Ok(()));
        }
    });
}
