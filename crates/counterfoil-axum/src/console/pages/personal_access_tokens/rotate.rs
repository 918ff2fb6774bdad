//! Replaces a personal access token by a new token.

use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Invalid;
use counterfoil::operations::Overlap;
use counterfoil::types::RecordId;
use http::StatusCode;

use super::{SECTION, known_label, label, record, secret_page_for};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field, seconds, token_overlaps};
use crate::console::pages::list::{back, back_from_query};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

/// Shows the page that asks how long the old token stays valid after the new token is created.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let label = known_label(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &OVERLAP);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(rotation_page(&console, &viewer, (&id, &label), &back, values)?.response(StatusCode::OK))
}

const OVERLAP: [&str; 1] = ["overlap_seconds"];

fn rotation_page<'a>(
    console: &Console,
    viewer: &Viewer,
    (id, label): (&RecordId, &'a str),
    back: &str,
    values: FormValues,
) -> Result<Confirmation<'a>, Rejection> {
    let texts = viewer.language.texts();
    Ok(Confirmation {
        layout: Layout::of(console, viewer, SECTION),
        title: texts.replace_token,
        question: texts.replace_token_question,
        name: Some(label),
        action: console.path(&format!("{SECTION}/{id}/rotate")),
        cancel: console.path(back),
        yes: texts.replace,
        danger: false,
        needs_password: viewer.needs_password(),
        overlaps: token_overlaps(texts),
        hidden: vec![(form_number::FIELD, form_number::draw(console, viewer)?), back_field(back)],
        values,
    })
}

/// Replaces a token and shows the text of the new token once.
pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = rotate_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn rotate_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let form_error = match try_rotate(console, viewer, &id, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    // A token that was already replaced may be missing from the list. Then its form cannot be shown again.
    let Some(label) = label(console, viewer, &id).await? else {
        return Err(Rejection::form_error(console, viewer, &form_error));
    };
    let values = FormValues::new(form.values_of(&OVERLAP));
    let back = back(Some(form.one("back")), SECTION);
    let mut rotation = rotation_page(console, viewer, (&id, &label), &back, values)?;
    let fields = ["overlap_seconds", "password"];
    (rotation.layout, rotation.values) = form_error.place(rotation.layout, rotation.values, &fields);
    Ok(form_error.with_retry_after(rotation.response(form_error.status)))
}

async fn try_rotate(
    console: &Console,
    viewer: &mut Viewer,
    id: &RecordId,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&OVERLAP, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let asked = form.one("overlap_seconds");
    let overlap = match (asked, seconds(asked)) {
        ("first-use", _) => Overlap::UntilFirstUse,
        (_, Some(Duration::ZERO)) => Overlap::Immediate,
        (_, Some(overlap)) => Overlap::For(overlap),
        (_, None) => return form_error_of(console, viewer, Invalid::Overlap { most: 0 }.into()).map(Err),
    };
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    match viewer.counterfoil.once(key).rotate_personal_access_token(&viewer.presenter(), id, overlap).await {
        Ok(issued) => Ok(Ok(secret_page_for(console, viewer, &issued, &back(Some(form.one("back")), SECTION)))),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
