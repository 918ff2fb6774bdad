//! The builder of the [`Counterfoil`] handle. [`Builder::build`] is the only way to create a handle, and it reports
//! missing or contradictory parts.

mod import;
mod verification_reads;

use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::counterfoil::Counterfoil;
use crate::crypto::digest::{Digester, Unkeyed};
use crate::crypto::entropy::{Entropy, SystemEntropy};
use crate::crypto::key_path::KeyFileError;
use crate::crypto::key_ring::KeyRing;
use crate::directory::{Accounts, Directory, Logins, Search};
use crate::event::sink::EventSink;
use crate::event::{Actor, By, EventKind, Means};
use crate::policy::{InvalidPolicy, Policy};
use crate::record::retry_window;
use crate::service::Service;
use crate::service::checked_directory::Checked;
use crate::service::leak_queue::LeakQueue;
use crate::service::queue::Queue;
use crate::service::rekeying::Rekeying;
use crate::service::snapshot::Snapshot;
use crate::service::unsourced::Unsourced;
use crate::service::upkept::Upkept;
use crate::service::uses::Uses;
use crate::service::watched::{Watch, Watched};
use crate::store::alias_store::AliasStore;
use crate::store::client_store::ClientStore;
use crate::store::settings_store::SettingsStore;
use crate::store::throttle::Throttle;
use crate::store::token_store::TokenStore;
use crate::store::verification_reads::VerificationReads;
use crate::token::foreign::ForeignScheme;
use crate::token::prefixes::Prefixes;
use crate::types::realm::Realm;

/// Why [`Builder::build`] created no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A value of the policy is outside its limits.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// A required part was not set.
    #[error("{part} is missing")]
    Missing {
        /// The name of the builder's method that sets this part.
        part: &'static str,
    },
    /// No key ring is set, but the policy requires one (`retry_needs_key_ring`), because it allows retries of refreshes
    /// (`refresh_tokens.grace` is above zero).
    #[error("policy demands a key ring where refresh_tokens.grace is above zero")]
    KeyRingDemanded,
    /// Tokens of other systems are imported ([`Builder::import`]), and no key ring is set. Without a key, the digest of
    /// an imported token could be computed from a dump of the other system.
    #[error("import demands a key ring: set key_ring")]
    ImportWithoutKeyRing,
    /// The name of a scheme ([`Builder::import`]) breaks a rule, or two schemes have the same name.
    #[error("each import scheme must have a name of its own of 1 to 32 characters of [a-z0-9-]")]
    ImportScheme,
    /// The cache of [`Builder::verification_reads`] can miss a write for longer than the policy allows.
    #[error("policy verification_staleness must be at least the max_staleness of verification_reads, on all nodes")]
    VerificationTooStale,
}

/// Builds a [`Counterfoil`].
#[must_use]
pub struct Builder {
    realm: Realm,
    policy: Policy,
    prefixes: Prefixes,
    key_ring: Option<Arc<KeyRing>>,
    unkeyed: Unkeyed,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    store: Option<Arc<dyn TokenStore>>,
    reads: Option<Arc<dyn VerificationReads>>,
    clients: Option<Arc<dyn ClientStore>>,
    settings: Option<Arc<dyn SettingsStore>>,
    throttle: Option<Arc<dyn Throttle>>,
    accounts: Option<Arc<dyn Accounts>>,
    logins: Option<Arc<dyn Logins>>,
    search: Option<Arc<dyn Search>>,
    aliases: Option<Arc<dyn AliasStore>>,
    schemes: Vec<Arc<dyn ForeignScheme>>,
    sinks: Vec<Arc<dyn EventSink>>,
    #[cfg(feature = "tracing")]
    tracing: bool,
}

