//! What only the code can see: the plans of its statements on a table of some size, reads that wait together, and a pool without connections.

use std::num::NonZeroU32;

use counterfoil::store::{StoreError, TokenStore};
use counterfoil_conformance::sample::{Draft, Person, at, must_get};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};

use super::setup::PgSetup;
use super::sql;
use super::store::{PLANS, PgStore};

/// 30,000 families of one record, 3 in a hundred revoked, one in ten with a notice, one in ten superseded.
const ROWS: &str = "
INSERT INTO counterfoil_family SELECT substring(sha256(n::text::bytea) FROM 1 FOR 10), 'default', 'owner' || n % 3000, 1, 0, 1, '\"alone\"', n, n, NULL,
    CASE WHEN n % 33 = 0 THEN n END, CASE WHEN n % 33 = 0 THEN 1 END FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_record SELECT substring(sha256(n::text::bytea) FROM 1 FOR 16), substring(sha256(n::text::bytea) FROM 1 FOR 10), 'default', 'owner' || n % 3000,
    1, NULL, 0, n, NULL, NULL, NULL, sha256('x'), 1, 0, n, n, n, n, CASE WHEN n % 10 = 0 THEN n END, NULL, NULL, NULL, CASE WHEN n % 10 = 0 THEN n END, NULL, NULL,
    NULL, CASE WHEN n % 10 = 1 THEN n END, CASE WHEN n % 10 = 1 THEN 0 END, '', false FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_counter SELECT sha256(n::text::bytea), 1, n FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_client SELECT 'default', 'client' || n, 0, sha256(n::text::bytea), '{}' FROM generate_series(1, 30000) n;
ANALYZE counterfoil_family; ANALYZE counterfoil_record; ANALYZE counterfoil_counter; ANALYZE counterfoil_client;
";

/// More than one statement takes, twice the same among them, and some that are not there: each gets his own.
#[tokio::test]
async fn reads_that_wait_together_are_answered_each() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let store = PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store");
    let drafts: Vec<_> = (0..400).map(|_| Person::somebody().pat()).collect();
    for draft in drafts.iter().step_by(2) {
        draft.found(&store).await.expect("a record");
    }
    let mut reads = tokio::task::JoinSet::new();
    for (nth, id) in drafts.iter().map(Draft::id).enumerate().chain(drafts.iter().map(Draft::id).enumerate()) {
        let store = store.clone();
        reads.spawn(async move { (nth, id, store.get(&id).await) });
    }
    while let Some(read) = reads.join_next().await {
        let (nth, id, found) = read.expect("read");
        assert_eq!(found.expect("an answer").map(|found| found.record().id), nth.is_multiple_of(2).then_some(id));
    }
    store.close().await;
    assert!(matches!(store.get(&drafts[0].id()).await, Err(StoreError::Unavailable { retry: false, .. })));
}

/// What new records are bound as, then one letter for each value: bytes, text, flag, number, many bytes, many numbers.
const ADDING: &str = "MAMAAKKKMAAAAATT";
/// Every statement of the hot paths, and of purges.
const STATEMENTS: &[(&str, bool, &str)] = &[
    (sql::PAIRS, false, "M"),
    (sql::FAMILY, false, "B"),
    (sql::TAKEN, false, "M"),
    (sql::FIRST_MEMBER, false, "B"),
    (sql::HOLDER, false, "TTTBN"),
    (sql::FOUND, true, "BNTNNTN"),
    (sql::FOUND_WITHIN, true, "BNTNNTNN"),
    (sql::LIVE, false, "TTNNN"),
    (sql::JOIN, true, "BN"),
    (sql::SUPERSEDE, true, "BBNNBBNNNNNN"),
    (sql::SLIDE, true, "BBNNN"),
    (sql::EDIT, false, "BBNYTYT"),
    (sql::REKEY, false, "BBNBN"),
    (sql::END, false, "BBNNN"),
    (sql::RELABEL, false, "BBNYTYTTTN"),
    (sql::EXPIRY, false, "BBNNNNNN"),
    (sql::REVOKE_FAMILY, false, "NNNBTT"),
    (sql::REVOKE_OWNER, false, "NNNTTN"),
    (sql::OWNER_STANDS, false, "TT"),
    (sql::REVOKE_ONE, false, "NNNBB"),
    (sql::TOUCH, false, "MA"),
    (sql::LIST_OWNER, false, "TTNNBN"),
    (sql::LIST_KIND, false, "TNBN"),
    (sql::DUE, false, "NNBN"),
    (sql::CLAIM, false, "BNNNB"),
    (sql::NOTICED, false, "B"),
    (sql::SETTLE, false, "BNNNNBBY"),
    (sql::LEAVE_TO_FAMILY, false, "NNN"),
    (sql::CHORES, false, "NNNN"),
    (sql::REMOVE, false, "MMNN"),
    (sql::SHRINK, false, "MN"),
    (sql::CLIENT, false, "TT"),
    (sql::CLIENTS, false, "TTN"),
    (sql::RELEASE, false, "B"),
    (sql::PURGE_COUNTERS, false, "NN"),
];

