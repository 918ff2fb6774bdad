//! PostgreSQL behind an address that moves to a standby, falls silent, or leads to what is no server of ours: real servers, and a wire in between.
#![cfg(feature = "postgres")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]
#![allow(
    clippy::disallowed_methods,
    reason = "servers are waited for in real time, and promises of seconds are measured"
)]

mod support;

use std::future::Future;
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use counterfoil::store::{Applied, SettingsStore as _, StoreError, Throttle as _, ThrottleKey, TokenStore};
use counterfoil::{Denied, Presenter, Realm, Span, Version};
use counterfoil_conformance::sample::{Person, at, describe_as, most, must_get};
use counterfoil_conformance::{CHECKS, Checked, Fixture, Store, Subject, Task};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::{PgSetup, PgStore, SetupError};
use counterfoil_testkit::servers::{Address, Postgres};
use support::RUNTIME;
use support::host::{Site, refresh, sign_in};
use support::schemas::{options, raw};

/// How soon a store serves again once it can.
const HEALED: Duration = Duration::from_secs(10);

/// A primary and its standby, and an address that leads to one of them.
struct Pair {
    primary: Postgres,
    standby: Postgres,
    address: Address,
}

static PAIR: LazyLock<Pair> = LazyLock::new(|| RUNTIME.block_on(Pair::new()));
/// One test at a time moves the address.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

impl Pair {
    async fn new() -> Self {
        let primary = Postgres::start();
        let standby = primary.standby();
        let address = Address::of(primary.port());
        let pair = Self { primary, standby, address };
        pair.wait_for_each_other(true).await;
        pair
    }

    fn options(&self) -> PgConnectOptions {
        options(self.address.port()).username("postgres")
    }

    /// Whether a write is answered only when the standby shows it.
    async fn wait_for_each_other(&self, synchronous: bool) {
        let names = if synchronous { "*" } else { "" };
        let (apply, set) = (
            "ALTER SYSTEM SET synchronous_commit = remote_apply",
            format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"),
        );
        for statement in [apply, &set, "SELECT pg_reload_conf()"] {
            run(self.primary.port(), statement).await;
        }
        let told = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        let wanted = i64::from(synchronous);
        wait_until(async || counted(self.primary.port(), told).await == wanted).await;
    }

    /// The address leads to the standby, which gets no more.
    async fn fail_over(&self) {
        self.wait_for_each_other(false).await;
        run(self.standby.port(), "SELECT pg_wal_replay_pause()").await;
        let paused = "SELECT count(*) FROM (SELECT pg_get_wal_replay_pause_state() AS state) s WHERE state = 'paused'";
        wait_until(async || counted(self.standby.port(), paused).await == 1).await;
        self.address.lead_to(self.standby.port());
    }

    async fn lead_back(&self) {
        self.address.lead_to(self.primary.port());
        run(self.standby.port(), "SELECT pg_wal_replay_resume()").await;
        self.wait_for_each_other(true).await;
    }
}

async fn run(port: u16, statement: &str) {
    let mut raw = raw(&options(port).username("postgres")).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut raw).await.expect("the superuser may");
}

async fn counted(port: u16, statement: &str) -> i64 {
    let mut raw = raw(&options(port).username("postgres")).await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&mut raw).await.expect("a count")
}

async fn wait_until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < HEALED, "the servers do not get there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The clause's own test, on the pair.
struct Behind;

#[async_trait]
impl Fixture for Behind {
    type Database = ();

    async fn create(&self) {}

    async fn open(&self, (): &()) -> Store {
        Arc::new(PgStore::connect(PAIR.options()).await.expect("a store"))
    }

