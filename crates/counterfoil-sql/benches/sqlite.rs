//! Compares each call of the SQLite store with a baseline, which does the same work by hand with the driver sqlx. Both
//! use files on the same disk, in the same run. "By hand" means sqlx connections without a pool: four for reads and one
//! for writes. Statements are prepared once. The baseline does not decode rows and makes no decisions.
//!
//! Run it with `cargo bench -p counterfoil-sql --bench sqlite`. `COUNTERFOIL_BENCH_ROUNDS=10`,
//! `COUNTERFOIL_BENCH_CALLERS=1,16` and `COUNTERFOIL_BENCH_ONLY=get,insert` limit the run.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

mod common;

use std::sync::Arc;

use common::host::Site;
use common::measure::{Op, callers, compare, op, wanted};
use common::ours::{Chain, Ours, batch, draft, owner, pick, used, verified};
use common::rows::{NOW, OF_ONE, fill_sqlite, micros};
use counterfoil::store::NewRecord;
use counterfoil::types::RecordId;
use counterfoil_conformance::sample::at;
use counterfoil_sql::SqliteStore;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Sqlite};
use tokio::sync::Mutex;

const RECORDS: usize = 100_000;
const READERS: usize = 4;

/// A statement that selects a record with its family, as the store does.
macro_rules! joined {
    ($where:literal) => {
        concat!(
            "SELECT r.*, f.* FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family WHERE ",
            $where
        )
    };
}

const GET: &str = joined!("r.id = ?1");
const LIST: &str = joined!(
    "r.realm = 'default' AND r.owner = ?1 AND r.kind = 1 AND r.shrunk = 0 \
     ORDER BY r.created_at DESC, r.id DESC LIMIT ?2"
);
const DUE: &str = joined!("r.notice_at <= ?1 ORDER BY r.notice_at, r.id LIMIT 51");
const TOUCH: &str =
    "UPDATE counterfoil_record SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
const ADD_FAMILY: &str = "
INSERT INTO counterfoil_family (id, realm, owner, kind, generation, body, live_until, gone_at)
VALUES (?1, ?2, ?3, ?4, 0, '\"alone\"', ?5, ?6)";
const ADD_RECORD: &str = "
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version,
    expires_at, expiry_set_at, gone_at, purge_at, noticed, shrunk
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, 0, ?9, ?7, ?10, ?10, x'', 0)";
const USE_UP: &str = "
UPDATE counterfoil_record SET version = version + 1, superseded_at = ?2, successor = ?3
WHERE id = ?1 AND version = 0";
const MOVE_ON: &str = "UPDATE counterfoil_family SET generation = generation + 1 WHERE id = ?1 AND revoked_at IS NULL";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(run());
}

async fn run() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("db")).create_if_missing(true);
    let store = SqliteStore::open(options.clone()).await.expect("a store");
    let ids = Arc::new(fill_sqlite(&options, RECORDS).await);
    let (verify, live) = verified(Site::new().first_node(store.clone()).await).await;
    let ours = Ours { store: Arc::new(store), ids };
    let raw = Raw::connect(options).await;
    println!("SQLite, {RECORDS} records");
    for callers in callers() {
        let (mine, theirs) = (ours.chains(callers).await, ours.chains(callers).await);
        let pairs: [(&str, Op, Op); 7] = [
            ("get", ours.get(), raw.get(&ours.ids)),
            ("verify", Arc::clone(&verify), raw.get(&live)),
            ("list", ours.list(), raw.list(&ours.ids)),
            ("due", ours.due(), raw.due()),
            ("touch", ours.touch(), raw.touch(&ours.ids)),
            ("insert", ours.insert(), raw.insert()),
            ("rotate", ours.rotate(&mine), raw.rotate(&theirs)),
        ];
        for (name, ours, raw) in pairs.iter().filter(|(name, ..)| wanted(name)) {
            compare(name, callers, ours, ("sqlx by hand", raw)).await;
        }
    }
}

/// The baseline with which the store is compared: sqlx connections that are used without the store.
#[derive(Clone)]
struct Raw {
    readers: Arc<Vec<Mutex<SqliteConnection>>>,
    writer: Arc<Mutex<SqliteConnection>>,
}

