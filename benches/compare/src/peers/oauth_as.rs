//! oauth-as: `AuthorizationServer::introspect` over its store in memory.

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use oauth_as::server::{AuthorizationServer, ServerConfig};
use oauth_as::store::{MemoryStorage, Storage as _, WriteOutcome};
use oauth_as::{ClientId, IssuedToken, ScopeSet};

use crate::peer::{Peer, Texts, changed, wait};

pub(crate) struct OAuthAs {
    server: AuthorizationServer<MemoryStorage>,
    texts: Texts,
    gone: [String; 2],
}

impl OAuthAs {
    pub(crate) fn with(count: usize) -> Self {
        let mut filled = Self::filled(Texts::with_room_for(count, 43), count);
        filled.texts.shuffle();
        filled
    }

    pub(crate) fn filled(mut texts: Texts, count: usize) -> Self {
        let config = ServerConfig::new("https://as.example.com", "https://as.example.com/device");
        let server = AuthorizationServer::new(config, MemoryStorage::new());
        let scope = ScopeSet::parse("repo:read repo:write").expect("a scope");
        let put = |text: &str, owner: usize, hours: u64| {
            let now = SystemTime::now();
            let issued = now - Duration::from_secs(3600);
            let expires = issued + Duration::from_secs(3600 * hours);
            let client = ClientId::new("client");
            let mut token = IssuedToken::new(text, client, Some(owner.to_string()), scope.clone(), issued, expires);
            token.grant_established_at = issued;
            token.family_id = Some(format!("family-{owner}"));
            assert_eq!(wait(server.store().put_token(token)).expect("an answer"), WriteOutcome::Applied);
        };
        for at in 0..count {
            let text = super::random_text(43);
            put(&text, at / 10, 2_000);
            texts.push(&text);
        }
        let gone = [super::random_text(43), super::random_text(43)];
        put(&gone[0], count, 1);
        put(&gone[1], count, 2_000);
        assert!(wait(server.introspect(&gone[1])).expect("an answer").is_some());
        wait(server.store().delete_token(&gone[1])).expect("deleted");
        Self { server, texts, gone }
    }
}

impl Peer for OAuthAs {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        matches!(black_box(wait(self.server.introspect(text))), Ok(Some(_)))
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        vec![
            ("unknown", changed(self.text(0), 5)),
            ("expired", self.gone[0].clone()),
            ("revoked", self.gone[1].clone()),
        ]
    }
}
