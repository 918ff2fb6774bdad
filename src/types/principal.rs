//! The result of a verification: the caller, the presented credential, and the caller's rights.

use std::any::Any;

use crate::types::account::Contact;
use crate::types::extension::Extension;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::metadata::Metadata;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::short::Short;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// An authenticated caller. Outside of tests, only the library creates a principal: when it verifies a credential or
/// opens a session.
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
    /// Whether the credential can be used only from some addresses. If so, a credential that the caller creates with it
    /// must also be restricted.
    pub(crate) is_restricted: bool,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) contact: Option<Box<Contact>>,
    pub(crate) extension: Extension,
}

impl Principal {
    /// The realm to which the credential belongs.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The subject id of the account whose rights the caller has.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Whether the caller is a service account. The name of a service account is its label.
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use counterfoil::testing::principal;
    ///
    /// assert!(!principal("ivan").build().is_service_account());
    /// assert!(principal("service-account:0000000000000000000001").build().is_service_account());
    /// # }
    /// ```
    #[must_use]
    pub fn is_service_account(&self) -> bool {
        self.subject.is_reserved()
    }

    /// The display name of the account whose rights the caller has.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The effective role: the account's current role. For a security code with the rights of a named account, it is at
    /// most [`Role::Member`].
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether the caller has the right "manage user profiles".
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

    /// The credential's label. `None` if the credential has none.
    #[must_use]
    pub fn label(&self) -> Option<&Label> {
        self.label.as_ref()
    }

    /// The effective scope of the credential. `None` means all that the role allows.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Whether the scope contains that scope token. Always true for a credential without a scope.
    #[must_use]
    pub fn may(&self, scope_token: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.contains(scope_token))
    }

    /// When the credential expires. `None` means never.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The super administrator who created the security code. `None` for a credential of another kind.
    #[must_use]
    pub fn actor(&self) -> Option<&SubjectId> {
        self.actor.as_ref()
    }

    /// When the owner of a console session last entered the password. `None` for a credential of another kind.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.authenticated_at
    }

    /// The account's extra claims, as set by [`Account::with_claim`](crate::Account::with_claim).
    pub fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        self.contact.iter().flat_map(|contact| contact.claims())
    }

    /// The value that the host's directory attached to the account with
    /// [`Account::with_extension`](crate::Account::with_extension), if its type is `T`. It is the value at the time of
    /// the verification.
    ///
    /// The value belongs to the account, not to the credential. A scope or a lower role limits the principal, but does
    /// not change this value.
    #[must_use]
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.extension.get()
    }

    /// The metadata that the host attached to the credential, for example at its creation
    /// ([`NewPersonalAccessToken::metadata`](crate::NewPersonalAccessToken::metadata)).
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use counterfoil::testing::principal;
    ///
    /// let ivan = principal("ivan").metadata(r#"{"ticket":4711}"#).build();
    /// assert_eq!(ivan.metadata().map(|metadata| metadata.get()["ticket"].clone()), Some(4711.into()));
    /// # }
    /// ```
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// The source of the request. `None` if the host did not pass a known source
    /// ([`Counterfoil::from_source`](crate::Counterfoil::from_source)), or if the policy leaves sources out of events.
    #[must_use]
    pub fn source(&self) -> Option<&SourceName> {
        self.source.as_ref()
    }
}
