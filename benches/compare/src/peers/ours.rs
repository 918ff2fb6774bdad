//! counterfoil with its store in memory.

use std::hint::black_box;

use counterfoil::types::Source;
use counterfoil::{Counterfoil, KeyRing};

use crate::host::{self, Tokens, ready};
use crate::peer::Peer;
use crate::texts;

/// The same service as in the bench `authenticate`. It has a store in memory, a directory in a flat table, and ten
/// tokens for each person.
pub(crate) struct Service {
    counterfoil: Counterfoil,
    tokens: Tokens,
    revoked: String,
    source: Source,
}

impl Service {
    /// Makes a service with `count` tokens. Their texts are in random order.
    pub(crate) fn with(count: usize, key_ring: bool) -> Self {
        let mut filled = Self::filled(Tokens::with_room_for(count), count, key_ring);
        filled.tokens.shuffle();
        filled
    }

    /// Makes a service with `count` tokens, and writes the texts of the tokens into `tokens`.
    pub(crate) fn filled(mut tokens: Tokens, count: usize, key_ring: bool) -> Self {
        let mut builder = host::host(count);
        if key_ring {
            builder = builder.key_ring(KeyRing::generate_from_system().expect("the system's entropy"));
        }
        let counterfoil = builder.build().expect("a handle");
        host::issue(&counterfoil, count, &mut tokens);
        let revoked = revoked(&counterfoil, count);
        let source = "203.0.113.7".parse().expect("a source");
        Self { counterfoil, tokens, revoked, source }
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// Creates a further token for the owner of the token with the number `count`, and deletes this further token. Returns
/// its text.
fn revoked(counterfoil: &Counterfoil, count: usize) -> String {
    use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};
    let by = Presenter::signed_in(&host::person(host::owner_of(count)));
    let new = NewPersonalAccessToken::new("to be deleted", Lifetime::Days(90));
    let issued = ready(counterfoil.create_personal_access_token(&by, &new)).expect("issued");
    let text = issued.token.expose_secret().to_owned();
    ready(counterfoil.verify(&text)).expect("accepted before it is deleted");
    ready(counterfoil.delete_personal_access_token(&by, &issued.view.id)).expect("deleted");
    text
}

/// The peer that calls `Counterfoil::verify` with the text of a token.
pub(crate) struct Verify<'a>(pub(crate) &'a Service);

impl Peer for Verify<'_> {
    fn count(&self) -> usize {
        self.0.tokens.len()
    }

    fn text(&self, at: usize) -> &str {
        self.0.tokens.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        black_box(ready(self.0.counterfoil.verify(text))).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let token = self.0.tokens.get(0);
        vec![
            ("wrong secret", texts::wrong_secret(token)),
            ("unknown id", texts::unknown_id(token)),
            ("wrong checksum", texts::malformed(token)),
            ("deleted", self.0.revoked.clone()),
        ]
    }
}

/// The peer that calls `Counterfoil::authenticate` with the value of the header `Authorization`.
pub(crate) struct Authenticate<'a> {
    service: &'a Service,
    headers: crate::peer::Texts,
}

impl<'a> Authenticate<'a> {
    pub(crate) fn of(service: &'a Service) -> Self {
        let mut headers = crate::peer::Texts::default();
        (0..service.tokens.len()).for_each(|at| headers.push(&format!("Bearer {}", service.tokens.get(at))));
        Self { service, headers }
    }
}

impl Peer for Authenticate<'_> {
    fn count(&self) -> usize {
        self.headers.count()
    }

    fn text(&self, at: usize) -> &str {
        self.headers.get(at)
    }

    #[inline]
    fn accepts(&self, header: &str) -> bool {
        let service = self.service;
        black_box(ready(service.counterfoil.authenticate([header.as_bytes()], &service.source))).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let mut refused: Vec<_> = Verify(self.service).refused();
        refused.iter_mut().for_each(|(_, text)| text.insert_str(0, "Bearer "));
        refused.push(("no scheme", self.service.tokens.get(0).to_owned()));
        refused
    }
}
