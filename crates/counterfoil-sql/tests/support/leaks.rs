//! Checks reports of leaked secrets on a store, through the core (requirement LIFE 5).

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::notice::{NoticeText, Outcome};
use counterfoil::operations::{LeakOutcome, Overlap, SignIn};
use counterfoil::policy::Policy;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::testing::ManualClock;
use counterfoil::types::{FamilyId, RecordId, Source};
use counterfoil::{
    Account, Counterfoil, Denied, EmailAddress, IssuedCredential, KeyRing, Lifetime, ManageError,
    NewPersonalAccessToken, Presenter, Role, Secret, SubjectId, Timestamp, Unavailable,
};

const OWNERS: [&str; 5] = ["ann", "ben", "cem", "dee", "eva"];
/// The number of texts of each sort: live, dead, foreign, garbage.
const OF_A_SORT: usize = 250;
/// The number of different live tokens, of dead tokens, and of tokens of another service.
const TOKENS: usize = 20;

fn account(name: &str) -> Account {
    let address = EmailAddress::new(&format!("{name}@example.com")).expect("an address");
    Account::new(subject(name), name, Role::Member).with_email(address)
}

fn subject(name: &str) -> SubjectId {
    SubjectId::new(name).expect("a subject")
}

/// A service whose nodes share a clock, a key ring and a directory.
struct Site {
    clock: Arc<ManualClock>,
    ring: Arc<KeyRing>,
    people: Arc<MemoryDirectory>,
}

impl Site {
    fn new() -> Self {
        let people = Arc::new(MemoryDirectory::default());
        for name in OWNERS {
            people.insert(account(name), &[name], "a password");
        }
        let now = Timestamp::from_micros(1_800_000_000_000_000).expect("in range");
        let ring = Arc::new(KeyRing::generate_from_system().expect("a key"));
        Self { clock: Arc::new(ManualClock::at(now)), ring, people }
    }

    fn node<S>(&self, store: S) -> Counterfoil
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        let builder = Counterfoil::builder().policy(Policy::open()).store(store).directory(Arc::clone(&self.people));
        builder.key_ring(Arc::clone(&self.ring)).clock(Arc::clone(&self.clock)).build().expect("a handle")
    }
}

async fn token(node: &Counterfoil, number: usize, label: &str) -> IssuedCredential {
    let owner = Presenter::signed_in(&account(OWNERS[number % OWNERS.len()]));
    let label = format!("{label} {number}");
    let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30));
    node.create_personal_access_token(&owner, &new).await.expect("a token")
}

async fn tokens(node: &Counterfoil, label: &str) -> Vec<IssuedCredential> {
    let mut made = Vec::new();
    for number in 0..TOKENS {
        made.push(token(node, number, label).await);
    }
    made
}

fn text(issued: &IssuedCredential) -> String {
    issued.token.expose_secret().to_owned()
}

/// Opens a sign-in of each owner. Returns the access tokens and the refresh tokens.
async fn sign_ins(node: &Counterfoil) -> Vec<String> {
    let client: ClientId = "app".parse().expect("a client id");
    let new = NewClient::named("App").with_id(client.clone()).with_grants(vec![Grant::RefreshToken]);
    node.create_client(&Presenter::host(), new).await.expect("a client");
    let mut texts = Vec::new();
    for owner in OWNERS {
        let granted = node.open_sign_in(&SignIn::new(&client, &subject(owner))).await.expect("a sign-in");
        texts.push(granted.access_token.expose_secret().to_owned());
        texts.push(granted.refresh_token.expect("a refresh token").expose_secret().to_owned());
    }
    texts
}

/// The texts of a report. The function [`Texts::all`] repeats the texts of each sort until there are 250.
struct Texts {
    live: Vec<String>,
    /// Live tokens that are never reported. They must stay valid.
    spared: Vec<String>,
    dead: Vec<String>,
    foreign: Vec<String>,
    garbage: Vec<String>,
}

impl Texts {
    async fn make(node: &Counterfoil) -> Self {
        let mut live: Vec<_> = tokens(node, "live").await.iter().map(text).collect();
        live.extend(sign_ins(node).await);
        let spared = tokens(node, "spared").await.iter().map(text).collect();
        let dead = tokens(node, "dead").await;
        for (number, dead) in dead.iter().enumerate() {
            let by = Presenter::signed_in(&account(OWNERS[number % OWNERS.len()]));
            node.delete_personal_access_token(&by, &dead.view.id).await.expect("deleted");
        }
        let foreign = tokens(&Site::new().node(MemoryStore::default()), "foreign").await;
        let garbage = (0..OF_A_SORT).map(|length| if length % 2 == 0 { "x".repeat(length) } else { "ключ ".into() });
        let (dead, foreign) = (dead.iter().map(text).collect(), foreign.iter().map(text).collect());
        Self { live, spared, dead, foreign, garbage: garbage.collect() }
    }

    /// Returns all texts: first the live ones, then the dead ones, the foreign ones and the garbage.
    fn all(&self) -> Vec<&str> {
        let sorts = [&self.live, &self.dead, &self.foreign, &self.garbage];
        sorts.iter().flat_map(|sort| sort.iter().cycle().take(OF_A_SORT)).map(String::as_str).collect()
    }
}

