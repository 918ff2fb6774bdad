//! Gets one personal access token by its id.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DeleteToken, DeleteTokenOf, ListTokens, ListTokensOf};
use crate::service::error::ManageError;
use crate::service::finding::{shown, there};
use crate::service::known_person::is_person;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// One of the presenter's own personal access tokens, as [`Counterfoil::list_personal_access_tokens`] shows it. The
    /// call takes one read of the store.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the scope `credentials:read` is missing, or if personal access tokens are blocked
    /// ([`Counterfoil::gates`]). [`ManageError::NotFound`] if the token does not exist, belongs to another user, is
    /// deleted, is replaced and no longer works, or is past its retention. [`ManageError::Unavailable`] if a store or
    /// the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::types::RecordId;
    /// use counterfoil::{Lifetime, ManageError, NewPersonalAccessToken};
    ///
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert_eq!(counterfoil.personal_access_token(&ivan, &issued.view.id).await?.label, "nightly build");
    /// let nobodys = RecordId::from_bytes([0; 16]);
    /// assert!(matches!(counterfoil.personal_access_token(&ivan, &nobodys).await, Err(ManageError::NotFound)));
    /// # Ok(()) }) }
    /// ```
    pub async fn personal_access_token(&self, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
        token(self.permit(by).await?, id).await
    }

    /// One of a user's personal access tokens. It is also shown while personal access tokens are blocked
    /// ([`Counterfoil::gates`]). Only for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::personal_access_token`]. [`ManageError::NotFound`] also for the subject of a
    /// service account, unless the presenter is the host.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn personal_access_token_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        id: &RecordId,
    ) -> Result<CredentialView, ManageError> {
        token_of(self.permit(by).await?, subject, id).await
    }
}

async fn token(permit: Permit<'_, ListTokens>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let owner = permit.person()?.into();
    shown(&permit, (TokenKind::PersonalAccessToken, &owner), id).await
}

/// Returns one of a user's personal access tokens. The token is also returned if a gate blocks personal access tokens,
/// or if the user's account no longer exists.
async fn token_of(
    permit: Permit<'_, ListTokensOf>,
    subject: &SubjectId,
    id: &RecordId,
) -> Result<CredentialView, ManageError> {
    is_person(&permit, subject)?;
    shown(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id).await
}

/// Checks that one of the presenter's own tokens exists and can be deleted.
pub(crate) async fn own_exists(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?.into();
    there(&permit, (TokenKind::PersonalAccessToken, &owner), id).await.map(drop)
}

/// Checks that one of a user's tokens exists and can be deleted.
pub(crate) async fn exists_of(
    permit: Permit<'_, DeleteTokenOf>,
    subject: &SubjectId,
    id: &RecordId,
) -> Result<(), ManageError> {
    is_person(&permit, subject)?;
    there(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id).await.map(drop)
}
