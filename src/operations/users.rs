//! Finds users, and turns token login on or off for a user.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::directory::UserView;
use crate::event::EventKind;
use crate::http_auth::refusal::Gate;
use crate::service::Service;
use crate::service::authority::operations::{AllowTokenLogin, ForbidTokenLogin, SeeUsers};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Conflict, Forbidden, ManageError, Unavailable};
use crate::service::gates::switch_opens;
use crate::service::page_limit::LARGEST_PAGE;
use crate::service::presenter::Presenter;
use crate::service::snapshot::SettingsView;
use crate::types::account::Account;
use crate::types::ids::SubjectId;

impl Counterfoil {
    /// Searches the host's directory for users that match `text`, and returns at most `limit` of them, but never more
    /// than 100. Only for administrators and for accounts with the right "manage user profiles". A credential with a
    /// scope needs the scope token `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the directory or
    /// a store failed, or if the host has set no [`Search`](crate::directory::Search).
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn list_users(
        &self,
        by: &Presenter,
        text: &str,
        limit: NonZeroU32,
    ) -> Result<Vec<UserView>, ManageError> {
        find(self.permit(by).await?, text, limit).await
    }

    /// Finds one user by the subject id.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::list_users`]. [`ManageError::NotFound`] if the directory has no such subject.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn user(&self, by: &Presenter, subject: &SubjectId) -> Result<UserView, ManageError> {
        see(self.permit(by).await?, subject).await
    }

    /// Turns the switch "token login allowed" of an account on or off. While the switch is off, the account's personal
    /// access tokens are refused. Only for administrators and accounts with the right "manage user profiles".
    ///
    /// # Errors
    ///
    /// [`ManageError`]. A subject that is not in the directory gives `NotFound`. If the policy does not use the switch,
    /// the error is `Conflict`. A presenter whose credential can be used only from some addresses gets `Forbidden` if
    /// the call would turn on a switch that is off.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either set the switch or changed nothing.
    pub async fn set_token_login(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        allowed: bool,
    ) -> Result<UserView, ManageError> {
        if allowed {
            set_token_login(self.permit::<AllowTokenLogin>(by).await?, subject, true).await
        } else {
            set_token_login(self.permit::<ForbidTokenLogin>(by).await?, subject, false).await
        }
    }
}

/// Finds at most 100 users in the host's directory. The directory decides how names match, and the order of the
/// results.
async fn find(permit: Permit<'_, SeeUsers>, text: &str, limit: NonZeroU32) -> Result<Vec<UserView>, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let search = service.search.as_ref().ok_or(Unavailable::NotGiven { part: "search" })?;
    let found = search.find(text, limit.min(LARGEST_PAGE)).await?;
    Ok(service.with_settings(now, |view| found.iter().map(|account| shown(service, view, account)).collect()).await?)
}

/// Returns one user. Requires the same permission as [`find`].
async fn see(permit: Permit<'_, SeeUsers>, subject: &SubjectId) -> Result<UserView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let account = service.directory.account(subject).await?.ok_or(ManageError::NotFound)?;
    Ok(service.with_settings(now, |view| shown(service, view, &account)).await?)
}

/// Sets the switch "token login allowed" of an account. The settings document stores a switch only if it differs from
/// the policy's default. So the size of the document depends on the number of exceptions, not on the number of
/// accounts.
async fn set_token_login<O: Permission>(
    permit: Permit<'_, O>,
    subject: &SubjectId,
    allowed: bool,
) -> Result<UserView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let account = known(&permit, Some(subject)).await?;
    if !service.policy.gates().switch {
        return Err(Conflict::NotApplicable { gate: Gate::Switch }.into());
    }
    let own_sources = permit.own_sources().await?;
    let default = service.policy.personal_access_tokens.switch.opens_by_default();
    let (view, changed) = service
        .update_settings(now, |stored| {
            let before = switch_opens(&service.policy, stored, subject);
            // The account's tokens can be used from anywhere, unless they have allowed sources of their own. So a
            // presenter that is restricted to some addresses may not turn on the switch.
            if allowed && !before && !own_sources.cover(None) {
                return Err(Forbidden::Outranked.into());
            }
            if allowed == default {
                stored.switches.remove(subject);
            } else {
                stored.switches.insert(subject.clone(), allowed);
            }
            Ok(before != allowed)
        })
        .await?;
    if changed {
        permit.tell(EventKind::Switch { subject: subject.clone(), allowed });
    }
    Ok(shown(service, &view, &account))
}

/// Returns the account with the id `subject`, or the error `NotFound` if the directory has no such account. The
/// argument `subject` is `None` if the requested id is not valid: the result is then `NotFound`.
pub(crate) async fn known<O: Permission>(
    permit: &Permit<'_, O>,
    subject: Option<&SubjectId>,
) -> Result<Account, ManageError> {
    let subject = subject.ok_or(ManageError::NotFound)?;
    permit.service().directory.account(subject).await?.ok_or(ManageError::NotFound)
}

fn shown(service: &Service, view: &SettingsView, account: &Account) -> UserView {
    UserView {
        subject: account.subject().clone(),
        name: account.name().to_owned(),
        role: account.role(),
        token_login_allowed: switch_opens(&service.policy, &view.stored, account.subject()),
    }
}