fn types(adds: bool, values: &str) -> String {
    let letters = if adds { ADDING } else { "" }.chars().chain(values.chars());
    let types = letters.map(|letter| match letter {
        'B' => "bytea",
        'T' => "text",
        'Y' => "boolean",
        'M' => "bytea[]",
        'A' => "bigint[]",
        'K' => "text[]",
        _ => "bigint",
    });
    types.collect::<Vec<_>>().join(", ")
}

/// A connection that plans as it is told to, for any values, and knows all statements.
async fn planner(options: &PgConnectOptions, plans: &[(&str, &str)]) -> PgConnection {
    let mut raw = options.clone().options(plans.iter().copied()).connect().await.expect("a connection");
    for (place, (text, adds, values)) in STATEMENTS.iter().enumerate() {
        let prepare = format!("PREPARE s{place} ({}) AS {text}", types(*adds, values));
        let prepared = sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&mut raw).await;
        prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    raw
}

/// The plan of each statement, beside its text.
async fn plans(raw: &mut PgConnection) -> Vec<(&'static str, String)> {
    let mut plans = Vec::new();
    for (place, (text, adds, values)) in STATEMENTS.iter().enumerate() {
        let nulls = vec!["NULL"; types(*adds, values).split(", ").count()].join(", ");
        plans.push((*text, explained(raw, &format!("EXECUTE s{place} ({nulls})")).await));
    }
    plans
}

async fn explained(raw: &mut PgConnection, statement: &str) -> String {
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("EXPLAIN {statement}"))).fetch_all(raw).await.expect("a plan");
    let lines: Vec<String> = rows.iter().map(|row| row.try_get(0).expect("a line")).collect();
    lines.join("\n")
}

fn scans(plan: &str) -> bool {
    plan.contains("Seq Scan on counterfoil")
}

/// As the store's connections plan: once, for any values, and while the tables may still be empty. And as a server would that is free to scan, once there are rows.
/// The census, which may be slow, is the control.
#[tokio::test]
async fn no_statement_scans() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let (mut ours, mut free) = (planner(&options, &PLANS).await, planner(&options, &PLANS[..1]).await);
    for (text, plan) in plans(&mut ours).await {
        assert!(!scans(&plan), "{text}\n{plan}");
    }
    assert!(
        plans(&mut free).await.iter().any(|(_, plan)| scans(plan)),
        "the control: who is free to, scans an empty table"
    );
    sqlx::raw_sql(ROWS).execute(store.pool()).await.expect("rows");
    for (text, plan) in plans(&mut ours).await.into_iter().chain(plans(&mut free).await) {
        assert!(!scans(&plan), "{text}\n{plan}");
    }
    let census = explained(&mut free, sql::CENSUS).await;
    assert!(scans(&census), "the control: a scan shows\n{census}");
}

/// The store's own connections plan so too.
#[tokio::test]
async fn every_connection_plans_once_and_by_an_index() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let store = PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store");
    for (name, wanted) in PLANS {
        let set: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(name)
            .fetch_one(store.pool())
            .await
            .expect("a setting");
        assert_eq!(set, wanted, "{name}");
    }
}

/// Every connection of the pool is taken and nobody gives one back: point reads have their own.
#[tokio::test]
async fn an_exhausted_pool_is_unavailable_and_passes() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let one = PgSetup::default().connections(NonZeroU32::MIN);
    let store = PgStore::connect_with(options.username("postgres").database("postgres"), one).await.expect("a store");
    let draft = Person::somebody().pat();
    let id = draft.found(&store).await.expect("a record");
    let taken = store.pool().acquire().await.expect("the only connection");
    tokio::time::pause();
    assert!(matches!(store.census().await, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })));
    let other = Person::somebody().pat();
    let refused = store.insert(other.home(None), &other.records, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{refused:?}");
    tokio::time::resume();
    assert!(must_get(&store, &id).await.is_ok());
    drop(taken);
    assert!(other.found(&store).await.is_ok());
}
