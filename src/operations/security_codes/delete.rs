//! Deletes security codes.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::DeleteCode;
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::revoking::{by_administrator, delete};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Deletes a security code. Only for super administrators, with the scope `codes:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no security code of
    /// this realm has the id. [`ManageError::Unavailable`] if a store or the directory failed.
    pub async fn delete_security_code(&self, by: &Presenter, id: &RecordId) -> Result<(), ManageError> {
        code(self.permit(by).await?, id).await
    }
}

async fn code(permit: Permit<'_, DeleteCode>, id: &RecordId) -> Result<(), ManageError> {
    delete(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id, by_administrator(&permit)).await
}
