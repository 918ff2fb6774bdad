//! Errors, split by whose fault they are.

use std::sync::Arc;

use crate::crypto::entropy::NoEntropy;
use crate::directory::DirectoryError;
use crate::http_auth::refusal::{Gate, PublicRefusal, Refusal};
use crate::service::invalid::Invalid;
use crate::store::error::StoreError;
use crate::types::ids::KeyId;
use crate::types::role::Role;
use crate::types::settings::SettingName;
use crate::types::time::Timestamp;

/// The host's own infrastructure failed: 503, never "not found" and never a success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory.
    #[error(transparent)]
    Directory(DirectoryError),
    /// The builder was not given that part of the directory.
    #[error("the host has no {part}: give it to the builder")]
    NotGiven {
        /// The builder's method that sets it: `logins` or `search`.
        part: &'static str,
    },
    /// The authorization server that a resource server asks, or the way to it.
    #[error("the authorization server did not say what the credential is")]
    AuthorizationServer(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The source of random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// A stored setting whose value is not valid.
    #[error("stored setting {name} is garbage")]
    Setting {
        /// The setting.
        name: SettingName,
    },
    /// The key ring is not the one that the store was filled with.
    #[error(
        "key {} of the key ring is not this store's: put back the key file that belongs to the store",
        .key.number()
    )]
    ForeignKeyRing {
        /// The first key that differs.
        key: KeyId,
    },
    /// The clock is at the end of its range, so no expiry can be computed.
    #[error("clock is out of range")]
    Clock,
    /// The host declared that it knows the source of requests, but this request has none.
    #[error("the request has no source: put one into its extensions, or mount the router for unknown sources")]
    NoSource,
    /// Eight races in a row were lost; the next call may succeed.
    #[error("{operation} lost too many races")]
    Contended {
        /// The operation.
        operation: &'static str,
    },
}

impl From<DirectoryError> for Unavailable {
    fn from(error: DirectoryError) -> Self {
        Self::Directory(error)
    }
}

/// A credential that does not authenticate.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// Refused: 401. The true reason is for the host. [`Refusal::public`] is what the caller may know.
    #[error("credential was refused")]
    Refused(#[source] Refusal),
    /// Could not be verified: 503.
    #[error("credential could not be verified")]
    Unavailable(#[source] Unavailable),
}

impl Denied {
    /// What the caller may know. `None` if the service is at fault.
    #[must_use]
    pub const fn public(&self) -> Option<PublicRefusal> {
        match self {
            Self::Refused(refusal) => Some(refusal.public()),
            Self::Unavailable(_) => None,
        }
    }
}

impl<E: Into<Unavailable>> From<E> for Denied {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why a presenter may not do something: 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// The presenter is of another realm.
    #[error("the presenter is of another realm")]
    Realm,
    /// A console session must prove the password again: see
    /// [`Counterfoil::reauthenticate`](crate::Counterfoil::reauthenticate).
    #[error("the session's password must be proved again")]
    StaleSession,
    /// A personal access token or security code cannot do this: it can only list, delete, and rotate itself.
    #[error("a credential of this kind cannot do this")]
    CredentialKind,
    /// The credential's scope does not hold this scope token.
    #[error("scope {scope} is missing")]
    Scope {
        /// The scope token.
        scope: &'static str,
    },
    /// The role is too low.
    #[error("role {needed} is needed")]
    Role {
        /// The least role.
        needed: Role,
    },
    /// The right "manage user profiles", or an administrator's role, is needed.
    #[error("the right to manage user profiles is missing")]
    ProfileManagement,
    /// Only a person can own or create this: the host must sign the person in first.
    #[error("a person must do this: sign the person in first")]
    NoPerson,
    /// A gate is closed.
    #[error("a gate is closed: {}", .gate.as_str())]
    Gate {
        /// The gate.
        gate: Gate,
    },
    /// The credential may do more than the presented one.
    #[error("the credential may do more than the one presented")]
    Outranked,
    /// Collaborators cannot create personal access tokens.
    #[error("a collaborator cannot create personal access tokens")]
    Collaborator,
}

/// A conflict with the current state: 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Another token of the owner has that label.
    #[error("label is taken")]
    LabelTaken,
    /// Another client has that id.
    #[error("client id is taken")]
    ClientIdTaken,
    /// The owner already has as many live credentials as the policy allows.
    #[error("quota is reached")]
    QuotaReached,
    /// Changed by another caller meanwhile.
    #[error("changed meanwhile")]
    ChangedMeanwhile,
    /// Expired: reactivate it first.
    #[error("expired: reactivate first")]
    Expired,
    /// Live or permanent: there is nothing to reactivate.
    #[error("not expired")]
    NotExpired,
    /// Already replaced by a successor.
    #[error("replaced already")]
    Replaced,
    /// The policy does not use this gate, so opening or closing it would have no effect.
    #[error("the policy does not ask this gate: {}", .gate.as_str())]
    NotApplicable {
        /// The gate.
        gate: Gate,
    },
    /// The same form was submitted before and took effect: see [`OnceKey`](crate::token::OnceKey).
    #[error("done already: this form was sent before")]
    DoneAlready,
    /// The form's key was used with other fields.
    #[error("the form was used already: show it anew")]
    FormUsed,
}

/// Why a management operation changed nothing, split by whose fault it is.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The presenter is not permitted: 403.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It does not exist or is not the presenter's: 404.
    #[error("not found")]
    NotFound,
    /// A field is invalid: 422.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A conflict with the current state: 409.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// As many were created as the policy allows within a period: 429.
    #[error("too many were made: wait")]
    SlowDown {
        /// The end of the wait.
        until: Timestamp,
    },
    /// The host's own infrastructure failed: 503.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for ManageError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}
