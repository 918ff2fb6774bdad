//! Lists security codes.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::ListCodes;
use crate::service::error::ManageError;
use crate::service::listing::{Wanted, page};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::page::{Cursor, Page};
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Returns a page of the realm's live security codes. If `include_expired` is true, the page also contains expired
    /// codes that can be reactivated. Only for super administrators, with the scope `codes:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if a store or the
    /// directory failed.
    pub async fn list_security_codes(
        &self,
        by: &Presenter,
        include_expired: bool,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        codes(self.permit(by).await?, include_expired, after, limit).await
    }
}

async fn codes(
    permit: Permit<'_, ListCodes>,
    include_expired: bool,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    let wanted = Wanted { owner: &OwnerId::realm(), kind: TokenKind::SecurityCode, expired_too: include_expired };
    page(&permit, &wanted, after, limit).await
}
