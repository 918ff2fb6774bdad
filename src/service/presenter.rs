//! The presenter of a request. It is a verified credential, a person whom the host has authenticated, or the host
//! itself.

use std::time::Duration;

use crate::event::{Actor, By};
use crate::types::account::Account;
use crate::types::ids::{FamilyId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::source::{Source, SourceName};
use crate::types::time::Timestamp;

/// The presenter of a request. Create a new presenter for each verified request, because a presenter does not expire.
///
/// A presenter has the realm, role, scope and kind of the presented credential. So a credential cannot be used to
/// create a credential with more rights. A [`Counterfoil`](crate::Counterfoil) of another realm refuses the presenter.
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
    /// The only realm in which the presenter may act. `None` for the host's own code, which may act in every realm.
    realm: Option<Realm>,
    subject: Option<SubjectId>,
    role: Role,
    manages_profiles: bool,
    scope: Option<Scope>,
    means: Means,
    source: Option<SourceName>,
    /// Whether the credential can be used only from some addresses.
    is_restricted: bool,
}

/// How the presenter was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Means {
    /// The host's own code.
    Host,
    /// A person whom the host has authenticated.
    SignedIn,
    /// An access token with this id.
    AccessToken(RecordId),
    /// A console session: its id, and the instant at which the person last entered the password.
    Session(RecordId, Option<Timestamp>),
    /// A personal access token with this id.
    PersonalAccessToken(RecordId),
    /// A security code: its id, and its creator.
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
            is_restricted: principal.is_restricted,
        }
    }
}

impl Presenter {
    /// Creates the presenter for a person of the realm `default` whom the host has just authenticated. The presenter
    /// has all rights of the person. If the host has several realms, set the realm with [`Presenter::in_realm`].
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
            is_restricted: false,
        }
    }

    /// Sets the realm of a person whom the host has authenticated. Has no effect on other presenters: a verified
    /// credential keeps its own realm, and the host has no realm.
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

    /// Sets the source of the request. The source is only written to events. A presenter that was created from a
    /// [`Principal`] already has the source that was given when the credential was verified.
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

    /// Creates the presenter for the host's own code. The host may do everything in every realm, except what needs a
    /// person. Use it for set-up, imports, and clean-up after a person leaves.
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
            is_restricted: false,
        }
    }

    /// The only realm in which the presenter may act. `None` for the host, which may act in every realm.
    #[must_use]
    pub const fn realm(&self) -> Option<&Realm> {
        self.realm.as_ref()
    }

    /// The effective role of the presented credential, or of the account. For the host, the highest role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The person or service account whose rights the presenter has. `None` for the host.
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

    /// Whether the presenter belongs to that realm. Always true for the host.
    pub(crate) fn is_of(&self, realm: &Realm) -> bool {
        self.realm.as_ref().is_none_or(|own| own == realm)
    }

    /// Whether the presenter is a service account. Credentials of a service account, of every kind, may not create,
    /// renew or widen anything.
    pub(crate) fn is_service_account(&self) -> bool {
        self.subject.as_ref().is_some_and(SubjectId::is_reserved)
    }

    /// The id of the presented credential, if it is a personal access token or a security code. `None` for any other
    /// presenter.
    pub(crate) fn token(&self) -> Option<RecordId> {
        match self.means {
            Means::PersonalAccessToken(id) | Means::SecurityCode(id, _) => Some(id),
            Means::Host | Means::SignedIn | Means::AccessToken(_) | Means::Session(..) => None,
        }
    }

    /// The id of the presented credential, if it was restricted to some addresses when it was verified. Otherwise
    /// `None`.
    pub(crate) fn restricted_credential(&self) -> Option<RecordId> {
        match self.means {
            Means::AccessToken(id)
            | Means::Session(id, _)
            | Means::PersonalAccessToken(id)
            | Means::SecurityCode(id, _)
                if self.is_restricted =>
            {
                Some(id)
            }
            _ => None,
        }
    }

    /// The family of the presenter's sign-in or session. `None` for a personal access token, a security code, a person
    /// whom the host has authenticated, and the host.
    pub(crate) fn sign_in(&self) -> Option<FamilyId> {
        match self.means {
            Means::AccessToken(id) | Means::Session(id, _) => Some(id.family()),
            Means::Host | Means::SignedIn | Means::PersonalAccessToken(_) | Means::SecurityCode(..) => None,
        }
    }

    /// Whether a console session is fresh: the person entered the password less than the time `fresh` ago. Always true
    /// for other presenters. An access token has a short lifetime, 10 minutes by default. A person whom the host has
    /// authenticated was authenticated a moment ago. The others have no password that could be entered again.
    pub(crate) fn is_fresh(&self, fresh: Duration, now: Timestamp) -> bool {
        match self.means {
            Means::Session(_, proved_at) => proved_at.is_some_and(|at| !now.reached(at.plus_capped(fresh))),
            _ => true,
        }
    }

    /// The presenter and the source of the request, as an event names them.
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
