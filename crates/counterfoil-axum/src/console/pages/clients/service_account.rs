//! The form field for the service account of a client.

use std::num::NonZeroU32;

use counterfoil::ManageError;
use counterfoil::service_account::ServiceAccountId;

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// The name of the form field.
pub(super) const FIELD: &str = "service_account";

/// The page size with which the service accounts are listed. No policy allows more service accounts, so one page of
/// results has all of them.
const ALL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

/// Returns the accounts that the field offers, each with its id and its label. The list is empty if the viewer may not
/// see service accounts.
pub(super) async fn options(console: &Console, viewer: &Viewer) -> Result<Vec<(String, String)>, Rejection> {
    match viewer.counterfoil.list_service_accounts(&viewer.presenter(), None, ALL).await {
        Ok(page) => Ok(page.items.into_iter().map(|account| (account.id.to_string(), account.label)).collect()),
        Err(ManageError::Forbidden(_)) => Ok(Vec::new()),
        Err(error) => Err(Rejection::of(console, viewer, error)),
    }
}

/// Reads the chosen service account from the form. An empty value means no service account.
pub(super) fn read(viewer: &Viewer, form: &Form) -> Result<Option<ServiceAccountId>, FormError> {
    let text = form.one(FIELD);
    let parsed = (!text.is_empty()).then(|| text.parse()).transpose();
    parsed.map_err(|_| FormError::invalid_field(viewer, Some(FIELD)))
}
