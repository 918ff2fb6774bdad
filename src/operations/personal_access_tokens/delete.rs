//! Deletes personal access tokens.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DeleteToken, DeleteTokenOf};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::revoking::{by_administrator, delete};
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;

impl Counterfoil {
    /// Deletes one of the presenter's own personal access tokens. A second call succeeds while the tombstone exists
    /// (30 days by default). In a hand-over, deleting the newest token ends both halves and frees the label; deleting
    /// the old half ends only that half.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for unknown ids and for other users' ids.
    pub async fn delete_personal_access_token(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        own_token(self.permit(by).await?, id).await
    }

    /// Deletes a personal access token of that user. For administrators.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for an id that is not that user's.
    pub async fn delete_personal_access_token_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        id: &RecordId,
    ) -> Result<(), ManageError> {
        token_of(self.permit(by).await?, subject, id).await
    }
}

/// Deletes the presenter's own personal access token. Collaborators and tokens may do so; a closed gate prevents it.
async fn own_token(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?;
    delete(&permit, (TokenKind::PersonalAccessToken, &owner.into()), id, RevocationReason::ByOwner).await
}

/// Deletes a user's personal access token, regardless of gates, also after the person has left.
async fn token_of(permit: Permit<'_, DeleteTokenOf>, subject: &SubjectId, id: &RecordId) -> Result<(), ManageError> {
    delete(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id, by_administrator(&permit)).await
}
