//! Lists service accounts.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use super::stored;
use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::ListServiceAccounts;
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::service_account_view::ServiceAccountView;
use crate::store::page::{Cursor, Page};
use crate::types::ids::RecordId;

impl Counterfoil {
    /// Returns a page of the realm's service accounts, newest first. `after` is the cursor `next` of the previous page.
    /// Only for administrators, with the scope `service-accounts:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::NewServiceAccount;
    ///
    /// let host = Presenter::host();
    /// counterfoil.create_service_account(&host, &NewServiceAccount::new("build", Role::Member)).await?;
    /// let page = counterfoil.list_service_accounts(&host, None, NonZeroU32::MIN).await?;
    /// assert_eq!((page.items[0].label.as_str(), page.next), ("build", None));
    /// # Ok(()) }) }
    /// ```
    pub async fn list_service_accounts(
        &self,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<ServiceAccountView>, ManageError> {
        list(self.permit(by).await?, after, limit).await
    }
}

async fn list(
    permit: Permit<'_, ListServiceAccounts>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<ServiceAccountView>, ManageError> {
    let mut rows: Vec<_> = stored(&permit).await?.service_accounts.into_iter().collect();
    rows.sort_unstable_by_key(|(id, account)| Reverse((account.created_at, *id)));
    let key = |view: &ServiceAccountView| Cursor { at: view.created_at, id: RecordId::from_bytes(*view.id.as_bytes()) };
    let views = rows.iter().map(|(id, account)| ServiceAccountView::of(*id, account));
    let mut left = views.filter(|view| after.is_none_or(|after| key(view) < *after));
    let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let items: Vec<_> = left.by_ref().take(most).collect();
    let next = left.next().and(items.last()).map(key);
    Ok(Page { items, next, corrupt: 0 })
}
