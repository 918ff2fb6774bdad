//! tower-sessions: loading a session from its store in memory.

use std::hint::black_box;

use serde_json::json;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::{MemoryStore, SessionStore as _};

use crate::peer::{Peer, Texts, changed, wait};

pub(crate) struct TowerMemory {
    store: MemoryStore,
    texts: Texts,
    gone: [String; 2],
}

impl TowerMemory {
    pub(crate) fn with(count: usize) -> Self {
        let mut filled = Self::filled(Texts::with_room_for(count, 22), count);
        filled.texts.shuffle();
        filled
    }

    pub(crate) fn filled(mut texts: Texts, count: usize) -> Self {
        let store = MemoryStore::default();
        let create = |owner: usize, days: i64| {
            let data = [("owner".to_owned(), json!(owner)), ("scopes".to_owned(), json!(["repo:read", "repo:write"]))];
            let expiry_date = OffsetDateTime::now_utc() + Duration::days(days);
            let mut record = Record { id: Id::default(), data: data.into(), expiry_date };
            wait(store.create(&mut record)).expect("created");
            record.id
        };
        (0..count).for_each(|at| texts.push(&create(at / 10, 30).to_string()));
        let deleted = create(count, 30);
        wait(store.delete(&deleted)).expect("deleted");
        let gone = [create(count, -1).to_string(), deleted.to_string()];
        Self { store, texts, gone }
    }
}

impl Peer for TowerMemory {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        let Ok(id) = text.parse::<Id>() else {
            return false;
        };
        matches!(black_box(wait(self.store.load(&id))), Ok(Some(record)) if record.data.contains_key("owner"))
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        vec![
            ("unknown", changed(self.text(0), 5)),
            ("expired", self.gone[0].clone()),
            ("deleted", self.gone[1].clone()),
        ]
    }
}
