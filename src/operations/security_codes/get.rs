//! Gets one security code by its id.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DeleteCode, ListCodes};
use crate::service::error::ManageError;
use crate::service::finding::{shown, there};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Returns one of the realm's security codes. Expired codes are included if they can be reactivated. Only for super
    /// administrators, with the scope `codes:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if the realm has no
    /// such code, or the code is deleted or past its retention. [`ManageError::Unavailable`] if a store or the
    /// directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn security_code(&self, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
        code(self.permit(by).await?, id).await
    }
}

async fn code(permit: Permit<'_, ListCodes>, id: &RecordId) -> Result<CredentialView, ManageError> {
    shown(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id).await
}

/// Checks that a security code exists and can be deleted.
pub(crate) async fn code_exists(permit: Permit<'_, DeleteCode>, id: &RecordId) -> Result<(), ManageError> {
    there(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id).await.map(drop)
}
