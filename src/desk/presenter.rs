//! Who asks for a change: a verified credential, a person whom the host signed in by itself, or the host.

use crate::desk::error::{Forbidden, Invalid};
use crate::instruments::principal::Principal;
use crate::words::account::Account;
use crate::words::ids::{RecordId, SubjectId};
use crate::words::kind::TokenKind;
use crate::words::role::Role;
use crate::words::scope::Scope;

/// Who asks for a change: make one for each request, from what was verified for it, for it knows no end of its own.
///
/// A credential never makes one that outranks it, so this carries role, scope and kind of what was presented.
///
/// ```
/// use counterfoil::{Account, Presenter, Role, SubjectId};
///
/// let account = Account::new(SubjectId::new("7").expect("an id"), "ivan", Role::Member);
/// let presenter = Presenter::signed_in(&account);
/// assert_eq!(presenter.role(), Role::Member);
/// ```
#[derive(Clone, Debug)]
pub struct Presenter {
    subject: Option<SubjectId>,
    role: Role,
    manages_profiles: bool,
    scope: Option<Scope>,
    means: Means,
}

/// By what it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// The host's own code.
    Host,
    /// An access token, a console session, or a person whom the host signed in.
    Session,
    /// A personal access token or a security code: it lists, deletes, and rotates itself.
    Token(RecordId),
}

impl From<&Principal> for Presenter {
    fn from(principal: &Principal) -> Self {
        let means = match principal.kind {
            TokenKind::AccessToken | TokenKind::ConsoleSession => Means::Session,
            _ => Means::Token(principal.credential),
        };
        Self {
            subject: Some(principal.subject.clone()),
            role: principal.role,
            manages_profiles: principal.manages_profiles,
            scope: principal.scope.clone(),
            means,
        }
    }
}

impl Presenter {
    /// A person whom the host has authenticated by itself, with all of that person's rights.
    #[must_use]
    pub fn signed_in(account: &Account) -> Self {
        Self {
            subject: Some(account.subject().clone()),
            role: account.role(),
            manages_profiles: account.manages_profiles(),
            scope: None,
            means: Means::Session,
        }
    }

    /// The host's own code: set-up, imports, clean-up after somebody left. May do everything; its events name nobody.
    #[must_use]
    pub const fn host() -> Self {
        Self { subject: None, role: Role::SuperAdministrator, manages_profiles: true, scope: None, means: Means::Host }
    }

    /// The role it acts with.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The person; `None` for the host.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        self.subject.as_ref()
    }

    /// The person, where only a person will do.
    pub(crate) fn person(&self) -> Result<&SubjectId, Forbidden> {
        self.subject.as_ref().ok_or(Forbidden::NoPerson)
    }

    pub(crate) fn is_host(&self) -> bool {
        self.means == Means::Host
    }

    /// The credential, where it is a personal access token or a security code.
    pub(crate) fn token(&self) -> Option<RecordId> {
        match self.means {
            Means::Token(id) => Some(id),
            Means::Host | Means::Session => None,
        }
    }

    /// Creating and changing need an access token, a console session, a signed-in person or the host.
    pub(crate) fn needs_session(&self) -> Result<(), Forbidden> {
        match self.means {
            Means::Host | Means::Session => Ok(()),
            Means::Token(_) => Err(Forbidden::CredentialKind),
        }
    }

    pub(crate) fn needs_scope(&self, scope: &'static str) -> Result<(), Forbidden> {
        let held = self.scope.as_ref().is_none_or(|own| own.contains(scope));
        if held { Ok(()) } else { Err(Forbidden::Scope { scope }) }
    }

    pub(crate) fn needs_role(&self, needed: Role) -> Result<(), Forbidden> {
        if self.role >= needed { Ok(()) } else { Err(Forbidden::Role { needed }) }
    }

    pub(crate) fn needs_profile_management(&self) -> Result<(), Forbidden> {
        let may = self.manages_profiles || self.role >= Role::Administrator;
        if may { Ok(()) } else { Err(Forbidden::ProfileManagement) }
    }

    /// The scope of a new credential: what was asked where that lies within the presenter's own, the presenter's own where nothing was.
    pub(crate) fn narrowed(&self, asked: Option<Scope>) -> Result<Option<Scope>, Invalid> {
        match (&self.scope, asked) {
            (None, asked) => Ok(asked),
            (Some(own), None) => Ok(Some(own.clone())),
            (Some(own), Some(asked)) if own.covers(&asked) => Ok(Some(asked)),
            (Some(_), Some(_)) => Err(Invalid::ScopeBeyond),
        }
    }

    /// Whoever gets a credential's successor can do what that may do: it must lie within the presenter's own scope.
    pub(crate) fn needs_reach(&self, scope: Option<&Scope>) -> Result<(), Forbidden> {
        let reaches = match (&self.scope, scope) {
            (None, _) => true,
            (Some(own), Some(scope)) => own.covers(scope),
            (Some(_), None) => false,
        };
        if reaches { Ok(()) } else { Err(Forbidden::Outranked) }
    }
}
