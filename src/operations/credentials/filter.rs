//! The filter of the inventory.

use crate::record::expiry::effective_expiry;
use crate::record::family_body::{Access, FamilyBody};
use crate::record::limits::Limits;
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::service::invalid::Invalid;
use crate::service::view::Status;
use crate::types::client::ClientId;
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::label::{Label, LabelKey};
use crate::types::time::Timestamp;

/// Selects credentials of the inventory. A credential must fit all fields that are set.
///
/// ```
/// use counterfoil::operations::{CredentialFilter, Status};
/// use counterfoil::types::TokenKind;
///
/// let filter = CredentialFilter::default().with_kind(TokenKind::PersonalAccessToken).with_label("nightly");
/// assert_eq!(filter.label.as_deref(), Some("nightly"));
/// assert_eq!(filter.with_status(Status::Active).owner, None, "the tokens of all owners");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialFilter {
    /// The kind. `None` means all kinds. No credential has the kind [`TokenKind::ClientSecret`]: client secrets are
    /// listed with their clients ([`Counterfoil::list_clients`](crate::Counterfoil::list_clients)).
    pub kind: Option<TokenKind>,
    /// The status at the instant of the call.
    pub status: Option<Status>,
    /// The owner. A security code belongs to the realm and not to a person: it fits if this person created it or if it
    /// has the rights of this person.
    pub owner: Option<SubjectId>,
    /// The client through which the sign-in was opened. Only access and refresh tokens can fit.
    pub client: Option<ClientId>,
    /// The expiry is earlier than this instant. This includes credentials that have already expired and are still
    /// listed. A permanent credential never fits.
    pub expiring_before: Option<Timestamp>,
    /// The credential was neither created nor used at this instant or later. Uses that this process has not written yet
    /// count too.
    pub unused_since: Option<Timestamp>,
    /// The beginning of the label. It is compared as labels are: without regard to case, to compatible forms of
    /// characters, and to the number of blanks. Blanks at its end have no effect. Only personal access tokens have a
    /// label.
    pub label: Option<String>,
}

crate::types::setters::setters!(CredentialFilter {
    with_kind kind: Option<TokenKind>;
    with_status status: Option<Status>;
    with_owner owner: Option<SubjectId>;
    with_client client: Option<ClientId>;
    with_expiring_before expiring_before: Option<Timestamp>;
    with_unused_since unused_since: Option<Timestamp>;
});

impl CredentialFilter {
    /// Sets [`label`](Self::label).
    #[must_use]
    pub fn with_label<'a>(mut self, label: impl Into<Option<&'a str>>) -> Self {
        self.label = label.into().map(str::to_owned);
        self
    }

    /// The kinds whose records can fit, in the order in which the inventory lists them.
    pub(super) fn kinds(&self) -> Vec<TokenKind> {
        TokenKind::ALL
            .into_iter()
            .filter(|&kind| self.kind.is_none_or(|own| own == kind) && self.may_fit(kind))
            .collect()
    }

    fn may_fit(&self, kind: TokenKind) -> bool {
        let is_of_client = matches!(kind, TokenKind::AccessToken | TokenKind::RefreshToken);
        kind != TokenKind::ClientSecret
            && (self.client.is_none() || is_of_client)
            && (self.label.is_none() || kind == TokenKind::PersonalAccessToken)
    }

    /// Checks the filter, and computes the key of the label once for all records.
    pub(super) fn checked(&self) -> Result<Checked<'_>, Invalid> {
        let label = self.label.as_deref().map(|label| Label::new(label, Label::MAX)).transpose()?;
        Ok(Checked { filter: self, label: label.map(|label| label.key()) })
    }
}

/// A filter whose label is valid. `label` is the key of this label.
pub(super) struct Checked<'a> {
    filter: &'a CredentialFilter,
    label: Option<LabelKey>,
}

impl Checked<'_> {
    /// Whether a record fits, as far as this can be decided without its account and its client. For a record that may
    /// fit, only [`Checked::fits_status`] remains to be checked.
    pub(super) fn may_fit(
        &self,
        record: &TokenRecord,
        phase: Phase,
        last_used_at: Option<Timestamp>,
        limits: Limits<'_>,
    ) -> bool {
        let (own, filter) = (record.record(), self.filter);
        let has_ended = match phase {
            Phase::Live | Phase::Overlap { .. } => false,
            Phase::Expired { .. } => true,
            Phase::Revoked(_) | Phase::Rotated { .. } | Phase::Purgeable => return false,
        };
        let last_activity = last_used_at.map_or(own.created_at, |used_at| used_at.max(own.created_at));
        filter.status.is_none_or(|status| (status == Status::Expired) == has_ended)
            && filter.owner.as_ref().is_none_or(|owner| is_of(record, owner))
            && filter.client.as_ref().is_none_or(|client| is_through(record, client))
            && filter.unused_since.is_none_or(|since| last_activity < since)
            && filter
                .expiring_before
                .is_none_or(|before| effective_expiry(record.view(), limits).is_some_and(|at| at < before))
            && self.label.as_ref().is_none_or(|label| begins_with(record, label))
    }

    pub(super) fn fits_status(&self, status: Status) -> bool {
        self.filter.status.is_none_or(|wanted| wanted == status)
    }
}

/// Whether the person owns the credential. For a security code, whether the person created it, or it has the rights of
/// the person.
fn is_of(record: &TokenRecord, person: &SubjectId) -> bool {
    match record.body() {
        FamilyBody::Code { created_by, access, .. } => {
            created_by == person || matches!(access, Access::SameAsUser(user) if user == person)
        }
        _ => record.record().owner.person() == Some(person),
    }
}

fn is_through(record: &TokenRecord, client: &ClientId) -> bool {
    matches!(record.body(), FamilyBody::SignIn { client_id, .. } if client_id == client)
}

fn begins_with(record: &TokenRecord, label: &LabelKey) -> bool {
    record.record().label.as_ref().is_some_and(|own| own.key().as_str().starts_with(label.as_str()))
}
