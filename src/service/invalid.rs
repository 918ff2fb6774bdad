//! Invalid fields of a request.

use crate::policy::InvalidPolicy;
use crate::store::page::InvalidCursor;
use crate::types::client::InvalidClientId;
use crate::types::description::InvalidDescription;
use crate::types::email::InvalidEmail;
use crate::types::label::InvalidLabel;
use crate::types::metadata::InvalidMetadata;
use crate::types::networks::InvalidNetworks;
use crate::types::scope::InvalidScope;
use crate::types::settings::InvalidSetting;

/// A field of a request is invalid. The status is 422. [`Invalid::field`] names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The label is empty, is too long, or has a character that is not allowed.
    #[error(transparent)]
    Label(#[from] InvalidLabel),
    /// The description is too long, or has a character that is not allowed.
    #[error(transparent)]
    Description(#[from] InvalidDescription),
    /// The lifetime in days of a personal access token is out of range.
    #[error("expires_in_days must be a whole number from 1 to {most}")]
    Days {
        /// The largest number of days that the policy allows.
        most: u16,
    },
    /// A permanent token is requested, but the policy does not allow it.
    #[error("expires_in_days must be given: tokens are not permanent here")]
    Permanent,
    /// An expired token is to be renewed, and the request has no lifetime.
    #[error("expires_in_days must be given for an expired token: a whole number from 1 to {most}")]
    LifetimeMissing {
        /// The largest number of days that the policy allows.
        most: u16,
    },
    /// The scope is not valid, or is too long.
    #[error(transparent)]
    Scope(#[from] InvalidScope),
    /// The requested scope exceeds the presenter's own scope.
    #[error("{field} must lie within the presenter's own scope")]
    ScopeBeyond {
        /// The name of the invalid field in the request.
        field: &'static str,
    },
    /// The scope contains a token that is unknown to the service.
    #[error("{field} must hold scope tokens of this service only")]
    ScopeUnknown {
        /// The name of the invalid field in the request.
        field: &'static str,
    },
    /// The policy requires a scope, and the request has none.
    #[error("scope must be given")]
    ScopeDemanded,
    /// The expiry is not later than now, or is out of range.
    #[error("expires_at must be after now")]
    ExpiresAt,
    /// The overlap is longer than the policy allows.
    #[error("overlap_seconds must be at most {most}")]
    Overlap {
        /// The longest overlap that the policy allows, in seconds.
        most: u64,
    },
    /// An expired token is to be renewed with an overlap. The expired token no longer works, so no overlap is possible.
    #[error("overlap_seconds must be 0 for an expired token")]
    OverlapAfterExpiry,
    /// The overlap lasts until the first use of the new token, and the new token expires before the old one. The old
    /// token could then outlive the new one.
    #[error("overlap_seconds must be a fixed time if the new token expires before the old one")]
    OverlapBeyondExpiry,
    /// The access level of a security code is unknown.
    #[error("access must be super_administrator or same_as_user")]
    Access,
    /// The request names a user, but the access level does not allow a user.
    #[error("user belongs to access same_as_user")]
    UserNotAsked,
    /// The user is missing. A security code with the access level `same_as_user` needs one.
    #[error("user must be given")]
    UserMissing,
    /// The given user has no account. A security code with the access level `same_as_user` needs a user with an
    /// account.
    #[error("user must name an account")]
    User,
    /// The client id is invalid.
    #[error(transparent)]
    ClientId(#[from] InvalidClientId),
    /// The display name of a client is invalid.
    #[error("display_name must be 1 to 100 characters without control characters")]
    DisplayName,
    /// A public client must not reuse refresh tokens.
    #[error("refresh_mode must be rotate for a public client")]
    RefreshMode,
    /// The client cannot be a resource server, for example because it is public.
    #[error("resource_server must be a confidential client")]
    ResourceServer,
    /// The default scope does not lie within the allowed scope.
    #[error("default_scopes must lie within scopes")]
    DefaultScope,
    /// A service account cannot have the role of a collaborator.
    #[error("role must be member, administrator or super_administrator")]
    Role,
    /// The scope of a token does not lie within the scope of its service account.
    #[error("scope must lie within the service account's")]
    ScopeBeyondAccount,
    /// The e-mail address for the notices of a service account is not valid.
    #[error("notify must be an {0}")]
    Notify(InvalidEmail),
    /// A client names a service account that does not exist.
    #[error("service_account must name a service account")]
    ServiceAccount,
    /// A client has the grant `client_credentials` without a service account.
    #[error("service_account must be given for the grant client_credentials")]
    ServiceAccountMissing,
    /// A public client names a service account, or has the grant `client_credentials`.
    #[error("service_account and the grant client_credentials must belong to a confidential client")]
    ServiceAccountPublic,
    /// The list of addresses from which a credential can be used is invalid.
    #[error(transparent)]
    AllowedSources(#[from] InvalidNetworks),
    /// The new credential could be used from an address from which the presented credential cannot be used.
    #[error("allowed_sources must lie within those of the credential presented")]
    SourcesBeyond,
    /// The metadata are not a valid JSON object, or exceed a limit of [`Metadata`](crate::types::Metadata).
    #[error(transparent)]
    Metadata(#[from] InvalidMetadata),
    /// The imported client secret is too short or too long, or contains a character that is not allowed.
    #[error("secret must have at least 22 characters of [A-Za-z0-9._~+/=-] unless it is imported as weak")]
    WeakSecret,
    /// A secret was sent for a public client.
    #[error("secret cannot be given to a public client")]
    PublicSecret,
    /// A setting is out of range.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// The host has set no scheme with this name in the builder.
    #[error("scheme must be one that the builder was given")]
    Scheme,
    /// The text that was submitted from a row of another system is not a digest in the form in which that system stores
    /// digests.
    #[error("row must be the digest that the other system stores")]
    ForeignRow,
    /// The directory has no account for the owner of an imported token.
    #[error("owner must name an account")]
    Owner,
    /// The list of kinds is empty, or it contains a kind that has no owner.
    #[error("kinds must name kinds of credentials that a person has")]
    Kinds,
    /// The request has too many items.
    #[error("{field} must have at most {most} items")]
    TooMany {
        /// The name of the invalid field in the request.
        field: &'static str,
        /// The largest number of items that the request may have.
        most: u32,
    },
    /// The value of a text field is too long.
    #[error("{field} must hold texts of at most {most} bytes each")]
    TextTooLong {
        /// The name of the invalid field in the request.
        field: &'static str,
        /// The largest length of the value, in bytes.
        most: u32,
    },
    /// A policy breaks a limit.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// The cursor is invalid.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
}

impl From<InvalidEmail> for Invalid {
    fn from(invalid: InvalidEmail) -> Self {
        Self::Notify(invalid)
    }
}

impl Invalid {
    /// The invalid field, by its name in the request.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Label(_) => "label",
            Self::Description(_) => "description",
            Self::Days { .. } | Self::Permanent | Self::LifetimeMissing { .. } => "expires_in_days",
            Self::Scope(_) | Self::ScopeDemanded => "scope",
            Self::ScopeBeyond { field } | Self::ScopeUnknown { field } => field,
            Self::ExpiresAt => "expires_at",
            Self::Overlap { .. } | Self::OverlapAfterExpiry | Self::OverlapBeyondExpiry => "overlap_seconds",
            Self::Access => "access",
            Self::UserNotAsked | Self::UserMissing | Self::User => "user",
            Self::ClientId(_) => "id",
            Self::DisplayName => "display_name",
            Self::RefreshMode => "refresh_mode",
            Self::ResourceServer => "resource_server",
            Self::DefaultScope => "default_scopes",
            Self::Role => "role",
            Self::ScopeBeyondAccount => "scope",
            Self::Notify(_) => "notify",
            Self::ServiceAccount | Self::ServiceAccountMissing | Self::ServiceAccountPublic => "service_account",
            Self::AllowedSources(_) | Self::SourcesBeyond => "allowed_sources",
            Self::Metadata(_) => "metadata",
            Self::WeakSecret | Self::PublicSecret => "secret",
            Self::Scheme => "scheme",
            Self::ForeignRow => "row",
            Self::Owner => "owner",
            Self::Kinds => "kinds",
            Self::TooMany { field, .. } | Self::TextTooLong { field, .. } => field,
            Self::Setting(invalid) => invalid.name.as_str(),
            Self::Policy(invalid) => invalid.field,
            Self::Cursor(_) => "cursor",
        }
    }
}
