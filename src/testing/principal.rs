//! Principals without a verification.

#![expect(clippy::expect_used, reason = "a test that passes an invalid value is to stop")]

use std::any::Any;
use std::str::FromStr as _;
use std::sync::Arc;

use crate::types::extension::Extension;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::short::Short;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// A principal for a test of the host's own handlers: a member who presented a personal access token that has no scope
/// and no expiry. The name is the same text as the subject.
///
/// No store contains the credential, so an operation that reads it does not find it.
///
/// # Panics
///
/// If the text is not a valid [`SubjectId`].
///
/// ```
/// use counterfoil::testing::principal;
/// use counterfoil::{Principal, Role};
///
/// let ivan: Principal = principal("ivan").scope("projects:read").role(Role::Administrator).build();
/// assert!(ivan.may("projects:read") && !ivan.may("projects:write"));
/// ```
pub fn principal(subject: &str) -> PrincipalBuilder {
    let subject = SubjectId::new(subject).expect("a valid subject id");
    PrincipalBuilder(Principal {
        realm: Realm::DEFAULT,
        name: Short::new(subject.as_str()),
        subject,
        role: Role::Member,
        manages_profiles: false,
        kind: TokenKind::PersonalAccessToken,
        credential: RecordId::from_bytes([0x11; 16]),
        label: None,
        scope: None,
        expires_at: None,
        actor: None,
        authenticated_at: None,
        source: None,
        contact: None,
        extension: Extension::default(),
    })
}

/// Builds a [`Principal`]. Created by [`principal`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct PrincipalBuilder(Principal);

impl PrincipalBuilder {
    /// The account's display name.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Short::new(name);
        self
    }

    /// The effective role.
    pub fn role(mut self, role: Role) -> Self {
        self.0.role = role;
        self
    }

    /// Whether the account has the right "manage user profiles".
    pub fn manages_profiles(mut self, manages_profiles: bool) -> Self {
        self.0.manages_profiles = manages_profiles;
        self
    }

    /// The realm.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.0.realm = realm;
        self
    }

    /// The kind of the credential.
    pub fn kind(mut self, kind: TokenKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The public id of the credential.
    pub fn credential_id(mut self, id: RecordId) -> Self {
        self.0.credential = id;
        self
    }

    /// The scope, as scope tokens separated by spaces.
    ///
    /// # Panics
    ///
    /// If the text is not a valid [`Scope`].
    pub fn scope(mut self, scope: &str) -> Self {
        self.0.scope = Some(Scope::from_str(scope).expect("a valid scope"));
        self
    }

    /// The credential's label.
    ///
    /// # Panics
    ///
    /// If the text is not a valid label.
    pub fn label(mut self, label: &str) -> Self {
        self.0.label = Some(Label::from_stored(label).expect("a valid label"));
        self
    }

    /// When the credential expires.
    pub fn expires_at(mut self, expires_at: Timestamp) -> Self {
        self.0.expires_at = Some(expires_at);
        self
    }

    /// The creator of a security code.
    pub fn actor(mut self, actor: SubjectId) -> Self {
        self.0.actor = Some(actor);
        self
    }

    /// When the password of a console session was proved.
    pub fn authenticated_at(mut self, authenticated_at: Timestamp) -> Self {
        self.0.authenticated_at = Some(authenticated_at);
        self
    }

    /// The value that the host attached to the account.
    pub fn extension<T: Any + Send + Sync>(mut self, value: Arc<T>) -> Self {
        self.0.extension = Extension::new(value);
        self
    }

    /// The source of the request.
    pub fn source(mut self, source: &Source) -> Self {
        self.0.source = source.name().cloned();
        self
    }

    /// The principal.
    #[must_use]
    pub fn build(self) -> Principal {
        self.0
    }
}

impl From<PrincipalBuilder> for Principal {
    fn from(builder: PrincipalBuilder) -> Self {
        builder.build()
    }
}
