//! A PostgreSQL server beyond the contract: set-ups that are refused, what a dump shows, and a server that dies.
#![cfg(feature = "postgres")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod support;

use std::process::Command;

use counterfoil::Version;
use counterfoil::store::{Applied, StoreError, TokenStore};
use counterfoil_conformance::sample::{Person, at, describe_as, must_get};
use counterfoil_sql::{PgStore, SetupError};
use support::schemas::{Schema, raw, server, superuser};
use support::{RUNTIME, canary};

async fn refused(schema: &Schema) -> SetupError {
    PgStore::connect(schema.options()).await.map(drop).expect_err("refused")
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        schema.open().await.close().await;
        schema.run("INSERT INTO counterfoil_schema (version) VALUES (2)").await;
        assert!(matches!(refused(&schema).await, SetupError::Newer { found: 2, known: 1 }));
    });
}

#[test]
fn processes_that_start_together_migrate_once() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        let (a, b, c) = tokio::join!(schema.open(), schema.open(), schema.open());
        let id = Person::somebody().pat().found(&a).await.expect("a record");
        assert!(must_get(&b, &id).await.is_ok() && must_get(&c, &id).await.is_ok());
    });
}

/// `A` and `a` would be one owner.
#[test]
fn a_collation_that_is_not_binary_is_refused() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        schema.open().await.close().await;
        schema
            .run("CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
            .await;
        schema.run("ALTER TABLE counterfoil_settings ALTER realm TYPE TEXT COLLATE folding").await;
        let refused = refused(&schema).await;
        assert!(matches!(&refused, SetupError::Refused { what } if what.contains("folding")), "{refused:?}");
    });
}

#[test]
fn a_lost_index_and_a_careless_commit_are_refused() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        schema.open().await.close().await;
        schema.run("DROP INDEX counterfoil_record_due").await;
        assert!(matches!(refused(&schema).await, SetupError::Refused { what } if what.contains("indexes")));
        let other = Schema::new().await;
        schema.run("SELECT 1").await;
        superuser(&format!("ALTER ROLE {} SET synchronous_commit = off", other.name())).await;
        assert!(matches!(refused(&other).await, SetupError::Refused { what } if what.contains("synchronous_commit")));
    });
}

/// The host's options ask for another isolation; the store's connections have their own all the same.
#[test]
fn the_isolation_is_the_stores_own() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        superuser(&format!("ALTER ROLE {} SET default_transaction_isolation = 'serializable'", schema.name())).await;
        let store = schema.open().await;
        assert!(Person::somebody().pat().found(&store).await.is_ok());
    });
}

/// Every connection is cut while nobody uses it: reads go on by new ones, a write says that it may have been done, and soon all is well.
#[test]
fn cut_connections_pass() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        let store = schema.open().await;
        let draft = Person::somebody().pat();
        let id = draft.found(&store).await.expect("a record");
        schema.lock_out(true).await;
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { .. })));
        schema.lock_out(false).await;
        assert!(must_get(&store, &id).await.is_ok());
        schema.cut().await;
        assert!(must_get(&store, &id).await.is_ok(), "a read is repeated");
        schema.cut().await;
        let change = describe_as("x");
        for _ in 0..20 {
            match store.apply(&id, Version::FIRST, &change, at(1)).await {
                Ok(Applied::Done(_)) => return,
                Err(StoreError::Unavailable { retry: true, maybe_done: true, .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        panic!("the store does not come back");
    });
}

/// Secrets that went through the handle are in no dump.
#[test]
fn no_secret_is_in_a_dump() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        let secrets = canary::secrets(schema.open().await).await;
        let dump = Command::new("pg_dump")
            .args(["--host=127.0.0.1", "--username=postgres", "--no-password", "--inserts", "--schema", schema.name()])
            .args(["--port", &server().get_port().to_string(), "postgres"])
            .output()
            .expect("pg_dump: `apt-get install postgresql-client`");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        assert!(canary::shows(&dump.stdout, "canary-label"), "the control: what is kept is found");
        for secret in secrets {
            assert!(!canary::shows(&dump.stdout, &secret), "a secret of {} characters is in the dump", secret.len());
        }
        let log = std::fs::read(support::schemas::log()).expect("the server's log");
        assert!(!canary::shows(&log, "canary-password-of-ann"));
        drop(raw(&schema.options()).await);
    });
}
