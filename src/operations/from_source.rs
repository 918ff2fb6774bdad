//! Operations for a request whose source is known.

use crate::counterfoil::Counterfoil;
use crate::directory::Login;
use crate::operations::sessions::open::OpenedSession;
use crate::operations::sessions::{open as session_open, verify as session_verify};
use crate::operations::sign_ins::open::{OpenError, SignIn};
use crate::operations::sign_ins::{open, revoke};
use crate::service::error::{Denied, ManageError};
use crate::service::granting::Granted;
use crate::service::login::LoginError;
use crate::types::account::Account;
use crate::types::device::Device;
use crate::types::ids::RecordId;
use crate::types::principal::Principal;
use crate::types::source::{Source, SourceName};

/// A handle whose events contain the source of the request, which is usually the address of the caller.
/// [`Counterfoil::from_source`] creates this handle.
///
/// A [`Principal`] from this handle also contains the source. So does a [`Presenter`](crate::Presenter) that is created
/// from that principal.
#[derive(Clone, Copy, Debug)]
pub struct FromSource<'a> {
    counterfoil: &'a Counterfoil,
    source: &'a Source,
    device: Option<&'a Device>,
}

impl Counterfoil {
    /// A handle for one request with a known source. A credential that can be used only from some addresses
    /// ([`allowed_sources`](crate::CredentialView::allowed_sources)) is refused if the source is not one of them, is
    /// not an address, or is [`Source::Unknown`]. Events contain the source unless the policy leaves sources out
    /// ([`Events::sources`](crate::policy::Events::sources)). New sign-ins and sessions store the device and the source
    /// if [`Policy::remember_source`](crate::policy::Policy::remember_source) is set. Of the methods of this handle,
    /// only [`FromSource::open_session`] counts failures by source.
    ///
    /// The other methods of [`Counterfoil`] that count failures take the source as an argument. Methods that take a
    /// presenter use the presenter's source ([`Presenter::from_source`](crate::Presenter::from_source)).
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
        FromSource { counterfoil: self, source, device: None }
    }
}

impl<'a> FromSource<'a> {
    /// Sets the device that a session of this handle stores, so that lists of sign-ins show it. The device of a sign-in
    /// is in [`SignIn::device`].
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::types::{Device, Source};
    ///
    /// let source: Source = "203.0.113.7".parse()?;
    /// let device = Device::of_user_agent("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", None);
    /// let session = counterfoil.from_source(&source).on_device(&device).open_session_for(&account).await?;
    /// let page = counterfoil.list_sign_ins(&Presenter::from(&session.principal), None, NonZeroU32::MIN).await?;
    /// assert_eq!(page.items[0].device, None, "the policy does not remember devices");
    /// # Ok(()) }) }
    /// ```
    #[must_use]
    pub const fn on_device(self, device: &'a Device) -> Self {
        Self { device: Some(device), ..self }
    }
}

impl FromSource<'_> {
    /// The name of the source. `None` for [`Source::Unknown`]. If the policy leaves sources out of events, events and
    /// principals do not contain this name.
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

    /// Signs a person in with a name and a password. Failures are counted by account and by source.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_session`].
    pub async fn open_session(&self, login: &Login<'_>) -> Result<OpenedSession, LoginError> {
        let Self { counterfoil, source, device } = *self;
        session_open::with_password(&counterfoil.service, login, source, device, counterfoil.now()).await
    }

    /// Signs in a person whom the host has authenticated.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_session_for`].
    pub async fn open_session_for(&self, account: &Account) -> Result<OpenedSession, LoginError> {
        let service = &self.counterfoil.service;
        let details = service.details_of(self.device, self.source.name());
        session_open::for_account(service, account, self.name(), details, self.counterfoil.now()).await
    }

    /// Opens a sign-in for a person whom the host has authenticated, and issues its tokens to a client.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::open_sign_in`].
    pub async fn open_sign_in(&self, sign_in: &SignIn<'_>) -> Result<Granted, OpenError> {
        let (named, source) = (self.name(), self.source.name());
        open::by_host(&self.counterfoil.service, sign_in, named, source, self.counterfoil.now()).await
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
