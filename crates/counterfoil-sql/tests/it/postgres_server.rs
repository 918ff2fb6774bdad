//! Tests properties of a PostgreSQL server that the contract does not cover: refused set-ups, the contents of a dump,
//! and a server that is down, disconnected, full or has the wrong certificate.

use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;

use crate::support::host::{Site, refresh, sign_in};
use crate::support::lost::{Flaky, each_answer_lost};
use crate::support::schemas::{Schema, options, raw, server, superuser};
use crate::support::{RUNTIME, canary};
use counterfoil::Denied;
use counterfoil::store::{Applied, Inserted, StoreError, TokenStore};
use counterfoil::types::Version;
use counterfoil_conformance::sample::{Person, at, describe_as, must_get};
use counterfoil_sql::{PgSetup, PgStore, SetupError};
use counterfoil_testkit::servers::{Postgres, Proxy};
use sqlx::Executor as _;
#[cfg(feature = "tls")]
use sqlx::postgres::PgSslMode;

async fn refused(schema: &Schema) -> SetupError {
    PgStore::connect(schema.options()).await.map(drop).expect_err("refused")
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        schema.open().await.close().await;
        schema.run("INSERT INTO counterfoil_schema (version) VALUES (1000)").await;
        assert!(matches!(refused(&schema).await, SetupError::Newer { found: 1_000, .. }));
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

/// Checks that the store refuses a collation that treats upper and lower case as equal. With it, the owners `A` and `a`
/// would be equal.
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

/// Checks that the store refuses a schema in which one of its SQL functions is missing or not `VOLATILE`. An SQL
/// function that is not `VOLATILE` counts only the rows that its calling statement sees. So each of two concurrent
/// inserts would count too few rows, and both would be allowed.
#[test]
fn a_count_that_does_not_look_again_is_refused() {
    RUNTIME.block_on(async {
        for function in ["counterfoil_admit", "counterfoil_access", "counterfoil_attempt"] {
            let schema = Schema::new().await;
            schema.open().await.close().await;
            for change in [format!("ALTER FUNCTION {function} STABLE"), format!("DROP FUNCTION {function}")] {
                schema.run(&change).await;
                let error = refused(&schema).await;
                assert!(matches!(&error, SetupError::Refused { what } if what.contains(function)), "{error:?}");
            }
        }
    });
}

/// The role has a different default isolation level. The store's connections must still use the store's level.
#[test]
fn the_isolation_is_the_stores_own() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        superuser(&format!("ALTER ROLE {} SET default_transaction_isolation = 'serializable'", schema.name())).await;
        let store = schema.open().await;
        assert!(Person::somebody().pat().found(&store).await.is_ok());
    });
}

/// Every idle connection is closed. A read must succeed on a new connection. A write may return the error that it was
/// possibly executed. It must succeed after at most 20 tries.
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

/// Checks that a refresh whose answer is lost gets the same new token when it is repeated. During a refresh, the
/// database server answers several statements. In each round, a proxy loses another one of these answers: it closes the
/// connection after the server has answered and before the store gets the answer.
#[test]
fn a_refresh_whose_answer_is_lost_is_answered_alike() {
    RUNTIME.block_on(async {
        let (schema, site) = (Schema::new().await, Site::new());
        let store = schema.open().await;
        let direct = site.first_node(store.clone()).await;
        let proxy = Arc::new(Proxy::to(server().get_port()));
        let one = PgSetup::default().connections(NonZeroU32::MIN);
        let through = PgStore::connect_with(schema.options().port(proxy.port()), one).await.expect("a store");
        let node = site.node(through);
        let flaky = |nth| -> Flaky {
            proxy.swallow(nth);
            let (proxy, before) = (Arc::clone(&proxy), proxy.swallowed());
            (node.clone(), Box::new(move || proxy.swallowed() > before))
        };
        let carried_out = each_answer_lost(&direct, &store, flaky).await;
        assert!(carried_out > 0, "the control: an answer was lost that mattered");
    });
}

