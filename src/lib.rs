//! The credentials of a service: personal access tokens, access and refresh tokens, security codes and console sessions, issued,
//! verified, listed, renewed and revoked, and OAuth's token, revocation and introspection endpoints without HTTP.
//!
//! The bearer keeps the ticket, the store keeps the counterfoil, and only a matching pair opens the door. That is the promise:
//!
//! - A copy of the store opens nothing: it holds digests of secrets of at least 256 random bits, bound to realm, kind and id. A secret is
//!   shown once, where it is made.
//! - Once a revocation has returned, nothing of the family authenticates.
//! - Of any number of concurrent refreshes one wins; a retry within a window is answered alike, and anything older is a replay that ends the
//!   family.
//! - Verification, refresh, introspection, lists, notices and purge ask one pure function, so that they cannot disagree.
//! - A failure of the host's own means is [`Unavailable`], never "not found" and never a success.
//!
//! # What it does not do
//!
//! It owns credentials, not people: accounts come from the host's [`Directory`](directory::Directory). It brings no runtime, no HTTP, no
//! e-mail, no background task and no clock of its own: the host's loop calls [`Counterfoil::flush`], [`Counterfoil::purge`] and
//! [`Counterfoil::due_notices`]. It signs no JWTs: every token is looked up, and so every revocation is immediate.
//!
//! # The data flow
//!
//! ```text
//! "Bearer cfp_…" → Credentials → PresentedToken → TokenRecord → Verified → Principal
//!    header         credentials()  Prefixes::parse  store.get     decide     what a handler receives
//!
//!                  ┌─ TokenStore, ClientStore, SettingsStore, Throttle   (a store)
//!    Counterfoil ──┼─ Directory                                          (the host's people)
//!                  └─ Clock, Entropy, KeyRing, Policy, EventSink         (what holds, and what is told)
//! ```
//!
//! Each arrow makes a type that cannot be made otherwise. A verification costs one read of the store and one question to the directory;
//! settings and clients come from a snapshot in the process.
//!
//! # The smallest example
//!
//! ```
//! use std::sync::Arc;
//!
//! use counterfoil::directory::Directory;
//! use counterfoil::memory::{MemoryDirectory, MemoryStore};
//! use counterfoil::{Account, Counterfoil, KeyRing, Role, SubjectId};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { futures_executor::block_on(async {
//! let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member);
//! let people = Arc::new(MemoryDirectory::default());
//! people.insert(ivan.clone(), &["ivan"], "a password");
//! let counterfoil = Counterfoil::builder()
//!     .store(MemoryStore::default())
//!     .directory(people)
//!     .key_ring(KeyRing::generate_from_system()?)
//!     .build()?;
//!
//! let session = counterfoil.open_session_for(&ivan).await?;
//! let principal = counterfoil.verify_session(session.token.expose_secret()).await?;
//! assert_eq!(principal.name(), "ivan");
//!
//! counterfoil.end_session(&principal).await?;
//! assert!(counterfoil.verify_session(session.token.expose_secret()).await.is_err());
//! # Ok(()) }) }
//! ```
//!
//! Where to go from here: [`Counterfoil::verify`] and [`Counterfoil::create_personal_access_token`] for API tokens, [`Counterfoil::token`] for the
//! token endpoint, [`Counterfoil::due_notices`] for notices, [`policy::Policy`] for what holds, [`store::TokenStore`] to write a store. The
//! repository's `examples/quickstart.rs` tells all of it in one run.
//!
//! # Features
//!
//! A feature adds API and never changes behaviour.
//!
//! - `memory` (default): [`memory`], a store of everything and a directory, in one process.
//! - `tracing` (default): `event::TracingSink`, to which the builder then writes unless told otherwise; without it events are dropped unless the
//!   host gives a sink.
//! - `test-util`: `testing`, a clock moved by hand, a sink that records, entropy from a seed. For `[dev-dependencies]`.
//! - `serde`: records and families as serde values, for stores that keep documents; policies, settings and registrations are so without it.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod counterfoil;
mod desk;
mod endpoint;
mod handle;
mod instruments;
mod ports;
mod text;
mod verbs;
mod words;

pub use desk::error::{Conflict, Denied, Forbidden, Invalid, ManageError, Unavailable};
pub use desk::granting::Granted;
pub use desk::login::LoginError;
pub use desk::presenter::Presenter;
pub use desk::queue::Place;
pub use desk::uses::Flushed;
pub use desk::view::{Issued, Listed, Status};
pub use handle::Counterfoil;
pub use handle::builder::{BuildError, Builder};
pub use handle::from_source::FromSource;
pub use handle::may::Intent;
pub use handle::once::Once;
pub use instruments::bearer::{Credentials, MalformedHeader, credentials};
pub use instruments::clock::{Clock, SystemClock};
pub use instruments::entropy::{Entropy, NoEntropy, RngEntropy, SystemEntropy};
pub use instruments::key_path::{KeyFile, KeyFileError};
pub use instruments::key_ring::{KeyRing, KeyRingError};
pub use instruments::principal::Principal;
pub use instruments::refusal::{Gate, PublicRefusal, Refusal};
pub use text::draw::shard;
pub use text::issued::IssuedToken;
pub use text::once::OnceKey;
pub use text::prefix::{InvalidPrefix, Prefix};
pub use text::prefixes::{InvalidPrefixes, Prefixes, PrefixesBuilder};
pub use text::presented::{MalformedToken, PresentedToken};
pub use verbs::issue::{Lifetime, NewAccess, NewPersonalAccessToken, NewSecurityCode, TokenLimits};
pub use verbs::keys::{DropKeyError, KeyUse};
pub use verbs::open::{OpenError, SignIn};
pub use verbs::rotate::Overlap;
pub use verbs::session::open::OpenedSession;
pub use words::account::{Account, Claims};
pub use words::description::{Description, InvalidDescription};
pub use words::email::{EmailAddress, InvalidEmail};
pub use words::ids::{FamilyId, InvalidId, InvalidSubject, KeyId, OwnerId, RecordId, SubjectId, Version};
pub use words::kind::TokenKind;
pub use words::known_scopes::KnownScopes;
pub use words::label::{InvalidLabel, Label, LabelKey};
pub use words::realm::{InvalidRealm, Realm};
pub use words::role::Role;
pub use words::scope::{InvalidScope, Scope};
pub use words::secret::{Secret, SecretBytes};
pub use words::source::{InvalidSource, Source, SourceName};
pub use words::time::{OutOfRange, Span, Ts};
pub use words::why::RevokedWhy;

