//! session-guard: `Guard::authenticate` over its store in memory.

use std::hint::black_box;
use std::time::Duration;

use session_guard::{ClientContext, Guard, GuardConfig, MemoryStore, Outcome, RotationConfig};

use crate::peer::{Peer, Texts, changed, wait};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) struct Guarded {
    guard: Guard<MemoryStore>,
    client: ClientContext,
    texts: Texts,
    revoked: String,
}

impl Guarded {
    pub(crate) fn with(count: usize) -> Self {
        let mut filled = Self::filled(Texts::with_room_for(count, 43), count);
        filled.texts.shuffle();
        filled
    }

    pub(crate) fn filled(mut texts: Texts, count: usize) -> Self {
        // The interval of rotations and the interval of writes of the last use are a day. So during the measurement the
        // guard neither rotates a token nor writes a last use.
        let day = Duration::from_secs(86_400);
        let rotation = RotationConfig { interval: day, ..RotationConfig::default() };
        let config = GuardConfig::builder().rotation(rotation).last_seen_write_interval(day).build().expect("a config");
        let guard = Guard::builder(MemoryStore::new(), config).build();
        let client = ClientContext::new("203.0.113.7".parse().expect("an address")).with_user_agent(BROWSER);
        let login = |owner: usize| {
            let session = wait(guard.login(&uuid::Uuid::from_u128(owner as u128), &client, None)).expect("a session");
            session.token.expose().to_owned()
        };
        (0..count).for_each(|at| texts.push(&login(at / 10)));
        let revoked = login(count);
        assert!(wait(guard.logout(&revoked, &client)).expect("an answer"));
        Self { guard, client, texts, revoked }
    }

    /// Uses each token once. The first use of a token costs more than a later use, because the guard then writes the
    /// token to the store.
    pub(crate) fn use_all(&self) {
        (0..self.count()).for_each(|at| assert!(self.accepts(self.text(at))));
    }
}

impl Peer for Guarded {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        matches!(black_box(wait(self.guard.authenticate(text, &self.client))), Ok(Outcome::Authenticated(_)))
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        vec![
            ("unknown", changed(self.text(0), 5)),
            ("malformed", self.text(0)[1..].to_owned()),
            ("ended", self.revoked.clone()),
        ]
    }
}
