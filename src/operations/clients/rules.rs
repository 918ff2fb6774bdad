//! Rules for all registrations. They apply when a client is created, imported or changed.

use std::collections::BTreeMap;

use crate::operations::service_accounts::{reaches, stored};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::types::client::{Grant, RefreshMode, Registration};
use crate::types::scope::Scope;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;

impl Registration {
    /// The longest display name, in characters.
    pub const DISPLAY_NAME_MAX: usize = 100;
}

/// Checks the rules that every registration must satisfy.
pub(super) fn check(registration: &Registration) -> Result<(), Invalid> {
    display_name(&registration.display_name)?;
    if registration.public && registration.refresh_mode == RefreshMode::Reuse {
        return Err(Invalid::RefreshMode);
    }
    if registration.public && registration.resource_server {
        return Err(Invalid::ResourceServer);
    }
    let is_machine = registration.allows(Grant::ClientCredentials);
    if registration.public && (is_machine || registration.service_account.is_some()) {
        return Err(Invalid::ServiceAccountPublic);
    }
    if is_machine && registration.service_account.is_none() {
        return Err(Invalid::ServiceAccountMissing);
    }
    match (&registration.allowed_scope, &registration.default_scope) {
        (Some(allowed), Some(default)) if !allowed.covers(default) => Err(Invalid::DefaultScope),
        _ => Ok(()),
    }
}

/// Checks the limit on what a presenter may grant to a client: if the presenter has a scope, the client must have an
/// allowed scope, which must lie within the presenter's scope.
pub(super) fn within<O: Permission>(permit: &Permit<'_, O>, registration: &Registration) -> Result<(), Invalid> {
    let reaches = permit.needs_scope(registration.allowed_scope.as_ref());
    reaches.map_err(|_| Invalid::ScopeBeyond { field: "scopes" })
}

/// The service accounts of the realm, as the store had them when they were read.
pub(super) struct Accounts(BTreeMap<ServiceAccountId, ServiceAccount>);

impl Accounts {
    pub(super) async fn read<O: Permission>(permit: &Permit<'_, O>) -> Result<Self, ManageError> {
        Ok(Self(stored(permit).await?.service_accounts))
    }

    /// Checks that the presenter has at least the role and the scope of a client's service account: a caller with the
    /// client's secret acts as this account. `id` is the id of the account, or `None` if the client has no service
    /// account. The check passes for `None`. It also passes if the account does not exist, because nobody can act as a
    /// deleted account.
    pub(super) fn reached<O: Permission>(
        &self,
        permit: &Permit<'_, O>,
        id: Option<&ServiceAccountId>,
    ) -> Result<(), Forbidden> {
        id.and_then(|id| self.0.get(id)).map_or(Ok(()), |account| reaches(permit, account))
    }

    /// Checks that the service account with the id `asked` exists. The check passes if the request contains no such id.
    pub(super) fn named(&self, asked: Option<&ServiceAccountId>) -> Result<(), Invalid> {
        if asked.is_none_or(|id| self.0.contains_key(id)) { Ok(()) } else { Err(Invalid::ServiceAccount) }
    }
}

/// Checks that the requested scope tokens are known to the service. `allowed` and `default` are the requested allowed
/// scope and default scope. The outer `None` means that the scope needs no check.
pub(super) fn known<O: Permission>(
    permit: &Permit<'_, O>,
    allowed: Option<&Option<Scope>>,
    default: Option<&Option<Scope>>,
) -> Result<(), Invalid> {
    let Some(known) = &permit.service().policy.scopes else { return Ok(()) };
    for (asked, field) in [(allowed, "scopes"), (default, "default_scopes")] {
        if asked.and_then(Option::as_ref).is_some_and(|asked| !known.knows(asked)) {
            return Err(Invalid::ScopeUnknown { field });
        }
    }
    Ok(())
}

/// Sorts the grants and removes duplicates.
pub(super) fn grants(mut grants: Vec<Grant>) -> Vec<Grant> {
    grants.sort_unstable();
    grants.dedup();
    grants
}

fn display_name(name: &str) -> Result<(), Invalid> {
    let fits = (1..=Registration::DISPLAY_NAME_MAX).contains(&name.chars().count())
        && !name.trim().is_empty()
        && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Invalid::DisplayName) }
}
