//! Changes the addresses from which a security code can be used.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{DescribeCode, RenewCode};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::sources::set_sources;
use crate::service::view::CredentialView;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::networks::Networks;

impl Counterfoil {
    /// Changes the addresses from which a security code can be used. `None` means from anywhere.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter is neither the host nor a super administrator with the scope
    /// `codes:manage`, or has a personal access token or a security code, or if the change widens the code and the
    /// presenter lacks what [`Counterfoil::update_personal_access_token`] then needs. [`ManageError::NotFound`]
    /// if there is no code with this id. [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either changed the list or nothing.
    pub async fn update_security_code_sources(
        &self,
        by: &Presenter,
        id: &RecordId,
        allowed: Option<&Networks>,
    ) -> Result<CredentialView, ManageError> {
        update(self.permit(by).await?, id, allowed).await
    }
}

async fn update(
    permit: Permit<'_, DescribeCode>,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let owner = OwnerId::realm();
    set_sources::<_, RenewCode>(&permit, (TokenKind::SecurityCode, &owner), id, allowed).await
}
