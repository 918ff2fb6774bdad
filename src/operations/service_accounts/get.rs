//! Gets one service account by its id.

use super::found;
use crate::counterfoil::Counterfoil;
use crate::service::authority::operations::ListServiceAccounts;
use crate::service::authority::{Permission, Permit};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::service_account_view::ServiceAccountView;
use crate::types::service_account_id::ServiceAccountId;

impl Counterfoil {
    /// Returns one service account. Only for administrators, with the scope `service-accounts:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no account of the
    /// realm has this id. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::{NewServiceAccount, ServiceAccountId};
    ///
    /// let host = Presenter::host();
    /// let made = counterfoil.create_service_account(&host, &NewServiceAccount::new("build", Role::Member)).await?;
    /// assert_eq!(counterfoil.service_account(&host, &made.id).await?, made);
    /// let nobodys = ServiceAccountId::from_bytes([0; 16]);
    /// assert!(matches!(counterfoil.service_account(&host, &nobodys).await, Err(ManageError::NotFound)));
    /// # Ok(()) }) }
    /// ```
    pub async fn service_account(
        &self,
        by: &Presenter,
        id: &ServiceAccountId,
    ) -> Result<ServiceAccountView, ManageError> {
        get(self.permit(by).await?, id).await
    }
}

async fn get(
    permit: Permit<'_, ListServiceAccounts>,
    id: &ServiceAccountId,
) -> Result<ServiceAccountView, ManageError> {
    Ok(ServiceAccountView::of(*id, &found(&permit, Some(id)).await?))
}

/// Checks that a service account exists. `id` is `None` if the text of the id was not valid, and the result is then
/// `NotFound`.
pub(crate) async fn exists<O: Permission>(
    permit: &Permit<'_, O>,
    id: Option<&ServiceAccountId>,
) -> Result<(), ManageError> {
    found(permit, id).await.map(drop)
}
