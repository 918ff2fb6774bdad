//! Creates service accounts.

use super::{known, role, unused_label};
use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, ServiceAccountAction};
use crate::service::authority::Permit;
use crate::service::authority::operations::CreateServiceAccount;
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::service_account_view::{NewServiceAccount, ServiceAccountView};
use crate::types::description::Description;
use crate::types::label::Label;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;

impl Counterfoil {
    /// Creates a service account: an owner of credentials that is no person. Only for administrators, with the scope
    /// `service-accounts:manage`. The presenter becomes its maker.
    ///
    /// The account acts with the lower one of its own role and its maker's present role. It is refused while its maker
    /// is disabled or missing. If the host itself is the presenter, the account has no maker, and acts with its own
    /// role.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account. [`ManageError::Invalid`] for an invalid field. [`ManageError::Conflict`] if the label is taken, or if
    /// the realm already has as many accounts as the policy allows. [`ManageError::Unavailable`] if a store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either created the account or changed nothing.
    ///
    /// # Example: an account with a token
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::NewServiceAccount;
    ///
    /// let host = Presenter::host();
    /// let new = NewServiceAccount::new("nightly import", Role::Member).with_scope("demo:read".parse::<Scope>()?);
    /// let account = counterfoil.create_service_account(&host, &new).await?;
    ///
    /// let new = NewPersonalAccessToken::new("import host 1", Lifetime::Days(30));
    /// let issued = counterfoil.create_service_token(&host, &account.id, &new).await?;
    /// let principal = counterfoil.verify(issued.token.expose_secret()).await?;
    /// assert!(principal.is_service_account() && principal.name() == "nightly import");
    /// assert!(principal.may("demo:read") && !principal.may("demo:write"));
    /// # Ok(()) }) }
    /// ```
    pub async fn create_service_account(
        &self,
        by: &Presenter,
        new: &NewServiceAccount<'_>,
    ) -> Result<ServiceAccountView, ManageError> {
        create(self.permit(by).await?, new).await
    }
}

async fn create(
    permit: Permit<'_, CreateServiceAccount>,
    new: &NewServiceAccount<'_>,
) -> Result<ServiceAccountView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let scope = new.scope.clone().or_else(|| permit.scope().cloned());
    permit.needs_rank(new.role)?;
    permit.needs_scope(scope.as_ref())?;
    role(new.role)?;
    known(&permit, new.scope.as_ref())?;
    let label = Label::new(new.label, ServiceAccount::LABEL_MAX).map_err(Invalid::from)?;
    let description = Description::new(new.description).map_err(Invalid::from)?;
    let account = ServiceAccount::new(label, new.role, now)
        .with_description(description)
        .with_scope(scope)
        .with_made_by(permit.person().ok().cloned())
        .with_notify(new.notify.clone());
    let mut bytes = [0; 16];
    service.entropy.fill(&mut bytes)?;
    let id = ServiceAccountId::from_bytes(bytes);
    service
        .update_settings(now, |stored| {
            unused_label(stored, &id, &account)?;
            if stored.service_accounts.len() >= usize::from(service.policy.service_accounts.max) {
                return Err(Conflict::QuotaReached.into());
            }
            // Two ids of 128 random bits are never equal in practice. Without this check, an equal id would replace the
            // existing account.
            if stored.service_accounts.contains_key(&id) {
                return Err(Unavailable::Contended { operation: "create service account" }.into());
            }
            stored.service_accounts.insert(id, account.clone());
            Ok(())
        })
        .await?;
    permit.tell(EventKind::ServiceAccount { id, action: ServiceAccountAction::Created });
    Ok(ServiceAccountView::of(id, &account))
}
