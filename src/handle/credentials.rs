//! Credentials: verified, issued, opened, ended.

use crate::desk::error::{Denied, ManageError, Unavailable};
use crate::desk::granting::Granted;
use crate::desk::presenter::Presenter;
use crate::desk::uses::Flushed;
use crate::desk::view::Issued;
use crate::handle::Counterfoil;
use crate::instruments::principal::Principal;
use crate::ports::measured::{Stopwatch, timed};
use crate::verbs::issue::{NewPersonalAccessToken, NewSecurityCode, TokenLimits};
use crate::verbs::open::{OpenError, SignIn};
use crate::verbs::{issue, open, revoke, verify};
use crate::words::ids::{RecordId, SubjectId};
use crate::words::source::SourceName;

impl Counterfoil {
    /// Verifies a bearer token: an access token, a personal access token or a security code. Everything else is refused.
    ///
    /// Asks the store and the directory once each; settings and clients come from a snapshot.
    ///
    /// # Errors
    ///
    /// [`Denied::Refused`] with the true reason for the host (tell the caller [`Denied::public`] only), [`Denied::Unavailable`] where
    /// nobody can say.
    ///
    /// # Cancel safety
    ///
    /// Safe: a dropped call has at most ended the old half of a hand-over, which the next use does again.
    ///
    /// # Example: a token that may read, for a day
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// let scope = Some("demo:read".parse()?);
    /// let new = NewPersonalAccessToken { label: "reports", lifetime: Lifetime::Days(1), scope };
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    ///
    /// let principal = counterfoil.verify(issued.token.expose_secret()).await?;
    /// assert_eq!((principal.name(), principal.kind()), ("ivan", TokenKind::PersonalAccessToken));
    /// assert!(principal.may("demo:read") && !principal.may("demo:write"));
    ///
    /// clock.advance(Span::days(1));
    /// let denied = counterfoil.verify(issued.token.expose_secret()).await.expect_err("expired");
    /// assert!(matches!(denied, Denied::Refused(Refusal::Expired { .. })), "for the host");
    /// assert_eq!(denied.public(), Some(PublicRefusal::InvalidToken), "for the caller");
    /// # Ok(()) }) }
    /// ```
    pub async fn verify(&self, token: &str) -> Result<Principal, Denied> {
        self.verified(token, None).await
    }

    pub(super) async fn verified(&self, token: &str, source: Option<&SourceName>) -> Result<Principal, Denied> {
        let watch = Stopwatch::start();
        let verified = verify::verify(&self.desk, token, source, self.now()).await;
        match &verified {
            Ok(_) => timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "accepted"),
            Err(Denied::Refused(_)) => {
                timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "refused");
            }
            Err(Denied::Unavailable(_)) => {
                timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "unavailable");
            }
        }
        verified
    }

    /// Makes a personal access token for the presenter. The answer is the only place where its secret ever is.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is: a closed gate or a collaborator is `Forbidden`, a label or a number of days out of its limits
    /// `Invalid`, a taken label or a reached quota `Conflict`.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has made the token or has not; one whose secret nobody saw shows in the list and can be deleted.
    ///
    /// # Example: made, and two that break a rule
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// let new = NewPersonalAccessToken { label: "nightly build", lifetime: Lifetime::Days(30), scope: None };
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert_eq!(issued.listed.expires_at, issued.listed.created_at.plus(Span::days(30)));
    /// assert!(issued.token.expose_secret().starts_with("cfp_"));
    ///
    /// let again = NewPersonalAccessToken { label: "Nightly Build", ..new.clone() };
    /// let refused = counterfoil.create_personal_access_token(&ivan, &again).await.expect_err("the label is taken");
    /// assert!(matches!(refused, ManageError::Conflict(Conflict::LabelTaken)));
    ///
    /// let long = NewPersonalAccessToken { label: "long", lifetime: Lifetime::Days(181), scope: None };
    /// let refused = counterfoil.create_personal_access_token(&ivan, &long).await.expect_err("too long");
    /// assert_eq!(refused.to_string(), "expires_in_days must be a whole number from 1 to 180");
    /// # Ok(()) }) }
    /// ```
    pub async fn create_personal_access_token(
        &self,
        by: &Presenter,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<Issued, ManageError> {
        issue::personal_access_token(self.permit(by).await?, new, None).await
    }

    /// What a personal access token may be now. Nothing secret, so nobody is asked who wants to know.
    ///
    /// # Errors
    ///
    /// [`Unavailable`], also where a stored setting is garbage.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn token_limits(&self) -> Result<TokenLimits, Unavailable> {
        issue::limits(&self.desk, self.now()).await
    }

    /// Makes a security code: only a super administrator does.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// As for [`Counterfoil::create_personal_access_token`].
    pub async fn create_security_code(&self, by: &Presenter, new: &NewSecurityCode<'_>) -> Result<Issued, ManageError> {
        issue::security_code(self.permit(by).await?, new, None).await
    }

    /// Opens a family for somebody whom the host has authenticated itself, after single sign-on or a second factor.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where client or account may not, or the host's own means fail.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has opened the family or has not; tokens that nobody saw expire.
    pub async fn open_sign_in(&self, sign_in: &SignIn<'_>) -> Result<Granted, OpenError> {
        open::by_host(&self.desk, sign_in, None, self.now()).await
    }

    /// Deletes one of the presenter's own personal access tokens. Twice is a success while its tombstone stands (30 days by default).
    /// Of a hand-over the newest ends both halves and frees the label; the old half ends alone.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for unknown ids and for other people's alike.
    pub async fn delete_token(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        revoke::own_token(self.permit(by).await?, id).await
    }

    /// Deletes a personal access token of that user: administrators.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for an id that is none of that user's.
    pub async fn delete_token_of(&self, by: &Presenter, subject: &SubjectId, id: &RecordId) -> Result<(), ManageError> {
        revoke::token_of(self.permit(by).await?, subject, id).await
    }

    /// Deletes a security code: super administrators.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for what is no code of this realm.
    pub async fn delete_security_code(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        revoke::code(self.permit(by).await?, id).await
    }

    /// Ends every credential of a person that existed when the call began: administrators and the host. How many families ended.
    ///
    /// # Errors
    ///
    /// [`ManageError`]; after `Unavailable` call again until it succeeds.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has ended some families; call again.
    pub async fn revoke_everything_of(&self, by: &Presenter, subject: &SubjectId) -> Result<u64, ManageError> {
        revoke::owner(self.permit(by).await?, subject).await
    }

    /// Ends the family of a credential, whatever its kind, on the host's own authority: sign-out, clean-up. When it returns, nothing of
    /// the family authenticates on any node.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for an id that is not there.
    pub async fn revoke_family_of(&self, id: &RecordId) -> Result<(), ManageError> {
        revoke::family(&self.desk, id, None, self.now()).await
    }

    /// Writes the uses that are due, and new digests of records that bear an older key. Called by the host's own loop, about every
    /// minute, or by [`Counterfoil::run_upkeep`]; nothing runs by itself.
    ///
    /// # Cancel safety
    ///
    /// What was not written stays in the buffer.
    pub async fn flush(&self) -> Flushed {
        let now = self.now();
        self.desk.upkeep_is_done();
        self.desk.flush_rekeying(now).await;
        self.desk.flush_uses(now, false).await
    }

    /// Writes every use that waits, whatever its interval, and reports what it could not write. Call it before the process ends.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.desk.upkeep_is_done();
        self.desk.flush_rekeying(now).await;
        self.desk.flush_uses(now, true).await
    }
}