/// Reports the texts as a stranger does over a network, a hundred texts in one report. Returns the answer to each
/// report.
async fn reported(node: &Counterfoil, texts: &[&str]) -> Vec<usize> {
    let mut answers = Vec::new();
    for some in texts.chunks(100) {
        let report = node.accept_leak_report(&Source::Unknown).await.expect("counted");
        let some = some.iter().map(|text| Secret::from((*text).to_owned())).collect();
        answers.push(report.receive(some).expect("received"));
    }
    answers
}

async fn work(node: &Counterfoil) -> u64 {
    let mut done = 0;
    loop {
        let progress = node.work_leaks(NonZeroU32::MIN.saturating_add(76)).await.expect("worked");
        done += progress.changed;
        if !progress.more {
            return done;
        }
    }
}

/// Sends all due notices. Returns the recipient of each notice and the id of the credential that the notice is about.
async fn notices(node: &Counterfoil) -> Vec<(String, RecordId)> {
    let (mut sent, mut after) = (Vec::new(), None);
    loop {
        let page = node.due_notices(after.as_ref(), NonZeroU32::MIN.saturating_add(6)).await.expect("a page");
        for due in page.items {
            let claimed = node.claim_notice(&due, Duration::from_secs(60)).await.expect("a claim");
            let Some(claimed) = claimed.won() else { continue };
            assert_eq!(claimed.text(), NoticeText::Leaked { ended: true });
            sent.push((claimed.to().as_str().to_owned(), claimed.id()));
            assert!(node.settle_notice(claimed, Outcome::Sent).await.expect("settled"));
        }
        after = page.next;
        if after.is_none() {
            return sent;
        }
    }
}

/// Reports a thousand texts on an empty store: live, dead, foreign and garbage. Checks that the answers are the same,
/// that the live credentials are revoked, and that the owner of each revoked credential gets one notice about it.
pub async fn check<S>(store: S)
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let (site, store) = (Site::new(), Arc::new(store));
    let (first, second) = (site.node(Arc::clone(&store)), site.node(store));
    let texts = Texts::make(&first).await;
    let all = texts.all();
    assert_eq!(reported(&first, &all).await, [100; 10], "the number of texts, whatever they are");
    for live in texts.live.iter().filter(|text| !text.starts_with("cfr_")) {
        first.verify(live).await.expect("nothing is looked up yet");
    }
    assert_eq!(work(&first).await, 1_000);

    // The other node must refuse the revoked credentials at once.
    for live in &texts.live {
        assert!(matches!(second.verify(live).await, Err(Denied::Refused(_))));
    }
    for spared in &texts.spared {
        second.verify(spared).await.expect("nobody reported it");
    }
    let outcomes = second.report_leaked(&all).await.expect("looked up");
    let (ours, others) = outcomes.split_at(2 * OF_A_SORT);
    assert!(ours.iter().all(|outcome| matches!(outcome, LeakOutcome::AlreadyEnded { .. })), "{ours:?}");
    assert!(others.iter().all(|outcome| *outcome == LeakOutcome::NotOurs), "{others:?}");

    let sent = notices(&second).await;
    let families: BTreeSet<FamilyId> = sent.iter().map(|(_, id)| id.family()).collect();
    assert_eq!((sent.len(), families.len()), (TOKENS + OWNERS.len(), TOKENS + OWNERS.len()));
    for owner in OWNERS {
        let to = sent.iter().filter(|(to, _)| *to == format!("{owner}@example.com")).count();
        assert_eq!(to, TOKENS / OWNERS.len() + 1, "the tokens and the sign-in of {owner}");
    }
    assert_eq!(reported(&first, &all).await, [100; 10], "the same as before");
    assert_eq!(work(&first).await, 1_000);
    site.clock.advance(Duration::from_secs(3_600));
    assert!(notices(&first).await.is_empty(), "once");
}

/// Checks that a credential is never accepted if this version does not support the reason of its revocation. `plant`
/// gets the family and the instant of a revocation. It replaces the reason of this revocation in the database by 8,
/// which is not a reason of this version. In the same way, 7 (a leak) is not a reason of an older version.
pub async fn check_unknown_reason<S>(store: S, plant: impl AsyncFnOnce(FamilyId, Timestamp))
where
    S: TokenStore + ClientStore + SettingsStore + Throttle,
{
    let site = Site::new();
    let node = site.node(store);
    let (leaked, other) = (token(&node, 0, "leaked").await, token(&node, 1, "other").await);
    let text = leaked.token.expose_secret();
    node.report_leaked(&[text]).await.expect("looked up");
    assert!(matches!(node.verify(text).await, Err(Denied::Refused(_))));
    plant(leaked.view.id.family(), node.now()).await;
    let refused = node.verify(text).await;
    assert!(matches!(refused, Err(Denied::Unavailable(Unavailable::Store(_)))), "{refused:?}");
    let again = node.report_leaked(&[text, other.token.expose_secret()]).await;
    assert!(matches!(again, Err(ManageError::Unavailable(Unavailable::PartlyDone(_)))), "{again:?}");
    assert!(node.verify(other.token.expose_secret()).await.is_err(), "the other text of the report ended");
    let by = Presenter::signed_in(&account(OWNERS[0]));
    let rotated = node.rotate_personal_access_token(&by, &leaked.view.id, Overlap::Immediate).await;
    assert!(matches!(rotated, Err(ManageError::Unavailable(_))), "{rotated:?}");
}
