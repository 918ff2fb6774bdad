//! Compares each call of the PostgreSQL store with a baseline, which does the same work by hand with the driver
//! tokio-postgres. Both use one dedicated server with fsync on, in the same run. "By hand" means tokio-postgres with as
//! many connections as the store has, and with pipelined statements that are prepared once. The baseline does not
//! decode rows and makes no decisions. The bench also measures a read by id with sqlx's own pool, which separates the
//! cost of the store from the cost of sqlx. It also measures the read with deadpool, which a host without this store
//! would probably use.
//!
//! Run it with `cargo bench -p counterfoil-sql --bench postgres`. `COUNTERFOIL_BENCH_ROUNDS=10`,
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
use common::rows::{NOW, OF_ONE, fill_postgres, micros};
use counterfoil::store::NewRecord;
use counterfoil::types::RecordId;
use counterfoil_conformance::sample::at;
use counterfoil_sql::PgStore;
use counterfoil_testkit::servers::Postgres;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use sqlx::ConnectOptions as _;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

const RECORDS: usize = 100_000;
const CONNECTIONS: usize = 10;

/// A statement that selects a record with its family, as the store does.
macro_rules! joined {
    ($where:literal) => {
        concat!(
            "SELECT r.*, f.* FROM counterfoil_record r LEFT JOIN counterfoil_family f ON f.id = r.family WHERE ",
            $where
        )
    };
}

/// A statement that inserts one record. Its parameters are $1 id, $2 family, $3 realm, $4 owner, $5 kind, $6
/// generation, $7 created_at, $8 digest, $9 expires_at and $10 gone_at.
macro_rules! record {
    () => {
        "
INSERT INTO counterfoil_record (
    id, family, realm, owner, kind, generation, created_at, digest, key_id, version,
    expires_at, expiry_set_at, gone_at, purge_at, noticed, shrunk
) VALUES ($1, $2, $3, $4, $5::bigint, $6, $7, $8, 1, 0, $9, $7, $10, $10, '', false)"
    };
}

const GET: &str = joined!("r.id = $1");
const LIST: &str = joined!(
    "r.realm = 'default' AND r.owner = $1 AND r.kind = 1 AND NOT r.shrunk \
     ORDER BY r.created_at DESC, r.id DESC LIMIT $2"
);
const DUE: &str = joined!("r.notice_at <= $1 ORDER BY r.notice_at, r.id LIMIT 51");
const TOUCH: &str = "
UPDATE counterfoil_record SET last_used_at = $2
WHERE id IN (SELECT id FROM counterfoil_record WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE)
    AND (last_used_at IS NULL OR last_used_at < $2)";
const INSERT: &str = concat!(
    "
WITH f AS (
    INSERT INTO counterfoil_family (id, realm, owner, kind, generation, members, body, live_until, gone_at)
    VALUES ($2, $3, $4, $5::bigint, 0, 1, '\"alone\"', $9, $10)
)",
    record!()
);
const ROTATE: &str = concat!(
    "
WITH p AS (
    UPDATE counterfoil_record SET version = version + 1, superseded_at = $7, successor = $1
    WHERE id = $11 AND version = 0
), f AS (
    UPDATE counterfoil_family SET generation = generation + 1, members = members + 1
    WHERE id = $2 AND revoked_at IS NULL
)",
    record!()
);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(run());
}

async fn run() {
    let server = Postgres::start();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(server.port());
    let options = options.username("postgres").database("postgres");
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let ids = Arc::new(fill_postgres(&options, RECORDS).await);
    let (verify, live) = verified(Site::new().first_node(store.clone()).await).await;
    let ours = Ours { store: Arc::new(store), ids };
    let raw = Raw::connect(server.port()).await;
    let (pooled, lent) = (pooled(options, &ours.ids).await, lent(server.port(), &ours.ids));
    println!("PostgreSQL, {RECORDS} records, {CONNECTIONS} connections each");
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
        if wanted("get") {
            compare("get", callers, &ours.get(), ("sqlx's pool", &pooled)).await;
            compare("get", callers, &ours.get(), ("deadpool", &lent)).await;
        }
        for (name, ours, raw) in pairs.iter().filter(|(name, ..)| wanted(name)) {
            compare(name, callers, ours, ("tokio-postgres", raw)).await;
        }
    }
}

/// An operation that reads a record by id with sqlx's own pool.
async fn pooled(options: PgConnectOptions, ids: &Arc<Vec<RecordId>>) -> Op {
    let pool = PoolOptions::new().max_connections(CONNECTIONS as u32).test_before_acquire(false);
    let pool: PgPool = pool.connect_with(options.disable_statement_logging()).await.expect("a pool");
    let ids = Arc::clone(ids);
    op(move |caller, nth| {
        let (pool, id) = (pool.clone(), ids[pick(ids.len(), caller, nth)]);
        async move {
            let query = sqlx::query(GET).bind(id.as_bytes().as_slice());
            query.fetch_one(&pool).await.expect("a row");
        }
    })
}

