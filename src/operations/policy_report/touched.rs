//! What a new policy changes for one credential, and a page of such credentials.

use crate::operations::credentials::cursor::CredentialCursor;
use crate::record::expiry::effective_expiry;
use crate::record::limits::Limits;
use crate::record::phase::{Phase, phase};
use crate::record::record_ref::RecordRef;
use crate::record::token_record::TokenRecord;
use crate::service::view::client_of;
use crate::types::client::ClientId;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// How long a credential works under a policy. Only the policy's limits on lifetimes count here: the credential can
/// stop working earlier because of its account, its client or a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// The policy refuses the credential at each use ([`Existing::RefuseAtUse`](crate::policy::Existing::RefuseAtUse)).
    Refused,
    /// The credential works until this instant. From this instant on, it has expired.
    Until(Timestamp),
    /// The credential never expires.
    Permanent,
}

impl Reach {
    /// How long the record works. `None` if it is revoked, replaced and no longer accepted, or past its retention.
    fn of(record: RecordRef<'_>, limits: Limits<'_>, now: Timestamp) -> Option<Self> {
        match phase(record, limits, now) {
            Phase::Revoked(_) | Phase::Rotated { .. } | Phase::Purgeable => None,
            Phase::Expired { at, .. } => Some(Self::Until(at)),
            Phase::Live | Phase::Overlap { .. } if limits.refuses(record) => Some(Self::Refused),
            Phase::Live | Phase::Overlap { .. } => {
                Some(effective_expiry(record, limits).map_or(Self::Permanent, Self::Until))
            }
        }
    }

    const fn has_ended(self, now: Timestamp) -> bool {
        matches!(self, Self::Until(at) if now.reached(at))
    }

    const fn is_refused(self) -> bool {
        matches!(self, Self::Refused)
    }

    fn is_later_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Permanent, Self::Until(_)) => true,
            (Self::Until(this), Self::Until(other)) => this > other,
            _ => false,
        }
    }
}

/// A credential that works for a shorter or longer time under a new policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TouchedCredential {
    /// The public id, which is not secret. It names the credential in other operations.
    pub id: RecordId,
    /// The kind: a personal access token, or the refresh token of a sign-in.
    pub kind: TokenKind,
    /// The subject id of the credential's owner. For a service account, [`SubjectId::is_reserved`] returns true.
    pub owner: Option<SubjectId>,
    /// The client through which the sign-in was opened. `None` for a personal access token.
    pub client: Option<ClientId>,
    /// The label. Empty if the credential has none.
    pub label: String,
    /// Whether the credential was replaced by a successor, but still works.
    pub replaced: bool,
    /// The last successful use, including uses that are not written yet. `None` if it was never used.
    pub last_used_at: Option<Timestamp>,
    /// How long the credential works under the present policy.
    pub present: Reach,
    /// How long the credential works under the new policy.
    pub new: Reach,
}

impl TouchedCredential {
    /// Returns what the new policy changes for a record. `None` if it changes nothing: the record works equally long
    /// under both limits, has expired under both, is revoked, was replaced and is no longer accepted, or is past its
    /// retention.
    pub(super) fn of(
        record: &TokenRecord,
        present: Limits<'_>,
        new: Limits<'_>,
        last_used_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let view = record.view();
        let (present, new) = (Reach::of(view, present, now)?, Reach::of(view, new, now)?);
        if present == new || (present.has_ended(now) && new.has_ended(now)) {
            return None;
        }
        let own = record.record();
        Some(Self {
            id: own.id,
            kind: own.kind,
            owner: own.owner.subject(),
            client: client_of(record.body()),
            label: own.label.as_ref().map(|label| label.as_str().to_owned()).unwrap_or_default(),
            replaced: own.superseded.is_some(),
            last_used_at,
            present,
            new,
        })
    }
}

/// How many credentials a new policy affects, by the effect. Each credential is counted in one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TouchedCounts {
    /// The number of credentials that are refused at each use.
    pub refused: u64,
    /// The number of credentials that expire as soon as the policy applies.
    pub ended: u64,
    /// The number of credentials that still work, but expire earlier than under the present policy.
    pub shortened: u64,
    /// The number of credentials that work longer than under the present policy, or work again.
    pub lengthened: u64,
}

impl TouchedCounts {
    /// The number of all affected credentials: the sum of the fields.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.refused.saturating_add(self.ended).saturating_add(self.shortened).saturating_add(self.lengthened)
    }

    /// Counts a credential. `now` is the instant of the report.
    pub(super) fn add(&mut self, touched: &TouchedCredential, now: Timestamp) {
        let TouchedCredential { present, new, .. } = *touched;
        let count = match new {
            _ if new.is_refused() => &mut self.refused,
            _ if new.has_ended(now) => &mut self.ended,
            _ if present.is_refused() || new.is_later_than(present) => &mut self.lengthened,
            _ => &mut self.shortened,
        };
        *count = count.saturating_add(1);
    }
}

/// A page of a report about a new policy. A page can be short or empty although more pages follow: the report is
/// complete only when `next` is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyReportPage {
    /// The affected credentials, ordered by kind and then by id.
    pub items: Vec<TouchedCredential>,
    /// How many credentials of this page are affected, by the kind of the effect.
    pub counts: TouchedCounts,
    /// The instant for which this page was made.
    pub at: Timestamp,
    /// Where the next page begins. `None` on the last page.
    pub next: Option<CredentialCursor>,
    /// The number of records that were read for this page.
    pub searched: u32,
    /// The number of rows that could not be decoded and were skipped.
    pub corrupt: u32,
}
