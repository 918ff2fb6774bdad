//! prefixed-api-key, with a map from the short token of an API key to its hash, owner, expiry and revocation. The crate
//! only makes and checks API keys, so a service must write such a map itself.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::RwLock;
use std::time::{Duration, SystemTime};

use prefixed_api_key::rand::rngs::OsRng;
use prefixed_api_key::sha2::Sha256;
use prefixed_api_key::{PrefixedApiKey, PrefixedApiKeyController};

use super::Row;
use crate::peer::{Peer, Texts, changed};

pub(crate) struct PrefixedKeys {
    controller: PrefixedApiKeyController<OsRng, Sha256>,
    rows: RwLock<HashMap<String, Row>>,
    texts: Texts,
    gone: [String; 2],
}

impl PrefixedKeys {
    pub(crate) fn with(count: usize) -> Self {
        let mut filled = Self::filled(Texts::with_room_for(count, 44), count);
        filled.texts.shuffle();
        filled
    }

    pub(crate) fn filled(mut texts: Texts, count: usize) -> Self {
        let controller = PrefixedApiKeyController::configure().prefix("company".to_owned()).seam_defaults().finalize();
        let controller = controller.expect("a controller");
        let mut rows = HashMap::new();
        let mut put = |owner: usize, days: i64, revoked| {
            let (key, hash) = controller.generate_key_and_hash();
            let now = SystemTime::now();
            let day = Duration::from_secs(86_400);
            let expires_at = if days < 0 { now - day } else { now + day * 90 };
            let row = Row { hash, owner: owner.to_string(), expires_at, revoked };
            rows.insert(key.short_token().to_owned(), row);
            key.to_string()
        };
        (0..count).for_each(|at| texts.push(&put(at / 10, 90, false)));
        let gone = [put(count, -1, false), put(count, 90, true)];
        Self { controller, rows: RwLock::new(rows), texts, gone }
    }
}

impl Peer for PrefixedKeys {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        let Ok(key) = PrefixedApiKey::from_string(text) else {
            return false;
        };
        let rows = self.rows.read().expect("no panic");
        let row = rows.get(key.short_token());
        black_box(row.is_some_and(|row| self.controller.check_hash(&key, &row.hash) && row.is_live()))
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let text = self.text(0);
        vec![
            ("wrong secret", changed(text, text.len() - 1)),
            ("unknown id", changed(text, 10)),
            ("expired", self.gone[0].clone()),
            ("revoked", self.gone[1].clone()),
        ]
    }
}