    async fn demote(&self, (): &(), demoted: bool) -> Option<Store> {
        if demoted {
            PAIR.fail_over().await
        } else {
            PAIR.lead_back().await
        }
        let direct = PgStore::connect(options(PAIR.primary.port()).username("postgres")).await;
        Some(Arc::new(direct.expect("a store")))
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

#[test]
fn fault_g1_nothing_is_answered_from_a_standby_that_lags() {
    LazyLock::force(&PAIR);
    let _turn = TURN.blocking_lock();
    let check = CHECKS.iter().find(|check| check.name == "no_replica_answers").expect("the clause");
    assert_eq!(check.run(&Subject::new(Behind)).map_err(|broken| broken.to_string()), Ok(Checked::Held));
}

/// What a user sees: the token that was deleted with success, on the node that the address now leads to a standby.
#[test]
fn fault_g1_a_deleted_token_stays_deleted_when_the_address_moves() {
    LazyLock::force(&PAIR);
    let _turn = TURN.blocking_lock();
    RUNTIME.block_on(async {
        let site = Site::new();
        let near = PgStore::connect(options(PAIR.primary.port()).username("postgres")).await.expect("a store");
        let node = site.node(PgStore::connect(PAIR.options()).await.expect("a store"));
        let primary = site.first_node(near).await;
        let [access, token] = sign_in(&node).await;
        assert!(node.verify(&access).await.is_ok());
        PAIR.fail_over().await;
        let ended = primary.revoke_everything_of(&Presenter::host(), site.ann.subject()).await;
        assert!(ended.is_ok(), "the primary ends all that is Ann's: {ended:?}");
        for _ in 0..20 {
            assert!(matches!(node.verify(&access).await, Err(Denied::Unavailable(_))));
        }
        assert_eq!(refresh(&node, &token).await.status(), 503);
        PAIR.lead_back().await;
        let begun = Instant::now();
        while let Err(Denied::Unavailable(_)) = node.verify(&access).await {
            assert!(begun.elapsed() < HEALED, "the node does not come back");
        }
        assert!(matches!(node.verify(&access).await, Err(Denied::Refused(_))));
        assert_eq!(refresh(&node, &token).await.status(), 400);
    });
}

/// The server is made read-only under open connections, as a primary of yesterday is fenced off: the first refused write ends the reads too.
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
                Ok(told) => assert!(begun.elapsed() < HEALED, "the server takes writes: {told:?}"),
            }
        };
        assert!(matches!(refused, StoreError::Unavailable { retry: true, maybe_done: false, .. }), "{refused:?}");
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, .. })));
        assert!(matches!(store.census().await, Err(StoreError::Unavailable { .. })));
        assert!(matches!(store.settings(&Realm::default()).await, Err(StoreError::Unavailable { .. })));
        let (key, window) = (ThrottleKey::from_bytes([7; 32]), Span::seconds(60));
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

/// A connection that is just being opened finds it out, and the ones that are open do not know yet.
#[test]
fn fault_g1_what_a_new_connection_finds_out_holds_for_those_that_are_open() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let store = PgStore::connect(options(server.port()).username("postgres")).await.expect("a store");
        run(server.port(), "ALTER ROLE postgres SET default_transaction_read_only = on").await;
        let id = counterfoil::RecordId::from_bytes([7; 16]);
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, .. })), "its first read");
        assert!(matches!(store.census().await, Err(StoreError::Unavailable { .. })), "on the connection of the start");
    });
}

/// What the store gave up does not wait on in the server.
#[test]
fn a_locked_table_holds_no_connection_of_the_server_for_longer_than_a_statement_may_take() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let setup = PgSetup::default().statement_timeout(Duration::from_millis(300));
        let store = PgStore::connect_with(options(server.port()).username("postgres"), setup).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        let mut locker = raw(&options(server.port()).username("postgres")).await;
        sqlx::raw_sql("BEGIN; LOCK TABLE counterfoil_record").execute(&mut locker).await.expect("a lock");
        for _ in 0..8 {
            let refused = store.touch(&[(id, at(1))]).await;
            assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, .. })), "{refused:?}");
        }
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        wait_until(async || counted(server.port(), waiting).await == 0).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut locker).await.expect("given back");
        assert!(store.touch(&[(id, at(1))]).await.is_ok(), "it serves again");
    });
}

async fn takes_writes(port: u16, takes: bool) {
    let set = format!("ALTER SYSTEM SET default_transaction_read_only = {}", if takes { "off" } else { "on" });
    for statement in [set.as_str(), "SELECT pg_reload_conf()"] {
        run(port, statement).await;
    }
}

/// The network swallows everything, resets nothing, and lets new connections through again.
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
        // The one connection is open; whoever writes first hangs up on a statement that nobody answers, and the next ones wait for their limit.
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
                    Ok(told) => panic!("{told:?}"),
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

/// Ten and two, or as many as the host sets: checked at start, and enough for any number of callers.
#[test]
fn fault_g15_too_few_connections_are_refused_at_start_and_enough_serve_a_crowd() {
    RUNTIME.block_on(async {
        let schema = support::schemas::Schema::new().await;
        schema.open().await.close().await;
        let name = schema.name();
        support::schemas::superuser(&format!("ALTER ROLE {name} CONNECTION LIMIT 4")).await;
        let refused = PgStore::connect(schema.options()).await.map(drop).expect_err("too few");
        let told = refused.to_string();
        assert!(told.contains("the role allows 4 connections, and this store makes up to 12"), "{told}");
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
