//! This library manages the credentials of a service: personal access tokens, access and refresh tokens, security codes
//! and console sessions. It issues, verifies, lists, renews and revokes them, and implements OAuth's token, revocation
//! and introspection endpoints without HTTP.
//!
//! The bearer has the token, and the store has its digest: a token authenticates only if it matches a stored digest.
//! All tokens of one sign-in form a family. The library guarantees:
//!
//! - A copy of the store gives no access: it contains digests of secrets of at least 256 random bits, bound to realm,
//!   kind and id. A secret is shown once, when it is created.
//! - Once a revocation has returned, no token of the family authenticates. If the host uses a cache
//!   ([`Builder::verification_reads`]), this is true from [`Counterfoil::effective_by`] on.
//! - Concurrent refreshes with one refresh token replace it once. A retry within a short window gets the same response.
//!   A later retry is a replay and revokes the family.
//! - One pure function decides whether a credential is valid. Verification, refresh, introspection, listing, notices
//!   and purge all use it, so they always agree.
//! - A failure of the host's own infrastructure is [`Unavailable`], never "not found" and never a success.
//!
//! # What it does not do
//!
//! It manages credentials, not people: accounts come from the host's [`Directory`](directory::Directory). It includes
//! no runtime, no HTTP, no e-mail and no background task: the host's own loop calls [`Counterfoil::flush`],
//! [`Counterfoil::purge`] and [`Counterfoil::due_notices`]. It signs no JWTs: every token is looked up in the store, so
//! the revocation of a token is immediate, or within a bound that the host chooses.
//!
//! # The data flow
//!
//! ```text
//! "Bearer cfp_…" → Credentials → PresentedToken → TokenRecord → Verified → Principal
//!    header         credentials()  Prefixes::parse  store.get     decide     what a handler receives
//!
//!                  ┌─ TokenStore, ClientStore, SettingsStore, Throttle   (a store)
//!    Counterfoil ──┼─ Directory                                          (the host's people)
//!                  └─ Clock, Entropy, KeyRing, Policy, EventSink         (rules, and events)
//! ```
//!
//! Only `Prefixes::parse` creates a `PresentedToken`, and only the decision creates a `Verified`. Outside tests, a host
//! gets a `Principal` only from the library. A verification costs one read of the store and one read of the directory.
//! Settings and clients come from a snapshot in the process.
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
//! Continue with [`Counterfoil::verify`] and [`Counterfoil::create_personal_access_token`] for API tokens,
//! [`Counterfoil::token`] for the token endpoint, [`Counterfoil::due_notices`] for notices, [`policy::Policy`] for the
//! rules, and [`store::TokenStore`] to write a store. The repository's `examples/quickstart.rs` shows all of it in one
//! run.
//!
//! # Features
//!
//! A feature adds API and never changes the result of an operation. `tracing` and `metrics` additionally report events
//! and measurements.
//!
//! - `memory` (default): [`memory`], stores and a directory in memory, for one process.
//! - `tracing` (default): `event::TracingSink`, which the builder adds by default. Without this feature, events are
//!   dropped unless the host adds a sink.
//! - `metrics`: the number and the latency of operations, and of calls to the stores and the directory, for the
//!   `metrics` crate.
//! - `test-util`: `testing`, tools for tests: a service that one call builds, a clock set by hand, and a store that
//!   fails on demand. It enables `memory`. For `[dev-dependencies]`.
//! - `uuid`: [`SubjectId`] from a UUID.
//! - `serde`: serde's traits for records and families, for stores that keep documents. Policies, settings and
//!   registrations have them without this feature.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
pub mod clock;
mod counterfoil;
pub mod crypto;
pub mod directory;
pub mod event;
pub mod http_auth;
#[cfg(feature = "memory")]
pub mod memory;
pub mod oauth;
pub mod operations;
pub mod policy;
mod record;
mod service;
pub mod store;
#[cfg(all(feature = "memory", any(test, feature = "test-util")))]
pub mod testing;
pub mod token;
pub mod types;

pub use builder::{BuildError, Builder};
pub use counterfoil::Counterfoil;
pub use crypto::key_ring::KeyRing;
pub use operations::personal_access_tokens::create::{Lifetime, NewPersonalAccessToken};
pub use service::challenge::{Challenge, ChallengeReason};
pub use service::error::{Conflict, Denied, Forbidden, ManageError, Unavailable};
pub use service::invalid::Invalid;
pub use service::presenter::Presenter;
pub use service::view::{CredentialView, IssuedCredential};
pub use token::issued::IssuedToken;
pub use types::account::Account;
pub use types::email::EmailAddress;
pub use types::ids::SubjectId;
pub use types::principal::Principal;
pub use types::realm::Realm;
pub use types::role::Role;
pub use types::scope::Scope;
pub use types::secret::Secret;
pub use types::time::Timestamp;

/// Structs and enums for registering, changing and storing OAuth clients.
pub mod client {
    pub use crate::service::client_view::{
        ClientPage, ClientUpdate, ClientView, NewClient, NewClientSecret, RegisteredClient, SecretView,
    };
    pub use crate::types::client::{
        ClientId, ClientKey, Grant, InvalidClientId, InvalidDocument, RefreshMode, Registration, SecretForm,
        StoredSecret, VersionedRegistration,
    };
    pub use crate::types::unknown::UnknownFields;
}

/// Service accounts: owners of credentials that are not persons, such as a build server. Administrators create service
/// accounts.
pub mod service_account {
    pub use crate::service::service_account_view::{NewServiceAccount, ServiceAccountUpdate, ServiceAccountView};
    pub use crate::types::service_account::ServiceAccount;
    pub use crate::types::service_account_id::{InvalidServiceAccountId, ServiceAccountId};
}

/// The settings: values that administrators change at run time, such as default lifetimes, and their names and units.
pub mod settings {
    pub use crate::types::key_check::KeyCheck;
    pub use crate::types::settings::{
        InvalidSetting, Reading, SettingName, SettingUnit, Settings, SettingsUpdate, StoredSettings, VersionedSettings,
    };
}

/// The import of tokens of another system: schemes, and the arguments and results of
/// [`Counterfoil::import_credentials`].
pub mod import {
    pub use crate::operations::import::{ForeignCredential, ImportOutcome};
    pub use crate::token::foreign::{ForeignDigest, ForeignScheme, InvalidForeignDigest, Knox, Sanctum};
}

/// Notices to owners: that a credential will expire or has expired, or that its secret leaked. The types describe a due
/// notice, a worker's claim of a notice, and the outcome of sending it.
pub mod notice {
    pub use crate::service::claimed::{Claim, ClaimedNotice, DueNotice, Gathered, Outcome};
    pub use crate::service::notice_text::NoticeText;
}
