//! Tests the cost of limit checks and lists if many records are deleted, rotated or expired. The cost is the number of
//! steps of SQLite's virtual machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use counterfoil::store::{Inserted, Progress, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};
use counterfoil_conformance::sample::{
    Draft, EXPIRES, GONE, Person, at, bounded, make_room, most, pace, revoked, supersede,
};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use super::store::SqliteStore;
use super::write::Statement;
use super::{schema, sql};
use crate::row::{LAST_ID, micros};
use crate::rules::families_of;

const KIND: TokenKind = TokenKind::PersonalAccessToken;
/// The number of tokens or generations that each test creates and ends again. This number exposed fault A12.
const CYCLES: u64 = 2_300;
/// The upper bound for the steps of a statement that finds a few rows and reads no other rows.
const FEW: u64 = 1_000;
/// The lower bound for the steps of a statement that reads all [`CYCLES`] tokens or generations.
const MANY: u64 = 5 * CYCLES;

async fn open() -> (TempDir, SqliteStore) {
    let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm").or_else(|_| TempDir::new()).expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
    (folder, SqliteStore::open(options).await.expect("a store"))
}

/// Returns the number of rows that a statement returns, and the number of steps that it takes.
async fn steps(store: &SqliteStore, query: Statement<'_>) -> (usize, u64) {
    let mut connection = store.writer().acquire().await.expect("the writer");
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let tick = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    };
    connection.lock_handle().await.expect("the handle").set_progress_handler(1, tick);
    let rows = query.fetch_all(&mut *connection).await.expect("rows").len();
    connection.lock_handle().await.expect("the handle").remove_progress_handler();
    (rows, count.load(Ordering::Relaxed))
}

fn listing<'q>(text: &'static str, person: &'q Person, limit: i64) -> Statement<'q> {
    sqlx::query(text)
        .bind(person.realm.as_str())
        .bind(person.owner.as_str())
        .bind(i64::from(KIND.byte()))
        .bind(i64::MAX)
        .bind(LAST_ID.as_slice())
        .bind(limit)
}

fn standing(person: &Person) -> Statement<'_> {
    let (from, to) = families_of(KIND);
    listing(sql::LIST_STANDING, person, 51).bind(from).bind(to).bind(micros(at(10)))
}

async fn insert(store: &SqliteStore, draft: &Draft) -> RecordId {
    draft.found(store).await.expect("a family")
}

#[tokio::test]
async fn fault_a12_a_page_of_what_stands_reads_nothing_that_was_deleted() {
    let (_folder, store) = open().await;
    let person = Person::somebody();
    let first = insert(&store, &person.pat().created(at(0))).await;
    for cycle in 1..=CYCLES {
        let id = insert(&store, &person.pat().created(at(cycle))).await;
        let ended = store.revoke(person.family(id.family()), revoked(at(cycle)), at(GONE), most(1)).await;
        assert_eq!(ended.expect("an answer"), Progress { changed: 1, more: false });
    }
    let of = person.standing(KIND, at(10));
    let page = store.list(of, None, most(50)).await.expect("a page");
    assert!(page.items.iter().map(|record| record.record().id).eq([first]) && page.next.is_none());
    let (rows, taken) = steps(&store, standing(&person)).await;
    assert!(rows == 1 && taken < FEW, "{rows} rows, {taken} steps");
    let (rows, taken) = steps(&store, listing(sql::LIST_OWNER, &person, 5_000)).await;
    assert!(rows > 2_000 && taken > MANY, "the control: a walk shows, {rows} rows, {taken} steps");
}

/// Checks that a page of an owner's families reads neither revoked families nor families of other owners. The ids of
/// the owner's families are scattered among the ids of the other families.
#[tokio::test]
async fn a_page_of_families_reads_nothing_revoked_and_nothing_of_others() {
    let (_folder, store) = open().await;
    let (person, other) = (Person::somebody(), Person::somebody());
    let mut own = Vec::new();
    for cycle in 1..=CYCLES {
        let id = insert(&store, &person.pat().created(at(cycle))).await.family();
        insert(&store, &other.pat()).await;
        if cycle % 1_000 == 0 {
            own.push(id);
        } else {
            let ended = store.revoke(person.family(id), revoked(at(cycle)), at(GONE), most(1)).await;
            assert_eq!(ended.expect("an answer").changed, 1);
        }
    }
    own.sort_unstable();
    let page = store.list_families(&person.realm, &person.owner, None, most(50)).await.expect("a page");
    assert!(page.items.iter().map(|family| family.id).eq(own) && page.next.is_none() && page.corrupt == 0);
    let list = |person: &Person| {
        let query = sqlx::query(sql::LIST_FAMILIES).bind(person.realm.as_str().to_owned());
        query.bind(person.owner.as_str().to_owned()).bind(Vec::new()).bind(51_i64)
    };
    let (rows, taken) = steps(&store, list(&person)).await;
    assert!(rows == 2 && taken < FEW, "{rows} rows, {taken} steps");
    let (rows, taken) = steps(&store, list(&other)).await;
    assert!(rows == 51 && taken > MANY, "the control: the other's families show, {rows} rows, {taken} steps");
}

