//! counterfoil with its store in a SQLite file.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use counterfoil::memory::MemoryStore;
use counterfoil::store::{Restored, Transfer as _};
use counterfoil::{Counterfoil, Lifetime, NewPersonalAccessToken, Presenter};
use counterfoil_sql::SqliteStore;
use tokio::runtime::Runtime;

use crate::host::{self, Tokens};
use crate::peer::Peer;
use crate::texts;

pub(crate) struct OurSqlite<'a> {
    runtime: &'a Runtime,
    counterfoil: Counterfoil,
    tokens: Tokens,
    deleted: String,
}

/// How many families are read from the store in memory at once.
const PAGE: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");

impl<'a> OurSqlite<'a> {
    /// Issues the tokens with a store in memory and then copies the families to the file. This is faster than issuing
    /// the tokens with the store in the file.
    pub(crate) fn with(runtime: &'a Runtime, folder: &Path, count: usize) -> Self {
        let memory = Arc::<MemoryStore>::default();
        let mut tokens = Tokens::with_room_for(count);
        host::issue(&host::host(count).store(Arc::clone(&memory)).build().expect("a handle"), count, &mut tokens);
        let store = runtime.block_on(SqliteStore::open_or_create(folder.join("counterfoil.db"))).expect("a store");
        runtime.block_on(copy(&memory, &store));
        tokens.shuffle();
        let counterfoil = host::host(count).store(store).build().expect("a handle");
        let deleted = runtime.block_on(async {
            let by = Presenter::signed_in(&host::person(host::owner_of(count)));
            let new = NewPersonalAccessToken::new("to be deleted", Lifetime::Days(90));
            let issued = counterfoil.create_personal_access_token(&by, &new).await.expect("issued");
            let text = issued.token.expose_secret().to_owned();
            counterfoil.verify(&text).await.expect("accepted before it is deleted");
            counterfoil.delete_personal_access_token(&by, &issued.view.id).await.expect("deleted");
            text
        });
        Self { runtime, counterfoil, tokens, deleted }
    }
}

async fn copy(from: &MemoryStore, to: &SqliteStore) {
    let mut after = None;
    loop {
        let page = from.families(after.as_ref(), PAGE).await.expect("a page");
        for id in &page.items {
            let family = from.family(id).await.expect("an answer").expect("a family");
            assert_eq!(to.restore(&family).await.expect("an answer"), Restored::Done);
        }
        after = page.next;
        if after.is_none() {
            return;
        }
    }
}

impl Peer for OurSqlite<'_> {
    fn count(&self) -> usize {
        self.tokens.len()
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at)
    }

    fn accepts(&self, text: &str) -> bool {
        black_box(self.runtime.block_on(self.counterfoil.verify(text))).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let token = self.text(0);
        vec![
            ("wrong secret", texts::wrong_secret(token)),
            ("unknown id", texts::unknown_id(token)),
            ("deleted", self.deleted.clone()),
        ]
    }
}
