//! Tests of the query plans on filled tables, of reads that are sent together, of the search for a sent notice, of
//! refused attempts, and of a pool without free connections.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, Reserved, StoreError, Throttle as _, ThrottleKey, TokenStore};
use counterfoil_conformance::sample::{Draft, Person, at, most, must_get};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};

use super::ask::Statement;
use super::reader::PLANNED_ONCE;
use super::setup::PgSetup;
use super::sql;
use super::store::{PLANNING, PgStore};
use super::throttle_sql;

/// The sample rows: 30,000 families with one record each. 3 % are revoked, 10 % have a notice, and 10 % are superseded.
const ROWS: &str = "
INSERT INTO counterfoil_family SELECT substring(sha256(n::text::bytea) FROM 1 FOR 10), 'default', 'owner' || n % 3000, 1, 0, 1, '\"alone\"', n, n, NULL,
    CASE WHEN n % 33 = 0 THEN n END, CASE WHEN n % 33 = 0 THEN 1 END FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_record SELECT substring(sha256(n::text::bytea) FROM 1 FOR 16), substring(sha256(n::text::bytea) FROM 1 FOR 10), 'default', 'owner' || n % 3000,
    1, NULL, 0, n, NULL, NULL, NULL, sha256('x'), 1, 0, n, n, n, n, CASE WHEN n % 10 = 0 THEN n END, NULL, NULL, NULL, CASE WHEN n % 10 = 0 THEN n END, NULL, NULL,
    NULL, CASE WHEN n % 10 = 1 THEN n END, CASE WHEN n % 10 = 1 THEN 0 END, '', false FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_throttle SELECT sha256(n::text::bytea), 1, n, '{}', n FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_client SELECT 'default', 'client' || n, 0, sha256(n::text::bytea), '{}' FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_narrowing (xid, family, at) SELECT n, substring(sha256(n::text::bytea) FROM 1 FOR 10), n FROM generate_series(1, 30000) n;
ANALYZE counterfoil_narrowing; ANALYZE counterfoil_family; ANALYZE counterfoil_record; ANALYZE counterfoil_throttle; ANALYZE counterfoil_client;
";

/// The types of the parameters that describe new records. Each parameter is an array: of bytes (B), numbers (N) or
/// texts (T). In [`STATEMENTS`] the letters stand for single values, and there are more letters: see [`bound`].
const ADDING: &str = "BNBNNTTTBNNNNN";

fn bound(text: &'static str, adds: bool, values: &str) -> Statement<'static> {
    let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN {text}")));
    if adds {
        for letter in ADDING.chars() {
            query = match letter {
                'B' => query.bind(vec![vec![7_u8; 16]]),
                'T' => query.bind(vec![Some("x".to_owned())]),
                _ => query.bind(vec![20_i64]),
            };
        }
        query = query.bind("default").bind("owner7");
    }
    for letter in values.chars() {
        query = match letter {
            'F' => query.bind(vec![7_u8; 10]),
            'I' => query.bind(vec![7_u8; 16]),
            'T' => query.bind("owner7"),
            'R' => query.bind("default"),
            'Y' => query.bind(true),
            'M' => query.bind(vec![vec![7_u8; 16], vec![8_u8; 16]]),
            'A' => query.bind(vec![20_i64, 21]),
            _ => query.bind(20_i64),
        };
    }
    query
}

async fn plan(wire: &mut PgConnection, text: &'static str, adds: bool, values: &str) -> Vec<String> {
    let rows = bound(text, adds, values).fetch_all(wire).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter().map(|row| row.try_get(0).expect("a line")).collect()
}

/// Checks that each caller gets its own answer if callers ask for more ids than fit in one statement, with duplicates
/// and unknown ids.
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

/// Checks the query plan of the read by id. A connection for reads makes this plan once, possibly while the tables are
/// empty, and then keeps it.
#[tokio::test]
async fn the_plan_of_the_point_read_is_made_once_and_scans_nothing() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let mut raw = options.options([PLANNED_ONCE]).options(PLANNING).connect().await.expect("a connection");
    let prepare = sqlx::AssertSqlSafe(format!("PREPARE pairs (bytea[]) AS {}", sql::PAIRS));
    sqlx::raw_sql(prepare).execute(&mut raw).await.expect("prepared");
    for rows in [ROWS, ""] {
        let plan = sqlx::raw_sql("EXPLAIN EXECUTE pairs (ARRAY['\\x01'::bytea])").fetch_all(&mut raw).await;
        let plan: Vec<String> = plan.expect("a plan").iter().map(|row| row.try_get(0).expect("a line")).collect();
        let plan = plan.join("\n");
        assert!(plan.contains("ANY ($1)") && !plan.contains("Seq Scan"), "{plan}");
        sqlx::raw_sql(rows).execute(&mut store.wire().await).await.expect("rows");
    }
}

