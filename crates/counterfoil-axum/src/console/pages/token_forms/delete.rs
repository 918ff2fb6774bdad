//! Revokes a token.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::TokenPath;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::Confirmation;
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::pages::{personal_access_tokens, service_accounts};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Shows the page that asks for confirmation before a token is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    path: TokenPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(&console, &viewer).await?;
    let name = owner.name(&owner.known(&console, &viewer, &id).await?);
    let back = back_from_query(query.as_deref(), &owner.list());
    let paths = (console.path(&format!("{}/delete", owner.path(&id))), console.path(&back));
    let confirm = Confirmation::of_revocation(Layout::of(&console, &viewer, owner.section()), &name, paths);
    Ok(confirm.with_back(&back).response(StatusCode::OK))
}

pub(crate) async fn delete(
    State(console): State<Shared>,
    path: TokenPath,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let ((account, id), by) = (path.ids(&console, &viewer)?, viewer.presenter());
    let (deleted, list) = match account {
        None => {
            let deleted = viewer.counterfoil.delete_personal_access_token(&by, &id).await;
            (deleted, personal_access_tokens::SECTION.to_owned())
        }
        Some(account) => {
            let deleted = viewer.counterfoil.delete_service_token(&by, &account, &id).await;
            (deleted, service_accounts::page_of(&account))
        }
    };
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, &list, "revoked")))
}
