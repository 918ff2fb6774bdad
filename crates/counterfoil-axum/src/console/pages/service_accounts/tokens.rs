//! Replaces and revokes a personal access token of a service account.

use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::Overlap;
use counterfoil::service_account::{ServiceAccountId, ServiceAccountView};
use counterfoil::types::RecordId;
use counterfoil::{Invalid, ManageError};
use http::StatusCode;

use super::{SECTION, account_id, find, page_of};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field, seconds, token_overlaps};
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::secret_page;
use crate::console::reauthentication::require_password;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

const OVERLAP: [&str; 1] = ["overlap_seconds"];

/// The label of a token of the account. `None` if lists do not show the token.
async fn label(
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountId,
    id: &RecordId,
) -> Result<Option<String>, Rejection> {
    match viewer.counterfoil.service_token(&viewer.presenter(), account, id).await {
        Ok(found) => Ok(Some(found.label)),
        Err(ManageError::NotFound) => Ok(None),
        Err(error) => Err(Rejection::of(console, viewer, error)),
    }
}

/// The names of the account and of its token, as a confirmation shows them.
async fn named(
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountView,
    id: &RecordId,
) -> Result<String, Rejection> {
    let label = label(console, viewer, &account.id, id).await?;
    let label = label.ok_or_else(|| Rejection::page(console, viewer, RejectionReason::NotFound))?;
    Ok(format!("{} · {label}", account.label))
}

pub(crate) async fn ask_delete_token(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (account, id) = (find(&console, &viewer, &account).await?, record(&console, &viewer, &id)?);
    let name = named(&console, &viewer, &account, &id).await?;
    let (texts, page) = (viewer.language.texts(), page_of(&account.id));
    let back = back_from_query(query.as_deref(), &page);
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.revoke_token,
        question: texts.revoke_token_question,
        name: Some(&name),
        action: console.path(&format!("{page}/tokens/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.revoke,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: vec![back_field(&back)],
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

pub(crate) async fn delete_token(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let (account, id) = (account_id(&console, &viewer, &account)?, record(&console, &viewer, &id)?);
    let deleted = viewer.counterfoil.delete_service_token(&viewer.presenter(), &account, &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, &page_of(&account), "revoked")))
}

pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (account, id) = (find(&console, &viewer, &account).await?, record(&console, &viewer, &id)?);
    let name = named(&console, &viewer, &account, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &OVERLAP);
    let back = back_from_query(query.as_deref(), &page_of(&account.id));
    Ok(rotation_page(&console, &viewer, (&account.id, &id, &name), &back, values)?.response(StatusCode::OK))
}

/// The form that asks how long the replaced token stays valid.
fn rotation_page<'a>(
    console: &Console,
    viewer: &Viewer,
    (account, id, name): (&ServiceAccountId, &RecordId, &'a str),
    back: &str,
    values: FormValues,
) -> Result<Confirmation<'a>, Rejection> {
    let texts = viewer.language.texts();
    Ok(Confirmation {
        layout: Layout::of(console, viewer, SECTION),
        title: texts.replace_token,
        question: texts.replace_token_question,
        name: Some(name),
        action: console.path(&format!("{}/tokens/{id}/rotate", page_of(account))),
        cancel: console.path(back),
        yes: texts.replace,
        danger: false,
        needs_password: viewer.needs_password(),
        overlaps: token_overlaps(texts),
        hidden: vec![(form_number::FIELD, form_number::draw(console, viewer)?), back_field(back)],
        values,
    })
}

pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = rotate_or_show_form(&console, &mut viewer, (&account, &id), &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn rotate_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    (account, id): (&str, &str),
    form: &Form,
) -> Result<Response, Rejection> {
    let (account, id) = (find(console, viewer, account).await?, record(console, viewer, id)?);
    let form_error = match try_rotate(console, viewer, (&account.id, &id), form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    // A token that was already replaced may be missing from the list. Then its form cannot be shown again.
    let Some(label) = label(console, viewer, &account.id, &id).await? else {
        return Err(Rejection::form_error(console, viewer, &form_error));
    };
    let (name, values) = (format!("{} · {label}", account.label), FormValues::new(form.values_of(&OVERLAP)));
    let back = back(Some(form.one("back")), &page_of(&account.id));
    let mut rotation = rotation_page(console, viewer, (&account.id, &id, &name), &back, values)?;
    let fields = ["overlap_seconds", "password"];
    (rotation.layout, rotation.values) = form_error.place(rotation.layout, rotation.values, &fields);
    Ok(form_error.with_retry_after(rotation.response(form_error.status)))
}

async fn try_rotate(
    console: &Console,
    viewer: &mut Viewer,
    (account, id): (&ServiceAccountId, &RecordId),
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
    match viewer.counterfoil.once(key).rotate_service_token(&viewer.presenter(), account, id, overlap).await {
        Ok(issued) => {
            let (layout, caption) = (Layout::of(console, viewer, SECTION), viewer.language.texts().token_caption);
            let done = console.path(&back(Some(form.one("back")), &page_of(account)));
            Ok(Ok(secret_page::token(layout, &issued.token, caption, Some(&issued.view.label), &done)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
