//! Deletes personal access tokens.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DeleteToken, DeleteTokenOf};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::revoking::{by_administrator, delete};
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::why::RevocationReason;

impl Counterfoil {
    /// Deletes one of the presenter's own personal access tokens. Twice is a success while its tombstone stands (30 days by default).
    /// Of a hand-over the newest ends both halves and frees the label; the old half ends alone.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for unknown ids and for other people's alike.
    pub async fn delete_token(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        own_token(self.permit(by).await?, id).await
    }

    /// Deletes a personal access token of that user: administrators.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for an id that is none of that user's.
    pub async fn delete_token_of(&self, by: &Presenter, subject: &SubjectId, id: &RecordId) -> Result<(), ManageError> {
        token_of(self.permit(by).await?, subject, id).await
    }
}

/// Deletes one's own personal access token. Allowed to collaborators and to tokens; a closed gate keeps the owner out.
async fn own_token(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?;
    delete(&permit, (TokenKind::PersonalAccessToken, &owner.into()), id, RevocationReason::ByOwner).await
}

/// Deletes somebody's personal access token, whatever the gates say, also of a person who has left.
async fn token_of(permit: Permit<'_, DeleteTokenOf>, subject: &SubjectId, id: &RecordId) -> Result<(), ManageError> {
    delete(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id, by_administrator(&permit)).await
}
