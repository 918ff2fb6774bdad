//! Registers a new client.

use std::str::FromStr as _;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use http::StatusCode;

use super::list::show;
use super::{SECTION, service_account};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::scopes::{ALLOWED, DEFAULT};
use crate::console::pages::secret_page;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

/// The form fields that may occur at most once.
const ONCE: [&str; 8] = [
    "display_name",
    "id",
    "refresh_mode",
    "public",
    "resource_server",
    service_account::FIELD,
    ALLOWED.mode,
    DEFAULT.mode,
];
/// The form fields that may be repeated.
const MANY: [&str; 3] = ["grants", ALLOWED.field, DEFAULT.field];
pub(super) const FIELDS: [&str; 11] = [
    "display_name",
    "id",
    "grants",
    "refresh_mode",
    "public",
    "resource_server",
    service_account::FIELD,
    ALLOWED.mode,
    ALLOWED.field,
    DEFAULT.mode,
    DEFAULT.field,
];

/// Registers a client and shows its secret once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    match try_create(console, viewer, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
            let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
            Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
        }
    }
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let new = match registration(viewer, form) {
        Ok(new) => new,
        Err(form_error) => return Ok(Err(form_error)),
    };
    match viewer.counterfoil.once(key).create_client(&viewer.presenter(), new).await {
        Ok(registered) => {
            Ok(Ok(secret_page::client(Layout::of(console, viewer, SECTION), &registered, &console.path(SECTION))))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

fn registration(viewer: &Viewer, form: &Form) -> Result<NewClient, FormError> {
    let refused = |field| FormError::invalid_field(viewer, Some(field));
    let ticked = |field| form.ticked(field).ok_or_else(|| refused(field));
    let id = match form.one("id").trim() {
        "" => None,
        id => Some(ClientId::from_str(id).map_err(|invalid| {
            let reason = viewer.language.texts().invalid_message(&invalid.into());
            FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some("id"), &reason.text)
        })?),
    };
    let refresh_mode = match form.one("refresh_mode") {
        "rotate" => RefreshMode::Rotate,
        "reuse" => RefreshMode::Reuse,
        _ => return Err(refused("refresh_mode")),
    };
    let grants = form.all("grants").map(|name| Grant::from_name(name).ok_or_else(|| refused("grants")));
    Ok(NewClient::named(form.one("display_name"))
        .with_id(id)
        .with_grants(grants.collect::<Result<_, _>>()?)
        .with_public(ticked("public")?)
        .with_resource_server(ticked("resource_server")?)
        .with_service_account(service_account::read(viewer, form)?)
        .with_refresh_mode(refresh_mode)
        .with_allowed_scope(ALLOWED.read(viewer, form)?)
        .with_default_scope(DEFAULT.read(viewer, form)?))
}
