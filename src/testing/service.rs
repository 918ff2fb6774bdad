//! A whole service for tests.

#![expect(clippy::expect_used, reason = "a test whose own scene cannot be made is to stop")]

use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Faults, FaultyStore, ManualClock, RecordingSink, SeededEntropy};
use crate::builder::Builder;
use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::memory::{MemoryDirectory, MemoryStore};
use crate::notice::{ClaimedNotice, Outcome};
use crate::operations::personal_access_tokens::create::{Lifetime, NewPersonalAccessToken};
use crate::operations::sign_ins::open::SignIn;
use crate::policy::Policy;
use crate::service::client_view::{NewClient, NewClientSecret};
use crate::service::granting::Granted;
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::types::account::Account;
use crate::types::client::{ClientId, Grant};
use crate::types::duration::minutes;
use crate::types::email::EmailAddress;
use crate::types::ids::SubjectId;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The instant that the clock of a new test service shows: 2026-01-01 00:00:00 UTC.
const START: Option<Timestamp> = Timestamp::from_micros(1_767_225_600_000_000);
const CLIENT: &str = "test-client";
const PEOPLE: [(&str, Role); 3] =
    [("ivan", Role::Member), ("ada", Role::Administrator), ("sue", Role::SuperAdministrator)];
const LEASE: Duration = minutes(5);

/// A service with the policy [`Policy::open`]. See [`TestService`].
#[must_use]
pub fn service() -> TestService {
    service_with(Policy::open(), |builder| builder)
}

/// A service with that policy. `change` can set other parts of the [`Builder`], such as a key ring, a realm or a sink.
///
/// # Panics
///
/// Panics if the policy is outside its limits, or needs a key ring that `change` does not set.
///
/// ```
/// use counterfoil::policy::Policy;
/// use counterfoil::{KeyRing, testing};
///
/// let ring = KeyRing::generate(&testing::SeededEntropy::new(2)).expect("seeded");
/// let service = testing::service_with(Policy::default(), |builder| builder.key_ring(ring));
/// # futures_executor::block_on(async {
/// let session = service.open_session_for(&service.account("ivan")).await;
/// assert!(session.is_ok());
/// # });
/// ```
pub fn service_with(policy: Policy, change: impl FnOnce(Builder) -> Builder) -> TestService {
    let faults = Faults::default();
    let parts = Parts {
        store: Arc::new(FaultyStore::new(MemoryStore::default(), faults)),
        people: Arc::new(people()),
        clock: Arc::new(ManualClock::at(START.expect("below 2^53"))),
        sink: RecordingSink::default(),
    };
    let builder = Counterfoil::builder()
        .policy(policy)
        .store(Arc::clone(&parts.store))
        .alias_store(parts.store.clone())
        .directory(Arc::clone(&parts.people))
        .clock(Arc::clone(&parts.clock))
        .entropy(SeededEntropy::new(1))
        .events(parts.sink.clone());
    let counterfoil = change(builder).build().expect("the policy is within its limits");
    let client: ClientId = CLIENT.parse().expect("a valid client id");
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let new = NewClient { id: Some(client.clone()), grants, ..NewClient::named(CLIENT) };
    let registered = at_once(counterfoil.create_client(&Presenter::host(), new)).expect("a new client");
    // This flush counts as upkeep by the host. Without it, the event `NoUpkeep` would be emitted after ten minutes.
    let _flushed = at_once(counterfoil.flush());
    drop(parts.sink.take());
    let client_secret = registered.secret.expect("a confidential client has a secret");
    TestService { counterfoil, parts, client, client_secret, labels: AtomicU64::new(0) }
}

/// A service for tests, which [`service`] creates. It contains a [`Counterfoil`] with people, a clock, a store and one
/// client.
///
/// - The people are `ivan` (a member), `ada` (an administrator) and `sue` (a super administrator). For each person,
///   this word is the name, the subject and the password. The e-mail addresses are `ivan@example.com` and so on.
/// - The clock is set to 2026-01-01 00:00:00 UTC and does not advance by itself.
/// - The client `test-client` may use the password grant and the refresh grant.
/// - The entropy comes from a fixed seed, so every test service issues the same tokens. Never use a test service
///   outside of tests.
///
/// A `TestService` derefs to its [`Counterfoil`]. The methods of `TestService` itself panic if they fail. To test
/// failures, call the methods of `Counterfoil`.
///
/// ```
/// use std::time::Duration;
///
/// # futures_executor::block_on(async {
/// let service = counterfoil::testing::service();
/// service.personal_access_token("ivan", None).await;
/// assert!(service.mails().await.is_empty());
/// service.clock().advance(Duration::from_secs(23 * 86_400));
/// let mails = service.mails().await;
/// assert_eq!((mails[0].to.as_str(), mails[0].label.as_str()), ("ivan@example.com", "token 1"));
/// assert!(service.mails().await.is_empty(), "sent once");
/// # });
/// ```
pub struct TestService {
    counterfoil: Counterfoil,
    parts: Parts,
    client: ClientId,
    client_secret: NewClientSecret,
    labels: AtomicU64,
}

struct Parts {
    store: Arc<FaultyStore<MemoryStore>>,
    people: Arc<MemoryDirectory>,
    clock: Arc<ManualClock>,
    sink: RecordingSink,
}

