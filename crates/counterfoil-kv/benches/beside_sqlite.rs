//! Compares the cost of each call on redb, on fjall and on SQLite. Each store has its own files on the same disk. The
//! bench measures the stores alternately in one run.
//!
//! Run it with `cargo bench -p counterfoil-kv`. `COUNTERFOIL_BENCH_ROUNDS=10`, `COUNTERFOIL_BENCH_CALLERS=1,16` and
//! `COUNTERFOIL_BENCH_ONLY=get,insert` limit the run.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

#[path = "../../counterfoil-sql/benches/common/measure.rs"]
#[allow(dead_code, unreachable_pub, reason = "this bench uses its part")]
mod measure;

use std::path::Path;
use std::sync::Arc;

use counterfoil::store::{Inserted, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{Draft, Person, at, most, supersede};
use counterfoil_kv::{FjallEngine, KvStore, RedbEngine};
use counterfoil_sql::SqliteStore;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use measure::{Op, callers, compare, op, wanted};
use tokio::sync::Mutex;

/// The number of records in each store before the measurement.
const RECORDS: usize = 20_000;
/// The number of records of one owner.
const OF_ONE: usize = 10;
/// The number of records in one call of `touch`.
const BATCH: u64 = 64;
/// The instant of the measurement, in microseconds after the start of the sample data. A thousand notices are due at
/// this instant.
const NOW: u64 = 1_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let sqlite = Ours::filled(sqlite(&path("sqlite")).await).await;
        let redb = KvStore::open(RedbEngine::open(path("redb")).expect("an engine")).await.expect("a store");
        beside("redb", &Ours::filled(Arc::new(redb)).await, &sqlite).await;
        let fjall = KvStore::open(FjallEngine::open(path("fjall")).expect("an engine")).await.expect("a store");
        beside("fjall", &Ours::filled(Arc::new(fjall)).await, &sqlite).await;
    });
}

async fn sqlite(path: &Path) -> Arc<dyn TokenStore> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    Arc::new(SqliteStore::open(options).await.expect("a store"))
}

async fn beside(name: &str, ours: &Ours, sqlite: &Ours) {
    println!("{name}, {RECORDS} records; cost: how many times as long as SQLite");
    for callers in callers() {
        let (mine, theirs) = (ours.chains(callers).await, sqlite.chains(callers).await);
        let pairs: [(&str, Op, Op); 6] = [
            ("get", ours.get(), sqlite.get()),
            ("list", ours.list(), sqlite.list()),
            ("due", ours.due(), sqlite.due()),
            ("touch", ours.touch(), sqlite.touch()),
            ("insert", ours.insert(), sqlite.insert()),
            ("refresh", ours.refresh(&mine), sqlite.refresh(&theirs)),
        ];
        for (name, ours, sqlite) in pairs.iter().filter(|(name, ..)| wanted(name)) {
            compare(name, callers, ours, ("SQLite", sqlite)).await;
        }
    }
}

/// A store and the ids of the records in it.
#[derive(Clone)]
struct Ours {
    store: Arc<dyn TokenStore>,
    ids: Arc<Vec<RecordId>>,
}

/// A sign-in that one caller refreshes again and again.
struct Chain {
    draft: Draft,
    tip: RecordId,
    generation: u64,
}

type Chains = Arc<Vec<Mutex<Chain>>>;

fn pick(of: usize, caller: usize, nth: u64) -> usize {
    let spread = (nth ^ (caller as u64) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    spread as usize % of
}

impl Ours {
    /// Fills the store with many concurrent callers, because concurrent writes share flushes.
    async fn filled(store: Arc<dyn TokenStore>) -> Self {
        let fill = |part: usize| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for nth in (part..RECORDS).step_by(64) {
                    let owner = Person::new("default", &format!("owner-{}", nth / OF_ONE));
                    let soon = if nth % 20 == 0 { nth as u64 % NOW } else { 1_000_000 };
                    let draft = owner.pat().created(at(nth as u64 % 1_000)).noticed(at(soon), 0);
                    ids.push(draft.found(&*store).await.expect("a record"));
                }
                ids
            })
        };
        let parts: Vec<_> = (0..64).map(fill).collect();
        let mut ids = Vec::new();
        for part in parts {
            ids.extend(part.await.expect("a part"));
        }
        Self { store, ids: Arc::new(ids) }
    }

    async fn chains(&self, callers: usize) -> Chains {
        let mut chains = Vec::new();
        for caller in 0..callers {
            let draft = Person::new("default", &format!("caller-{caller}")).refresh();
            let tip = draft.found(&*self.store).await.expect("a family");
            chains.push(Mutex::new(Chain { draft, tip, generation: 0 }));
        }
        Arc::new(chains)
    }

    fn get(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let (ours, id) = (ours.clone(), ours.ids[pick(ours.ids.len(), caller, nth)]);
            async move { drop(ours.store.get(&id).await.expect("an answer").expect("a record")) }
        })
    }

    fn list(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let (ours, owner) = (ours.clone(), pick(RECORDS / OF_ONE, caller, nth));
            async move {
                let person = Person::new("default", &format!("owner-{owner}"));
                let listing = person.listing(counterfoil::types::TokenKind::PersonalAccessToken);
                let page = ours.store.list(listing, None, most(OF_ONE as u32)).await.expect("a page");
                assert_eq!(page.items.len(), OF_ONE);
            }
        })
    }

    fn due(&self) -> Op {
        let ours = self.clone();
        op(move |_, _| {
            let ours = ours.clone();
            async move { assert_eq!(ours.store.due(at(NOW), None, most(50)).await.expect("a page").items.len(), 50) }
        })
    }

    fn touch(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let ours = ours.clone();
            async move {
                let id = |index| ours.ids[pick(ours.ids.len(), caller, nth * BATCH + index)];
                let seen: Vec<_> = (0..BATCH).map(|index| (id(index), at(1_000_000 * (nth + 1)))).collect();
                ours.store.touch(&seen).await.expect("touched");
            }
        })
    }

    fn insert(&self) -> Op {
        let ours = self.clone();
        op(move |caller, _| {
            let ours = ours.clone();
            async move {
                let draft = Person::new("default", &format!("caller-{caller}")).pat();
                let done = ours.store.insert(draft.home(None), &draft.records, at(0)).await.expect("an answer");
                assert_eq!(done, Inserted::Done);
            }
        })
    }

    /// Refreshes a sign-in and issues an access token. Each caller continues its own chain.
    fn refresh(&self, chains: &Chains) -> Op {
        let (ours, chains) = (self.clone(), Arc::clone(chains));
        op(move |caller, _| {
            let (ours, chains) = (ours.clone(), Arc::clone(&chains));
            async move {
                let mut chain = chains[caller].lock().await;
                let generation = chain.generation + 1;
                let next = chain.draft.successor(chain.tip, generation);
                let access = chain.draft.access(generation).with_parent(next.id);
                let step = supersede(Version::FIRST, next.id, at(5));
                let done = ours.store.rotate(&chain.tip, &step, &[next.clone(), access], at(5)).await;
                assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
                (chain.tip, chain.generation) = (next.id, generation);
            }
        })
    }
}
