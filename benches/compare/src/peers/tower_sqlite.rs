//! tower-sessions: loading a session from its SQL store, in a SQLite file.

use std::hint::black_box;
use std::path::Path;

use serde_json::json;
use time::{Duration, OffsetDateTime};
use tokio::runtime::Runtime;
use tower_sessions_core::SessionStore as _;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_sqlx_store::SqliteStore;
use tower_sessions_sqlx_store::sqlx::query;
use tower_sessions_sqlx_store::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

use crate::peer::{Peer, Texts, changed};

pub(crate) struct TowerSqlite<'a> {
    runtime: &'a Runtime,
    store: SqliteStore,
    texts: Texts,
    gone: [String; 2],
}

fn record(owner: usize, days: i64) -> Record {
    let data = [("owner".to_owned(), json!(owner)), ("scopes".to_owned(), json!(["repo:read", "repo:write"]))];
    Record { id: Id::default(), data: data.into(), expiry_date: OffsetDateTime::now_utc() + Duration::days(days) }
}

impl<'a> TowerSqlite<'a> {
    pub(crate) fn with(runtime: &'a Runtime, folder: &Path, count: usize) -> Self {
        let options = SqliteConnectOptions::new().filename(folder.join("tower.db")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let mut texts = Texts::with_room_for(count, 22);
        let (store, gone) = runtime.block_on(async {
            let pool = SqlitePoolOptions::new().connect_with(options).await.expect("a pool");
            let store = SqliteStore::new(pool.clone());
            store.migrate().await.expect("a table");
            let create = async |owner: usize, days: i64| {
                let mut record = record(owner, days);
                store.create(&mut record).await.expect("created");
                record.id
            };
            // All sessions are inserted in one transaction, which is faster than one `create` for each session.
            let mut transaction = pool.begin().await.expect("a transaction");
            for at in 0..count {
                let record = record(at / 10, 30);
                let row = query("INSERT INTO tower_sessions (id, data, expiry_date) VALUES (?, ?, ?)");
                let row = row.bind(record.id.to_string()).bind(rmp_serde::to_vec(&record).expect("encoded"));
                row.bind(record.expiry_date).execute(&mut *transaction).await.expect("inserted");
                texts.push(&record.id.to_string());
            }
            transaction.commit().await.expect("committed");
            let deleted = create(count, 30).await;
            store.delete(&deleted).await.expect("deleted");
            let gone = [create(count, -1).await.to_string(), deleted.to_string()];
            (store, gone)
        });
        texts.shuffle();
        Self { runtime, store, texts, gone }
    }
}

impl Peer for TowerSqlite<'_> {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    fn accepts(&self, text: &str) -> bool {
        let Ok(id) = text.parse::<Id>() else {
            return false;
        };
        let loaded = self.runtime.block_on(self.store.load(&id));
        matches!(black_box(loaded), Ok(Some(record)) if record.data.contains_key("owner"))
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        vec![
            ("unknown", changed(self.text(0), 5)),
            ("expired", self.gone[0].clone()),
            ("deleted", self.gone[1].clone()),
        ]
    }
}