/// The store contract and its siblings, for those who write a store.
pub mod store {
    pub use crate::counterfoil::family::{Access, FamilyBody, FamilyParts, NewFamily};
    pub use crate::counterfoil::record::{Corrupt, NOTICED_MAX, NewRecord, RecordParts, TokenRecord};
    pub use crate::counterfoil::state::{Nonce, NoticeMark, Revoked, Superseded};
    pub use crate::instruments::digest::Digest;
    pub use crate::ports::change::{
        Applied, Cap, Change, Home, Inserted, Listing, Pace, Progress, Relabel, Revoke, Rotated, Show, Step, WhenFull,
    };
    pub use crate::ports::client_store::{ClientPut, ClientStore};
    pub use crate::ports::counter::Counter;
    pub use crate::ports::page::{Cursor, InvalidCursor, Page};
    pub use crate::ports::request::{check_insert, check_members, check_rotate};
    pub use crate::ports::settings_store::{SettingsPut, SettingsStore};
    pub use crate::ports::store::TokenStore;
    pub use crate::ports::store_error::{StoreError, StoreSource};
    pub use crate::ports::throttle::{Reserved, Throttle, ThrottleKey, UNSETTLED};
}

/// Registered clients.
pub mod client {
    pub use crate::desk::client_view::{
        ClientChange, ClientPage, ClientView, NewClient, NewClientSecret, RegisteredClient, SecretView,
    };
    pub use crate::words::client::{
        ClientId, ClientKey, Grant, InvalidClientId, InvalidDocument, RefreshMode, Registration, SecretForm,
        StoredSecret, VersionedRegistration,
    };
    pub use crate::words::unknown::UnknownFields;
}

/// Policies: what holds for a host.
pub mod policy {
    pub use crate::instruments::policy::{
        AccessTokens, Allowance, ConsoleSessions, Events, Gates, Gather, InvalidPolicy, LiveCap, Notices,
        PersonalAccessTokens, Policy, RefreshTokens, SecurityCodes, SettingGate, SwitchGate, Throttling, Uses,
    };
}

/// Settings: what administrators change at run time.
pub mod settings {
    pub use crate::verbs::settings::SettingsChange;
    pub use crate::words::key_check::KeyCheck;
    pub use crate::words::settings::{
        InvalidSetting, Reading, SettingName, SettingUnit, Settings, StoredSettings, VersionedSettings,
    };
}

/// The host's people.
pub mod directory {
    pub use crate::ports::directory::{Directory, DirectoryError, Login, ResolvedName};
    pub use crate::verbs::users::UserView;
}

/// Notices of expiry: what a worker is given, and what it says became of it.
pub mod notice {
    pub use crate::desk::claimed::{Claim, ClaimedNotice, DueNotice, Gathered, NoticeText, Outcome};
}

/// The OAuth endpoints without HTTP: a form in, an answer out.
pub mod oauth {
    pub use crate::desk::client_auth::ClientRefusal;
    pub use crate::endpoint::answer::Answer;
    pub use crate::endpoint::error::{OAuthError, OAuthErrorCode, Reason, UNAVAILABLE_RETRY};
    pub use crate::endpoint::form::FormFault;
    pub use crate::endpoint::request::OAuthRequest;
    pub use crate::instruments::client_fault::ClientFault;
    pub use crate::verbs::introspect::Introspected;
}

/// The stores and a directory in memory.
#[cfg(feature = "memory")]
pub mod memory {
    pub use crate::ports::memory::directory::MemoryDirectory;
    pub use crate::ports::memory::store::MemoryStore;
}

/// What is told, and to whom.
pub mod event {
    pub use crate::instruments::event::{Action, Actor, ClientAction, Event, Fault, Limit, Means, Throttled, What};
    pub use crate::ports::sink::{EventSink, NoSink};
    #[cfg(feature = "tracing")]
    pub use crate::ports::tracing_sink::TracingSink;
}

/// The example of README.md is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A clock moved by hand, a sink that records, entropy that follows from a seed, and the points at which stores call
/// their backends.
#[cfg(any(test, feature = "test-util"))]
pub mod testing {
    pub use crate::instruments::clock::ManualClock;
    pub use crate::instruments::entropy::SeededEntropy;
    pub use crate::ports::backend_call::{BackendCall, BackendCalls, Listened, backend_call, listen};
    pub use crate::ports::sink::RecordingSink;
}
