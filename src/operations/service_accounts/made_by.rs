//! The service accounts that one person made.

use std::cmp::Reverse;

use super::stored;
use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, ServiceAccountAction};
use crate::service::authority::Permit;
use crate::service::authority::operations::{DisableServiceAccount, ListServiceAccounts};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::service_account_view::ServiceAccountView;
use crate::types::ids::SubjectId;
use crate::types::service_account::ServiceAccount;

impl Counterfoil {
    /// Returns the service accounts whose maker is this person, newest first. Only for administrators, with the scope
    /// `service-accounts:manage`. The person may be missing in the directory.
    ///
    /// [`Counterfoil::revoke_all_of`] does not end the credentials of these accounts. The policy limits the number of
    /// all service accounts of a realm, so the list has no pages.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn service_accounts_made_by(
        &self,
        by: &Presenter,
        subject: &SubjectId,
    ) -> Result<Vec<ServiceAccountView>, ManageError> {
        list(self.permit(by).await?, subject).await
    }

    /// Disables all service accounts whose maker is this person, in one step. Returns how many were enabled before.
    /// Only for administrators, with the scope `service-accounts:manage`. The person may be missing in the directory.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the store failed:
    /// repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either disabled all these accounts or changed nothing.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::NewServiceAccount;
    ///
    /// let admin = Account::new(SubjectId::new("1")?, "admin", Role::Administrator);
    /// let new = NewServiceAccount::new("nightly import", Role::Member);
    /// counterfoil.create_service_account(&Presenter::signed_in(&admin), &new).await?;
    ///
    /// let host = Presenter::host();
    /// assert_eq!(counterfoil.disable_service_accounts_made_by(&host, admin.subject()).await?, 1);
    /// let made = counterfoil.service_accounts_made_by(&host, admin.subject()).await?;
    /// assert!(made[0].label == "nightly import" && made[0].disabled);
    /// # Ok(()) }) }
    /// ```
    pub async fn disable_service_accounts_made_by(
        &self,
        by: &Presenter,
        subject: &SubjectId,
    ) -> Result<u64, ManageError> {
        disable(self.permit(by).await?, subject).await
    }
}

async fn list(
    permit: Permit<'_, ListServiceAccounts>,
    subject: &SubjectId,
) -> Result<Vec<ServiceAccountView>, ManageError> {
    let all = stored(&permit).await?.service_accounts;
    let mut views: Vec<_> = all
        .iter()
        .filter(|(_, account)| is_made_by(account, subject))
        .map(|(id, account)| ServiceAccountView::of(*id, account))
        .collect();
    views.sort_unstable_by_key(|view| Reverse((view.created_at, view.id)));
    Ok(views)
}

async fn disable(permit: Permit<'_, DisableServiceAccount>, subject: &SubjectId) -> Result<u64, ManageError> {
    let (_, disabled) = permit
        .service()
        .update_settings(permit.now(), |stored| {
            let enabled = |account: &ServiceAccount| is_made_by(account, subject) && !account.disabled;
            let made = stored.service_accounts.iter_mut().filter(|(_, account)| enabled(account));
            Ok(made.map(|(id, account)| (account.disabled = true, *id).1).collect::<Vec<_>>())
        })
        .await?;
    for &id in &disabled {
        permit.tell(EventKind::ServiceAccount { id, action: ServiceAccountAction::Disabled });
    }
    Ok(u64::try_from(disabled.len()).unwrap_or(u64::MAX))
}

fn is_made_by(account: &ServiceAccount, subject: &SubjectId) -> bool {
    account.made_by.as_ref() == Some(subject)
}
