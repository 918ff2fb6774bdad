//! A host that all processes of the test share: a store, a directory, and a policy that allows the bound.

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use counterfoil::policy::{Policy, SettingGate};
use counterfoil::store::{ClientStore, NarrowingLog, SettingsStore, Throttle, TokenStore};
use counterfoil::{Builder, Counterfoil};
use counterfoil_cache::CacheOptions;
use tokio::runtime::Runtime;

use crate::LIVE;
use crate::directory::FileDirectory;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

pub fn runtime() -> &'static Runtime {
    &RUNTIME
}

pub type Failed = Box<dyn std::error::Error + Send + Sync>;

pub fn block_on<F: Future>(task: F) -> F::Output {
    RUNTIME.block_on(task)
}

/// A database server, and the address by which other processes open the same store.
pub trait Backend: Sized + Send + Sync {
    const NAME: &'static str;
    type Store: TokenStore + NarrowingLog + ClientStore + SettingsStore + Throttle;

    fn start() -> Self;
    fn address(&self) -> String;
    /// Opens the store with its log on.
    fn open(address: &str) -> impl Future<Output = Result<Self::Store, Failed>> + Send;
    /// The server answers nothing for this time.
    fn stall(&self, time: Duration);
}

/// Opens the store. Tries again while the database stalls.
pub fn store<B: Backend>(address: &str) -> Arc<B::Store> {
    let mut tries = 0;
    loop {
        match block_on(B::open(address)) {
            Ok(store) => return Arc::new(store),
            Err(error) if tries == 20 => panic!("a store: {error}"),
            Err(_) => tries += 1,
        }
    }
}

/// The capacity of the cache is smaller than the number of live tokens, so that misses happen all the time.
pub fn options() -> CacheOptions {
    CacheOptions::default().with_capacity(LIVE - LIVE / 8).with_accounts(Duration::from_secs(60))
}

pub fn bound() -> Duration {
    options().max_staleness
}

pub fn counterfoil<S>(store: &Arc<S>, folder: &Path, change: impl FnOnce(Builder) -> Builder) -> Counterfoil
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    policy.verification_staleness = bound();
    let builder = Counterfoil::builder().policy(policy).store(Arc::clone(store)).accounts(FileDirectory::open(folder));
    change(builder.events(counterfoil::event::NoSink)).build().expect("a handle")
}
