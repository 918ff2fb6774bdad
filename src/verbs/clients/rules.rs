//! What holds for every registration, however it comes about.

use crate::desk::error::{Forbidden, Invalid};
use crate::desk::presenter::Presenter;
use crate::words::client::{Grant, RefreshMode, Registration};
use crate::words::role::Role;
use crate::words::scope::Scope;

/// The most characters of a display name.
const NAME_MAX: usize = 100;

/// Who may look, and remove.
pub(super) fn may_manage(by: &Presenter) -> Result<(), Forbidden> {
    by.needs_scope(Scope::CLIENTS_MANAGE)?;
    by.needs_role(Role::Administrator)
}

/// Who may register and change: no personal access token and no security code.
pub(super) fn may_change(by: &Presenter) -> Result<(), Forbidden> {
    by.needs_session()?;
    may_manage(by)
}

/// The rules that a registration keeps at any time.
pub(super) fn check(registration: &Registration) -> Result<(), Invalid> {
    display_name(&registration.display_name)?;
    if registration.public && registration.refresh_mode == RefreshMode::Reuse {
        return Err(Invalid::RefreshMode);
    }
    if registration.public && registration.resource_server {
        return Err(Invalid::ResourceServer);
    }
    match (&registration.allowed_scope, &registration.default_scope) {
        (Some(allowed), Some(default)) if !allowed.covers(default) => Err(Invalid::DefaultScope),
        _ => Ok(()),
    }
}

/// A presenter with a scope hands out nothing beyond it: neither by what a client may ask for nor by what it gets unasked.
pub(super) fn within(by: &Presenter, registration: &Registration) -> Result<(), Invalid> {
    for scope in [&registration.allowed_scope, &registration.default_scope] {
        let narrowed = by.narrowed(scope.clone()).map_err(|_| Invalid::AllowedScope)?;
        if narrowed != *scope {
            return Err(Invalid::AllowedScope);
        }
    }
    Ok(())
}

/// Each grant once, in one order.
pub(super) fn grants(mut grants: Vec<Grant>) -> Vec<Grant> {
    grants.sort_unstable();
    grants.dedup();
    grants
}

fn display_name(name: &str) -> Result<(), Invalid> {
    let fits = (1..=NAME_MAX).contains(&name.chars().count())
        && !name.trim().is_empty()
        && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Invalid::DisplayName) }
}
