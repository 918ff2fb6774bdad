//! Revokes a personal access token of a service account.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use counterfoil::service_account::ServiceAccountView;
use counterfoil::types::RecordId;
use http::StatusCode;

use super::{SECTION, account_id, find, page_of};
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field};
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// The names of the account and of its token, as a confirmation shows them.
async fn named(
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountView,
    id: &RecordId,
) -> Result<String, Rejection> {
    let found = viewer.counterfoil.service_token(&viewer.presenter(), &account.id, id).await;
    let found = found.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(format!("{} · {}", account.label, found.label))
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
        title: texts.tokens.revoke_token,
        question: texts.tokens.revoke_token_question,
        name: Some(&name),
        action: console.path(&format!("{page}/tokens/{id}/delete")),
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
