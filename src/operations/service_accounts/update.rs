//! Changes service accounts.

use super::{known, reaches, role, unused_label};
use crate::counterfoil::Counterfoil;
use crate::event::{EventKind, ServiceAccountAction};
use crate::service::authority::operations::{DisableServiceAccount, UpdateServiceAccount};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::service_account_view::{ServiceAccountUpdate, ServiceAccountView};
use crate::types::description::Description;
use crate::types::label::Label;
use crate::types::scope::Scope;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::settings::StoredSettings;

impl Counterfoil {
    /// Changes the fields of a service account that are set in `change`. Only for administrators, with the scope
    /// `service-accounts:manage`. The change takes effect at the next call in this process, and within the policy's
    /// `settings_staleness` in other processes. The change also applies to existing credentials of the account.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or has a lower role or a narrower scope than the
    /// account has before or after the change. Also if the change enables or adopts the account, raises its role or
    /// widens its scope, and the presenter's credential can be used only from some addresses. An administrator with a
    /// lower role may still disable the account. [`ManageError::NotFound`] if no account of the realm has this id.
    /// [`ManageError::Invalid`] for an invalid field. [`ManageError::Conflict`] if the label is taken.
    /// [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has applied the whole change or nothing.
    ///
    /// # Example: an account is taken over, because its maker has left
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::service_account::{NewServiceAccount, ServiceAccountUpdate};
    ///
    /// let left = Account::new(SubjectId::new("8")?, "a person who has left", Role::Administrator);
    /// let new = NewServiceAccount::new("build", Role::Member);
    /// let account = counterfoil.create_service_account(&Presenter::signed_in(&left), &new).await?;
    /// assert_eq!(account.made_by.as_ref(), Some(left.subject()));
    ///
    /// let adopt = ServiceAccountUpdate::default().with_adopt(true);
    /// let account = counterfoil.update_service_account(&Presenter::host(), &account.id, &adopt).await?;
    /// assert_eq!(account.made_by, None, "it is the host's");
    /// # Ok(()) }) }
    /// ```
    pub async fn update_service_account(
        &self,
        by: &Presenter,
        id: &ServiceAccountId,
        change: &ServiceAccountUpdate,
    ) -> Result<ServiceAccountView, ManageError> {
        if change.only_disables() {
            return disable(self.permit(by).await?, id).await;
        }
        edit(self.permit(by).await?, id, change).await
    }
}

async fn edit(
    permit: Permit<'_, UpdateServiceAccount>,
    id: &ServiceAccountId,
    change: &ServiceAccountUpdate,
) -> Result<ServiceAccountView, ManageError> {
    let own_sources = permit.own_sources().await?;
    let decide = |stored: &StoredSettings, before: &ServiceAccount| {
        reaches(&permit, before)?;
        let after = changed(&permit, before, change)?;
        // The existing credentials of the account can be used from anywhere, unless they have allowed sources of their
        // own. So a presenter that is restricted to some addresses may not widen the account.
        if widens(before, &after) && !own_sources.cover(None) {
            return Err(Forbidden::Outranked.into());
        }
        if after.label_key != before.label_key {
            unused_label(stored, id, &after)?;
        }
        Ok(after)
    };
    write(&permit, id, decide).await
}

/// Whether a change gives an account additional rights: it enables the account, sets a new maker, or gives a higher
/// role or a wider scope.
fn widens(before: &ServiceAccount, after: &ServiceAccount) -> bool {
    (before.disabled && !after.disabled)
        || before.made_by != after.made_by
        || before.adopted_at != after.adopted_at
        || before.role < after.role
        || Scope::widens(before.scope.as_ref(), after.scope.as_ref())
}

/// Disables an account without any other change. This removes rights, so it does not require that the password was
/// entered recently, or that the presenter has the account's role.
async fn disable(
    permit: Permit<'_, DisableServiceAccount>,
    id: &ServiceAccountId,
) -> Result<ServiceAccountView, ManageError> {
    write(&permit, id, |_, before| Ok(before.clone().with_disabled(true))).await
}

/// Returns the account after the change. First checks that the presenter has at least the role and the scope that the
/// account will have. Then checks that the new fields are valid.
fn changed(
    permit: &Permit<'_, UpdateServiceAccount>,
    before: &ServiceAccount,
    change: &ServiceAccountUpdate,
) -> Result<ServiceAccount, ManageError> {
    let mut after = before.clone();
    if let Some(role) = change.role {
        after.role = role;
    }
    if let Some(scope) = &change.scope {
        after.scope.clone_from(scope);
    }
    reaches(permit, &after)?;
    if let Some(new) = change.role {
        role(new)?;
    }
    known(permit, change.scope.as_ref().and_then(Option::as_ref))?;
    if let Some(label) = &change.label {
        after = after.with_label(Label::new(label, ServiceAccount::LABEL_MAX).map_err(Invalid::from)?);
    }
    if let Some(text) = &change.description {
        after.description = Description::new(text).map_err(Invalid::from)?;
    }
    if let Some(notify) = &change.notify {
        after.notify.clone_from(notify);
    }
    if let Some(disabled) = change.disabled {
        after.disabled = disabled;
    }
    if change.adopt {
        (after.made_by, after.adopted_at) = (permit.person().ok().cloned(), Some(permit.now()));
    }
    Ok(after)
}

/// Replaces the account by the one that `decide` returns, and reports what has changed.
async fn write<O: Permission>(
    permit: &Permit<'_, O>,
    id: &ServiceAccountId,
    decide: impl Fn(&StoredSettings, &ServiceAccount) -> Result<ServiceAccount, ManageError>,
) -> Result<ServiceAccountView, ManageError> {
    let (_, (before, after)) = permit
        .service()
        .update_settings(permit.now(), |stored| {
            let before = stored.service_accounts.get(id).ok_or(ManageError::NotFound)?.clone();
            let after = decide(stored, &before)?;
            stored.service_accounts.insert(*id, after.clone());
            Ok((before, after))
        })
        .await?;
    for action in actions(&before, &after) {
        permit.tell(EventKind::ServiceAccount { id: *id, action });
    }
    Ok(ServiceAccountView::of(*id, &after))
}

/// Returns one action for each event to emit, and no action if nothing has changed.
fn actions(before: &ServiceAccount, after: &ServiceAccount) -> Vec<ServiceAccountAction> {
    let switched = match (before.disabled, after.disabled) {
        (false, true) => Some(ServiceAccountAction::Disabled),
        (true, false) => Some(ServiceAccountAction::Enabled),
        _ => None,
    };
    let changed = *before != after.clone().with_disabled(before.disabled);
    switched.into_iter().chain(changed.then_some(ServiceAccountAction::Changed)).collect()
}
