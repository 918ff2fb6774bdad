//! The host whose credentials are in the databases: its people, policy, key ring and clock.

use std::sync::Arc;

use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::{LiveCap, Policy};
use counterfoil::testing::{ManualClock, SeededEntropy};
use counterfoil::types::{KeyId, KnownScopes, SecretBytes, TokenKind};
use counterfoil::{Account, Builder, Counterfoil, EmailAddress, KeyRing, Presenter, Realm, Role, SubjectId, Timestamp};
use counterfoil_stores::AnyStore;
use std::num::NonZeroU32;
use std::time::Duration;

/// One second, a unit of the scene's instants and durations.
pub const SECOND: Duration = Duration::from_secs(1);
/// One minute, a unit of the scene's instants and durations.
pub const MINUTE: Duration = Duration::from_secs(60);
/// One hour, a unit of the scene's instants and durations.
pub const HOUR: Duration = Duration::from_secs(3_600);
/// One day of 86,400 s, a unit of the scene's instants and durations.
pub const DAY: Duration = Duration::from_secs(86_400);

/// The number of live sign-ins that one person may have through one client.
pub const SIGN_INS: u32 = 6;

const PEOPLE: [(&str, Role); 9] = [
    ("ann", Role::Member),
    ("bob", Role::Member),
    ("cap", Role::Member),
    ("cid", Role::Collaborator),
    ("dis", Role::Member),
    ("gus", Role::Member),
    ("pat", Role::Member),
    ("ada", Role::Administrator),
    ("sue", Role::SuperAdministrator),
];

/// 2026-01-01 00:00:00 UTC, the instant of the first call of the scene.
#[must_use]
pub fn start() -> Timestamp {
    Timestamp::from_micros(1_767_225_600_000_000).expect("below 2^53")
}

/// The instant at which the scene ends: 60 days after its start.
#[must_use]
pub fn end() -> Timestamp {
    start().plus_capped(60 * DAY)
}

/// The second realm of the scene, beside the default realm.
#[must_use]
pub fn other_realm() -> Realm {
    Realm::new("other").expect("a valid realm")
}

/// The policy of the host. With it, the scene can make permanent tokens, reach a cap, send more notices than by
/// default, and use scope tokens of its own.
#[must_use]
pub fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.permanent = true;
    policy.refresh_tokens.live_per_owner_and_client =
        Some(LiveCap { limit: NonZeroU32::new(SIGN_INS).expect("above zero"), evict: true });
    policy.notices.kinds = vec![TokenKind::PersonalAccessToken, TokenKind::SecurityCode];
    policy.notices.more_leads = vec![DAY];
    policy.scopes = KnownScopes::new(["demo:read", "demo:write"]).ok();
    policy
}

/// The key ring with the keys from 1 to `newest`.
#[must_use]
pub fn key_ring(newest: u8) -> KeyRing {
    let keys = (1..=newest).map(|number| (KeyId::new(number.into()), SecretBytes::new([number; 32])));
    KeyRing::new(keys).expect("a key ring")
}

/// The account of a person. Name, subject and password are the same text.
#[must_use]
pub fn account(name: &str) -> Account {
    let (_, role) = PEOPLE.iter().find(|(known, _)| *known == name).expect("a known person");
    let email = EmailAddress::new(&format!("{name}@example.com")).expect("a valid address");
    Account::new(subject(name), name, *role).with_email(email).with_claim("department", "7")
}

/// The subject id of a person.
#[must_use]
pub fn subject(name: &str) -> SubjectId {
    SubjectId::new(name).expect("a valid subject id")
}

/// Two handles to one store, one for each realm, with one clock and one directory.
#[derive(Debug)]
pub struct Host {
    /// The handle of the default realm.
    pub service: Counterfoil,
    /// The handle of [`other_realm`].
    pub other: Counterfoil,
    /// The clock of both handles.
    pub clock: Arc<ManualClock>,
    /// The people of both realms.
    pub people: Arc<MemoryDirectory>,
}

impl Host {
    /// A host whose clock is set to `now`. `change` can set other parts, for example seeded entropy.
    #[must_use]
    pub fn new(store: &AnyStore, now: Timestamp, change: impl Fn(Builder) -> Builder) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let people = Arc::new(MemoryDirectory::default());
        for (name, _) in PEOPLE {
            people.insert(account(name), &[name], name);
        }
        let built = |realm| {
            let builder = store.build_into(Counterfoil::builder().policy(policy()).key_ring(key_ring(2)).realm(realm));
            change(builder.directory(Arc::clone(&people)).clock(Arc::clone(&clock))).build().expect("a handle")
        };
        Self { service: built(Realm::default()), other: built(other_realm()), clock, people }
    }

    /// A host for the scene. Its random bytes depend only on `seed`.
    #[must_use]
    pub fn seeded(store: &AnyStore, now: Timestamp, newest_key: u8, seed: u64) -> Self {
        let mut host =
            Self::new(store, now, |builder| builder.key_ring(key_ring(newest_key)).entropy(SeededEntropy::new(seed)));
        let builder = store.build_into(Counterfoil::builder().policy(policy()).key_ring(key_ring(newest_key)));
        let builder = builder.realm(other_realm()).directory(Arc::clone(&host.people)).clock(Arc::clone(&host.clock));
        host.other = builder.entropy(SeededEntropy::new(seed + 1)).build().expect("a handle");
        host
    }

    /// Sets the clock to an instant before the end of the scene. `before` is the time between this instant and the end.
    pub fn at(&self, before: Duration) {
        self.clock.set(end().minus(before));
    }
}

/// The presenter of a person whom the host has authenticated.
#[must_use]
pub fn by(name: &str) -> Presenter {
    Presenter::signed_in(&account(name))
}
