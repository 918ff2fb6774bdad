//! Layer 12: the stores, the directory, the policy and the key ring of one realm, and steps that several operations
//! use.

pub(crate) mod account_for;
pub(crate) mod alias_walk;
pub(crate) mod authority;
pub(crate) mod bounds;
pub(crate) mod challenge;
pub(crate) mod changing;
pub(crate) mod checked_directory;
pub(crate) mod claimed;
pub(crate) mod client_auth;
pub(crate) mod client_view;
pub(crate) mod clock_trust;
mod device_details;
pub(crate) mod ending;
pub(crate) mod error;
pub(crate) mod error_answer;
pub(crate) mod finding;
pub(crate) mod foreign;
pub(crate) mod forward;
pub(crate) mod gates;
pub(crate) mod granting;
pub(crate) mod handover;
pub(crate) mod invalid;
pub(crate) mod issuing;
pub(crate) mod key_checks;
pub(crate) mod known_person;
pub(crate) mod leak_queue;
pub(crate) mod listing;
pub(crate) mod login;
pub(crate) mod matching;
pub(crate) mod measured;
mod methods;
pub(crate) mod minting;
pub(crate) mod notice_text;
pub(crate) mod page_limit;
pub(crate) mod presenter;
pub(crate) mod queue;
pub(crate) mod quick;
pub(crate) mod rekeying;
pub(crate) mod remembered;
pub(crate) mod repeated_form;
mod require;
pub(crate) mod revoking;
pub(crate) mod service_account_view;
pub(crate) mod settings_writing;
pub(crate) mod sign_in_view;
pub(crate) mod snapshot;
pub(crate) mod sources;
pub(crate) mod standing;
pub(crate) mod throttling;
pub(crate) mod unsourced;
pub(crate) mod upkept;
pub(crate) mod uses;
pub(crate) mod view;
pub(crate) mod watched;

use std::sync::Arc;

use crate::crypto::digest::Digester;
use crate::crypto::entropy::Entropy;
use crate::crypto::key_ring::KeyRing;
use crate::directory::{Accounts, Logins, Search};
use crate::event::sink::EventSink;
use crate::event::{By, Event, EventKind};
use crate::policy::Policy;
use crate::record::limits::{Ceilings, Limits};
use crate::record::notice::Schedule;
use crate::service::checked_directory::Checked;
use crate::service::foreign::Imports;
use crate::service::leak_queue::LeakQueue;
use crate::service::queue::Queue;
use crate::service::rekeying::Rekeying;
use crate::service::snapshot::Snapshot;
use crate::service::unsourced::Unsourced;
use crate::service::upkept::Upkept;
use crate::service::uses::Uses;
use crate::service::watched::Watched;
use crate::store::client_store::ClientStore;
use crate::store::settings_store::SettingsStore;
use crate::store::throttle::Throttle;
use crate::store::token_store::TokenStore;
use crate::store::verification_reads::VerificationReads;
use crate::token::prefixes::Prefixes;
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The stores, the directory, the policy and the key ring of one realm. Every operation uses this value.
pub(crate) struct Service {
    pub(crate) realm: Realm,
    pub(crate) policy: Policy,
    pub(crate) prefixes: Prefixes,
    pub(crate) digester: Digester,
    pub(crate) key_ring: Option<Arc<KeyRing>>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) store: Watched<dyn TokenStore>,
    /// The cache for verifications. `None` if the host uses none.
    pub(crate) reads: Option<Arc<dyn VerificationReads>>,
    pub(crate) clients: Watched<dyn ClientStore>,
    pub(crate) settings: Watched<dyn SettingsStore>,
    pub(crate) throttle: Watched<dyn Throttle>,
    pub(crate) directory: Checked<dyn Accounts>,
    /// The part of the directory that tests passwords. `None` if the host did not set it.
    pub(crate) logins: Option<Checked<dyn Logins>>,
    /// The part of the directory that finds people by a text. `None` if the host did not set it.
    pub(crate) search: Option<Checked<dyn Search>>,
    /// The schemes and the aliases of imported tokens. `None` if the host imports none.
    pub(crate) imports: Option<Imports>,
    pub(crate) sink: Arc<dyn EventSink>,
    pub(crate) snapshot: Snapshot,
    pub(crate) uses: Uses,
    pub(crate) rekeying: Rekeying,
    pub(crate) unsourced: Unsourced,
    pub(crate) queue: Queue,
    /// Reported texts that wait to be looked up.
    pub(crate) leaks: LeakQueue,
    pub(crate) upkept: Upkept,
}

impl Service {
    /// Emits an event. The source is left out if the policy requires this.
    pub(crate) fn tell(&self, at: Timestamp, by: By, what: EventKind) {
        let By { actor: by, source } = by;
        let source = self.policy.events.named(source);
        self.sink.tell(&Event { at, realm: self.realm.clone(), by, source, kind: what });
    }

    /// The limits by which records are judged: these settings, and the ceilings of the policy.
    pub(crate) const fn limits<'a>(&self, settings: &'a Settings) -> Limits<'a> {
        Limits { settings, ceilings: Ceilings::of(&self.policy) }
    }

    /// The schedule of expiry notices for credentials of that kind.
    pub(crate) fn schedule(&self, kind: TokenKind, settings: &Settings) -> Schedule {
        let notices = &self.policy.notices;
        if !notices.kinds.contains(&kind) {
            return Schedule::none();
        }
        Schedule::new(notices.more_leads.iter().copied().chain([settings.notice_lead]), notices.on_expiry)
    }
}
