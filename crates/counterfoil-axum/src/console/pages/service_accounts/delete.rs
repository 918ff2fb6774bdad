//! Deletes a service account.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::{SECTION, account_id, find, page_of};
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::Confirmation;
use crate::console::paths::{NOTICE, with_parameter};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Rejection> {
    let account = find(&console, &viewer, &id).await?;
    let (texts, page) = (viewer.language.texts(), console.path(&page_of(&account.id)));
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.service_accounts.delete_service_account,
        question: texts.service_accounts.delete_service_account_question,
        name: Some(&account.label),
        action: format!("{page}/delete"),
        cancel: page,
        yes: texts.common.delete,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: Vec::new(),
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = account_id(&console, &viewer, &id)?;
    let deleted = viewer.counterfoil.delete_service_account(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&console.path(&with_parameter(SECTION, NOTICE, "deleted"))))
}
