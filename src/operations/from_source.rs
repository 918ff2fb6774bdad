//! Operations for a request whose source is known.

use crate::counterfoil::Counterfoil;
use crate::operations::sessions::open::OpenedSession;
use crate::operations::sessions::{open as session_open, verify as session_verify};
use crate::operations::sign_ins::open::{OpenError, SignIn};
use crate::operations::sign_ins::{open, revoke};
use crate::service::error::{Denied, ManageError};
use crate::service::granting::Granted;
use crate::service::login::LoginError;
use crate::types::account::Account;
use crate::types::ids::RecordId;
use crate::types::principal::Principal;
use crate::types::source::{Source, SourceName};

/// A handle whose events contain the source of the request, which is usually the address of the caller.
/// [`Counterfoil::from_source`] creates it.
///
/// A [`Principal`] from this handle also contains the source. So does a [`Presenter`](crate::Presenter) that is created
/// from that principal.
#[derive(Clone, Copy, Debug)]
pub struct FromSource<'a> {
    counterfoil: &'a Counterfoil,
    source: &'a Source,
}

impl Counterfoil {
    /// A handle for one request with a known source. A credential that can be used only from some addresses
    /// ([`allowed_sources`](crate::CredentialView::allowed_sources)) is refused if the source is not one of them, is not
    /// an address, or is [`Source::Unknown`]. Otherwise the source is used only for events: the handle counts nothing by
    /// source. Events contain the source unless the policy leaves sources out
    /// ([`Events::sources`](crate::policy::Events::sources)).
    ///
    /// Methods that count failures take the source as an argument. Methods that take a presenter use the presenter's
    /// source ([`Presenter::from_source`](crate::Presenter::from_source)).
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::types::Source;
    ///
    /// let source: Source = "203.0.113.7".parse()?;
    /// let session = counterfoil.from_source(&source).open_session_for(&account).await?;
    /// let principal = counterfoil.from_source(&source).verify_session(session.token.expose_secret()).await?;
    /// // The event names 203.0.113.7 as its source.
    /// counterfoil.end_session(&principal).await?;
    /// # Ok(()) }) }
    /// ```
    #[must_use]
    pub const fn from_source<'a>(&'a self, source: &'a Source) -> FromSource<'a> {
        FromSource { counterfoil: self, source }
    }
}

impl FromSource<'_> {
    /// The source, if it is known. Events and principals leave it out if the policy requires this.
    fn name(&self) -> Option<&SourceName> {
        self.source.name()
    }

    /// Verifies a bearer token.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::verify`].
    pub async fn verify(&self, token: &str) -> Result<Principal, Denied> {
        self.counterfoil.verified(token, self.name()).await
    }

    /// Verifies the text of a session's cookie.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::verify_session`].
    pub async fn verify_session(&self, text: &str) -> Result<Principal, Denied> {
        session_verify::verify(&self.counterfoil.service, text, self.name(), self.counterfoil.now()).await
    }

    /// Signs in a person whom the host has authenticated.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_session_for`].
    pub async fn open_session_for(&self, account: &Account) -> Result<OpenedSession, LoginError> {
        session_open::for_account(&self.counterfoil.service, account, self.name(), self.counterfoil.now()).await
    }

    /// Opens a sign-in for a person whom the host has authenticated, and issues its tokens to a client.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_sign_in`].
    pub async fn open_sign_in(&self, sign_in: &SignIn<'_>) -> Result<Granted, OpenError> {
        open::by_host(&self.counterfoil.service, sign_in, self.name(), self.counterfoil.now()).await
    }

    /// Revokes a credential together with all other tokens of its family (its sign-in). No presenter is needed, and no
    /// permission is checked.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::revoke_family_of`].
    pub async fn revoke_family_of(&self, id: &RecordId) -> Result<(), ManageError> {
        revoke::family(&self.counterfoil.service, id, self.name(), self.counterfoil.now()).await
    }
}