/// A notice that [`TestService::mails`] sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestMail {
    /// The e-mail address of the recipient.
    pub to: String,
    /// The credential's label, or the description of a security code.
    pub label: String,
    /// The content of the notice.
    pub text: crate::notice::NoticeText,
}

impl TestService {
    /// The handle of the service. All clones of a handle share their state.
    #[must_use]
    pub fn counterfoil(&self) -> &Counterfoil {
        &self.counterfoil
    }

    /// The clock of the service, which the test moves.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.parts.clock
    }

    /// The directory. Use it to disable people, and to change their roles and passwords.
    #[must_use]
    pub fn people(&self) -> &MemoryDirectory {
        &self.parts.people
    }

    /// The store of the service. Use it to build another handle with the same store.
    #[must_use]
    pub fn store(&self) -> &Arc<FaultyStore<MemoryStore>> {
        &self.parts.store
    }

    /// The faults of the store, with which a test makes calls of the store fail.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        self.parts.store.faults()
    }

    /// The events since the last call of this method.
    #[must_use]
    pub fn events(&self) -> Vec<EventKind> {
        self.parts.sink.take().into_iter().map(|event| event.kind).collect()
    }

    /// The id of the registered client, `test-client`.
    #[must_use]
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// The secret of the registered client, `test-client`.
    #[must_use]
    pub fn client_secret(&self) -> &NewClientSecret {
        &self.client_secret
    }

    /// The account with that subject.
    ///
    /// # Panics
    ///
    /// Panics if the directory has no such account.
    #[must_use]
    pub fn account(&self, subject: &str) -> Account {
        let subject = SubjectId::new(subject).expect("a valid subject id");
        let found = at_once(crate::directory::Accounts::account(&*self.parts.people, &subject));
        found.expect("the directory answers").expect("an account of the directory")
    }

    /// Returns a presenter for the person with this subject id, without checking a password. A host makes such a
    /// presenter after it has authenticated the person. The presenter belongs to the realm of the service.
    ///
    /// # Panics
    ///
    /// Panics if the directory has no such account.
    #[must_use]
    pub fn presenter(&self, subject: &str) -> Presenter {
        Presenter::signed_in(&self.account(subject)).in_realm(self.counterfoil.realm())
    }

    /// Issues a personal access token with that scope and a lifetime of 30 days. The labels are `token 1`, `token 2`
    /// and so on.
    ///
    /// # Panics
    ///
    /// Panics if the operation fails.
    pub async fn personal_access_token<'a>(
        &self,
        subject: &str,
        scope: impl Into<Option<&'a str>>,
    ) -> IssuedCredential {
        let scope = scope.into().map(|scope| scope.parse::<Scope>().expect("a valid scope"));
        let label = format!("token {}", self.labels.fetch_add(1, Ordering::Relaxed) + 1);
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30)).with_scope(scope);
        let issued = self.counterfoil.create_personal_access_token(&self.presenter(subject), &new).await;
        issued.expect("a personal access token")
    }

    /// Signs that person in through the client and returns an access token and a refresh token.
    ///
    /// # Panics
    ///
    /// Panics if the operation fails.
    pub async fn sign_in(&self, subject: &str) -> Granted {
        let account = self.account(subject);
        let sign_in = SignIn::new(&self.client, account.subject());
        self.counterfoil.open_sign_in(&sign_in).await.expect("a sign-in")
    }

    /// Sends every notice that is due, as a worker does, and returns what was sent.
    ///
    /// # Panics
    ///
    /// Panics if the store or the directory fails.
    pub async fn mails(&self) -> Vec<TestMail> {
        let (mut sent, mut after) = (Vec::new(), None);
        loop {
            let page = self.counterfoil.due_notices(after.as_ref(), NonZeroU32::MIN.saturating_add(99)).await;
            let page = page.expect("a page of notices");
            for due in page.items {
                let claim = self.counterfoil.claim_notice(&due, LEASE).await.expect("a claim");
                if let Some(claimed) = claim.won() {
                    sent.push(TestMail::of(&claimed));
                    self.counterfoil.settle_notice(claimed, Outcome::Sent).await.expect("settled");
                }
            }
            after = page.next;
            if after.is_none() {
                return sent;
            }
        }
    }
}

impl Deref for TestService {
    type Target = Counterfoil;

    fn deref(&self) -> &Counterfoil {
        &self.counterfoil
    }
}

impl fmt::Debug for TestService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestService").field("clock", &self.parts.clock).finish_non_exhaustive()
    }
}

impl TestMail {
    fn of(claimed: &ClaimedNotice) -> Self {
        Self { to: claimed.to().as_str().to_owned(), label: claimed.label().to_owned(), text: claimed.text() }
    }
}

fn people() -> MemoryDirectory {
    let people = MemoryDirectory::default();
    for (name, role) in PEOPLE {
        let email = EmailAddress::new(&format!("{name}@example.com")).expect("a valid address");
        let account = Account::new(SubjectId::new(name).expect("a valid subject id"), name, role);
        people.insert(account.with_email(email), &[name], name);
    }
    people
}

/// Polls a future once. One poll completes the future, because the store and the directory in memory never wait.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing in memory waits"),
    }
}
