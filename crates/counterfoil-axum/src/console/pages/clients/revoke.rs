//! Ends all tokens of a client.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::{SECTION, client};
use crate::console::layout::Layout;
use crate::console::pages::confirmation::Confirmation;
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Shows the page that asks for confirmation before all tokens of a client are ended.
pub(crate) async fn ask_revoke(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (id, texts) = (client(&console, &viewer, &id)?, viewer.language.texts());
    let back = back_from_query(query.as_deref(), SECTION);
    let clients = &texts.clients;
    let shown = (clients.end_client_tokens, clients.end_client_tokens_question, clients.end_client_tokens);
    let paths = (console.path(&format!("{SECTION}/{id}/revoke")), console.path(&back));
    let confirm = Confirmation::of_end(Layout::of(&console, &viewer, SECTION), shown, Some(id.as_str()), paths);
    Ok(confirm.with_back(&back).response(StatusCode::OK))
}

pub(crate) async fn revoke(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    let revoked = viewer.counterfoil.revoke_client_tokens(&viewer.presenter(), &id).await;
    revoked.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "revoked")))
}