/// Checks that the cost of limits and pages does not grow with the generations of a family. Every superseded token of
/// the family is past its retry window but not shrunk yet. All access tokens except the last three have expired.
#[tokio::test]
async fn fault_a13_neither_cap_nor_page_walks_over_generations() {
    let (_folder, store) = open().await;
    let draft = Person::somebody().refresh();
    let mut tip = insert(&store, &draft).await;
    for generation in 1..=CYCLES {
        let next = draft.successor(tip, generation);
        let mut access = draft.access(generation);
        access.expires_at = Some(at(if generation > CYCLES - 3 { EXPIRES } else { 5 }));
        let step = bounded(supersede(Version::FIRST, next.id, at(3)), Some(pace(5_000, at(0))), Some(100));
        let new = [next, access];
        assert!(matches!(store.rotate(&tip, &step, &new, at(6)).await, Ok(Rotated::Done)));
        tip = new[0].id;
    }
    let family = draft.family.id;
    let access = || sqlx::query(sql::ACCESS).bind(family.as_bytes().to_vec()).bind(micros(at(7))).bind(101_i64);
    let found = access().fetch_one(store.writer()).await.expect("a count");
    assert_eq!((found.get::<i64, _>("live"), found.get::<i64, _>("first_end")), (3, micros(at(EXPIRES))));
    let (_, taken) = steps(&store, access()).await;
    assert!(taken < FEW, "{taken} steps");
    let rotated = sqlx::query(sql::ROTATED).bind(family.as_bytes().to_vec()).bind(1_000_i64).bind(3_i64);
    let (rows, taken) = steps(&store, rotated).await;
    assert!(rows == 1 && taken < FEW, "{rows} rows, {taken} steps");

    let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
    let of = person.standing(TokenKind::RefreshToken, at(100));
    let page = store.list(of, None, most(50)).await.expect("a page");
    assert!(page.items.iter().map(|record| record.record().id).eq([tip]));
    let list = || {
        sqlx::query(sql::LIST_STANDING)
            .bind(person.realm.as_str())
            .bind(person.owner.as_str())
            .bind(3_i64)
            .bind(i64::MAX)
            .bind(LAST_ID.as_slice())
            .bind(51_i64)
            .bind(3_i64)
            .bind(3_i64)
    };
    let (rows, taken) = steps(&store, list().bind(micros(at(100)))).await;
    assert!(rows == 1 && taken < FEW, "{rows} rows, {taken} steps");
    let (rows, taken) = steps(&store, list().bind(micros(at(4)))).await;
    assert!(rows == 51 && taken > MANY, "the control: while all are honoured, {rows} rows, {taken} steps");
}

/// Checks that a cap reads no expired families that are not purged yet, and that a pace reads no more rows than its
/// limit.
#[tokio::test]
async fn fault_a13_a_cap_walks_over_nothing_that_has_expired() {
    let (_folder, store) = open().await;
    let person = Person::somebody();
    for cycle in 1..=CYCLES {
        insert(&store, &person.pat().created(at(cycle)).ending(Some(at(5)), Some(at(GONE)))).await;
    }
    let draft = person.pat();
    let done = store.insert(draft.bounded(Some(make_room(2, at(6))), None), &draft.records, at(6)).await;
    assert_eq!(done.expect("an answer"), Inserted::Done);
    let living = |text, now| {
        let query = sqlx::query(text).bind(person.realm.as_str()).bind(person.owner.as_str()).bind(1_i64);
        query.bind(None::<Vec<u8>>).bind(micros(at(now))).bind(i64::MAX)
    };
    for text in [sql::LIVE, sql::LEAVING] {
        let (rows, taken) = steps(&store, living(text, 6)).await;
        assert!(rows == 1 && taken < FEW, "{rows} rows, {taken} steps: {text}");
        let (_, taken) = steps(&store, living(text, 4)).await;
        assert!(taken > MANY, "the control: while all live, {taken} steps: {text}");
    }
    let paced = |limit: i64| {
        let query = sqlx::query(sql::PACED).bind(person.realm.as_str()).bind(person.owner.as_str()).bind(1_i64);
        query.bind(micros(at(0))).bind(limit)
    };
    let (rows, taken) = steps(&store, paced(99)).await;
    assert!(rows == 1 && taken < FEW, "{rows} rows, {taken} steps");
    let (_, taken) = steps(&store, paced(2_200)).await;
    assert!(taken > 2_200, "the control: a longer way shows, {taken} steps");
}

/// Checks that the statements that sort rows find these rows by an index. With the index, a statement reads and sorts
/// only live rows. A cap keeps the number of live rows small.
#[tokio::test]
async fn what_sorts_finds_what_it_sorts_by_an_index() {
    let (_folder, store) = open().await;
    let statements: [(&str, &[&str]); 3] = [
        (sql::LEAVING, &["counterfoil_family_standing (realm=? AND owner=? AND kind=? AND client=? AND <expr>>?)"]),
        (
            sql::LIST_STANDING,
            &[
                "counterfoil_family_standing (realm=? AND owner=? AND kind>? AND kind<?)",
                "counterfoil_record_standing (family=? AND kind=? AND <expr>>?)",
                "SEARCH r USING PRIMARY KEY (id=?)",
            ],
        ),
        (
            sql::LIST_FAMILIES,
            &["counterfoil_family_standing (realm=? AND owner=?)", "SEARCH f USING PRIMARY KEY (id=?)"],
        ),
    ];
    for (text, searches) in statements {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let rows = sqlx::query(explain).fetch_all(store.writer()).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
        // A scan of `own`, `page` or `d` is allowed: these are subqueries, so a scan reads only rows that a search
        // returned.
        let scans = |line: &String| {
            line.starts_with("SCAN") && !["own", "page", "d"].iter().any(|of| line.split(' ').nth(1) == Some(of))
        };
        assert!(!plan.iter().any(scans), "{plan:#?}");
        for search in searches {
            assert!(plan.iter().any(|line| line.contains(search)), "{search} is not in {plan:#?}");
        }
    }
    schema::check(store.writer()).await.expect("the schema stands");
}
