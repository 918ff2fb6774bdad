//! Measures how costs grow with the number of records. The bench measures a read by id, a page of due notices, a list
//! of an owner's records, a list of an owner's families, a change of a family's details, a batch of a purge, and the
//! renewal of an expired token under a cap. The stores have ten thousand, a hundred thousand and a million records. The
//! number of due and expired records is the same at each size. The bench prints medians and their ratio to the median
//! at the smallest size. It also measures a rotation in families of different sizes.
//!
//! Run it with `cargo bench -p counterfoil-sql --bench growth`. `COUNTERFOIL_BENCH_SIZES=10000,100000` omits the
//! largest size.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

mod common;

use std::time::Duration;

use common::measure::median_time;
use common::ours::{owner, pick};
use common::rows::{NOW, OF_ONE, fill_postgres, fill_sqlite};
use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, FamilyDetails, NewRecord, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{KeyId, Metadata, RecordId, TokenKind, Version};
use counterfoil_conformance::sample::{Person, at, digest_of, member_id, most, supersede};
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::Mutex;

const NAMES: [&str; 7] = ["get", "list 10", "families 10", "details", "due 100", "purge 50", "renewal"];
/// The number of renewals. Each of them renews a different token.
const RENEWALS: u32 = 300;
/// An instant at which all records are expired.
const LATE: u64 = 2_000_000_000_000;

fn main() {
    let sizes = std::env::var("COUNTERFOIL_BENCH_SIZES").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    let sizes: Vec<usize> = sizes.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut first = None;
        for size in &sizes {
            let folder = tempfile::TempDir::new().expect("a folder");
            let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
            let store = SqliteStore::open(options.clone()).await.expect("a store");
            let ids = fill_sqlite(&options, *size).await;
            tell("SQLite", *size, measure(&store, &ids).await, &mut first);
            chain(&store).await;
        }
        let mut first = None;
        for size in &sizes {
            let server = Postgres::start();
            let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
            let options = options.username("postgres").database("postgres");
            let store = PgStore::connect(options.clone()).await.expect("a store");
            let ids = fill_postgres(&options, *size).await;
            tell("PostgreSQL", *size, measure(&store, &ids).await, &mut first);
            chain(&store).await;
        }
    });
}

async fn measure(store: &dyn TokenStore, ids: &[RecordId]) -> [Duration; 7] {
    // At every size the bench reads the same few thousand rows, so that they are in the cache. Otherwise it would
    // measure how well the system caches the disk.
    let few = &ids[..ids.len().min(5_000)];
    let get = async |nth: u32| {
        let id = few[pick(few.len(), 0, u64::from(nth))];
        assert!(store.get(&id).await.expect("an answer").is_some());
    };
    let list = async |nth: u32| {
        let person = Person::new("default", &owner(few, 0, u64::from(nth)));
        let page = store.list(person.listing(TokenKind::PersonalAccessToken), None, most(OF_ONE as u32)).await;
        assert!(page.expect("a page").items.len() >= OF_ONE - 1);
    };
    let due = async |_| assert_eq!(store.due(at(NOW), None, most(100)).await.expect("a page").items.len(), 100);
    let purge = async |_| {
        let done = store.purge(at(NOW), at(0), Timestamp::EPOCH, most(50)).await.expect("a batch");
        assert_eq!(done.changed, 50);
    };
    median_time(2_000, get).await;
    median_time(500, list).await;
    [
        median_time(5_000, get).await,
        median_time(2_000, list).await,
        median_time(2_000, async |nth| families(store, few, u64::from(nth)).await).await,
        median_time(300, async |nth| details(store, few[nth as usize]).await).await,
        median_time(500, due).await,
        median_time(15, purge).await,
        median_time(RENEWALS, async |nth| renew(store, few, few.len() - 1 - nth as usize).await).await,
    ]
}

async fn families(store: &dyn TokenStore, few: &[RecordId], nth: u64) {
    let person = Person::new("default", &owner(few, 0, nth));
    let page = store.list_families(&person.realm, &person.owner, None, most(OF_ONE as u32)).await;
    assert!(page.expect("a page").items.len() >= OF_ONE - 1);
}

async fn details(store: &dyn TokenStore, id: RecordId) {
    let metadata: Metadata = r#"{"job":"nightly"}"#.parse().expect("metadata");
    let details = Some(FamilyDetails::new().with_metadata(metadata).kept());
    let change = Change::Edit { label: None, description: None, scope: None, details };
    let done = store.apply(&id, Version::FIRST, &change, at(NOW)).await;
    assert!(matches!(done, Ok(Applied::Done(_))), "{done:?}");
}

/// Renews the expired token `few[nth]`. The cap is one more than the number of tokens of each owner.
async fn renew(store: &dyn TokenStore, few: &[RecordId], nth: usize) {
    let parent = store.get(&few[nth]).await.expect("an answer").expect("a record");
    let (family, record) = (parent.family(), parent.record());
    let id = member_id(family.id);
    let (realm, owner, key) = (family.realm.clone(), family.owner.clone(), KeyId::new(1));
    let next = NewRecord::new(id, realm, owner, record.kind, digest_of(&id), key, at(LATE));
    let next = next.with_parent(few[nth]).with_generation(1).with_expires_at(at(2 * LATE)).with_gone_at(at(2 * LATE));
    let mut step = supersede(record.version, id, at(LATE));
    if let ParentUpdate::Supersede { cap, .. } = &mut step {
        *cap = Some(most(OF_ONE as u32 + 1));
    }
    let done = store.rotate(&few[nth], &step, std::slice::from_ref(&next), at(LATE)).await;
    assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
}

/// Measures a rotation in a family of at most a hundred members, and a rotation in a family of a thousand members.
async fn chain(store: &dyn TokenStore) {
    let draft = Person::somebody().refresh();
    let stands = Mutex::new((draft.found(store).await.expect("a family"), 0));
    let rotate = async |_| {
        let mut stands = stands.lock().await;
        let (tip, generation) = *stands;
        let next = draft.successor(tip, generation + 1);
        let step = supersede(Version::FIRST, next.id, at(5));
        let done = store.rotate(&tip, &step, std::slice::from_ref(&next), at(5)).await;
        assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
        *stands = (next.id, generation + 1);
    };
    let few = median_time(100, &rotate).await;
    median_time(790, &rotate).await;
    let many = median_time(100, &rotate).await;
    let (few, many) = (few.as_secs_f64() * 1e6, many.as_secs_f64() * 1e6);
    println!("            a rotation in a family of 100 {few:.1} us, of 1,000 {many:.1} us ({:.2}x)", many / few);
}

fn tell(store: &str, size: usize, medians: [Duration; 7], first: &mut Option<[Duration; 7]>) {
    let smallest = *first.get_or_insert(medians);
    print!("{store:<11} {size:>8} records");
    for ((name, median), smallest) in NAMES.iter().zip(medians).zip(smallest) {
        print!(
            "   {name} {:>7.1} us ({:.2}x)",
            median.as_secs_f64() * 1e6,
            median.as_secs_f64() / smallest.as_secs_f64()
        );
    }
    println!();
}
