//! API keys that are hashed with Argon2id at the default parameters of the crate argon2. A map leads from the id of an
//! API key to its hash, owner, expiry and revocation.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::RwLock;
use std::time::{Duration, SystemTime};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::{Row, random_text};
use crate::peer::{Peer, Texts, changed};

/// The number of different secrets. Hashing a million secrets takes hours, so the API keys share these secrets and
/// their hashes.
const SECRETS: usize = 8;

const ID: usize = 22;

pub(crate) struct ArgonKeys {
    rows: RwLock<HashMap<String, Row>>,
    texts: Texts,
    gone: [String; 2],
}

impl ArgonKeys {
    pub(crate) fn with(count: usize) -> Self {
        let secrets: Vec<(String, String)> = (0..SECRETS)
            .map(|_| {
                let secret = random_text(43);
                let hash = Argon2::default().hash_password(secret.as_bytes()).expect("hashed").to_string();
                (secret, hash)
            })
            .collect();
        let mut rows = HashMap::new();
        let mut put = |owner: usize, expired, revoked| {
            let (secret, hash) = &secrets[owner % SECRETS];
            let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
            let expires_at = if expired { now - day } else { now + day * 90 };
            let row = Row { hash: hash.clone(), owner: owner.to_string(), expires_at, revoked };
            let id = random_text(ID);
            let text = format!("{id}{secret}");
            rows.insert(id, row);
            text
        };
        let mut texts = Texts::with_room_for(count, ID + 43);
        (0..count).for_each(|at| texts.push(&put(at / 10, false, false)));
        texts.shuffle();
        let gone = [put(count, true, false), put(count, false, true)];
        Self { rows: RwLock::new(rows), texts, gone }
    }
}

impl Peer for ArgonKeys {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        let Some((id, secret)) = text.split_at_checked(ID) else {
            return false;
        };
        let hash = match self.rows.read().expect("no panic").get(id) {
            Some(row) if row.is_live() => row.hash.clone(),
            _ => return false,
        };
        let Ok(hash) = PasswordHash::new(&hash) else {
            return false;
        };
        black_box(Argon2::default().verify_password(secret.as_bytes(), &hash)).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let text = self.text(0);
        vec![
            ("wrong secret", changed(text, text.len() - 1)),
            ("unknown id", changed(text, 3)),
            ("expired", self.gone[0].clone()),
            ("revoked", self.gone[1].clone()),
        ]
    }
}
