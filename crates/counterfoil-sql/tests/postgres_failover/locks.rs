//! Tests in which another connection locks a table for longer than the statement timeout.

use std::time::{Duration, Instant};

use counterfoil::store::{StoreError, TokenStore as _};
use counterfoil_conformance::sample::{Person, at};
use counterfoil_sql::{PgSetup, PgStore};
use counterfoil_testkit::servers::Postgres;

use crate::pair::{counted, wait_until};
use crate::support::RUNTIME;
use crate::support::schemas::{options, raw};

/// A statement waits for a locked table. When the store gives up the statement, the server must not continue to wait.
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

/// A write waits for a locked table. The server stops waiting before the store does, and reports that it wrote nothing.
#[test]
fn a_write_that_waits_for_a_locked_table_is_known_not_to_be_done() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let limit = Duration::from_secs(3);
        let setup = PgSetup::default().statement_timeout(limit);
        let store = PgStore::connect_with(options(server.port()).username("postgres"), setup).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        let mut locker = raw(&options(server.port()).username("postgres")).await;
        sqlx::raw_sql("BEGIN; LOCK TABLE counterfoil_record").execute(&mut locker).await.expect("a lock");
        let begun = Instant::now();
        let refused = store.touch(&[(id, at(1))]).await;
        assert!(begun.elapsed() < limit, "at the limit either side may be the first: {:?}", begun.elapsed());
        let Err(StoreError::Unavailable { retry: true, maybe_done: false, source: Some(source), .. }) = refused else {
            panic!("{refused:?}")
        };
        assert!(format!("{source:?}").contains("55P03"), "lock_not_available: {source:?}");
        sqlx::raw_sql("ROLLBACK").execute(&mut locker).await.expect("given back");
        assert!(store.touch(&[(id, at(1))]).await.is_ok(), "it serves again");
    });
}
