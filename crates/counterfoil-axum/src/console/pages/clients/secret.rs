//! Replaces the secret of a client.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Invalid;
use counterfoil::client::ClientId;
use counterfoil::types::RecordId;
use http::StatusCode;

use super::{SECTION, client};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field, client_overlaps, seconds};
use crate::console::pages::list::{back, back_from_query};
use crate::console::pages::secret_page;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

/// Returns the id of the newest secret of a client.
async fn newest_secret(console: &Console, viewer: &Viewer, id: &ClientId) -> Result<Option<RecordId>, Rejection> {
    let client = viewer.counterfoil.client(&viewer.presenter(), id).await;
    let client = client.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(client.secrets.last().map(|newest| newest.id))
}

/// Shows the page that asks how long the old secret stays valid after a new secret is created.
pub(crate) async fn ask_secret(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    let values = FormValues::from_query(query.as_deref(), &["overlap_seconds"]);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(secret_form(&console, &viewer, &id, &back, (layout, values)).await?.response(StatusCode::OK))
}

/// The name of the hidden field that contains the id of the client's newest secret at the time when the form was shown.
const BESIDE: &str = "beside";

async fn secret_form<'a>(
    console: &Console,
    viewer: &Viewer,
    id: &'a ClientId,
    back: &str,
    (layout, values): (Layout, FormValues),
) -> Result<Confirmation<'a>, Rejection> {
    let texts = viewer.language.texts();
    let beside = newest_secret(console, viewer, id).await?;
    Ok(Confirmation {
        layout,
        title: texts.clients.replace_secret,
        question: texts.clients.replace_secret_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/secret")),
        cancel: console.path(back),
        yes: texts.clients.replace_secret,
        danger: false,
        needs_password: viewer.needs_password(),
        overlaps: client_overlaps(texts),
        hidden: vec![
            (form_number::FIELD, form_number::draw(console, viewer)?),
            (BESIDE, beside.map(|id| id.to_string()).unwrap_or_default()),
            back_field(back),
        ],
        values,
    })
}

/// Replaces the secret of a client and shows the new secret once.
pub(crate) async fn secret(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = replace_secret_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn replace_secret_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = client(console, viewer, id)?;
    match try_replace_secret(console, viewer, &id, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let values = FormValues::new(form.values_of(&["overlap_seconds"]));
            let back = back(Some(form.one("back")), SECTION);
            let layout = Layout::of(console, viewer, SECTION);
            let mut again = secret_form(console, viewer, &id, &back, (layout, values)).await?;
            (again.layout, again.values) =
                form_error.place(again.layout, again.values, &["overlap_seconds", "password"]);
            Ok(form_error.with_retry_after(again.response(form_error.status)))
        }
    }
}

async fn try_replace_secret(
    console: &Console,
    viewer: &mut Viewer,
    id: &ClientId,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&["overlap_seconds"], &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let Some(overlap) = seconds(form.one("overlap_seconds")) else {
        return form_error_of(console, viewer, Invalid::Overlap { most: 0 }.into()).map(Err);
    };
    let (by, beside) = (viewer.presenter(), form.one(BESIDE).parse().ok());
    match viewer.counterfoil.once(key).rotate_client_secret(&by, id, overlap, beside).await {
        Ok(registered) => {
            let done = console.path(&back(Some(form.one("back")), SECTION));
            Ok(Ok(secret_page::client(Layout::of(console, viewer, SECTION), &registered, &done)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
