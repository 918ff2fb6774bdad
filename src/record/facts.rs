//! The facts of a record that the decision needs, copied out of the record.

use crate::record::expiry::effective_expiry;
use crate::record::family_body::{Access, FamilyBody};
use crate::record::family_details::FamilyDetails;
use crate::record::limits::Limits;
use crate::record::record_ref::RecordRef;
use crate::types::client::{ClientId, ClientKey, Grant};
use crate::types::ids::{RecordId, SubjectId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::scope::Scope;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// The source of a request, for the check of the addresses from which a credential can be used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// The credential is not used now, for example because it is only listed. Its allowed sources are not checked.
    NotAsked,
    /// The source of the request in which the credential is used. `None` if the host does not know it.
    Request(Option<&'a SourceName>),
}

/// Whether a credential can be used only from some addresses, and whether the request comes from one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// The credential can be used from anywhere.
    None,
    /// The credential has allowed sources, and the request comes from one of them.
    Met,
    /// The credential has allowed sources. The source of the request is not one of them, is not an address, or is
    /// unknown.
    Unmet,
}

/// The facts of a record that the decision needs. They are copies, and do not borrow the store's record. So the
/// decision can wait until the directory has returned the account.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) id: RecordId,
    pub(crate) kind: TokenKind,
    pub(crate) version: Version,
    pub(crate) parent: Option<RecordId>,
    /// The instant at which the credential began, as [`began_at`] determines it.
    pub(crate) began_at: Timestamp,
    /// The effective expiry. `None` if the record is permanent.
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether the policy refuses the record because it lives longer than the policy's ceiling.
    pub(crate) over_ceiling: bool,
    pub(crate) last_used_at: Option<Timestamp>,
    /// The account whose rights the credential has, as [`account_of`] determines it.
    pub(crate) subject: Option<SubjectId>,
    pub(crate) body: FactsBody,
    pub(crate) label: Option<Label>,
    pub(crate) scope: Option<Scope>,
    pub(crate) restriction: Restriction,
    pub(crate) metadata: Option<Metadata>,
}

/// The fields of [`FamilyBody`] that the decision needs.
#[derive(Clone, Debug)]
pub(crate) enum FactsBody {
    /// A personal access token.
    Alone,
    /// The tokens of a sign-in through a client.
    SignIn { client: ClientKey, client_id: ClientId, epoch: u64, grant: Option<Grant> },
    /// A security code. If `same_as_user` is true, the code has the rights of a named account, but never more than the
    /// rights of a member.
    Code { created_by: SubjectId, same_as_user: bool },
    /// A console session.
    Session,
}

impl Facts {
    /// A value to be overwritten by [`Facts::fill`].
    pub(crate) const BLANK: Self = Self {
        id: RecordId::from_bytes([0; 16]),
        kind: TokenKind::PersonalAccessToken,
        version: Version::FIRST,
        parent: None,
        began_at: Timestamp::EPOCH,
        expires_at: None,
        over_ceiling: false,
        last_used_at: None,
        subject: None,
        body: FactsBody::Alone,
        label: None,
        scope: None,
        restriction: Restriction::None,
        metadata: None,
    };

    pub(crate) fn of(record: RecordRef<'_>, limits: Limits<'_>, origin: Origin<'_>) -> Self {
        let mut facts = Self::BLANK;
        facts.fill(record, limits, origin);
        facts
    }

    /// Copies the facts of a record into this value, field by field.
    #[inline]
    pub(crate) fn fill(&mut self, record: RecordRef<'_>, limits: Limits<'_>, origin: Origin<'_>) {
        self.id = record.id();
        self.kind = record.kind();
        self.version = record.version();
        self.parent = record.parent();
        self.began_at = began_at(record);
        self.expires_at = effective_expiry(record, limits);
        self.over_ceiling = limits.refuses(record);
        self.last_used_at = record.last_used_at();
        self.subject = account_of(record);
        match record.body() {
            // The field already has this value. A write would be slower than this check (see the `authenticate` bench).
            FamilyBody::Alone if matches!(self.body, FactsBody::Alone) => {}
            body => self.body = FactsBody::of(body),
        }
        self.label = record.copied_label();
        self.scope = record.copied_scope();
        match record.details() {
            None => (self.restriction, self.metadata) = (Restriction::None, None),
            Some(details) => self.fill_details(details, origin),
        }
    }

    /// Sets the facts that depend on the details of the family. Marked `cold`, because most credentials have no
    /// details.
    #[cold]
    fn fill_details(&mut self, details: &FamilyDetails, origin: Origin<'_>) {
        self.restriction = Restriction::of(details.allowed_sources.as_ref(), origin);
        self.metadata.clone_from(&details.metadata);
    }
}

impl Restriction {
    fn of(allowed: Option<&Networks>, origin: Origin<'_>) -> Self {
        let Some(allowed) = allowed else { return Self::None };
        let is_allowed = match origin {
            Origin::NotAsked => true,
            Origin::Request(source) => {
                source.and_then(SourceName::address).is_some_and(|address| allowed.contains(address))
            }
        };
        if is_allowed { Self::Met } else { Self::Unmet }
    }
}

impl FactsBody {
    fn of(body: &FamilyBody) -> Self {
        match body {
            FamilyBody::Alone => Self::Alone,
            FamilyBody::SignIn { client, client_id, epoch, grant, .. } => {
                Self::SignIn { client: *client, client_id: client_id.clone(), epoch: *epoch, grant: *grant }
            }
            FamilyBody::Code { created_by, access, .. } => {
                Self::Code { created_by: created_by.clone(), same_as_user: matches!(access, Access::SameAsUser(_)) }
            }
            FamilyBody::Session { .. } => Self::Session,
        }
    }
}

/// The account whose rights a credential has. It is the owner of a personal access token, sign-in or session. For a
/// security code it is the creator or the named account, as [`Access`] says. `None` if the record cannot belong to an
/// account.
pub(crate) fn account_of(record: RecordRef<'_>) -> Option<SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, access: Access::SuperAdministrator, .. } => Some(created_by.clone()),
        FamilyBody::Code { access: Access::SameAsUser(subject), .. } => Some(subject.clone()),
        _ => record.person(),
    }
}

/// The instant at which a credential began. A sign-in began when it was opened. Any other credential began when its
/// current secret was created.
pub(crate) fn began_at(record: RecordRef<'_>) -> Timestamp {
    match record.body() {
        FamilyBody::SignIn { opened_at, .. } => *opened_at,
        _ => record.created_at(),
    }
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
