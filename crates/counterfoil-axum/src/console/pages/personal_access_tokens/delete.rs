//! Deletes a personal access token.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::{SECTION, known_label, record};
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field};
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Shows the page that asks for confirmation before a token is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let label = known_label(&console, &viewer, &id).await?;
    let (texts, back) = (viewer.language.texts(), back_from_query(query.as_deref(), SECTION));
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.tokens.revoke_token,
        question: texts.tokens.revoke_token_question,
        name: Some(&label),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.tokens.revoke,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: vec![back_field(&back)],
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let deleted = viewer.counterfoil.delete_personal_access_token(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "revoked")))
}
