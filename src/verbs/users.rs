//! Users as far as credentials go: found, and let in with tokens or not.

use std::num::NonZeroU32;

use crate::desk::Desk;
use crate::desk::authority::operations::SeeUsers;
use crate::desk::authority::{Operation, Permit};
use crate::desk::error::{Conflict, ManageError};
use crate::desk::gates::switch_opens;
use crate::desk::snapshot::SettingsView;
use crate::instruments::event::What;
use crate::instruments::policy::SwitchGate;
use crate::instruments::refusal::Gate;
use crate::words::account::Account;
use crate::words::ids::SubjectId;
use crate::words::role::Role;

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
    permit: Permit<'_, SeeUsers>,
    text: &str,
    limit: NonZeroU32,
) -> Result<Vec<UserView>, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let found = desk.directory.find(text, limit.min(PAGE)).await?;
    Ok(desk.with_settings(now, |view| found.iter().map(|account| shown(desk, view, account)).collect()).await?)
}

/// One user; whoever finds users may see them.
pub(crate) async fn see(permit: Permit<'_, SeeUsers>, subject: &SubjectId) -> Result<UserView, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let account = desk.directory.account(subject).await?.ok_or(ManageError::NotFound)?;
    Ok(desk.with_settings(now, |view| shown(desk, view, &account)).await?)
}

/// Sets "token login allowed" for an account. Kept only where it differs from the policy's default, so that the document that holds all
/// switches grows with exceptions and not with accounts.
pub(crate) async fn set_token_login<O: Operation>(
    permit: Permit<'_, O>,
    subject: &SubjectId,
    allowed: bool,
) -> Result<UserView, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let account = known(&permit, Some(subject)).await?;
    if !desk.policy.gates().switch {
        return Err(Conflict::NotApplicable { gate: Gate::Switch }.into());
    }
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
        permit.tell(What::Switch { subject: subject.clone(), allowed });
    }
    Ok(shown(desk, &view, &account))
}

/// The account; `None` is an id that nobody can have.
pub(crate) async fn known<O: Operation>(
    permit: &Permit<'_, O>,
    subject: Option<&SubjectId>,
) -> Result<Account, ManageError> {
    let subject = subject.ok_or(ManageError::NotFound)?;
    permit.desk().directory.account(subject).await?.ok_or(ManageError::NotFound)
}

fn shown(desk: &Desk, view: &SettingsView, account: &Account) -> UserView {
    UserView {
        subject: account.subject().clone(),
        name: account.name().to_owned(),
        role: account.role(),
        token_login_allowed: switch_opens(&desk.policy, view, account.subject()),
    }
}
