//! Principals without a verification, for tests.

#![expect(clippy::expect_used, reason = "a test that passes an invalid value is to stop")]

use std::any::Any;
use std::str::FromStr as _;
use std::sync::Arc;

use crate::types::extension::Extension;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::metadata::Metadata;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::short::Short;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// A principal for a test of the host's own handlers. It is a member who presented a personal access token without a
/// scope and without an expiry. `subject` is both the subject and the name.
///
/// The credential is not in any store, so an operation that reads it does not find it.
///
/// # Panics
///
/// Panics if `subject` is not a valid [`SubjectId`].
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
        is_restricted: false,
        metadata: None,
        contact: None,
        extension: Extension::default(),
    })
}

/// Builds a [`Principal`]. The function [`principal`] creates the builder.
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct PrincipalBuilder(Principal);

impl PrincipalBuilder {
    /// Sets the account's display name.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Short::new(name);
        self
    }

    /// Sets the effective role.
    pub fn role(mut self, role: Role) -> Self {
        self.0.role = role;
        self
    }

    /// Sets whether the account has the right "manage user profiles".
    pub fn manages_profiles(mut self, manages_profiles: bool) -> Self {
        self.0.manages_profiles = manages_profiles;
        self
    }

    /// Sets the realm.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.0.realm = realm;
        self
    }

    /// Sets the kind of the credential.
    pub fn kind(mut self, kind: TokenKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Sets the public id of the credential.
    pub fn credential_id(mut self, id: RecordId) -> Self {
        self.0.credential = id;
        self
    }

    /// Sets the scope. `scope` has scope tokens separated by spaces.
    ///
    /// # Panics
    ///
    /// Panics if `scope` is not a valid [`Scope`].
    pub fn scope(mut self, scope: &str) -> Self {
        self.0.scope = Some(Scope::from_str(scope).expect("a valid scope"));
        self
    }

    /// Sets the credential's label.
    ///
    /// # Panics
    ///
    /// Panics if `label` is not a valid label.
    pub fn label(mut self, label: &str) -> Self {
        self.0.label = Some(Label::from_stored(label).expect("a valid label"));
        self
    }

    /// Sets the instant at which the credential expires.
    pub fn expires_at(mut self, expires_at: Timestamp) -> Self {
        self.0.expires_at = Some(expires_at);
        self
    }

    /// Sets the person who created the presented security code.
    pub fn actor(mut self, actor: SubjectId) -> Self {
        self.0.actor = Some(actor);
        self
    }

    /// Sets the instant at which the person entered the password of a console session.
    pub fn authenticated_at(mut self, authenticated_at: Timestamp) -> Self {
        self.0.authenticated_at = Some(authenticated_at);
        self
    }

    /// Sets the value that the host attached to the account.
    pub fn extension<T: Any + Send + Sync>(mut self, value: Arc<T>) -> Self {
        self.0.extension = Extension::new(value);
        self
    }

    /// Sets the metadata of the credential. `metadata` is a JSON object.
    ///
    /// # Panics
    ///
    /// Panics if `metadata` is not valid [`Metadata`].
    pub fn metadata(mut self, metadata: &str) -> Self {
        self.0.metadata = Some(Metadata::from_str(metadata).expect("valid metadata"));
        self
    }

    /// Sets the source of the request.
    pub fn source(mut self, source: &Source) -> Self {
        self.0.source = source.name().cloned();
        self
    }

    /// Returns the principal.
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
