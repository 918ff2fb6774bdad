//! Views of credentials, for their owners and for administrators.

use crate::record::expiry::effective_expiry;
use crate::record::family_body::{Access, FamilyBody};
use crate::record::limits::Limits;
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::types::client::ClientId;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::scope::Scope;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The status of a listed credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// The credential works.
    Active,
    /// The credential works, but soon stops working. Either its expiry is nearer than the setting `notice_lead`, or it
    /// was replaced and works only until the end of its overlap with the successor.
    Expiring,
    /// The credential has expired. It is listed until the end of its retention.
    Expired,
    /// The credential has not expired, but is refused at the moment. For example, the owner's account or the client is
    /// disabled, a setting blocks personal access tokens, or the credential lives longer than the policy now allows. It
    /// might work again later.
    Suspended,
}

impl Status {
    /// All statuses, for example to offer them as filters.
    pub const ALL: &[Self] = &[Self::Active, Self::Expiring, Self::Expired, Self::Suspended];

    /// The status in lower case, as the HTTP API shows it: for example `active`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }
}

/// A credential as lists show it. The secret cannot be derived from this view.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CredentialView {
    /// The public id, which is not secret. It names the credential in other operations.
    pub id: RecordId,
    /// The kind of credential, for example a personal access token or a security code.
    pub kind: TokenKind,
    /// The owner. `None` for a security code, which belongs to the realm.
    pub owner: Option<SubjectId>,
    /// The client through which the sign-in of an access or refresh token was opened. `None` for other credentials.
    pub client: Option<ClientId>,
    /// The label that the owner gave to the credential. Empty if the credential has none.
    pub label: String,
    /// The description of a personal access token or of a security code.
    pub description: Option<String>,
    /// When the credential was created. A rotation creates a new credential, which has a creation time of its own.
    pub created_at: Timestamp,
    /// When the credential expires under the current settings and the ceilings of the policy. `None` if it is
    /// permanent.
    pub expires_at: Option<Timestamp>,
    /// When the expiry was last set: at the creation, or later by an extension or another change of the expiry. The
    /// present lifetime is counted from this instant.
    pub expiry_set_at: Timestamp,
    /// The last successful use, to the second, including uses that are not written yet. `None` if it was never used.
    pub last_used_at: Option<Timestamp>,
    /// Whether the credential works at the instant of the listing: see [`Status`].
    pub status: Status,
    /// Whether the expiry is near, both in days and in proportion to the lifetime of the credential. True if the time
    /// until the expiry is at most the setting `notice_lead`, and also at most a quarter of the lifetime. The lifetime
    /// is counted from the instant at which the expiry was last set.
    ///
    /// For example, with the default setting a security code of 24 hours always has [`Status::Expiring`], but this
    /// field is true only in its last 6 hours.
    pub ends_soon: bool,
    /// Whether the credential is refused because it lives longer than the policy now allows
    /// ([`Existing::RefuseAtUse`](crate::policy::Existing::RefuseAtUse)). The status is then [`Status::Suspended`].
    pub over_ceiling: bool,
    /// Whether the credential was replaced by a successor, but still works.
    pub replaced: bool,
    /// The scope. `None` means all rights of the owner.
    pub scope: Option<Scope>,
    /// The access level of a security code. `None` for other credentials.
    pub access: Option<Access>,
    /// For a code with the access level [`Access::SameAsUser`], the account name in the request that created the code.
    /// The account might have been renamed since then: [`CredentialView::access`] contains its subject. `None` for
    /// other credentials, and if no name is stored.
    pub named: Option<String>,
    /// The creator of a security code. `None` for other credentials.
    pub created_by: Option<SubjectId>,
    /// The addresses from which the credential can be used. `None` means from anywhere.
    pub allowed_sources: Option<Networks>,
    /// The metadata that the host attached to the credential. Metadata are for the host and for administrators: the
    /// HTTP endpoints show them only in the inventory.
    pub metadata: Option<Metadata>,
}

/// The access level, the account name and the creator of a security code. All are `None` for other credentials.
#[derive(Default)]
pub(crate) struct MadeFor {
    pub(crate) access: Option<Access>,
    pub(crate) named: Option<String>,
    pub(crate) created_by: Option<SubjectId>,
}

impl MadeFor {
    pub(crate) fn of(body: &FamilyBody) -> Self {
        match body {
            FamilyBody::Code { access, created_by, named } => Self {
                access: Some(access.clone()),
                named: named.as_deref().map(str::to_owned),
                created_by: Some(created_by.clone()),
            },
            _ => Self::default(),
        }
    }
}

/// The public id of the client through which a sign-in was opened. `None` for other credentials.
pub(crate) fn client_of(body: &FamilyBody) -> Option<ClientId> {
    match body {
        FamilyBody::SignIn { client_id, .. } => Some(client_id.clone()),
        _ => None,
    }
}

impl CredentialView {
    /// Returns the view of a record. `None` if the record is revoked, if its retention has ended, or if it was replaced
    /// and no longer works.
    pub(crate) fn of(
        record: &TokenRecord,
        phase: Phase,
        authenticates: bool,
        limits: Limits<'_>,
        last_used_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let (own, settings) = (record.record(), limits.settings);
        let expires_at = effective_expiry(record.view(), limits);
        let status = match phase {
            Phase::Revoked(_) | Phase::Rotated { .. } | Phase::Purgeable => return None,
            Phase::Expired { .. } if own.superseded.is_some() => return None,
            Phase::Expired { .. } => Status::Expired,
            Phase::Live | Phase::Overlap { .. } if !authenticates => Status::Suspended,
            Phase::Overlap { .. } => Status::Expiring,
            Phase::Live => live_status(expires_at, settings, now),
        };
        let (made, details) = (MadeFor::of(record.body()), record.view().details());
        Some(Self {
            id: own.id,
            kind: own.kind,
            owner: own.owner.subject(),
            client: client_of(record.body()),
            label: own.label.as_ref().map(|label| label.as_str().to_owned()).unwrap_or_default(),
            description: own.description.as_ref().map(|text| text.as_str().to_owned()),
            created_at: own.created_at,
            expires_at,
            expiry_set_at: own.expiry_set_at,
            last_used_at,
            status,
            over_ceiling: status == Status::Suspended && limits.refuses(record.view()),
            replaced: own.superseded.is_some(),
            ends_soon: ends_soon(expires_at, own.expiry_set_at, settings, now),
            scope: own.scope.clone(),
            access: made.access,
            named: made.named,
            created_by: made.created_by,
            allowed_sources: details.and_then(|details| details.allowed_sources.clone()),
            metadata: details.and_then(|details| details.metadata.clone()),
        })
    }
}

/// The status of a credential that works and was not replaced.
pub(crate) fn live_status(expires_at: Option<Timestamp>, settings: &Settings, now: Timestamp) -> Status {
    match expires_at {
        Some(expires_at) if now.reached(expires_at.minus(settings.notice_lead)) => Status::Expiring,
        _ => Status::Active,
    }
}

/// Determines the value of [`CredentialView::ends_soon`]. `set_at` is when the expiry was last set.
pub(crate) fn ends_soon(expires_at: Option<Timestamp>, set_at: Timestamp, settings: &Settings, now: Timestamp) -> bool {
    expires_at.is_some_and(|expires_at| {
        let quarter = expires_at.since(set_at) / 4;
        now.reached(expires_at.minus(settings.notice_lead.min(quarter)))
    })
}

/// A new credential, with its token and its view.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedCredential {
    /// The token. Show it only once.
    pub token: crate::token::issued::IssuedToken,
    /// The credential as lists show it.
    pub view: CredentialView,
}
