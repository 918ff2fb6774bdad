//! Service accounts. A service account owns credentials but is no person. Administrators create, change and delete
//! service accounts, and create their personal access tokens.
//!
//! All service accounts of a realm are in one document, the stored settings. The document is replaced only if its
//! version has not changed, so two concurrent calls cannot store the same label twice. A verification reads the account
//! from the copy of the settings in memory. `service/account_for.rs` decides with which rights the account acts.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod made_by;
pub(crate) mod tokens;
pub(crate) mod update;

use crate::service::authority::{Permission, Permit};
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::settings::StoredSettings;

/// Reads the stored settings, which contain the service accounts. The settings are read from the store and not from the
/// snapshot in memory, so an account is found even if another process has just created it.
pub(crate) async fn stored<O: Permission>(permit: &Permit<'_, O>) -> Result<StoredSettings, ManageError> {
    let service = permit.service();
    Ok(service.settings.settings(&service.realm).await?.map(|found| found.settings).unwrap_or_default())
}

/// Returns the account with that id. The argument `id` is `None` if the requested id is not valid: the result is then
/// `NotFound`.
async fn found<O: Permission>(
    permit: &Permit<'_, O>,
    id: Option<&ServiceAccountId>,
) -> Result<ServiceAccount, ManageError> {
    let id = id.ok_or(ManageError::NotFound)?;
    stored(permit).await?.service_accounts.remove(id).ok_or(ManageError::NotFound)
}

/// Checks that the presenter has at least the role and the scope of an account.
pub(crate) fn reaches<O: Permission>(permit: &Permit<'_, O>, account: &ServiceAccount) -> Result<(), Forbidden> {
    permit.needs_rank(account.role)?;
    permit.needs_scope(account.scope.as_ref())
}

/// Checks that a service account can have the role. A collaborator cannot own tokens, so this role is refused.
fn role(role: Role) -> Result<(), Invalid> {
    if role == Role::Collaborator { Err(Invalid::Role) } else { Ok(()) }
}

/// Checks that the scope tokens of an account are known to the service.
fn known<O: Permission>(permit: &Permit<'_, O>, scope: Option<&Scope>) -> Result<(), Invalid> {
    match (&permit.service().policy.scopes, scope) {
        (Some(known), Some(scope)) if !known.knows(scope) => Err(Invalid::ScopeUnknown { field: "scope" }),
        _ => Ok(()),
    }
}

/// Checks that no other account of the realm has the label of `account`.
fn unused_label(stored: &StoredSettings, id: &ServiceAccountId, account: &ServiceAccount) -> Result<(), Conflict> {
    let same =
        |(other, there): (&ServiceAccountId, &ServiceAccount)| other != id && there.label_key == account.label_key;
    if stored.service_accounts.iter().any(same) { Err(Conflict::LabelTaken) } else { Ok(()) }
}
