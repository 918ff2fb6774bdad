//! Tests the cost of limit checks and lists if many records are deleted, rotated or expired. The cost is the number of
//! pages of the server's buffer cache that a statement reads.

use counterfoil::store::{ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{TokenKind, Version};
use counterfoil_conformance::sample::{EXPIRES, Person, at, most, supersede};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};

use super::ask::Statement;
use super::sql;
use super::store::{PLANNING, PgStore};
use crate::row::micros;

/// The upper bound for the cost of a statement that finds a few rows and reads no other rows.
const FEW: i64 = 100;
/// The lower bound for the cost of a statement that reads all rows of an owner.
const MANY: i64 = 400;

/// The sample rows. Instants are 1,700,000,000,000,000 plus a number. Ann has 2,300 deleted tokens, 2,300 expired
/// tokens and one live token. Bob has a sign-in with 5,000 generations, each with one access token. The last three of
/// his access tokens are live. Other owners have about 25,000 tokens.
const ROWS: &str = "
CREATE FUNCTION id(n BIGINT, size INT) RETURNS BYTEA LANGUAGE sql AS $$ SELECT substring(sha256(n::text::bytea) FROM 1 FOR size) $$;
CREATE FUNCTION t(n BIGINT) RETURNS BIGINT LANGUAGE sql AS $$ SELECT 1700000000000000 + n $$;
INSERT INTO counterfoil_family (id, realm, owner, kind, generation, members, body, live_until, gone_at, used_at)
    SELECT id(n, 10), 'default', CASE WHEN n <= 4601 THEN 'ann' ELSE 'owner' || n % 3000 END, 1, 0, 1, '\"alone\"',
        t(CASE WHEN n BETWEEN 2301 AND 4600 THEN 5 ELSE 1000000 END), t(CASE WHEN n BETWEEN 2301 AND 4600 THEN 8 ELSE 2000000 END), t(n)
    FROM generate_series(1, 30000) n;
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at, noticed, shrunk
) SELECT id || '\\x000000000000', id, realm, owner, kind, 0, used_at, sha256('x'), 1, 0, live_until, used_at, gone_at, gone_at, '', false
    FROM counterfoil_family;
UPDATE counterfoil_family SET revoked_at = t(1), revoked_why = 4 WHERE used_at <= t(2300);
INSERT INTO counterfoil_family (id, realm, owner, kind, generation, members, body, live_until, gone_at, used_at)
    VALUES (id(0, 10), 'default', 'bob', 3, 5000, 10001, '\"alone\"', t(1000000), t(2000000), t(1));
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version, expires_at, expiry_set_at, gone_at, purge_at,
    superseded_at, successor, honoured_until, noticed, shrunk
) SELECT id(0, 10) || substring(sha256((kind || '-' || n)::bytea) FROM 1 FOR 6), id(0, 10), 'default', 'bob', kind, n, t(n), sha256('x'), 1, 0,
        t(CASE WHEN kind = 2 AND n <= 4997 THEN 5 ELSE 1000000 END), t(n), t(2000000), t(2000000),
        CASE WHEN kind = 3 AND n < 5000 THEN t(n) END, CASE WHEN kind = 3 AND n < 5000 THEN id(0, 16) END,
        CASE WHEN kind = 3 AND n < 5000 THEN t(5010) END, '', false
    FROM generate_series(0, 5000) n, (VALUES (2), (3)) kinds (kind);
ANALYZE counterfoil_family; ANALYZE counterfoil_record;
";

/// Starts a server with the sample rows. Also opens a store on it, and a connection with the store's planner settings.
async fn filled() -> (Postgres, PgStore, PgConnection) {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let mut raw = options.options(PLANNING).connect().await.expect("a connection");
    sqlx::raw_sql(ROWS).execute(&mut raw).await.expect("rows");
    (server, store, raw)
}

fn now(number: u64) -> i64 {
    micros(at(number))
}

/// Runs a statement eight times, and returns the number of pages that the last run reads. During the first run the
/// server marks dead rows. After five runs it uses a generic plan.
async fn pages(wire: &mut PgConnection, query: impl Fn() -> Statement<'static>) -> i64 {
    let mut pages = 0;
    for _ in 0..8 {
        let lines = query().fetch_all(&mut *wire).await.expect("a plan");
        let lines = lines.iter().map(|row| row.try_get::<String, _>(0).expect("a line"));
        let top = lines.into_iter().find(|line| line.contains("Buffers:")).expect("the first node's pages");
        let counts = top.split([' ', '=']).filter_map(|word| word.parse::<i64>().ok());
        pages = counts.sum();
    }
    pages
}

fn explain(text: &str) -> Statement<'static> {
    sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {text}")))
}

