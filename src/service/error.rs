//! The errors of the operations. Each type says who is responsible: the host's infrastructure, the credential, or the
//! request.

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

/// The host's own infrastructure failed. The status is 503, but 501 for [`Unavailable::NotGiven`], because waiting does
/// not help in that case. This failure is never reported as "not found" or as success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory failed.
    #[error(transparent)]
    Directory(DirectoryError),
    /// The host did not set this part in the builder.
    #[error("the host has no {part}: give it to the builder")]
    NotGiven {
        /// The builder's method that sets the part: `logins`, `search` or `import`.
        part: &'static str,
    },
    /// A resource server got no usable response from its authorization server.
    #[error("the authorization server did not say what the credential is")]
    AuthorizationServer(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The source of random bytes failed.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The value of a stored setting is not valid.
    #[error("stored setting {name} is garbage")]
    Setting {
        /// The setting whose stored value is not valid.
        name: SettingName,
    },
    /// The key ring is different from the ring that the store was used with.
    #[error(
        "key {} of the key ring is not this store's: put back the key file that belongs to the store, or correct the \
         path of the key file or the store",
        .key.number()
    )]
    ForeignKeyRing {
        /// The number of the first key that is different.
        key: KeyId,
    },
    /// The clock is at the end of its range, so an expiry cannot be computed.
    #[error("clock is out of range")]
    Clock,
    /// The host declared that it knows the source of each request, but this request has none.
    #[error("the request has no source: put one into its extensions, or mount the router for unknown sources")]
    NoSource,
    /// A call that ends many credentials failed before it had ended all of them. The credentials that it has ended stay
    /// ended. Repeat the call until it succeeds.
    #[error("the call may be partly done: repeat it until it succeeds")]
    PartlyDone(#[source] Box<Unavailable>),
    /// Eight attempts in a row failed because other writes came first. The next call can succeed.
    #[error("{operation} lost too many races")]
    Contended {
        /// The name of the operation that failed.
        operation: &'static str,
    },
}

impl From<DirectoryError> for Unavailable {
    fn from(error: DirectoryError) -> Self {
        Self::Directory(error)
    }
}

/// Why a credential does not authenticate: it was refused, or it could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The credential was refused. The status is 401, or 403 if none of the credential's scope tokens is effective. The
    /// reason is only for the host. Send the caller [`Refusal::public`].
    #[error("credential was refused")]
    Refused(#[source] Refusal),
    /// The credential could not be verified. The status is 503.
    #[error("credential could not be verified")]
    Unavailable(#[source] Unavailable),
}

impl Denied {
    /// The reason that the caller may learn. `None` if the credential could not be verified.
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

/// Why a presenter is not allowed to do something. The status is 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// The presenter belongs to another realm.
    #[error("the presenter is of another realm")]
    Realm,
    /// The person must enter the password again in this console session. See
    /// [`Counterfoil::reauthenticate`](crate::Counterfoil::reauthenticate).
    #[error("the session's password must be proved again")]
    StaleSession,
    /// A personal access token, a security code, or any credential of a service account is not allowed to do this. With
    /// such a credential, a caller can only read and delete. A person's personal access token can also replace itself
    /// by a rotation.
    #[error("a credential of this kind cannot do this")]
    CredentialKind,
    /// The credential has a scope that does not contain this scope token.
    #[error("scope {scope} is missing")]
    Scope {
        /// The scope token that the operation requires.
        scope: &'static str,
    },
    /// The role of the presenter's account is too low.
    #[error("role {needed} is needed")]
    Role {
        /// The lowest role that is sufficient.
        needed: Role,
    },
    /// The account has neither the right "manage user profiles" nor an administrator's role.
    #[error("the right to manage user profiles is missing")]
    ProfileManagement,
    /// The host's own code requested an operation whose result belongs to a person. The host must act as a person whom
    /// it has authenticated. See [`Presenter::signed_in`](crate::Presenter::signed_in).
    #[error("a person must do this: sign the person in first")]
    NoPerson,
    /// A setting or the account's own switch ([`Gate`]) blocks the personal access tokens of the account.
    #[error("a gate is closed: {}", .gate.as_str())]
    Gate {
        /// The setting or switch that blocks the tokens.
        gate: Gate,
    },
    /// The credential or account to make, to change or to replace has more rights than the presented credential.
    #[error("it may do more than the credential presented")]
    Outranked,
    /// Collaborators cannot create personal access tokens.
    #[error("a collaborator cannot create personal access tokens")]
    Collaborator,
}

/// The operation conflicts with the current state. The status is 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Another token of the owner has this label.
    #[error("label is taken")]
    LabelTaken,
    /// Another client of the realm has this client id.
    #[error("client id is taken")]
    ClientIdTaken,
    /// The owner already has as many live credentials as the policy allows.
    #[error("quota is reached")]
    QuotaReached,
    /// Another caller has changed the object in the meantime.
    #[error("changed meanwhile")]
    ChangedMeanwhile,
    /// The credential has expired. Reactivate it first.
    #[error("expired: reactivate first")]
    Expired,
    /// The credential has not expired, so it cannot be reactivated.
    #[error("not expired")]
    NotExpired,
    /// A successor has already replaced the credential.
    #[error("replaced already")]
    Replaced,
    /// The credential is suspended, and its successor would be refused at every use too. For example, it has no scope,
    /// and the policy demands one.
    #[error("suspended: delete it and create another")]
    Suspended,
    /// The policy does not use this setting or switch ([`Gate`]), so it cannot be turned on or off.
    #[error("the policy does not ask this gate: {}", .gate.as_str())]
    NotApplicable {
        /// The setting or switch that the policy does not use.
        gate: Gate,
    },
    /// The policy does not allow the operation to anybody.
    #[error("the policy does not allow this")]
    NotAllowed,
    /// The service account may not act, so a new credential of the account would be refused. The account or its maker
    /// is disabled, or the maker has left or may not own tokens.
    #[error("the service account may not act: enable it, or take it over")]
    MayNotAct,
    /// The same form was submitted before, and that submission executed the operation. See
    /// [`OnceKey`](crate::token::OnceKey).
    #[error("done already: this form was sent before")]
    DoneAlready,
    /// A form with the same key but other values in its fields was submitted before. See
    /// [`OnceKey`](crate::token::OnceKey).
    #[error("the form was used already: show it anew")]
    FormUsed,
}

/// Why a management operation failed. The operation has changed nothing, unless the error is
/// [`ManageError::Unavailable`]: it may then have made some or all of its changes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManageError {
    /// The presenter is not allowed to do this. The status is 403.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The object does not exist or does not belong to the presenter. The status is 404.
    #[error("not found")]
    NotFound,
    /// A field is invalid. The status is 422.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The operation conflicts with the current state. The status is 409.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The policy allows no further creation or rotation in this period. The status is 429.
    #[error("too many were made: wait")]
    SlowDown {
        /// The instant at which the operation is allowed again.
        until: Timestamp,
    },
    /// The host's own infrastructure failed. The status is 503. It is 501 for [`Unavailable::NotGiven`].
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for ManageError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}
