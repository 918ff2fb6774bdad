//! Deletes a security code.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::SECTION;
use super::edit::find;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field};
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::table_rows::code_name;
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Shows the page that asks for confirmation before a code is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (id, texts) = (record(&console, &viewer, &id)?, viewer.language.texts());
    let (name, back) = (code_name(&find(&console, &viewer, &id).await?), back_from_query(query.as_deref(), SECTION));
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.codes.delete_code,
        question: texts.codes.delete_code_question,
        name: Some(&name),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.common.delete,
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
    let deleted = viewer.counterfoil.delete_security_code(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "deleted")))
}
