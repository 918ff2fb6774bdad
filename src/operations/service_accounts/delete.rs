//! Deletes service accounts.

use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, ServiceAccountAction};
use crate::service::authority::Permit;
use crate::service::authority::operations::DeleteServiceAccount;
use crate::service::ending::end_owner;
use crate::service::error::ManageError;
use crate::service::finding::owns_anything;
use crate::service::presenter::Presenter;
use crate::types::ids::OwnerId;
use crate::types::service_account_id::ServiceAccountId;

impl Counterfoil {
    /// Ends all credentials of a service account, and removes the account. Only for administrators, with the scope
    /// `service-accounts:manage`.
    ///
    /// The call can be repeated. It succeeds for an account that is already removed, until the last credential of the
    /// account is purged from the store.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no account has this
    /// id, and the store has no credential of a removed account with this id. [`ManageError::Unavailable`] if a store
    /// failed: repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have disabled the account and ended only some of its credentials. Repeat the call.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::NewServiceAccount;
    ///
    /// let host = Presenter::host();
    /// let account = counterfoil.create_service_account(&host, &NewServiceAccount::new("build", Role::Member)).await?;
    /// let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
    /// let issued = counterfoil.create_service_token(&host, &account.id, &new).await?;
    /// counterfoil.delete_service_account(&host, &account.id).await?;
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_err());
    /// assert!(counterfoil.service_account(&host, &account.id).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn delete_service_account(&self, by: &Presenter, id: &ServiceAccountId) -> Result<(), ManageError> {
        delete(self.permit(by).await?, id).await
    }
}

/// Deletes an account in three steps: it is disabled, its credentials are ended, and then it is removed. So a call that
/// stops in between leaves a disabled account, whose credentials are all refused. A token that another call creates
/// meanwhile has an owner that does not exist, and is refused too: an id is never used again.
async fn delete(permit: Permit<'_, DeleteServiceAccount>, id: &ServiceAccountId) -> Result<(), ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let owner = OwnerId::from(id.subject());
    let (_, was_there) = service
        .update_settings(now, |stored| {
            let account = stored.service_accounts.get_mut(id);
            Ok::<_, ManageError>(account.map(|account| account.disabled = true).is_some())
        })
        .await?;
    if !was_there {
        if !owns_anything(service, &owner).await? {
            return Err(ManageError::NotFound);
        }
        // A token that was created while the account was removed is refused. Here it is ended too.
        return end_owner(&permit, owner).await.map(drop);
    }
    end_owner(&permit, owner).await?;
    let (_, removed) = service
        .update_settings(now, |stored| Ok::<_, ManageError>(stored.service_accounts.remove(id).is_some()))
        .await?;
    if removed {
        permit.tell(EventKind::ServiceAccount { id: *id, action: ServiceAccountAction::Deleted });
    }
    Ok(())
}

/// Checks that an account exists, or that the store still has a credential of the removed account. Otherwise returns
/// `NotFound`. The argument `id` is `None` if the requested id is not valid: the result is then `NotFound`.
pub(crate) async fn exists(
    permit: Permit<'_, DeleteServiceAccount>,
    id: Option<&ServiceAccountId>,
) -> Result<(), ManageError> {
    match super::found(&permit, id).await {
        Err(ManageError::NotFound) => {
            let owner = OwnerId::from(id.ok_or(ManageError::NotFound)?.subject());
            if owns_anything(permit.service(), &owner).await? { Ok(()) } else { Err(ManageError::NotFound) }
        }
        found => found.map(drop),
    }
}
