//! Runs the tool, and a service whose store the tool administers.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, LazyLock};

use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::{
    Account, Builder, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, Timestamp,
};
use counterfoil_stores::{AnyStore, Opening, StoreUrl};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// The exit code and the output of a run of the tool.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// Runs the tool.
pub(crate) fn tool(arguments: &[&str]) -> Run {
    tool_with("", arguments)
}

/// Runs the tool with `input` on standard input.
pub(crate) fn tool_with(input: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil-admin"));
    let command =
        command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the tool");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

/// A service on the store with this URL. It has the account `ann` and a key ring file.
pub(crate) struct Service {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    pub(crate) ann: Account,
    people: Arc<MemoryDirectory>,
}

impl Service {
    pub(crate) fn on_sqlite() -> Self {
        let folder = TempDir::new().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("service.db").display());
        Self::on(folder, url)
    }

    pub(crate) fn on(folder: TempDir, url: String) -> Self {
        let ann = Account::new(7_u64.into(), "ann", Role::Member);
        let people = Arc::new(MemoryDirectory::default());
        people.insert(ann.clone(), &["ann"], "a password");
        Self { folder, url, ann, people }
    }

    pub(crate) fn keys(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    /// Runs `act` with the service's handle, then closes the store.
    pub(crate) fn serve<T>(&self, act: impl AsyncFnOnce(&Counterfoil, &Presenter) -> T) -> T {
        self.serve_on(&self.url, act)
    }

    /// Does the same as [`Service::serve`] on the store with this URL.
    pub(crate) fn serve_on<T>(&self, url: &str, act: impl AsyncFnOnce(&Counterfoil, &Presenter) -> T) -> T {
        self.serve_with(url, |builder| builder, act)
    }

    /// Does the same as [`Service::serve_on`], but with a handle whose builder `change` has changed.
    pub(crate) fn serve_with<T>(
        &self,
        url: &str,
        change: impl FnOnce(Builder) -> Builder,
        act: impl AsyncFnOnce(&Counterfoil, &Presenter) -> T,
    ) -> T {
        RUNTIME.block_on(async {
            let store = open(url).await;
            let builder = change(store.build_into(Counterfoil::builder()).policy(Policy::open()));
            let ring = KeyRing::open_or_create(self.keys()).expect("a key ring");
            let counterfoil = builder.directory(Arc::clone(&self.people)).key_ring(ring).build().expect("a handle");
            counterfoil.start().await.expect("its own ring");
            let done = act(&counterfoil, &Presenter::signed_in(&self.ann)).await;
            assert!(counterfoil.shutdown().await.error.is_none());
            store.close().await;
            done
        })
    }

    /// Creates a personal access token for `ann`. Returns the token's text and its id.
    pub(crate) fn token(&self, label: &str) -> (String, String) {
        self.serve(async |counterfoil, by| {
            let new = NewPersonalAccessToken::new(label, Lifetime::Days(30));
            let issued = counterfoil.create_personal_access_token(by, &new).await.expect("a token");
            (issued.token.expose_secret().to_owned(), issued.view.id.to_string())
        })
    }

    /// Whether a token is accepted.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.serve(async |counterfoil, _| counterfoil.verify(token).await.is_ok())
    }
}

pub(crate) async fn open(url: &str) -> AnyStore {
    let url: StoreUrl = url.parse().expect("a URL");
    url.open(&Opening::default().creating().volatile(true)).await.expect("a store")
}

/// Returns the current time of the clock that the tool uses.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Returns the Unix permissions of a file.
#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).expect("a file").permissions()) & 0o777
}

/// Sets the Unix permissions of a file.
#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, permissions).expect("its owner may");
}

/// Damages the SQLite file of the service with an SQL statement.
pub(crate) fn damage(service: &Service, sql: &'static str) {
    use counterfoil_sql::sqlx::{SqlitePool, raw_sql, sqlite::SqliteConnectOptions};
    RUNTIME.block_on(async {
        let file = SqliteConnectOptions::new().filename(service.folder.path().join("service.db"));
        let pool = SqlitePool::connect_with(file).await.expect("the file");
        raw_sql(sql).execute(&pool).await.expect("the row");
        pool.close().await;
    });
}

/// Returns a path as text, for an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
