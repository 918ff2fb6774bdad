//! Users as far as credentials go: found, and let in with tokens or not.

use std::num::NonZeroU32;

use crate::desk::Desk;
use crate::desk::error::{Forbidden, ManageError};
use crate::desk::gates::switch_opens;
use crate::desk::presenter::Presenter;
use crate::desk::snapshot::SettingsView;
use crate::instruments::event::What;
use crate::instruments::policy::SwitchGate;
use crate::words::account::Account;
use crate::words::ids::SubjectId;
use crate::words::role::Role;
use crate::words::scope::Scope;
use crate::words::time::Ts;

/// The most users of one answer.
const PAGE: NonZeroU32 = match NonZeroU32::new(100) {
    Some(page) => page,
    None => NonZeroU32::MIN,
};

/// What is shown of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The immutable id.
    pub subject: SubjectId,
    /// The display name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// "Token login allowed": always where the policy does not ask for it.
    pub token_login_allowed: bool,
}

/// Finds users in the host's directory, by its own lights and in its order, at most 100.
pub(crate) async fn find(
    desk: &Desk,
    by: &Presenter,
    text: &str,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Vec<UserView>, ManageError> {
    may_manage(by)?;
    let found = desk.directory.find(text, limit.min(PAGE)).await?;
    Ok(desk.with_settings(now, |view| found.iter().map(|account| shown(desk, view, account)).collect()).await?)
}

/// One user; whoever finds users may see them.
pub(crate) async fn see(desk: &Desk, by: &Presenter, subject: &SubjectId, now: Ts) -> Result<UserView, ManageError> {
    may_manage(by)?;
    let account = desk.directory.account(subject).await?.ok_or(ManageError::NotFound)?;
    Ok(desk.with_settings(now, |view| shown(desk, view, &account)).await?)
}

/// Sets "token login allowed" for an account. Kept only where it differs from the policy's default, so that the document that holds all
/// switches grows with exceptions and not with accounts.
pub(crate) async fn set_token_login(
    desk: &Desk,
    by: &Presenter,
    subject: &SubjectId,
    allowed: bool,
    now: Ts,
) -> Result<UserView, ManageError> {
    let account = may_set(desk, by, Some(subject)).await?;
    let default = desk.policy.personal_access_tokens.switch != SwitchGate::DefaultOff;
    let (view, changed) = desk
        .update_settings(now, |stored| {
            let before = stored.switches.get(subject).copied().unwrap_or(default);
            if allowed == default {
                stored.switches.remove(subject);
            } else {
                stored.switches.insert(subject.clone(), allowed);
            }
            Ok(before != allowed)
        })
        .await?;
    if changed {
        desk.tell(now, by.subject(), What::Switch { subject: subject.clone(), allowed });
    }
    Ok(shown(desk, &view, &account))
}

/// The account, where somebody may set its switch; `None` is an id that nobody can have.
pub(crate) async fn may_set(desk: &Desk, by: &Presenter, subject: Option<&SubjectId>) -> Result<Account, ManageError> {
    by.needs_session()?;
    may_manage(by)?;
    desk.directory.account(subject.ok_or(ManageError::NotFound)?).await?.ok_or(ManageError::NotFound)
}

fn shown(desk: &Desk, view: &SettingsView, account: &Account) -> UserView {
    UserView {
        subject: account.subject().clone(),
        name: account.name().to_owned(),
        role: account.role(),
        token_login_allowed: switch_opens(&desk.policy, view, account.subject()),
    }
}

fn may_manage(by: &Presenter) -> Result<(), Forbidden> {
    by.needs_scope(Scope::USERS_MANAGE)?;
    by.needs_profile_management()
}
