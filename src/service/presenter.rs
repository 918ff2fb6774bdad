//! The presenter of a request: a verified credential, a person whom the host signed in, or the host.

use std::time::Duration;

use crate::event::{Actor, By};
use crate::types::account::Account;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::source::{Source, SourceName};
use crate::types::time::Timestamp;

/// The presenter of a request. Create one per request from what was verified for it: a presenter does not expire.
///
/// A credential never creates one that outranks it, so a presenter has the realm, role, scope and kind of the
/// presented credential. The handle of another realm refuses it.
///
/// ```
/// use counterfoil::{Account, Presenter, Realm, Role, SubjectId};
///
/// let account = Account::new(SubjectId::new("7").expect("an id"), "ivan", Role::Member);
/// let presenter = Presenter::signed_in(&account);
/// assert_eq!(presenter.role(), Role::Member);
/// assert_eq!(presenter.realm(), Some(&Realm::default()));
/// ```
#[derive(Clone, Debug)]
pub struct Presenter {
    /// `None`: the host's own code, which has access to all its realms.
    realm: Option<Realm>,
    subject: Option<SubjectId>,
    role: Role,
    manages_profiles: bool,
    scope: Option<Scope>,
    means: Means,
    source: Option<SourceName>,
}

/// What was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Means {
    /// The host's own code.
    Host,
    /// A person whom the host signed in.
    SignedIn,
    /// An access token.
    AccessToken(RecordId),
    /// A console session, and when its password was proved.
    Session(RecordId, Option<Timestamp>),
    /// A personal access token.
    PersonalAccessToken(RecordId),
    /// A security code, and its creator.
    SecurityCode(RecordId, SubjectId),
}

impl From<&Principal> for Presenter {
    fn from(principal: &Principal) -> Self {
        let id = principal.credential;
        let means = match (principal.kind, &principal.actor) {
            (TokenKind::AccessToken, _) => Means::AccessToken(id),
            (TokenKind::ConsoleSession, _) => Means::Session(id, principal.authenticated_at),
            (_, Some(creator)) => Means::SecurityCode(id, creator.clone()),
            (_, None) => Means::PersonalAccessToken(id),
        };
        Self {
            realm: Some(principal.realm.clone()),
            subject: Some(principal.subject.clone()),
            role: principal.role,
            manages_profiles: principal.manages_profiles,
            scope: principal.scope.clone(),
            means,
            source: principal.source.clone(),
        }
    }
}

impl Presenter {
    /// A person of the realm `default` whom the host has just authenticated, with all of that person's rights. A host
    /// with several realms sets the realm: [`Presenter::in_realm`].
    #[must_use]
    pub fn signed_in(account: &Account) -> Self {
        Self {
            realm: Some(Realm::default()),
            subject: Some(account.subject().clone()),
            role: account.role(),
            manages_profiles: account.manages_profiles(),
            scope: None,
            means: Means::SignedIn,
            source: None,
        }
    }

    /// A signed-in person of that realm. A verified credential keeps its own realm, and the host has no realm.
    ///
    /// ```
    /// use counterfoil::{Account, Presenter, Realm, Role, SubjectId};
    ///
    /// let account = Account::new(SubjectId::new("7").expect("an id"), "ivan", Role::Member);
    /// let tenant = Realm::new("tenant").expect("a realm");
    /// assert_eq!(Presenter::signed_in(&account).in_realm(&tenant).realm(), Some(&tenant));
    /// assert_eq!(Presenter::host().in_realm(&tenant).realm(), None);
    /// ```
    #[must_use]
    pub fn in_realm(mut self, realm: &Realm) -> Self {
        if self.means == Means::SignedIn {
            self.realm = Some(realm.clone());
        }
        self
    }

    /// Sets the source of the request, for its events. A presenter made from a [`Principal`] that was verified with a
    /// source already has it.
    ///
    /// ```
    /// use counterfoil::types::Source;
    /// use counterfoil::Presenter;
    ///
    /// let source: Source = "203.0.113.7".parse()?;
    /// let presenter = Presenter::host().from_source(&source);
    /// assert_eq!(presenter.source(), source.name());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_source(mut self, source: &Source) -> Self {
        self.source = source.name().cloned();
        self
    }

    /// The host's own code: set-up, imports, clean-up after a person leaves. It may do everything, in every realm.
    #[must_use]
    pub const fn host() -> Self {
        Self {
            realm: None,
            subject: None,
            role: Role::SuperAdministrator,
            manages_profiles: true,
            scope: None,
            means: Means::Host,
            source: None,
        }
    }

    /// The realm; `None` for the host.
    #[must_use]
    pub const fn realm(&self) -> Option<&Realm> {
        self.realm.as_ref()
    }

    /// Its role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The person; `None` for the host.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        self.subject.as_ref()
    }

    /// The source of the request, if known.
    #[must_use]
    pub const fn source(&self) -> Option<&SourceName> {
        self.source.as_ref()
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    pub(crate) fn manages_profiles(&self) -> bool {
        self.manages_profiles
    }

    pub(crate) fn is_host(&self) -> bool {
        self.means == Means::Host
    }

    /// Whether it may act in that realm.
    pub(crate) fn is_of(&self, realm: &Realm) -> bool {
        self.realm.as_ref().is_none_or(|own| own == realm)
    }

    /// The credential, if it is a personal access token or a security code.
    pub(crate) fn token(&self) -> Option<RecordId> {
        match self.means {
            Means::PersonalAccessToken(id) | Means::SecurityCode(id, _) => Some(id),
            Means::Host | Means::SignedIn | Means::AccessToken(_) | Means::Session(..) => None,
        }
    }

    /// Whether the password of a console session was proved less than `fresh` ago. Only sessions are checked: an
    /// access token lives for minutes, and the host has just signed its person in.
    pub(crate) fn is_fresh(&self, fresh: Duration, now: Timestamp) -> bool {
        match self.means {
            Means::Session(_, proved_at) => proved_at.is_some_and(|at| !now.reached(at.plus_capped(fresh))),
            _ => true,
        }
    }

    /// The presenter as the actor of events.
    pub(crate) fn by(&self) -> By {
        By::from(self.actor(), self.source())
    }

    fn actor(&self) -> Actor {
        let Some(subject) = self.subject.clone() else { return Actor::Host };
        match &self.means {
            Means::Host => Actor::Host,
            Means::SignedIn => Actor::Person { subject, credential: None },
            Means::AccessToken(id) | Means::Session(id, _) | Means::PersonalAccessToken(id) => {
                Actor::Person { subject, credential: Some(*id) }
            }
            Means::SecurityCode(id, creator) => {
                Actor::SecurityCode { subject, creator: creator.clone(), credential: *id }
            }
        }
    }
}
