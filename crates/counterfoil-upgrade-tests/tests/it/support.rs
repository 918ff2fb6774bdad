//! Opens a database that an earlier version has written by making the calls of the module
//! [`scene`](counterfoil_upgrade_tests::scene). The host's clock shows the instant at which these calls ended.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use counterfoil::http_auth::Refusal;
use counterfoil::{Builder, Denied, Principal};
use counterfoil_stores::AnyStore;
use counterfoil_upgrade_tests::BEFORE;
use counterfoil_upgrade_tests::database::{Database, Kind, folder};
use counterfoil_upgrade_tests::host::{Host, end, subject};
use counterfoil_upgrade_tests::list;
use counterfoil_upgrade_tests::scene::{Texts, form, oauth};
use serde_json::Value;
use tokio::runtime::Runtime;

pub(crate) const MANY: NonZeroU32 = NonZeroU32::new(100).expect("above zero");

/// The runtime of all tests.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// The description of the contents of the databases: see [`list`].
pub(crate) static LIST: LazyLock<Value> = LazyLock::new(|| {
    let text = std::fs::read_to_string(folder(BEFORE).join("list.json")).expect("a list");
    serde_json::from_str(&text).expect("JSON")
});

/// A database that an earlier version has written, opened with the present crates.
pub(crate) struct Upgraded {
    pub(crate) host: Host,
    pub(crate) store: AnyStore,
    pub(crate) texts: Texts,
    _database: Database,
}

impl Upgraded {
    pub(crate) async fn new(kind: Kind) -> Self {
        Self::with(kind, |builder| builder).await
    }

    /// Opens the database. `change` can set other parts of the handles, for example another policy.
    pub(crate) async fn with(kind: Kind, change: impl Fn(Builder) -> Builder) -> Self {
        let database = Database::written(kind, BEFORE).await;
        let store = database.open().await;
        let host = Host::new(&store, end(), change);
        for handle in [&host.service, &host.other] {
            handle.start().await.expect("the key ring is the store's");
        }
        host.people.set_disabled(&subject("dis"), true);
        Self { host, store, texts: list::texts(&LIST), _database: database }
    }

    /// Verifies the credential with this name, which must be accepted.
    pub(crate) async fn accepted(&self, name: &str) -> Principal {
        self.verify(self.texts.get(name)).await.unwrap_or_else(|refusal| panic!("{name}: {refusal}"))
    }

    /// Verifies the credential with this name, which must be refused.
    pub(crate) async fn refused(&self, name: &str) -> Refusal {
        self.verify(self.texts.get(name)).await.expect_err(name)
    }

    /// Verifies the text of a credential. Fails the test if the store is unavailable.
    pub(crate) async fn verify(&self, text: &str) -> Result<Principal, Refusal> {
        match self.host.service.verify(text).await {
            Ok(principal) => Ok(principal),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error}"),
        }
    }

    /// Refreshes with a refresh token. Returns the access token and the refresh token of the answer, or `None` if the
    /// token was refused.
    pub(crate) async fn refresh(&self, client: &str, token: &str) -> Option<(String, String)> {
        let proof = if client == "public" { client } else { self.texts.get(&format!("client {client}")) };
        let body = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let answer = oauth(&self.host, proof, &body).await.ok()?;
        let text = |name: &str| answer[name].as_str().expect("a token").to_owned();
        Some((text("access_token"), text("refresh_token")))
    }
}
