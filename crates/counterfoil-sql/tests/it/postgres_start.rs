//! Tests what opening a store requires of a PostgreSQL server: the privileges, a direct connection or a suitable
//! pooler, and an answer in time.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::support::RUNTIME;
use crate::support::host::{Site, refresh, sign_in, tokens};
use crate::support::schemas::{Schema, options, raw, server, superuser};
use counterfoil::client::ClientId;
use counterfoil::store::{
    Applied, ClientStore as _, Inserted, NoticeMark, Reserved, SettingsStore as _, Throttle as _, ThrottleKey,
    TokenStore,
};
use counterfoil::types::TokenKind;
use counterfoil::{Presenter, Realm};
use counterfoil_conformance::sample::{GONE, Person, at, describe_as, most, must_get, relabel};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::{PgSetup, PgStore, SetupError};
use counterfoil_testkit::servers::{PgBouncer, Postgres};

/// Returns the privileges exactly as the README lists them.
fn listed_rights() -> &'static str {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```sql\n").expect("the README lists the rights");
    rest.split_once("```").expect("the list ends").0
}

async fn refused(options: PgConnectOptions) -> SetupError {
    PgStore::connect(options).await.map(drop).expect_err("refused")
}

#[test]
fn fault_d6_a_role_with_the_listed_rights_starts_and_does_everything() {
    RUNTIME.block_on(async {
        superuser(
            "CREATE ROLE keeper LOGIN; CREATE ROLE service LOGIN; CREATE SCHEMA counterfoil AUTHORIZATION keeper",
        )
        .await;
        let as_role = |name| server().username(name).options([("search_path", "counterfoil")]);
        // The schema is empty, and the role may not create tables.
        let error = refused(as_role("service")).await;
        assert!(matches!(error, SetupError::Older { found: 0, .. }), "{error:?}");
        assert!(error.to_string().contains("run `PgStore::migrate`"), "{error}");
        PgStore::migrate(as_role("keeper")).await.expect("the owner may");
        PgStore::migrate(as_role("keeper")).await.expect("and again, which changes nothing");
        superuser(listed_rights()).await;
        let owner = PgStore::connect(as_role("keeper")).await.expect("a store");
        owner.with_narrowing_log(true).await.expect("the listed rights are enough for the log").close().await;
        let store = PgStore::connect(as_role("service")).await.expect("no right to create is needed");
        everything(store.clone()).await;
        // A schema that is one version too old must stop the start with an error.
        superuser("DELETE FROM counterfoil.counterfoil_schema WHERE version > 3").await;
        let error = refused(as_role("service")).await;
        assert!(matches!(error, SetupError::Older { found: 3, .. }), "{error:?}");
        assert!(error.to_string().contains("is of version 3"), "{error}");
    });
}

