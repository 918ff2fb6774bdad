//! The facts of a record that the decision needs, copied out of the record.

use crate::record::expiry::effective_expiry;
use crate::record::family::{Access, FamilyBody};
use crate::record::limits::Limits;
use crate::record::record_ref::RecordRef;
use crate::types::client::{ClientId, ClientKey, Grant};
use crate::types::ids::{RecordId, SubjectId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// Where the request comes from, for a decision that depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// The decision does not depend on where the request comes from.
    NotAsked,
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
    /// Whether the policy refuses the record because it lives longer than its ceiling.
    pub(crate) over_ceiling: bool,
    pub(crate) last_used_at: Option<Timestamp>,
    /// The account whose rights the credential has, as [`account_of`] determines it.
    pub(crate) subject: Option<SubjectId>,
    pub(crate) body: FactsBody,
    pub(crate) label: Option<Label>,
    pub(crate) scope: Option<Scope>,
}

/// What the family is for, as far as the decision needs it.
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
    /// The facts of an empty record, before [`Facts::fill`].
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
    };

    pub(crate) fn of(record: RecordRef<'_>, limits: Limits<'_>, origin: Origin) -> Self {
        let mut facts = Self::BLANK;
        facts.fill(record, limits, origin);
        facts
    }

    /// Copies the facts of a record into this value, field by field.
    #[inline]
    pub(crate) fn fill(&mut self, record: RecordRef<'_>, limits: Limits<'_>, origin: Origin) {
        let Origin::NotAsked = origin;
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
            // A write to the field is slower than this check of it (see the `authenticate` bench).
            FamilyBody::Alone if matches!(self.body, FactsBody::Alone) => {}
            body => self.body = FactsBody::of(body),
        }
        self.label = record.copied_label();
        self.scope = record.copied_scope();
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
