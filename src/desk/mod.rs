//! Layer 6: the desk at which the verbs work: the ports, the policy and the instruments of one realm, and what verbs share.
//!
//! No verb imports another; what two of them need lies here.

pub(crate) mod authority;
pub(crate) mod bounds;
pub(crate) mod changing;
pub(crate) mod claimed;
pub(crate) mod client_auth;
pub(crate) mod client_view;
pub(crate) mod clock_trust;
pub(crate) mod error;
pub(crate) mod gates;
pub(crate) mod granting;
pub(crate) mod handover;
pub(crate) mod key_checks;
pub(crate) mod login;
pub(crate) mod matching;
pub(crate) mod minting;
pub(crate) mod presenter;
pub(crate) mod queue;
pub(crate) mod quick;
pub(crate) mod rekeying;
pub(crate) mod settings_writing;
pub(crate) mod snapshot;
pub(crate) mod standing;
pub(crate) mod throttling;
pub(crate) mod unsourced;
pub(crate) mod upkept;
pub(crate) mod uses;
pub(crate) mod view;

use std::sync::Arc;

use crate::counterfoil::notice::Schedule;
use crate::desk::queue::Queue;
use crate::desk::rekeying::Rekeying;
use crate::desk::snapshot::Snapshot;
use crate::desk::unsourced::Unsourced;
use crate::desk::upkept::Upkept;
use crate::desk::uses::Uses;
use crate::instruments::digest::Digester;
use crate::instruments::entropy::Entropy;
use crate::instruments::event::{By, Event, What};
use crate::instruments::key_ring::KeyRing;
use crate::instruments::policy::Policy;
use crate::ports::client_store::ClientStore;
use crate::ports::directory::Directory;
use crate::ports::settings_store::SettingsStore;
use crate::ports::sink::EventSink;
use crate::ports::store::TokenStore;
use crate::ports::throttle::Throttle;
use crate::ports::watched::Watched;
use crate::text::prefixes::Prefixes;
use crate::words::kind::TokenKind;
use crate::words::realm::Realm;
use crate::words::settings::Settings;
use crate::words::time::Ts;

/// Everything a verb works with.
pub(crate) struct Desk {
    pub(crate) realm: Realm,
    pub(crate) policy: Policy,
    pub(crate) prefixes: Prefixes,
    pub(crate) digester: Digester,
    pub(crate) key_ring: Option<Arc<KeyRing>>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) store: Watched<dyn TokenStore>,
    pub(crate) clients: Watched<dyn ClientStore>,
    pub(crate) settings: Watched<dyn SettingsStore>,
    pub(crate) throttle: Watched<dyn Throttle>,
    pub(crate) directory: Watched<dyn Directory>,
    pub(crate) sink: Arc<dyn EventSink>,
    pub(crate) snapshot: Snapshot,
    pub(crate) uses: Uses,
    pub(crate) rekeying: Rekeying,
    pub(crate) unsourced: Unsourced,
    pub(crate) queue: Queue,
    pub(crate) upkept: Upkept,
}

impl Desk {
    /// Tells the host what happened.
    pub(crate) fn tell(&self, at: Ts, by: By, what: What) {
        let By { actor: by, source } = by;
        let source = source.filter(|_| self.policy.events.sources);
        self.sink.tell(&Event { at, realm: self.realm.clone(), by, source, what });
    }

    /// When notices of that kind are due.
    pub(crate) fn schedule(&self, kind: TokenKind, settings: &Settings) -> Schedule {
        let notices = &self.policy.notices;
        if !notices.kinds.contains(&kind) {
            return Schedule::none();
        }
        Schedule::new(notices.more_leads.iter().copied().chain([settings.notice_lead]), notices.on_expiry)
    }
}