impl Counterfoil {
    /// Starts with the default policy, the clock and the entropy source of the system, the realm `default`, and
    /// `tracing` as the event sink.
    pub fn builder() -> Builder {
        Builder {
            realm: Realm::default(),
            policy: Policy::default(),
            prefixes: Prefixes::default(),
            key_ring: None,
            unkeyed: Unkeyed::Refused,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            store: None,
            reads: None,
            clients: None,
            settings: None,
            throttle: None,
            accounts: None,
            logins: None,
            search: None,
            aliases: None,
            schemes: Vec::new(),
            sinks: Vec::new(),
            #[cfg(feature = "tracing")]
            tracing: true,
        }
    }
}

impl Builder {
    /// Sets the realm to which all credentials of this handle belong. A host with one tenant does not need this.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.realm = realm;
        self
    }

    /// Sets the policy: the limits, lifetimes and rules of all kinds of credentials. Default: [`Policy::default`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the prefixes with which the texts of tokens begin, one for each kind. Default: [`Prefixes::default`].
    pub fn prefixes(mut self, prefixes: Prefixes) -> Self {
        self.prefixes = prefixes;
        self
    }

    /// Sets the key ring. Its keys are used to digest secrets, and to derive the new refresh token at each refresh.
    pub fn key_ring(mut self, key_ring: impl Into<Arc<KeyRing>>) -> Self {
        self.key_ring = Some(key_ring.into());
        self
    }

    /// Reads the key ring from this file and sets it. If the file does not exist, this method first creates it with a
    /// new key ring. The method combines [`KeyRing::open_or_create`] and [`Builder::key_ring`].
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the file cannot be read or created, is accessible to other users, or contains no valid key
    /// ring.
    pub fn key_ring_file(self, path: impl Into<PathBuf>) -> Result<Self, KeyFileError> {
        Ok(self.key_ring(KeyRing::open_or_create(path)?))
    }

    /// Also accepts credentials whose digest was computed without a key. Use this while a host migrates to its first
    /// key ring. At its next use, each record and each client secret gets a new digest under the newest key.
    /// [`Counterfoil::key_census`] counts the remaining digests without a key, under
    /// [`KeyId::NONE`](crate::types::KeyId::NONE).
    ///
    /// Remove this call as soon as no digest without a key remains. Until you remove it, an attacker with write access
    /// to the store can create credentials.
    pub fn accept_unkeyed(mut self) -> Self {
        self.unkeyed = Unkeyed::Accepted;
        self
    }

    /// Sets the clock that this node uses for all decisions.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the source of random bytes, from which ids and secrets are drawn. Default: the operating system.
    pub fn entropy(mut self, entropy: impl Entropy) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// Sets one store for everything: records, clients, settings and counters.
    pub fn store<S>(self, store: S) -> Self
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        let store = Arc::new(store);
        self.token_store(store.clone()).client_store(store.clone()).settings_store(store.clone()).throttle(store)
    }

    /// Sets only the store of records, for a host that does not use one store for everything ([`Builder::store`]).
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets only the store of client registrations, for a host that does not use one store for everything.
    pub fn client_store(mut self, clients: Arc<dyn ClientStore>) -> Self {
        self.clients = Some(clients);
        self
    }

    /// Sets only the store of settings, for a host that does not use one store for everything.
    pub fn settings_store(mut self, settings: Arc<dyn SettingsStore>) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Sets only the store of the counters of failed attempts, for a host that does not use one store for everything.
    pub fn throttle(mut self, throttle: Arc<dyn Throttle>) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// Sets the host's directory, which supplies accounts, checks passwords and searches for people.
    pub fn directory(self, directory: impl Directory) -> Self {
        let directory = Arc::new(directory);
        let all = Self { accounts: Some(directory.clone()), logins: Some(directory.clone()), ..self };
        Self { search: Some(directory), ..all }
    }

    /// Sets the host's accounts. This part of the directory is sufficient if the library neither checks passwords nor
    /// searches for people by a text.
    pub fn accounts(mut self, accounts: impl Accounts) -> Self {
        self.accounts = Some(Arc::new(accounts));
        self
    }

    /// Sets the part of the directory that checks passwords. [`Builder::accounts`] must also be set.
    pub fn logins(mut self, logins: impl Logins) -> Self {
        self.logins = Some(Arc::new(logins));
        self
    }

    /// Sets the part of the directory that searches for people by a text. [`Builder::accounts`] must also be set.
    pub fn search(mut self, search: impl Search) -> Self {
        self.search = Some(Arc::new(search));
        self
    }

    /// Adds an event sink. Each event still goes to `tracing` and to the sinks that were added before.
    pub fn events(mut self, sink: impl EventSink) -> Self {
        self.sinks.push(Arc::new(sink));
        self
    }

    /// Removes the sink that writes events to `tracing`.
    #[cfg(feature = "tracing")]
    pub fn without_tracing(mut self) -> Self {
        self.tracing = false;
        self
    }

    /// Combines all event sinks into one sink.
    fn sink(&mut self) -> Arc<dyn EventSink> {
        #[allow(unused_mut, reason = "without the feature there is nothing to add")]
        let mut sinks = std::mem::take(&mut self.sinks);
        #[cfg(feature = "tracing")]
        if self.tracing {
            sinks.push(Arc::new(crate::event::tracing_sink::TracingSink));
        }
        #[cfg(feature = "metrics")]
        sinks.push(Arc::new(crate::service::measured::CountingSink::default()));
        match <[_; 1]>::try_from(sinks) {
            Ok([only]) => only,
            Err(sinks) => Arc::new(sinks),
        }
    }

    /// Checks all parts and builds the handle.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a part is missing, if the policy is outside its limits, if the name of a scheme of
    /// [`Builder::import`] is invalid or occurs twice, or if a key ring is required and none is set. A key ring is
    /// required if the policy demands it for retries of refreshes, and after a call of [`Builder::import`].
    pub fn build(mut self) -> Result<Counterfoil, BuildError> {
        self.policy.check()?;
        self.policy = self.policy.in_whole_micros();
        self.check_reads()?;
        let retries = retry_window::is_allowed(&self.policy.refresh_tokens);
        if retries && self.key_ring.is_none() && self.policy.retry_needs_key_ring {
            return Err(BuildError::KeyRingDemanded);
        }
        let missing = |part| BuildError::Missing { part };
        let warn = retries && self.key_ring.is_none();
        let sink = self.sink();
        let watch = Watch::new(self.realm.clone(), Arc::clone(&self.clock), Arc::clone(&sink));
        let imports = self.imports(&watch)?;
        let accounts = Watched::new(Means::Directory, self.accounts.ok_or(missing("directory"))?, &watch);
        let directory = Checked::new(accounts, &watch);
        let service = Service {
            digester: Digester::new(&self.realm, self.key_ring.clone(), self.unkeyed),
            snapshot: Snapshot::new(),
            uses: Uses::new(&self.policy.uses),
            rekeying: Rekeying::default(),
            unsourced: Unsourced::default(),
            queue: Queue::default(),
            leaks: LeakQueue::default(),
            upkept: Upkept::default(),
            realm: self.realm,
            policy: self.policy,
            prefixes: self.prefixes,
            key_ring: self.key_ring,
            entropy: self.entropy,
            store: Watched::new(Means::TokenStore, self.store.ok_or(missing("store"))?, &watch),
            reads: self.reads,
            clients: Watched::new(Means::ClientStore, self.clients.ok_or(missing("client_store"))?, &watch),
            settings: Watched::new(Means::SettingsStore, self.settings.ok_or(missing("settings_store"))?, &watch),
            throttle: Watched::new(Means::Throttle, self.throttle.ok_or(missing("throttle"))?, &watch),
            logins: self.logins.map(|logins| directory.beside(logins)),
            search: self.search.map(|search| directory.beside(search)),
            imports,
            directory,
            sink,
        };
        if warn {
            service.tell(self.clock.now(), By::itself(Actor::Host), EventKind::NoKeyRing);
        }
        Ok(Counterfoil { service: Arc::new(service), clock: self.clock })
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("realm", &self.realm).field("policy", &self.policy).finish_non_exhaustive()
    }
}
