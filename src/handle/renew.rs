//! Changes of what is there already, on the handle.

use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::desk::view::{Issued, Listed};
use crate::handle::Counterfoil;
use crate::verbs::rotate::{self, Overlap};
use crate::verbs::{relabel, renew};
use crate::words::ids::RecordId;
use crate::words::time::Ts;

impl Counterfoil {
    /// Gives a security code another expiry, strictly after now, another description, or both. `None` leaves a field as it is.
    ///
    /// # Errors
    ///
    /// Forbidden unless a super administrator with scope `codes:manage` asks in a session; not found; invalid; a conflict where the code has
    /// expired and another expiry is asked for; unavailable.
    pub async fn edit_security_code(
        &self,
        by: &Presenter,
        id: &RecordId,
        expires_at: Option<Ts>,
        description: Option<&str>,
    ) -> Result<Listed, ManageError> {
        match expires_at {
            Some(at) => renew::set_expiry(self.permit(by).await?, id, at, description).await,
            None => renew::describe(self.permit(by).await?, id, description).await,
        }
    }

    /// Makes a live security code permanent.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::edit_security_code`].
    pub async fn make_security_code_permanent(&self, by: &Presenter, id: &RecordId) -> Result<Listed, ManageError> {
        renew::make_permanent(self.permit(by).await?, id).await
    }

    /// Lets a live or permanent security code expire the default life from now.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::edit_security_code`].
    pub async fn reset_security_code(&self, by: &Presenter, id: &RecordId) -> Result<Listed, ManageError> {
        renew::reset(self.permit(by).await?, id).await
    }

    /// Brings an expired security code back within its retention, with the same secret, for the default life from now.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::edit_security_code`]; a conflict where it has not expired.
    pub async fn reactivate_security_code(&self, by: &Presenter, id: &RecordId) -> Result<Listed, ManageError> {
        renew::reactivate(self.permit(by).await?, id).await
    }

    /// Gives one's own personal access token another label.
    ///
    /// # Errors
    ///
    /// Forbidden unless asked in a session with scope `credentials:write` and open gates; not found where it is not the presenter's; invalid; a
    /// conflict where the label is taken or the token was replaced; unavailable.
    pub async fn relabel_token(&self, by: &Presenter, id: &RecordId, label: &str) -> Result<Listed, ManageError> {
        relabel::relabel(self.permit(by).await?, id, label).await
    }

    /// Replaces one's own personal access token by a new one of the same label, scope and expiry. The answer is the one time that the new
    /// token can be seen. A personal access token may present itself here, and no other.
    ///
    /// # Errors
    ///
    /// Forbidden (no session, scope, gate, collaborator, or the token may do more than the presenter); not found where it is not the
    /// presenter's; invalid where the overlap is too long; a conflict where it has expired or was replaced; unavailable: then the old token
    /// may have been replaced all the same, and the new one is nobody's until it is deleted.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has replaced the token or has not; where the answer was lost, delete the newest and make another.
    ///
    /// # Example: a hand-over that the first use of the new token ends
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// let new = NewPersonalAccessToken { label: "deploy", lifetime: Lifetime::Days(30), scope: None };
    /// let old = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let new = counterfoil.rotate_token(&ivan, &old.listed.id, Overlap::UntilFirstUse).await?;
    /// assert_eq!((new.listed.label.as_str(), new.listed.expires_at), ("deploy", old.listed.expires_at));
    ///
    /// // The new one is on its way to where it is used: the old one works.
    /// assert!(counterfoil.verify(old.token.expose_secret()).await.is_ok());
    /// assert!(counterfoil.verify(new.token.expose_secret()).await.is_ok());
    /// // It arrived.
    /// assert!(counterfoil.verify(old.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn rotate_token(&self, by: &Presenter, id: &RecordId, overlap: Overlap) -> Result<Issued, ManageError> {
        rotate::rotate(self.permit_on(by, Some(id)).await?, id, overlap, None).await
    }
}