/// All statements except the census, which may be slow. Each entry has the statement, whether the statement inserts
/// records, and the types of its parameters. These types leave out the parameters that describe the inserted records,
/// because [`bound`] binds those first.
const STATEMENTS: &[(&str, bool, &str)] = &[
    (sql::PAIRS, false, "M"),
    (sql::FAMILY, false, "F"),
    (sql::TAKEN, false, "M"),
    (sql::OBSTACLES, false, "MFRTTN"),
    (sql::HOLDER, false, "RTTFN"),
    (sql::FOUND, true, "FNTNNTNIN"),
    (sql::FOUND_WITHIN, true, "FNTNNTNINNNNNNN"),
    (sql::JOIN, true, "FNNN"),
    (sql::SUPERSEDE, true, "FINNIINNNNNNNNYN"),
    (sql::RENEW, true, "FINNIINNNNNNNNYN"),
    (sql::SLIDE, true, "FINNNN"),
    (sql::EDIT, false, "FINYTYTN"),
    (sql::REKEY, false, "FININN"),
    (sql::END, false, "FINNNN"),
    (sql::EDIT_BOTH, false, "FINYTYTYTTNYT"),
    (sql::EXPIRY, false, "FINNNNNN"),
    (sql::REVOKE_FAMILY, false, "NNNFRT"),
    (sql::REVOKE_OWNER, false, "NNNRTN"),
    (sql::OWNER_STANDS, false, "RT"),
    (sql::REVOKE_ONE, false, "NNNFI"),
    (sql::TOUCH, false, "MA"),
    (sql::LIST_OWNER, false, "RTNNIN"),
    (sql::LIST_STANDING, false, "RTNNINNNN"),
    (sql::LIST_FAMILIES, false, "RTFN"),
    (sql::LIST_KIND, false, "RNIN"),
    (sql::DUE, false, "NNIN"),
    (sql::CLAIM, false, "INNNF"),
    (sql::SETTLE, false, "INNNNIN"),
    (sql::LEAVE_TO_FAMILY, false, "NNN"),
    (sql::CHORES, false, "NNNN"),
    (sql::REMOVE, false, "MMNN"),
    (sql::SHRINK, false, "MN"),
    (sql::CLIENT, false, "RT"),
    (sql::CLIENTS, false, "RTN"),
    (throttle_sql::PURGE, false, "NN"),
    (sql::NARROWINGS, false, "NANANNN"),
    (sql::NARROW, false, "FRTN"),
    (sql::TRIM, false, "NN"),
];

fn scan(plan: &[String]) -> Option<&String> {
    plan.iter().find(|line| line.contains("Seq Scan on counterfoil"))
}

/// Checks that no plan scans a whole table. Makes the plans twice: with empty tables, on a connection of the store;
/// then with filled tables, on a connection without the store's options. The second plans show a missing index.
#[tokio::test]
async fn no_statement_scans() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let mut own = store.wire().await;
    let mut any = options.connect().await.expect("a connection");
    for rows in ["", ROWS] {
        sqlx::raw_sql(rows).execute(&mut any).await.expect("rows");
        let wire = if rows.is_empty() { &mut own } else { &mut any };
        for &(text, adds, values) in STATEMENTS {
            let plan = plan(wire, text, adds, values).await;
            assert_eq!(scan(&plan), None, "{text}\n{}", plan.join("\n"));
        }
        // In the plan of each of these statements, the index condition must contain the second of the two columns. A
        // chain of refreshes has thousands of members, so a rotation must not read all members of the family. It must
        // find two things by the generation: the record whose nonce it removes, and the records that its pace counts.
        // Families must be found by their owner, also when a statement looks for a label.
        let narrow = [
            (sql::SUPERSEDE, true, "FINNIINNNNNNNNYN", "family", "generation", 2),
            (sql::RENEW, true, "FINNIINNNNNNNNYN", "family", "generation", 2),
            (sql::LIST_FAMILIES, false, "RTFN", "realm", "owner", 1),
            (sql::EDIT_BOTH, false, "FINYTYTYTTNYT", "label_key", "owner", 1),
        ];
        for (text, adds, values, wide, narrow, times) in narrow {
            let plan = plan(wire, text, adds, values).await;
            let found: Vec<&String> =
                plan.iter().filter(|line| line.contains("Index Cond") && line.contains(wide)).collect();
            assert_eq!(found.len(), times, "{plan:#?}");
            assert!(found.iter().all(|line| line.contains(narrow)), "{plan:#?}");
        }
    }
    let census = plan(&mut any, sql::CENSUS, false, "").await;
    assert!(scan(&census).is_some(), "the control: a scan shows\n{census:#?}");
}

/// Checks that the server compiles no statement. With `enable_seqscan` off, a scan has a very high cost, so the server
/// would compile it first (`jit`). The store turns `jit` off.
#[tokio::test]
async fn nothing_is_compiled_before_it_is_run() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let mut own = store.wire().await;
    let compiling = options.options(PLANNING).options([("jit", "on")]);
    let mut any = compiling.connect().await.expect("a connection");
    let compiled = |plan: &[String]| plan.iter().any(|line| line.contains("JIT"));
    for text in [sql::CENSUS, sql::SCHEMA_VERSION] {
        let (found, control) = (plan(&mut own, text, false, "").await, plan(&mut any, text, false, "").await);
        assert!(!compiled(&found), "{found:#?}");
        assert!(compiled(&control), "the control: what is compiled shows\n{control:#?}");
    }
}