/// Runs every statement of the store. Some of them run through the library's handle.
async fn everything(store: PgStore) {
    let site = Site::new();
    let node = site.first_node(store.clone()).await;
    let [_, token] = sign_in(&node).await;
    let [_, next] = tokens(&refresh(&node, &token).await);
    assert_eq!(refresh(&node, &next).await.status(), 200);
    node.revoke_all_of(&Presenter::host(), site.ann.subject()).await.expect("all that is Ann's ends");
    let (ann, held) = (Person::somebody(), NoticeMark { at: at(10), stage: 0 });
    let draft = ann.pat().labelled("one").noticed(held.at, held.stage);
    let id = draft.found(&store).await.expect("a record");
    let other = ann.pat();
    let within = store.insert(other.home(Some(9)), &other.records, at(0)).await;
    assert!(matches!(within, Ok(Inserted::Done)), "{within:?}");
    for change in [describe_as("x"), relabel("two")] {
        let stands = must_get(&store, &id).await.expect("a record");
        let changed = store.apply(&id, stands.record().version, &change, at(1)).await;
        assert!(matches!(changed, Ok(Applied::Done(_))), "{changed:?}");
    }
    store.touch(&[(id, at(3))]).await.expect("touched");
    store.list(ann.standing(TokenKind::PersonalAccessToken, at(2)), None, most(9)).await.expect("a page");
    store.due(at(20), None, most(9)).await.expect("a page");
    store.claim(&id, held, at(30)).await.expect("claimed");
    store.settle(&id, NoticeMark { at: at(30), ..held }, None, None).await.expect("settled");
    store.census().await.expect("counted");
    store.probe().await.expect("ready");
    while store.purge(at(60 * GONE), at(60 * GONE), at(60 * GONE), most(99)).await.expect("purged").more {}
    assert!(store.get(&id).await.expect("an answer").is_none());
    let (key, window) = (ThrottleKey::from_bytes([3; 32]), Duration::from_secs(60));
    assert_eq!(store.reserve(&key, at(0), window, most(1)).await.expect("an answer"), Reserved::Granted(at(0)));
    store.failed(&key, at(0), at(1), window).await.expect("counted");
    store.purge_counters(at(60 * GONE), most(9)).await.expect("purged");
    for (stands, next) in [(None, at(1)), (Some(at(1)), at(2))] {
        assert!(store.note_upkeep(stands, next).await.expect("an answer"));
        assert_eq!(store.last_upkeep().await.expect("an answer"), Some(next));
    }
    let (realm, client): (_, ClientId) = (Realm::default(), "canary".parse().expect("a client id"));
    let stands = store.client(&realm, &client).await.expect("an answer").expect("the site's client");
    assert!(store.remove_client(&realm, &client, stands.version).await.expect("removed"));
}

/// Checks that opening the store fails if the role lacks one privilege on the table with the time of the last
/// maintenance run. The error must name the missing privileges.
#[test]
fn fault_d6_a_role_that_may_not_note_the_upkeep_is_refused_at_the_start() {
    RUNTIME.block_on(async {
        let schema = Schema::new().await;
        schema.open().await.close().await;
        let name = schema.name();
        for right in ["SELECT", "INSERT", "UPDATE", "ALL"] {
            schema.run(&format!("REVOKE {right} ON counterfoil_upkeep FROM {name}")).await;
            let error = refused(schema.options()).await;
            assert!(matches!(error, SetupError::Refused { .. }), "{right}: {error:?}");
            let error = error.to_string();
            assert!(error.contains("the role may not note the upkeep"), "{right}: {error}");
            assert!(error.contains("GRANT SELECT, INSERT, UPDATE ON counterfoil_upkeep"), "{right}: {error}");
            // The privileges that the error message lists must be sufficient.
            schema.run(&format!("GRANT SELECT, INSERT, UPDATE ON counterfoil_upkeep TO {name}")).await;
            schema.open().await.close().await;
        }
    });
}

#[test]
fn fault_g14_a_pooler_in_transaction_mode_is_refused_with_the_reason() {
    RUNTIME.block_on(async {
        // The server's defaults are the settings that the store needs. So only the pooler can cause the refusal.
        let server = Postgres::setup().setting("enable_seqscan", "off").setting("jit", "off").start();
        for (mode, ignored, reason) in [
            ("transaction", "", "start-up options do not reach the server"),
            ("transaction", "extra_float_digits", "start-up options do not reach the server"),
            ("transaction", "extra_float_digits,options", "a connection pooler in transaction or statement mode"),
            ("statement", "extra_float_digits,options", "a connection pooler in transaction or statement mode"),
        ] {
            let pooler = PgBouncer::to(server.port(), mode, ignored);
            let error = refused(options(pooler.port()).username("postgres")).await;
            assert!(
                matches!(&error, SetupError::Refused { what } if what.starts_with(reason)),
                "{mode} {ignored}: {error:?}"
            );
        }
        // The settings that the pooler does not forward have no effect.
        let server = Postgres::start();
        let pooler = PgBouncer::to(server.port(), "session", "extra_float_digits,options");
        let error = refused(options(pooler.port()).username("postgres")).await;
        assert!(error.to_string().contains("start-up options do not reach the server"), "{error}");
        // A pooler in session mode must be accepted if the role's defaults are the settings that the store needs.
        let mut raw = raw(&options(server.port()).username("postgres")).await;
        let role = "ALTER ROLE postgres SET enable_seqscan = off; ALTER ROLE postgres SET jit = off";
        sqlx::raw_sql(role).execute(&mut raw).await.expect("set");
        let pooler = PgBouncer::to(server.port(), "session", "extra_float_digits,options");
        let few = PgSetup::default().connections(NonZeroU32::MIN.saturating_add(3));
        let store = PgStore::connect_with(options(pooler.port()).username("postgres"), few).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        assert!(must_get(&store, &id).await.is_ok());
    });
}