/// An operation that reads a record by id with tokio-postgres. deadpool lends each connection to one caller at a time,
/// and does not test a connection before it lends it. Statements are prepared once.
fn lent(port: u16, ids: &Arc<Vec<RecordId>>) -> Op {
    let mut options = tokio_postgres::Config::new();
    options.host("127.0.0.1").port(port).user("postgres").dbname("postgres");
    let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let pool = Pool::builder(Manager::from_config(options, NoTls, fast)).max_size(CONNECTIONS).build().expect("a pool");
    let ids = Arc::clone(ids);
    op(move |caller, nth| {
        let (pool, id) = (pool.clone(), ids[pick(ids.len(), caller, nth)]);
        async move {
            let wire = pool.get().await.expect("a connection");
            let get = wire.prepare_cached(GET).await.expect("a statement");
            wire.query_one(&get, &[&id.as_bytes().as_slice()]).await.expect("a row");
        }
    })
}

/// The baseline with which the store is compared: connections of tokio-postgres that are used without the store.
#[derive(Clone)]
struct Raw {
    connections: Arc<Vec<Connection>>,
}

/// A connection and its prepared statements.
struct Connection {
    client: Client,
    get: Statement,
    list: Statement,
    due: Statement,
    touch: Statement,
    insert: Statement,
    rotate: Statement,
}

impl Raw {
    async fn connect(port: u16) -> Self {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let options = format!("host=127.0.0.1 port={port} user=postgres dbname=postgres");
            let (client, wire) = tokio_postgres::connect(&options, NoTls).await.expect("a connection");
            tokio::spawn(wire);
            let mut prepared = Vec::new();
            for text in [GET, LIST, DUE, TOUCH, INSERT, ROTATE] {
                prepared.push(client.prepare(text).await.unwrap_or_else(|error| panic!("{text}: {error:?}")));
            }
            let [get, list, due, touch, insert, rotate] = prepared.try_into().expect("six");
            connections.push(Connection { client, get, list, due, touch, insert, rotate });
        }
        Self { connections: Arc::new(connections) }
    }

    fn of(&self, caller: usize) -> &Connection {
        &self.connections[caller % CONNECTIONS]
    }

    fn get(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let (raw, id) = (raw.clone(), ids[pick(ids.len(), caller, nth)]);
            async move {
                let wire = raw.of(caller);
                wire.client.query_one(&wire.get, &[&id.as_bytes().as_slice()]).await.expect("a row");
            }
        })
    }

    fn list(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let (raw, owner) = (raw.clone(), owner(&ids, caller, nth));
            async move {
                let wire = raw.of(caller);
                wire.client.query(&wire.list, &[&owner, &(OF_ONE as i64)]).await.expect("rows");
            }
        })
    }

    fn due(&self) -> Op {
        let raw = self.clone();
        op(move |caller, _| {
            let raw = raw.clone();
            async move {
                let wire = raw.of(caller);
                wire.client.query(&wire.due, &[&micros(at(NOW))]).await.expect("rows");
            }
        })
    }

    fn touch(&self, ids: &Arc<Vec<RecordId>>) -> Op {
        let (raw, ids) = (self.clone(), Arc::clone(ids));
        op(move |caller, nth| {
            let raw = raw.clone();
            let ids: Vec<Vec<u8>> = batch(&ids, caller, nth).iter().map(|id| id.as_bytes().to_vec()).collect();
            async move {
                let wire = raw.of(caller);
                wire.client.execute(&wire.touch, &[&ids, &micros(used(nth))]).await.expect("touched");
            }
        })
    }

    fn insert(&self) -> Op {
        let raw = self.clone();
        op(move |caller, _| {
            let raw = raw.clone();
            async move {
                let wire = raw.of(caller);
                let draft = draft(caller);
                let values = Values::of(&draft.records[0]);
                wire.client.execute(&wire.insert, &values.all()).await.expect("inserted");
            }
        })
    }

    fn rotate(&self, chains: &Arc<Vec<Mutex<Chain>>>) -> Op {
        let (raw, chains) = (self.clone(), Arc::clone(chains));
        op(move |caller, _| {
            let (raw, chains) = (raw.clone(), Arc::clone(&chains));
            async move {
                let wire = raw.of(caller);
                let mut chain = chains[caller].lock().await;
                let next = chain.draft.successor(chain.tip, chain.generation + 1);
                let values = Values::of(&next);
                let tip = chain.tip.as_bytes().as_slice();
                let mut all = values.all();
                all.push(&tip);
                wire.client.execute(&wire.rotate, &all).await.expect("rotated");
                (chain.tip, chain.generation) = (next.id, next.generation);
            }
        })
    }
}

/// The parameters of the statement that inserts a record.
struct Values<'a> {
    id: &'a [u8],
    family: Vec<u8>,
    realm: &'a str,
    owner: &'a str,
    kind: i64,
    generation: i64,
    created_at: i64,
    digest: &'a [u8],
    expires_at: Option<i64>,
    gone_at: Option<i64>,
}

impl<'a> Values<'a> {
    fn of(record: &'a NewRecord) -> Self {
        Self {
            id: record.id.as_bytes(),
            family: record.id.family().as_bytes().to_vec(),
            realm: record.realm.as_str(),
            owner: record.owner.as_str(),
            kind: i64::from(record.kind.byte()),
            generation: record.generation as i64,
            created_at: micros(record.created_at),
            digest: record.digest.as_bytes(),
            expires_at: record.expires_at.map(micros),
            gone_at: record.gone_at.map(micros),
        }
    }

    fn all(&self) -> Vec<&(dyn ToSql + Sync)> {
        vec![
            &self.id,
            &self.family,
            &self.realm,
            &self.owner,
            &self.kind,
            &self.generation,
            &self.created_at,
            &self.digest,
            &self.expires_at,
            &self.gone_at,
        ]
    }
}
