//! A host whose accounts have e-mail addresses, and transports that record the sent notices.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::notice::NoticeText;
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::store::TokenStore;
use counterfoil::testing::RecordingSink;
use counterfoil::{
    Account, Counterfoil, EmailAddress, IssuedCredential, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role,
    SubjectId, Timestamp,
};
use counterfoil_notify::{Digest, Limits, Report, SendError, Transport, Worker};
use tokio::runtime::Runtime;

/// A runtime for tests that are not async.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// The start of the tests in Unix seconds: 2027-02-01 11:00 UTC.
pub const START: u64 = 1_801_479_600;

/// Returns the instant `duration` after the start.
pub fn after(duration: Duration) -> Timestamp {
    Timestamp::EPOCH.plus(Duration::from_secs(START)).and_then(|start| start.plus(duration)).expect("in range")
}

pub fn day(days: u16) -> Timestamp {
    after(Duration::from_secs(u64::from(days) * 86_400))
}

/// Makes an account whose id is `name`. The e-mail address contains the name too.
pub fn person(name: &str) -> Account {
    let address = EmailAddress::new(&format!("{name}@example.com")).expect("an address");
    Account::new(SubjectId::new(name).expect("an id"), name, Role::Member).with_email(address)
}

pub fn ivan() -> Account {
    person("ivan").with_zone("Europe/Moscow").with_language("ru")
}

/// A host with the accounts `bill` (English, UTC) and `ivan` (Russian, Moscow).
pub struct World {
    pub counterfoil: Counterfoil,
    pub people: Arc<MemoryDirectory>,
    pub store: Arc<MemoryStore>,
    pub sink: RecordingSink,
}

/// A policy that gathers advance notices as the default policy does, but sends each notice about an expired credential
/// at once.
pub fn policy() -> Policy {
    let mut policy = gathering();
    policy.notices.gather.gap = Duration::ZERO;
    policy
}

/// A policy that gathers notices as the default policy does.
pub fn gathering() -> Policy {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    policy
}

impl World {
    pub fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        Self::behind(store.clone(), store)
    }

    /// Makes a world whose records are in `records`, and everything else in `store`.
    pub fn behind(store: Arc<MemoryStore>, records: Arc<dyn TokenStore>) -> Self {
        Self::of(policy(), store, records)
    }

    pub fn with(policy: Policy) -> Self {
        let store = Arc::new(MemoryStore::default());
        Self::of(policy, store.clone(), store)
    }

    pub fn of(policy: Policy, store: Arc<MemoryStore>, records: Arc<dyn TokenStore>) -> Self {
        let people = Arc::new(MemoryDirectory::default());
        let sink = RecordingSink::default();
        for account in [person("bill"), ivan()] {
            people.insert(account.clone(), &[account.name()], "a password");
        }
        let ring = KeyRing::generate_from_system().expect("a key");
        let builder = Counterfoil::builder().policy(policy).store(Arc::clone(&store)).token_store(records);
        let builder = builder.directory(Arc::clone(&people)).key_ring(Arc::new(ring)).events(sink.clone());
        Self { counterfoil: builder.build().expect("a handle"), people, store, sink }
    }

    pub async fn create(&self, whom: &Account, label: &str, days: u16, at: Timestamp) -> IssuedCredential {
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(days.into()));
        self.counterfoil.at(at).create_personal_access_token(&Presenter::signed_in(whom), &new).await.expect("a token")
    }

    pub fn worker(&self, transport: impl Transport) -> Worker {
        Worker::new(self.counterfoil.clone(), transport).with_limits(limits())
    }

    /// Whether a notice about this credential is marked as sent.
    pub async fn is_marked(&self, issued: &IssuedCredential) -> bool {
        let record = self.store.get(&issued.view.id).await.expect("the store answers").expect("a record");
        !record.record().noticed.is_empty()
    }
}

/// Limits whose timeout for a delivery is half a second.
pub fn limits() -> Limits {
    Limits::default().with_send_timeout(Duration::from_millis(500))
}

/// The recipient, the label and the text of a notice.
pub type SentNotice = (String, String, NoticeText);

/// A transport that records the notices of each digest.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<Vec<Vec<SentNotice>>>>);

impl Outbox {
    pub fn take(&self) -> Vec<Vec<SentNotice>> {
        std::mem::take(&mut self.0.lock().expect("nobody died with it"))
    }
}

#[async_trait]
impl Transport for Outbox {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        let to = digest.account().subject().as_str();
        let line =
            |notice: &counterfoil::notice::ClaimedNotice| (to.to_owned(), notice.label().to_owned(), notice.text());
        self.0.lock().expect("nobody died with it").push(digest.notices().iter().map(line).collect());
        Ok(())
    }
}

pub fn sent(report: Report) -> (u64, u64) {
    (report.digests, report.sent)
}