/// Checks that the store refuses a `search_path` whose first schema is missing, or may not be used by the role. The
/// server silently skips such a schema. Without a check the store would create empty tables in the next schema.
#[test]
fn fault_d6_a_search_path_that_leads_past_the_schema_that_is_meant_is_refused() {
    RUNTIME.block_on(async {
        let server = Postgres::start();
        let superuser = options(server.port()).username("postgres");
        let run = async |statements: &str| {
            let mut raw = raw(&superuser).await;
            sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut raw).await.expect("the superuser may");
        };
        run("CREATE ROLE teller LOGIN; GRANT CREATE ON SCHEMA public TO teller").await;
        let teller = options(server.port()).username("teller");
        let by = |path: &str| teller.clone().options([("search_path", path)]);
        let error = refused(by("till, public")).await.to_string();
        assert!(error.contains("begins with the schema till, which is not there"), "{error}");
        let error = refused(by("till")).await.to_string();
        assert!(error.contains("names no schema that is there"), "{error}");
        // The schema exists, but the role may not use it, so the server treats it as missing.
        run("CREATE SCHEMA till").await;
        let error = refused(by("till, public")).await.to_string();
        assert!(error.contains("grant USAGE on it"), "{error}");
        run("GRANT USAGE, CREATE ON SCHEMA till TO teller").await;
        let store = PgStore::connect(by("till, public")).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        store.close().await;
        // This is PostgreSQL's default path. The schema named after the role is missing, so the server uses `public`,
        // which contains no store.
        for error in [refused(teller.clone()).await, PgStore::migrate(teller.clone()).await.expect_err("refused")] {
            let error = error.to_string();
            assert!(error.contains("tables are in the schema till") && error.contains("leads to public"), "{error}");
        }
        // If the path itself begins with `public`, a second store may be created in this schema.
        PgStore::connect(by("public")).await.expect("a store of its own").close().await;
        PgStore::connect(teller.clone()).await.expect("which the default leads to").close().await;
        // The default path begins with the schema named after the role. If this schema is created later, the path leads
        // to it, and not to the store in `public`. If the privilege on the schema `till` is revoked, the path `till,
        // public` leads to the store in `public`.
        run("CREATE SCHEMA teller AUTHORIZATION teller").await;
        let error = refused(teller.clone()).await.to_string();
        assert!(error.contains("in the schema public") && error.contains("leads to teller"), "{error}");
        run("REVOKE USAGE ON SCHEMA till FROM teller").await;
        let error = refused(by("till, public")).await.to_string();
        assert!(error.contains("in the schema till") && error.contains("leads to public"), "{error}");
        let error = refused(by("till")).await.to_string();
        assert!(error.contains("in the schema till: grant USAGE on it to the role teller"), "{error}");
        run("GRANT USAGE ON SCHEMA till TO teller").await;
        let store = PgStore::connect(by("\"till\", public")).await.expect("the store");
        assert!(must_get(&store, &id).await.is_ok());
    });
}
