//! Tests the name and the password of a person, without opening a session or a sign-in.

use crate::counterfoil::Counterfoil;
use crate::directory::Login;
use crate::event::Actor;
use crate::service::Service;
use crate::service::login::LoginError;
use crate::service::presenter::Presenter;
use crate::types::account::Account;
use crate::types::principal::Principal;
use crate::types::source::Source;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Tests a name and a password without opening a session. Use this method as the first step of a sign-in with a
    /// second factor. After the second factor, open the session with [`Counterfoil::open_session_for`] or the sign-in
    /// with [`Counterfoil::open_sign_in`].
    ///
    /// Failures are counted together with those of [`Counterfoil::open_session`], so neither method bypasses the limits
    /// of the other. Events and errors are also the same. The host itself must limit the attempts with the second
    /// factor.
    ///
    /// The password can change between the two steps. So make both calls on one handle from [`Counterfoil::at`]: its
    /// clock stands still at the instant of the first step. The new credential then begins at this instant. If the
    /// account's [`valid_since`](Account::valid_since) is set between the steps, the new credential is refused.
    ///
    /// # Errors
    ///
    /// [`LoginError::Refused`] for an unknown name, a wrong password or a disabled account. [`LoginError::SlowDown`]
    /// after too many failures. [`LoginError::Busy`] if too many other attempts are in progress.
    /// [`LoginError::Unavailable`] if the password could not be tested.
    ///
    /// # Cancel safety
    ///
    /// A dropped call is counted as a failure one minute later.
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::directory::Login;
    /// use counterfoil::operations::LoginError;
    /// use counterfoil::types::Source;
    ///
    /// let source = Source::new("203.0.113.7")?;
    /// let password = Secret::from("a password".to_owned());
    /// let login = Login::new("ivan", &password);
    /// let account = counterfoil.check_login(&login, &source).await?;
    /// // Here the host asks for the second factor.
    /// let session = counterfoil.open_session_for(&account).await?;
    ///
    /// // Before the password is changed, the person must enter the current one. A wrong one is refused.
    /// counterfoil.check_login_of(&session.principal, &login, &source).await?;
    /// let wrong = Secret::from("another".to_owned());
    /// let login = login.with_password(&wrong);
    /// let refused = counterfoil.check_login_of(&session.principal, &login, &source).await;
    /// assert!(matches!(refused, Err(LoginError::Refused)));
    /// # Ok(()) }) }
    /// ```
    pub async fn check_login(&self, login: &Login<'_>, source: &Source) -> Result<Account, LoginError> {
        self.service.log_in(login, None, source, &Actor::Unproved, self.now()).await
    }

    /// Tests the password of the person who presented a verified credential. Use it for actions before which the person
    /// must enter the password again, such as a change of the password. If `login` contains the right name and password
    /// of another person, it is refused and counts as a failure. [`Counterfoil::reauthenticate`] makes the same test
    /// and then replaces the session.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::check_login`]. [`LoginError::Refused`] is also the error for a principal of another
    /// realm.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Counterfoil::check_login`].
    pub async fn check_login_of(
        &self,
        principal: &Principal,
        login: &Login<'_>,
        source: &Source,
    ) -> Result<Account, LoginError> {
        check_of(&self.service, principal, login, source, self.now()).await
    }
}

pub(crate) async fn check_of(
    service: &Service,
    principal: &Principal,
    login: &Login<'_>,
    source: &Source,
    now: Timestamp,
) -> Result<Account, LoginError> {
    if principal.realm != service.realm {
        return Err(LoginError::Refused);
    }
    let by = Presenter::from(principal).from_source(source).by();
    service.log_in(login, Some(&principal.subject), source, &by.actor, now).await
}
