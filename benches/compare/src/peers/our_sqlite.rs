//! counterfoil with its store in a SQLite file.

use std::hint::black_box;
use std::path::Path;

use counterfoil::{Counterfoil, Lifetime, NewPersonalAccessToken, Presenter};
use counterfoil_sql::SqliteStore;
use tokio::runtime::Runtime;

use crate::host;
use crate::peer::{Peer, Texts};
use crate::texts;

pub(crate) struct OurSqlite<'a> {
    runtime: &'a Runtime,
    counterfoil: Counterfoil,
    texts: Texts,
    deleted: String,
}

impl<'a> OurSqlite<'a> {
    pub(crate) fn with(runtime: &'a Runtime, folder: &Path, count: usize) -> Self {
        let store = runtime.block_on(SqliteStore::open_or_create(folder.join("counterfoil.db"))).expect("a store");
        let counterfoil = host::host(count).store(store).build().expect("a handle");
        let mut texts = Texts::with_room_for(count, 75);
        let deleted = runtime.block_on(async {
            let issue = async |at: usize| {
                let by = Presenter::signed_in(&host::person(host::owner_of(at)));
                let label = format!("deploy to staging {}", at % 10);
                let new = NewPersonalAccessToken::new(&label, Lifetime::Days(90));
                let issued = counterfoil.create_personal_access_token(&by, &new).await.expect("issued");
                (by, issued.view.id, issued.token.expose_secret().to_owned())
            };
            for at in 0..count {
                texts.push(&issue(at).await.2);
            }
            let (by, id, text) = issue(count).await;
            counterfoil.delete_personal_access_token(&by, &id).await.expect("deleted");
            text
        });
        texts.shuffle();
        Self { runtime, counterfoil, texts, deleted }
    }
}

impl Peer for OurSqlite<'_> {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
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
