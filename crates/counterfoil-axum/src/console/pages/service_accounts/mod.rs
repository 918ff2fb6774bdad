//! The pages about service accounts and their personal access tokens. Administrators may use them.

mod delete;
pub(crate) mod edit;
mod list;
mod show;
mod switch;

use counterfoil::Role;
use counterfoil::service_account::{ServiceAccountId, ServiceAccountView};

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::state::Console;
use crate::console::viewer::Viewer;

pub(crate) use delete::{ask_delete, delete};
pub(crate) use list::{create, list};
pub(crate) use show::{create_token, show};
pub(crate) use switch::{adopt, disable, enable};

pub(super) const SECTION: &str = "/service-accounts";

/// The roles that a service account can have.
const ROLES: [Role; 3] = [Role::Member, Role::Administrator, Role::SuperAdministrator];

/// Parses the id of a service account in a path. If the text is not a valid id, the response is 404.
pub(super) fn account_id(console: &Console, viewer: &Viewer, text: &str) -> Result<ServiceAccountId, Rejection> {
    text.parse().map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Finds the account with the id in a path.
pub(super) async fn find(console: &Console, viewer: &Viewer, text: &str) -> Result<ServiceAccountView, Rejection> {
    let id = account_id(console, viewer, text)?;
    let found = viewer.counterfoil.service_account(&viewer.presenter(), &id).await;
    found.map_err(|error| Rejection::of(console, viewer, error))
}

/// Returns the path of an account's page, relative to the base path of the console.
pub(super) fn page_of(id: &ServiceAccountId) -> String {
    format!("{SECTION}/{id}")
}

/// Returns the options of the field for the role: the roles that the viewer may give, each with its value and its name.
fn roles(viewer: &Viewer) -> Vec<(&'static str, &'static str)> {
    let texts = viewer.language.texts();
    let given = ROLES.into_iter().filter(|role| *role <= viewer.principal.role());
    given.map(|role| (role.as_str(), texts.users.role_name(role))).collect()
}

/// Reads the field for the role.
fn role(viewer: &Viewer, form: &Form) -> Result<Role, FormError> {
    let chosen = ROLES.into_iter().find(|role| role.as_str() == form.one("role"));
    chosen.ok_or_else(|| FormError::invalid_field(viewer, Some("role")))
}
