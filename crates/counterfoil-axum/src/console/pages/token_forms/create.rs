//! Creates a personal access token. The form is on the page that lists the tokens of the owner.

use axum::response::Response;
use counterfoil::{Lifetime, NewPersonalAccessToken};

use super::TokenOwner;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::pages::allowed_sources;
use crate::console::pages::scopes::OF_TOKEN;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::submitted_form::form_error_of;
use crate::console::viewer::Viewer;

pub(in crate::console::pages) const FIELDS: [&str; 5] =
    ["label", "days", allowed_sources::FIELD, OF_TOKEN.mode, OF_TOKEN.field];

/// Creates the token. Returns the page that shows its text once.
pub(in crate::console::pages) async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    owner: &TokenOwner,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS[..4], &FIELDS[4..]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let scope = match OF_TOKEN.read(viewer, form) {
        Ok(scope) => scope,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let allowed_sources = match allowed_sources::read(viewer, form) {
        Ok(allowed_sources) => allowed_sources,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let lifetime = match form.one("days").trim() {
        "" => Lifetime::Permanent,
        // Any text that is not a number becomes 0. This causes the error message that states the allowed range.
        days => Lifetime::Days(days.parse().unwrap_or(0)),
    };
    let new = NewPersonalAccessToken::new(form.one("label"), lifetime).with_scope(scope);
    match owner.create(viewer, key, &new.with_allowed_sources(allowed_sources)).await {
        Ok(issued) => Ok(Ok(owner.secret_page(console, viewer, &issued, &owner.list()))),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
