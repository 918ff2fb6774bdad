//! The credentials of a service.

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
pub use desk::uses::Flushed;
pub use desk::view::{Issued, Listed, Status};
pub use handle::Counterfoil;
pub use handle::builder::{BuildError, Builder};
pub use instruments::bearer::{Credentials, MalformedHeader, credentials};
pub use instruments::clock::{Clock, SystemClock};
pub use instruments::entropy::{Entropy, NoEntropy, RngEntropy, SystemEntropy};
pub use instruments::key_ring::{KeyRing, KeyRingError};
pub use instruments::principal::Principal;
pub use instruments::refusal::{Gate, PublicRefusal, Refusal};
pub use text::draw::shard;
pub use text::issued::IssuedToken;
pub use text::prefix::{InvalidPrefix, Prefix};
pub use text::prefixes::{InvalidPrefixes, Prefixes, PrefixesBuilder};
pub use text::presented::{MalformedToken, PresentedToken};
pub use verbs::issue::{Lifetime, NewAccess, NewPersonalAccessToken, NewSecurityCode};
pub use verbs::keys::{DropKeyError, KeyUse};
pub use verbs::open::{OpenError, SignIn};
pub use verbs::rotate::Overlap;
pub use verbs::session::open::OpenedSession;
pub use words::account::{Account, Claims};
pub use words::description::{Description, InvalidDescription};
pub use words::email::{EmailAddress, InvalidEmail};
pub use words::ids::{FamilyId, InvalidId, InvalidSubject, KeyId, OwnerId, RecordId, SubjectId, Version};
pub use words::kind::TokenKind;
pub use words::label::{InvalidLabel, Label, LabelKey};
pub use words::realm::{InvalidRealm, Realm};
pub use words::role::Role;
pub use words::scope::{InvalidScope, Scope};
pub use words::secret::{Secret, SecretBytes};
pub use words::time::{OutOfRange, Span, Ts};
pub use words::why::RevokedWhy;

/// The store contract and its siblings, for those who write a store.
pub mod store {
    pub use crate::counterfoil::family::{Access, FamilyBody, FamilyParts, NewFamily};
    pub use crate::counterfoil::record::{Corrupt, NOTICED_MAX, NewRecord, RecordParts, TokenRecord};
    pub use crate::counterfoil::state::{Nonce, NoticeMark, Revoked, Superseded};
    pub use crate::instruments::digest::Digest;
    pub use crate::ports::change::{
        Applied, Change, Home, Inserted, Listing, Progress, Relabel, Revoke, Rotated, Step,
    };
    pub use crate::ports::client_store::{ClientPut, ClientStore};
    pub use crate::ports::page::{Cursor, InvalidCursor, Page};
    pub use crate::ports::settings_store::{SettingsPut, SettingsStore};
    pub use crate::ports::store::TokenStore;
    pub use crate::ports::store_error::{StoreError, StoreSource};
    pub use crate::ports::throttle::{Reserved, Throttle, ThrottleKey};
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
}

/// Policies: what holds for a host.
pub mod policy {
    pub use crate::instruments::policy::{
        AccessTokens, Allowance, ConsoleSessions, InvalidPolicy, Notices, PersonalAccessTokens, Policy, RefreshTokens,
        SecurityCodes, SettingGate, SwitchGate, Throttling, Uses,
    };
}

/// Settings: what administrators change at run time.
pub mod settings {
    pub use crate::verbs::settings::SettingsChange;
    pub use crate::words::settings::{
        InvalidSetting, Reading, SettingName, Settings, StoredSettings, VersionedSettings,
    };
}

/// The host's people.
pub mod directory {
    pub use crate::ports::directory::{Directory, DirectoryError, Login, ResolvedName};
    pub use crate::verbs::users::UserView;
}

/// Notices of expiry: what a worker is given, and what it says became of it.
pub mod notice {
    pub use crate::desk::claimed::{ClaimedNotice, DueNotice, NoticeText, Outcome};
}

/// The OAuth endpoints without HTTP: a form in, an answer out.
pub mod oauth {
    pub use crate::desk::client_auth::{ClientFault, ClientRefusal};
    pub use crate::endpoint::answer::Answer;
    pub use crate::endpoint::error::{OAuthError, OAuthErrorCode, Reason};
    pub use crate::endpoint::form::FormFault;
    pub use crate::endpoint::request::OAuthRequest;
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
    pub use crate::instruments::event::{Action, ClientAction, Event, What};
    #[cfg(feature = "tracing")]
    pub use crate::ports::sink::TracingSink;
    pub use crate::ports::sink::{EventSink, NoSink};
}

/// A clock moved by hand, a sink that records, entropy that follows from a seed.
#[cfg(any(test, feature = "test-util"))]
pub mod testing {
    pub use crate::instruments::clock::ManualClock;
    pub use crate::instruments::entropy::SeededEntropy;
    pub use crate::ports::sink::RecordingSink;
}
