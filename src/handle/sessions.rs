//! Sessions of the console.

use crate::desk::error::{Denied, ManageError};
use crate::desk::login::LoginError;
use crate::handle::Counterfoil;
use crate::instruments::principal::Principal;
use crate::ports::directory::Login;
use crate::verbs::session::open::OpenedSession;
use crate::verbs::session::{end, open, verify};
use crate::words::account::Account;
use crate::words::source::Source;

impl Counterfoil {
    /// Signs somebody in with a password. Failures are throttled by account and source.
    ///
    /// # Errors
    ///
    /// [`LoginError::Refused`] for unknown names, wrong passwords and disabled accounts alike, [`LoginError::SlowDown`] in back-off,
    /// [`LoginError::Busy`] where only attempts under way stand in the way.
    ///
    /// # Cancel safety
    ///
    /// A dropped call counts as a failure after a minute, or has opened a session whose text nobody saw, which ends by itself.
    pub async fn open_session(&self, login: &Login<'_>, source: &Source) -> Result<OpenedSession, LoginError> {
        open::with_password(&self.desk, login, source, self.now()).await
    }

    /// Signs in somebody whom the host has authenticated by itself (SSO, MFA).
    ///
    /// # Errors
    ///
    /// [`LoginError::Refused`] for a disabled account.
    ///
    /// # Cancel safety
    ///
    /// As for [`Counterfoil::open_session`].
    pub async fn open_session_for(&self, account: &Account) -> Result<OpenedSession, LoginError> {
        open::for_account(&self.desk, account, None, self.now()).await
    }

    /// Verifies the text of a session's cookie, and keeps the session alive: at most one write a minute, never past its absolute life.
    ///
    /// # Errors
    ///
    /// [`Denied`], as for [`Counterfoil::verify`]. Every other kind of credential is refused.
    ///
    /// # Cancel safety
    ///
    /// Safe: a dropped call has kept the session alive or has not.
    pub async fn verify_session(&self, text: &str) -> Result<Principal, Denied> {
        verify::verify(&self.desk, text, None, self.now()).await
    }

    /// Whether the session's password was proved within the policy's `console_sessions.fresh`.
    #[must_use]
    pub fn is_fresh(&self, principal: &Principal) -> bool {
        verify::is_fresh(&self.desk, principal, self.now())
    }

    /// A fresh proof of the password: a new session takes the old one's place. The right password of somebody else is refused.
    ///
    /// # Errors
    ///
    /// As for [`Counterfoil::open_session`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call leaves the old session, or the new one, or both, which end by themselves.
    pub async fn reauthenticate(
        &self,
        principal: &Principal,
        login: &Login<'_>,
        source: &Source,
    ) -> Result<OpenedSession, LoginError> {
        open::again(&self.desk, principal, login, source, self.now()).await
    }

    /// Signs out: ends the session that somebody is signed in by. Twice is a success.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] where the principal is none of a session.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has ended the session or has not.
    pub async fn end_session(&self, principal: &Principal) -> Result<(), ManageError> {
        end::end(&self.desk, principal, self.now()).await
    }
}