/// The server is killed. Calls must return `Unavailable` until it starts again, and must succeed afterwards.
#[tokio::test]
async fn a_server_that_is_down_is_unavailable_and_never_not_found() {
    let (mut server, site) = (Postgres::start(), Site::new());
    let store = PgStore::connect(options(server.port()).username("postgres")).await.expect("a store");
    let node = site.first_node(store.clone()).await;
    let [access, token] = sign_in(&node).await;
    let draft = Person::somebody().pat();
    server.kill();
    // Callers wait for a connection for seconds. The clock is paused so that the test does not take this time.
    tokio::time::pause();
    assert!(matches!(store.get(&draft.id()).await, Err(StoreError::Unavailable { retry: true, .. })));
    // This read makes the store discard the connections that the crash broke. Otherwise the insert below could return
    // `maybe_done: true`.
    assert!(matches!(store.census().await, Err(StoreError::Unavailable { retry: true, .. })));
    let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{refused:?}");
    assert!(matches!(node.verify(&access).await, Err(Denied::Unavailable(_))), "no refusal");
    assert_eq!(refresh(&node, &token).await.status(), 503);
    tokio::time::resume();
    server.start_again();
    assert!(store.get(&draft.id()).await.expect("an answer").is_none());
    assert!(node.verify(&access).await.is_ok());
    assert_eq!(refresh(&node, &token).await.status(), 200);
}

/// The table cannot grow, as on a full disk. Checks that a refused write changes nothing, that existing records are
/// still found, and that the store works again when there is room.
#[tokio::test]
async fn a_full_disk_is_unavailable_and_passes() {
    let server = Postgres::setup().largest_file(2 * 1024 * 1024 + 4096).start();
    let options = options(server.port()).username("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let (ann, mut raw) = (Person::new("default", "ann"), raw(&options).await);
    let id = ann.pat().found(&store).await.expect("a record");
    let filler = "INSERT INTO counterfoil_record (id, family, realm, owner, kind, generation, created_at, description, digest, key_id, version, \
        expiry_set_at, noticed, shrunk) SELECT substring(sha256(random()::text::bytea) FROM 1 FOR 16), '', 'filler', '', 1, 0, 0, \
        repeat(md5(random()::text), 50), '', 1, 0, 0, '', false FROM generate_series(1, 20)";
    let full = loop {
        if let Err(full) = raw.execute(filler).await {
            break full;
        }
    };
    assert!(full.to_string().contains("could not extend file"), "{full}");
    let mut refused = None;
    for _ in 0..3_000 {
        let draft = ann.pat();
        match store.insert(draft.home(None), &draft.records, at(1)).await {
            Ok(Inserted::Done) => {}
            other => {
                refused = Some((draft, other));
                break;
            }
        }
    }
    let (draft, answer) = refused.expect("the disk is full");
    assert!(matches!(&answer, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{answer:?}");
    assert!(must_get(&store, &id).await.is_ok());
    assert!(store.get(&draft.id()).await.expect("an answer").is_none());
    raw.execute("DELETE FROM counterfoil_record WHERE realm = 'filler'").await.expect("less");
    raw.execute("VACUUM counterfoil_record").await.expect("room");
    assert_eq!(store.insert(draft.home(None), &draft.records, at(1)).await.expect("an answer"), Inserted::Done);
}

/// Checks that the store verifies the server's name, and its certificate with an authority that the host trusts. A host
/// that trusts another authority or uses another name must not connect.
#[cfg(feature = "tls")]
#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    let (server, other) = (Postgres::setup().tls().start(), Postgres::setup().tls().start());
    let named = |name: &str, authority: &Postgres| {
        let options = options(server.port()).username("postgres").host(name);
        options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(authority.authority())
    };
    let store = PgStore::connect(named("localhost", &server)).await.expect("a store");
    let draft = Person::somebody().pat();
    let id = draft.found(&store).await.expect("a record");
    assert!(must_get(&store, &id).await.is_ok());
    let mut raw = raw(&options(server.port()).username("postgres")).await;
    let plain = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE NOT ssl AND client_port IS NOT NULL AND pid <> pg_backend_pid()";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(plain).fetch_one(&mut raw).await.expect("a count"),
        0,
        "nothing goes in the open"
    );
    for stranger in [named("127.0.0.1", &server), named("localhost", &other)] {
        let refused = PgStore::connect(stranger).await.map(drop).expect_err("not let in");
        assert!(format!("{refused:?}").contains("InvalidCertificate"), "{refused:?}");
    }
}

/// Checks that a dump contains none of the secrets that were sent through the library's handle.
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
        let log = std::fs::read(crate::support::schemas::log()).expect("the server's log");
        assert!(!canary::shows(&log, "canary-password-of-ann"));
        drop(raw(&schema.options()).await);
    });
}