/// Checks how a sent notice is looked up in the column `noticed`: only as a whole entry. An entry has nine bytes, eight
/// for the expiry and one for the stage. The test records three notices. Their expiries and stages are (0, 0), (1, 5)
/// and (0, 1). The bytes of the third already occur where the entries of the first two meet, and nevertheless the third
/// must be recorded. If the length of the column is wrong, the statement must report an error and leave the row
/// unchanged.
#[tokio::test]
async fn a_notice_is_looked_for_where_one_begins() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let store = PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store");
    let held = NoticeMark { at: at(10), stage: 0 };
    let draft = Person::somebody().pat().noticed(held.at, held.stage);
    let id = draft.found(&store).await.expect("a record");
    let sent = [(0, 0), (1, 5), (0, 1)].map(|(at, stage)| (Timestamp::from_micros(at).expect("an instant"), stage));
    for sent in sent.into_iter().chain(sent) {
        assert!(store.settle(&id, held, Some(held), Some(sent)).await.expect("an answer"));
    }
    assert_eq!(must_get(&store, &id).await.expect("a record").record().noticed, sent);

    let damage = "UPDATE counterfoil_record SET noticed = noticed || '\\x00'";
    sqlx::query(damage).execute(&mut store.wire().await).await.expect("damaged");
    let outcome = store.settle(&id, held, None, Some(sent[0])).await;
    assert!(matches!(outcome, Err(StoreError::Corrupt { id: Some(found), .. }) if found == id), "{outcome:?}");
    let left = sqlx::query("SELECT 1 FROM counterfoil_record WHERE notice_at IS NOT NULL")
        .fetch_all(&mut store.wire().await)
        .await;
    assert_eq!(left.expect("rows").len(), 1);
}

/// Checks the calls of a store while all connections of its pool are in use. A census and a write return `Unavailable`.
/// A read by id succeeds, because reads have their own connections.
#[tokio::test]
async fn an_exhausted_pool_is_unavailable_and_passes() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let one = PgSetup::default().connections(NonZeroU32::MIN);
    let store = PgStore::connect_with(options.username("postgres").database("postgres"), one).await.expect("a store");
    let draft = Person::somebody().pat();
    let id = draft.found(&store).await.expect("a record");
    let taken = store.pool().lend().await.expect("the only connection");
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

/// Checks with `xmin` and `xmax` that 3,000 refused attempts write nothing and lock no row.
#[tokio::test]
async fn fault_b3_refused_attempts_leave_no_new_rows() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let store = PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store");
    let (key, window) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60));
    assert_eq!(store.reserve(&key, at(0), window, most(1)).await.expect("an answer"), Reserved::Granted(at(0)));
    store.failed(&key, at(0), at(0), window).await.expect("counted");
    let row = "SELECT xmin::text || ' ' || xmax::text FROM counterfoil_throttle";
    let before: Vec<String> = sqlx::query_scalar(row).fetch_all(&mut store.wire().await).await.expect("a row");
    for _ in 0..3_000 {
        let answer = store.reserve(&key, at(1), window, most(1)).await.expect("an answer");
        assert_eq!(answer, Reserved::Wait(at(0).plus_capped(window)));
    }
    let after: Vec<String> = sqlx::query_scalar(row).fetch_all(&mut store.wire().await).await.expect("a row");
    assert_eq!((after.len(), after), (1, before), "the one row stands as it stood");
}

/// Checks that the steps of a counter scan no table. Uses the server's counts of scans, because a plan does not show
/// the statements inside a function.
#[tokio::test]
async fn a_step_of_a_counter_scans_nothing() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    sqlx::raw_sql(ROWS).execute(&mut store.wire().await).await.expect("rows");
    let mut raw = options.connect().await.expect("a connection");
    let scan_count = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'counterfoil_throttle'";
    let mut scans = Vec::new();
    for looks in [false, true] {
        for step in 0..24_i64 {
            let key = vec![u8::try_from(step / 8).expect("small"); 32];
            let query = sqlx::query(throttle_sql::ATTEMPT).bind(step % 3).bind(key).bind(20_i64).bind(20_i64);
            query.bind(50_i64).bind(9_i64).execute(&mut raw).await.expect("a step");
        }
        if looks {
            let control = "SELECT count(*) FROM counterfoil_throttle WHERE failures > 0";
            let _count: i64 = sqlx::query_scalar(control).fetch_one(&mut raw).await.expect("a count");
        }
        sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(&mut raw).await.expect("flushed");
        scans.push(sqlx::query_scalar::<_, i64>(scan_count).fetch_one(&mut raw).await.expect("a count"));
    }
    assert_eq!(scans[1] - scans[0], 1, "the control alone: {scans:?}");
}
