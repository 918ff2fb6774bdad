//! A host with many owners of tokens. Each process of the test runs this host on a store that all processes share.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::{
    Account, Counterfoil, EmailAddress, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId,
    Timestamp,
};
use counterfoil_notify::{Limits, Transport, Worker};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// The number of messages that each process sends at the same time.
pub const AT_ONCE: usize = 4;

/// The maximum number of owners in a test.
const OWNERS: usize = 500;

pub fn block_on<F: Future>(task: F) -> F::Output {
    RUNTIME.block_on(task)
}

/// A database server, and the address by which other processes open the same store.
pub trait Backend: Sized {
    const NAME: &'static str;
    type Store: TokenStore + ClientStore + SettingsStore + Throttle;

    fn start() -> Self;
    fn address(&self) -> String;
    fn open(address: &str) -> impl Future<Output = Self::Store> + Send;
}

pub fn day(days: u16) -> Timestamp {
    Timestamp::EPOCH
        .plus_capped(Duration::from_secs(20_000 * 86_400))
        .plus_capped(Duration::from_secs(u64::from(days) * 86_400))
}

fn owner(at: usize) -> Account {
    let name = format!("owner {at}");
    let address = EmailAddress::new(&format!("owner{at}@example.com")).expect("an address");
    Account::new(SubjectId::new(&name).expect("an id"), &name, Role::Member).with_email(address)
}

pub fn counterfoil<B: Backend>(address: &str) -> Counterfoil {
    let people = Arc::new(MemoryDirectory::default());
    (0..OWNERS).map(owner).for_each(|account| people.insert(account.clone(), &[account.name()], "a password"));
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    let ring = Arc::new(KeyRing::generate_from_system().expect("a key"));
    let builder = Counterfoil::builder().policy(policy).store(block_on(B::open(address))).directory(people);
    builder.key_ring(ring).events(counterfoil::event::NoSink).build().expect("a handle")
}

pub fn worker<B: Backend>(address: &str, transport: impl Transport) -> Worker {
    let limits = Limits::default().with_at_once(AT_ONCE).with_send_timeout(Duration::from_secs(30));
    Worker::new(counterfoil::<B>(address), transport).with_limits(limits)
}

/// Creates tokens whose notices are due on day 23, evenly distributed among the owners. Returns the ids of the tokens.
pub fn fill<B: Backend>(backend: &B, tokens: usize, owners: usize) -> BTreeSet<String> {
    let counterfoil = counterfoil::<B>(&backend.address()).at(day(0));
    let create = |at: usize| {
        let counterfoil = &counterfoil;
        async move {
            let label = format!("token {at}");
            let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30));
            let by = Presenter::signed_in(&owner(at % owners));
            let issued = counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
            issued.view.id.to_string()
        }
    };
    block_on(async {
        use futures_util::StreamExt as _;
        futures_util::stream::iter(0..tokens).map(create).buffer_unordered(16).collect().await
    })
}
