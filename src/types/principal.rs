//! The result of a verification: the caller, its credential and its rights.

use std::any::Any;

use crate::types::account::Contact;
use crate::types::extension::Extension;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::short::Short;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// An authenticated caller. Only a verification creates one.
#[derive(Clone, Debug)]
pub struct Principal {
    pub(crate) realm: Realm,
    pub(crate) subject: SubjectId,
    pub(crate) name: Short,
    pub(crate) role: Role,
    pub(crate) manages_profiles: bool,
    pub(crate) kind: TokenKind,
    pub(crate) credential: RecordId,
    pub(crate) label: Option<Label>,
    pub(crate) scope: Option<Scope>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) actor: Option<SubjectId>,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) source: Option<SourceName>,
    pub(crate) contact: Option<Box<Contact>>,
    pub(crate) extension: Extension,
}

impl Principal {
    /// The realm.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The subject whose rights it has.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// The account's display name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The effective role: the account's current role, for a same-as-user code at most an ordinary member's.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it has the right "manage user profiles".
    #[must_use]
    pub fn manages_profiles(&self) -> bool {
        self.manages_profiles
    }

    /// The kind of the credential.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The public id of the credential.
    #[must_use]
    pub fn credential_id(&self) -> RecordId {
        self.credential
    }

    /// The credential's label.
    #[must_use]
    pub fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }

    /// The scope; `None`: all that its role allows.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Whether its scope permits an operation that requires that scope token. Without a scope the result is true.
    #[must_use]
    pub fn may(&self, scope_token: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.contains(scope_token))
    }

    /// When the credential expires; `None`: never.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The creator of a security code; `None` for other credentials.
    #[must_use]
    pub fn actor(&self) -> Option<&SubjectId> {
        self.actor.as_ref()
    }

    /// When the password of a console session was proved; `None` for other credentials.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.authenticated_at
    }

    /// The account's extra claims: [`Account::with_claim`](crate::Account::with_claim).
    pub fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        self.contact.iter().flat_map(|contact| contact.claims())
    }

    /// The value of that type that the host's directory attached to the account
    /// ([`Account::with_extension`](crate::Account::with_extension)), as it was at the verification.
    ///
    /// It is the account's, whatever the credential: a scope and the role of a same-as-user code limit the principal and
    /// not this value.
    #[must_use]
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.extension.get()
    }

    /// The source of the request, if the host gave it
    /// ([`Counterfoil::from_source`](crate::Counterfoil::from_source)).
    #[must_use]
    pub fn source(&self) -> Option<&SourceName> {
        self.source.as_ref()
    }
}
