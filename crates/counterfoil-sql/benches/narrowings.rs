//! Measures what the log of narrowing steps costs: a rotation and a revocation with and without the log, reads of the
//! log, and a trim. The store without the log and the store with the log are measured alternately, on one server.
//! Neither waits for the disk, because the varying speed of a disk would hide the cost of the log.
//!
//! Run it with `cargo bench -p counterfoil-sql --bench narrowings`. `COUNTERFOIL_BENCH_ROUNDS` is the number of turns,
//! and `COUNTERFOIL_BENCH_CALLERS=1,16` limits the run.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::measure::{Op, callers, compare, median_time, op};
use common::ours::{Ours, draft};
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog, TokenStore};
use counterfoil_conformance::sample::{GONE, Person, at, most, revoked};
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_testkit::servers::Postgres;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnectOptions;

/// The number of steps in the log when reads are measured.
const STEPS: u32 = 20_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::TempDir::with_prefix_in("counterfoil-", "/dev/shm").expect("a folder in memory");
        let open = async |name: &str, logs| {
            let options = SqliteConnectOptions::new().filename(folder.path().join(name)).create_if_missing(true);
            SqliteStore::open(options).await.expect("a store").with_narrowing_log(logs).await.expect("switched")
        };
        let (off, on) = (open("off", false).await, open("on", true).await);
        println!("SQLite");
        writes(Arc::new(off), Arc::new(on.clone())).await;
        reads(&on).await;

        let server = Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
        let options = options.username("postgres").database("postgres");
        let mut raw = options.connect().await.expect("a connection");
        run(&mut raw, "CREATE SCHEMA one; CREATE SCHEMA two").await;
        let open = async |schema, logs| {
            let options = options.clone().options([("search_path", schema)]);
            PgStore::connect(options).await.expect("a store").with_narrowing_log(logs).await.expect("switched")
        };
        let (off, on) = (open("one", false).await, open("two", true).await);
        println!("PostgreSQL");
        writes(Arc::new(off), Arc::new(on.clone())).await;
        // A transaction of another program that began before the steps.
        run(&mut raw, "BEGIN; SELECT pg_current_xact_id()").await;
        reads(&on).await;
    });
}

async fn run(raw: &mut PgConnection, statements: &'static str) {
    sqlx::raw_sql(statements).execute(raw).await.expect("done");
}

/// Revokes a family that it first creates, because a family can be revoked once.
fn create_and_revoke(store: &Arc<dyn TokenStore>) -> Op {
    let store = Arc::clone(store);
    op(move |caller, _| {
        let store = Arc::clone(&store);
        async move {
            let draft = draft(caller);
            let id = draft.found(&*store).await.expect("a family");
            let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
            let ended = store.revoke(person.family(id.family()), revoked(at(1)), at(GONE), most(1)).await;
            assert_eq!(ended.expect("an answer").changed, 1);
        }
    })
}

async fn writes(off: Arc<dyn TokenStore>, on: Arc<dyn TokenStore>) {
    let stores = [&off, &on].map(|store| Ours { store: Arc::clone(store), ids: Arc::default() });
    for callers in callers() {
        let [one, two] = [stores[0].chains(callers).await, stores[1].chains(callers).await];
        let (logged, unlogged) = (stores[1].rotate(&two), stores[0].rotate(&one));
        compare("rotate", callers, &logged, ("without log", &unlogged)).await;
        let (logged, unlogged) = (create_and_revoke(&on), create_and_revoke(&off));
        compare("revoke", callers, &logged, ("without log", &unlogged)).await;
    }
}

/// Measures reads that find nothing, reads of one new step and of 100 new steps, and a trim of 1,000 steps.
async fn reads(log: &dyn NarrowingLog) {
    let step = Narrowed::Family(Person::somebody().family_id());
    let end = async || log.narrowings(None, most(1)).await.expect("the end").next;
    let read = async |after: &LogPosition, steps: usize| {
        let page = log.narrowings(Some(after), most(1_000)).await.expect("a page");
        assert!(page.steps.len() == steps && !page.more && !page.lost, "{page:?}");
    };
    let mut tell: Vec<(String, Duration)> = Vec::new();
    for steps in [0, STEPS] {
        for _ in 0..steps {
            log.narrow(&step, at(1)).await.expect("written");
        }
        let idle = end().await;
        tell.push((
            format!("a read of no step, {steps} steps seen"),
            median_time(300, async |_| read(&idle, 0).await).await,
        ));
    }
    for steps in [1, 100] {
        let before = end().await;
        for _ in 0..steps {
            log.narrow(&step, at(1)).await.expect("written");
        }
        let took = median_time(300, async |_| read(&before, steps).await).await;
        tell.push((format!("a read of {steps} steps"), took));
    }
    let took = median_time(20, async |_| {
        assert_eq!(log.trim_narrowings(at(10), most(1_000)).await.expect("trimmed"), 1_000);
    });
    tell.push(("a trim of 1000 steps".to_owned(), took.await));
    for (what, took) in tell {
        println!("{what:<40} {took:?}");
    }
}