impl Raw {
    async fn connect(options: SqliteConnectOptions) -> Self {
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let options = options.disable_statement_logging();
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(Mutex::new(options.connect().await.expect("a reader")));
        }
        let writer = Mutex::new(options.connect().await.expect("a writer"));
        Self { readers: Arc::new(readers), writer: Arc::new(writer) }
    }

    fn get(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let (raw, id) = (raw.clone(), ids[pick(ids.len(), caller, nth)]);
            async move {
                let query = sqlx::query(GET).bind(id.as_bytes().as_slice());
                query.fetch_one(&mut *raw.readers[caller % READERS].lock().await).await.expect("a row");
            }
        })
    }

    fn list(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let (raw, owner) = (raw.clone(), owner(&ids, caller, nth));
            async move {
                let query = sqlx::query(LIST).bind(owner).bind(OF_ONE as i64);
                query.fetch_all(&mut *raw.readers[caller % READERS].lock().await).await.expect("rows");
            }
        })
    }

    fn due(&self) -> Op {
        let raw = self.clone();
        op(move |caller, _| {
            let raw = raw.clone();
            async move {
                let query = sqlx::query(DUE).bind(micros(at(NOW)));
                query.fetch_all(&mut *raw.readers[caller % READERS].lock().await).await.expect("rows");
            }
        })
    }

    fn touch(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let (raw, ids) = (raw.clone(), batch(&ids, caller, nth));
            async move {
                let mut writer = raw.writer.lock().await;
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
                for id in ids {
                    let query = sqlx::query(TOUCH).bind(id.as_bytes().as_slice()).bind(micros(used(nth)));
                    query.execute(&mut *tx).await.expect("touched");
                }
                tx.commit().await.expect("committed");
            }
        })
    }

    fn insert(&self) -> Op {
        let raw = self.clone();
        op(move |caller, _| {
            let raw = raw.clone();
            async move {
                let draft = draft(caller);
                let mut writer = raw.writer.lock().await;
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
                let (family, record) = (&draft.family, &draft.records[0]);
                let query = sqlx::query(ADD_FAMILY).bind(family.id.as_bytes().as_slice()).bind(family.realm.as_str());
                let query = query.bind(family.owner.as_str()).bind(i64::from(family.kind.byte()));
                let query = query.bind(family.live_until.map(micros)).bind(family.gone_at.map(micros));
                query.execute(&mut *tx).await.expect("a family");
                add_record(record).execute(&mut *tx).await.expect("a record");
                tx.commit().await.expect("committed");
            }
        })
    }

    fn rotate(&self, chains: &Arc<Vec<Mutex<Chain>>>) -> Op {
        let (raw, chains) = (self.clone(), Arc::clone(chains));
        op(move |caller, _| {
            let (raw, chains) = (raw.clone(), Arc::clone(&chains));
            async move {
                let mut chain = chains[caller].lock().await;
                let next = chain.draft.successor(chain.tip, chain.generation + 1);
                let mut writer = raw.writer.lock().await;
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
                let query = sqlx::query(USE_UP).bind(chain.tip.as_bytes().as_slice()).bind(micros(at(5)));
                query.bind(next.id.as_bytes().as_slice()).execute(&mut *tx).await.expect("used up");
                let query = sqlx::query(MOVE_ON).bind(chain.draft.family.id.as_bytes().as_slice());
                query.execute(&mut *tx).await.expect("moved on");
                add_record(&next).execute(&mut *tx).await.expect("a successor");
                tx.commit().await.expect("committed");
                (chain.tip, chain.generation) = (next.id, next.generation);
            }
        })
    }
}

fn add_record(record: &NewRecord) -> Query<'_, Sqlite, SqliteArguments> {
    sqlx::query(ADD_RECORD)
        .bind(record.id.as_bytes().as_slice())
        .bind(record.id.family().as_bytes().to_vec())
        .bind(record.realm.as_str())
        .bind(record.owner.as_str())
        .bind(i64::from(record.kind.byte()))
        .bind(record.generation as i64)
        .bind(micros(record.created_at))
        .bind(record.digest.as_bytes().as_slice())
        .bind(record.expires_at.map(micros))
        .bind(record.gone_at.map(micros))
}
