//! Tests of the query plans, of a full disk, of pools without free connections, of an upgrade, and of refused attempts.

use std::time::Duration;

use counterfoil::Realm;
use counterfoil::store::{
    Inserted, Listing, Reserved, SettingsStore as _, StoreError, Throttle as _, ThrottleKey, TokenStore,
};
use counterfoil::types::{TokenKind, Version};
use counterfoil_conformance::sample::{Person, at, most, must_get};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;

use super::sql;
use super::store::SqliteStore;
use super::throttle_sql;

async fn open(folder: &TempDir) -> SqliteStore {
    let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
    SqliteStore::open(options).await.expect("a store")
}

/// Checks the plan of every statement except the census. Each line of a plan must be a search by an index or by the
/// primary key. No statement may sort.
#[tokio::test]
async fn no_statement_scans_or_sorts() {
    let folder = TempDir::new().expect("a folder");
    let store = open(&folder).await;
    let statements = [
        (sql::PAIR, ""),
        (sql::FAMILY, ""),
        (sql::TAKEN, ""),
        (sql::FIRST_MEMBER, "counterfoil_record_generation"),
        (sql::HOLDER, "counterfoil_family_label"),
        (sql::LIVE, "counterfoil_family_standing"),
        (sql::PACED, "counterfoil_record_owner"),
        (sql::ROTATED, "counterfoil_record_generation"),
        (sql::ACCESS, "counterfoil_record_access"),
        (sql::PUT_RECORD, ""),
        (sql::PUT_DETAILS, ""),
        (sql::WIPE_GRANDPARENT, "counterfoil_record_generation"),
        (sql::REVOKE_FAMILY, ""),
        (sql::REVOKE_OWNER, "counterfoil_family_standing"),
        (sql::OWNER_STANDS, "counterfoil_family_standing"),
        (sql::TOUCH, ""),
        (sql::LIST_OWNER, "counterfoil_record_owner"),
        (sql::LIST_KIND, "counterfoil_record_kind"),
        (sql::DUE, "counterfoil_record_due"),
        (sql::LEAVE_TO_FAMILY, "counterfoil_record_gone"),
        (sql::GONE, "counterfoil_record_gone"),
        (sql::GONE_UNSENT, "counterfoil_record_unsent"),
        (sql::GONE_FAMILIES, "counterfoil_family_gone"),
        (sql::WINDOWS, "counterfoil_record_window"),
        (sql::REMOVE_EMPTY, ""),
        (sql::CLIENTS, ""),
        (sql::PUT_NOTICES, ""),
        (sql::DATE_STEPS, ""),
        (sql::NARROWINGS, ""),
        (sql::NARROW, ""),
        (sql::OLDEST_STEPS, ""),
        (sql::TRIM_STEPS, ""),
        (throttle_sql::READ, ""),
        (throttle_sql::REMOVE, ""),
        (throttle_sql::PURGE, "counterfoil_throttle_gone"),
    ];
    for (text, index) in statements {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let rows = sqlx::query(explain).fetch_all(store.writer()).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
        // A scan of a subquery is allowed, because it reads only rows that a search returned.
        let scans = |line: &&String| {
            line.contains("TEMP B-TREE")
                || (line.starts_with("SCAN") && !["SCAN r", "SCAN n", "subquery"].iter().any(|of| line.contains(of)))
        };
        assert_eq!(plan.iter().find(scans), None, "{text}\n{plan:#?}");
        // An insert with a known primary key has no plan. For such a statement, `index` is empty.
        let used = index.is_empty() || plan.iter().any(|line| line.contains(index));
        assert!(used, "{index} is not used: {text}\n{plan:#?}");
    }
}

