//! Deletes personal access tokens.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DeleteToken, DeleteTokenOf};
use crate::service::error::ManageError;
use crate::service::known_person::is_person;
use crate::service::presenter::Presenter;
use crate::service::revoking::{by_administrator, delete};
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;

impl Counterfoil {
    /// Deletes one of the presenter's own personal access tokens. A repeated call also succeeds until the policy's
    /// `tombstone` (30 days by default) has passed since the deletion. While a token and its replacement both work, the
    /// deletion of the new token also ends the old token and frees the label. The deletion of the old token ends only
    /// the old token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or if personal access tokens are blocked
    /// ([`Counterfoil::gates`]). [`ManageError::NotFound`] for an unknown id and for the id of another user's token.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    pub async fn delete_personal_access_token(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        own_token(self.permit(by).await?, id).await
    }

    /// Deletes a personal access token of the user `subject`. Only for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no token of this
    /// user has the id, and for the subject of a service account, unless the presenter is the host.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    pub async fn delete_personal_access_token_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        id: &RecordId,
    ) -> Result<(), ManageError> {
        token_of(self.permit(by).await?, subject, id).await
    }
}

/// Deletes one of the presenter's own personal access tokens. Collaborators, and presenters that authenticated with a
/// token, are allowed to do this too. The request is refused while personal access tokens are blocked by a gate.
async fn own_token(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?;
    delete(&permit, (TokenKind::PersonalAccessToken, &owner.into()), id, RevocationReason::ByOwner).await
}

/// Deletes a user's personal access token, even while personal access tokens are blocked by a gate. The user's account
/// need not exist any more.
async fn token_of(permit: Permit<'_, DeleteTokenOf>, subject: &SubjectId, id: &RecordId) -> Result<(), ManageError> {
    is_person(&permit, subject)?;
    delete(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id, by_administrator(&permit)).await
}