fn list(owner: &'static str, kind: TokenKind, instant: u64) -> Statement<'static> {
    let kind = i64::from(kind.byte());
    let query =
        explain(sql::LIST_STANDING).bind("default").bind(owner).bind(kind).bind(i64::MAX).bind(vec![0xFF_u8; 16]);
    query.bind(51_i64).bind(kind).bind(kind).bind(now(instant))
}

#[tokio::test]
async fn fault_a12_a_page_of_what_stands_reads_nothing_that_was_deleted() {
    let (_server, store, mut raw) = filled().await;
    let (pat, refresh) = (TokenKind::PersonalAccessToken, TokenKind::RefreshToken);
    for (owner, kind) in [("ann", pat), ("bob", refresh)] {
        let person = Person::new("default", owner);
        let page = store.list(person.standing(kind, at(6_000)), None, most(50)).await.expect("a page");
        assert!(page.items.len() == 1 && page.next.is_none(), "{owner}: {:#?}", page.items);
    }
    // Ann's 2,300 expired tokens are past `gone_at`, but no purge has removed their families. So a page of her tokens
    // still reads these tokens and skips them. Therefore only Bob's pages are measured here. Ann's page is measured
    // after these families are revoked.
    let bob = pages(&mut raw, || list("bob", refresh, 6_000)).await;
    assert!(bob < FEW, "{bob} pages");
    let honoured = pages(&mut raw, || list("bob", refresh, 100)).await;
    assert!(honoured > MANY, "the control: while all are honoured, {honoured} pages");
    sqlx::raw_sql(
        "UPDATE counterfoil_family SET revoked_at = 1, revoked_why = 4 WHERE owner = 'ann' AND used_at < t(4601)",
    )
    .execute(&mut raw)
    .await
    .expect("deleted");
    let ann = pages(&mut raw, || list("ann", pat, 6_000)).await;
    assert!(ann < FEW, "{ann} pages");
    let walk = || {
        let query = explain(sql::LIST_OWNER).bind("default").bind("ann").bind(1_i64);
        query.bind(i64::MAX).bind(vec![0xFF_u8; 16]).bind(10_000_i64)
    };
    let walk = pages(&mut raw, walk).await;
    assert!(walk > MANY, "the control: a walk shows, {walk} pages");
}

#[tokio::test]
async fn a_page_of_families_reads_nothing_of_others() {
    let (_server, store, mut raw) = filled().await;
    let list = |owner: &'static str, after: u8| {
        explain(sql::LIST_FAMILIES).bind("default").bind(owner).bind(vec![after; 10]).bind(51_i64)
    };
    for owner in ["bob", "owner7"] {
        let person = Person::new("default", owner);
        let page = store.list_families(&person.realm, &person.owner, None, most(50)).await.expect("a page");
        assert!(page.items.len() == if owner == "bob" { 1 } else { 8 } && page.next.is_none(), "{:#?}", page.items);
        for after in [0x00, 0xFE] {
            let few = pages(&mut raw, || list(owner, after)).await;
            assert!(few < FEW, "{few} pages");
        }
    }
    let ann = pages(&mut raw, || list("ann", 0)).await;
    assert!(ann > MANY / 10, "the control: expired families are in the list, {ann} pages");
}

/// Ends the server processes of all other connections, and waits until they have ended.
const ENDED: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Checks that a rotation counts the owner's families only if the family has expired. The server counts the calls of
/// the function `counterfoil_admit`. A server process adds its calls to this count when the process ends.
#[tokio::test]
async fn only_a_renewal_counts_families() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let mut raw = options.connect().await.expect("a connection");
    let calls =
        "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_user_functions WHERE funcname = 'counterfoil_admit'";
    let draft = Person::somebody().pat();
    let mut tip = None;
    for (generation, now, counted) in [(1, 6, 0), (2, EXPIRES - 1, 0), (3, EXPIRES, 1), (4, EXPIRES + 1, 1)] {
        let store = PgStore::connect(options.clone().options([("track_functions", "all")])).await.expect("a store");
        let parent = match tip {
            Some(tip) => tip,
            None => draft.found(&store).await.expect("a family"),
        };
        // The rotation to generation 3 renews the expired family until `2 * EXPIRES`. So the last rotation finds a live
        // family.
        let end = if generation < 3 { EXPIRES } else { 2 * EXPIRES };
        let next = draft.successor(parent, generation).with_expires_at(at(end));
        let mut step = supersede(Version::FIRST, next.id, at(now));
        if let ParentUpdate::Supersede { cap, .. } = &mut step {
            *cap = Some(most(1));
        }
        tip = Some(next.id);
        assert!(matches!(store.rotate(&parent, &step, &[next], at(now)).await, Ok(Rotated::Done)));
        store.close().await;
        sqlx::raw_sql(ENDED).execute(&mut raw).await.expect("ended");
        let found: i64 = sqlx::query_scalar(calls).fetch_one(&mut raw).await.expect("a count");
        assert_eq!(found, counted, "after the rotation to generation {generation}");
    }
}

#[tokio::test]
async fn fault_a13_no_bound_walks_over_what_was_rotated_or_has_expired() {
    let (_server, _store, mut raw) = filled().await;
    let access = |instant: u64| {
        explain("SELECT counterfoil_access(substring(sha256('0') FROM 1 FOR 10), $1, 5000)").bind(now(instant))
    };
    let (live, all) = (pages(&mut raw, || access(6)).await, pages(&mut raw, || access(4)).await);
    assert!(live < FEW, "{live} pages");
    assert!(all > MANY / 10 && all > 2 * live, "the control: while all live, {all} pages");

    let admit = |owner: &str, instant: u64, cap: i64, end: Option<i64>, pace: Option<i64>| {
        explain(&format!("SELECT counterfoil_admit('default', '{owner}', 1, NULL, NULL, $1, $2, $3, 6, 9, $4, $5)"))
            .bind(now(instant))
            .bind(cap)
            .bind(end)
            .bind(pace)
            .bind(now(0))
    };
    for end in [None, Some(now(6))] {
        let live = pages(&mut raw, || admit("ann", 6, 5_000, end, None)).await;
        assert!(live < FEW, "{live} pages");
        let all = pages(&mut raw, || admit("ann", 4, 5_000, end, None)).await;
        assert!(all > 2 * live, "the control: while all live, {all} pages beside {live}");
    }
    let paced = pages(&mut raw, || admit("ann", 6, 5_000, None, Some(100))).await;
    assert!(paced < FEW, "{paced} pages");
}