/// The writer gets no more pages, as on a full disk. Checks that a refused write changes nothing, that existing records
/// are still found, and that the store works again when there is room.
#[tokio::test]
async fn a_full_disk_is_unavailable_and_passes() {
    let folder = TempDir::new().expect("a folder");
    let store = open(&folder).await;
    let ann = Person::new("default", "ann");
    let first = ann.pat();
    let id = first.found(&store).await.expect("a record");
    sqlx::query("PRAGMA max_page_count = 1").execute(store.writer()).await.expect("a limit");
    let mut full = None;
    for _ in 0..2_000 {
        let draft = ann.pat();
        match store.insert(draft.home(None), &draft.records, at(1)).await {
            Ok(Inserted::Done) => {}
            other => {
                full = Some((draft, other));
                break;
            }
        }
    }
    let (draft, answer) = full.expect("the disk is full");
    assert!(matches!(&answer, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{answer:?}");
    assert!(must_get(&store, &id).await.is_ok());
    assert!(store.get(&draft.id()).await.expect("an answer").is_none());
    sqlx::query("PRAGMA max_page_count = 1000000").execute(store.writer()).await.expect("no limit");
    assert_eq!(store.insert(draft.home(None), &draft.records, at(1)).await.expect("an answer"), Inserted::Done);
    let of = Listing::Kind { realm: &draft.family.realm, kind: TokenKind::PersonalAccessToken };
    assert_eq!(store.list(of, None, most(1)).await.expect("a page").items.len(), 1);
}

/// Checks that reads succeed while the writer is busy, and that writes succeed while all readers are busy.
#[tokio::test]
async fn exhausted_pools_are_unavailable_and_pass() {
    let folder = TempDir::new().expect("a folder");
    let store = open(&folder).await;
    let ann = Person::new("default", "ann");
    let id = ann.pat().found(&store).await.expect("a record");
    let writer = store.writer().acquire().await.expect("the writer");
    tokio::time::pause();
    let draft = ann.pat();
    let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{refused:?}");
    tokio::time::resume();
    assert!(must_get(&store, &id).await.is_ok());
    drop(writer);
    let readers = store.readers().exhaust().await;
    tokio::time::pause();
    assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })));
    tokio::time::resume();
    assert!(draft.found(&store).await.is_ok());
    drop(readers);
    assert!(must_get(&store, &draft.id()).await.is_ok());
}

async fn rows(store: &SqliteStore) -> i64 {
    let count = "SELECT count(*) FROM counterfoil_throttle";
    sqlx::query_scalar(count).fetch_one(store.writer()).await.expect("a count")
}

/// Checks that a database of the first schema version is upgraded when it is opened. The database has only the first
/// migration, the settings of a realm, and a counter. The settings must stay. The next migration drops the counter.
#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date() {
    let folder = TempDir::new().expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
    let mut raw = options.connect().await.expect("a connection");
    let counter = "INSERT INTO counterfoil_counter VALUES (zeroblob(32), 3, 9)";
    let settings = r#"INSERT INTO counterfoil_settings VALUES ('default', 4, '{"values":{},"switches":{}}')"#;
    let steps = [sql::SCHEMA_TABLE, sql::MIGRATIONS[0], "INSERT INTO counterfoil_schema VALUES (1)", counter, settings];
    for step in steps {
        sqlx::raw_sql(step).execute(&mut raw).await.expect("the first version");
    }
    raw.close().await.expect("closed");
    let store = open(&folder).await;
    assert_eq!(rows(&store).await, 0);
    let kept = store.settings(&Realm::default()).await.expect("an answer").expect("what stood there stands");
    assert_eq!(kept.version, Version::new(4));
    let key = ThrottleKey::from_bytes([0; 32]);
    let granted = store.reserve(&key, at(1), Duration::from_secs(60), most(1)).await.expect("an answer");
    assert_eq!(granted, Reserved::Granted(at(1)));
}

#[tokio::test]
async fn fault_b3_refused_attempts_leave_no_new_rows() {
    let folder = TempDir::new().expect("a folder");
    let store = open(&folder).await;
    let (key, window) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60));
    assert_eq!(store.reserve(&key, at(0), window, most(1)).await.expect("an answer"), Reserved::Granted(at(0)));
    store.failed(&key, at(0), at(0), window).await.expect("counted");
    let changes = "SELECT total_changes()";
    let before: i64 = sqlx::query_scalar(changes).fetch_one(store.writer()).await.expect("a count");
    for _ in 0..3_000 {
        let answer = store.reserve(&key, at(1), window, most(1)).await.expect("an answer");
        assert_eq!(answer, Reserved::Wait(at(0).plus_capped(window)));
    }
    let after: i64 = sqlx::query_scalar(changes).fetch_one(store.writer()).await.expect("a count");
    assert_eq!((rows(&store).await, after), (1, before), "nothing is written");
}
