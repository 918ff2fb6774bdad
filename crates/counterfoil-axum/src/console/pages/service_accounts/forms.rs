//! The pages that replace, renew, extend and edit a personal access token of a service account.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use super::find;
use crate::console::pages::token_forms::renew::Purpose;
use crate::console::pages::token_forms::{TokenOwner, edit, extend, renew};
use crate::console::rejection::Rejection;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Finds the account in a path. It owns the token.
async fn owner(console: &Console, viewer: &Viewer, account: &str) -> Result<TokenOwner, Rejection> {
    find(console, viewer, account).await.map(|account| TokenOwner::Service(Box::new(account)))
}

pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let owner = owner(&console, &viewer, &account).await?;
    renew::ask(&console, &viewer, &owner, &id, (Purpose::Replace, query.as_deref())).await
}

pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = match owner(&console, &viewer, &account).await {
        Ok(owner) => renew::submit(&console, &mut viewer, &owner, &id, (Purpose::Replace, &form)).await,
        Err(rejection) => Err(rejection),
    };
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn ask_renew(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let owner = owner(&console, &viewer, &account).await?;
    renew::ask(&console, &viewer, &owner, &id, (Purpose::Renew, query.as_deref())).await
}

pub(crate) async fn renew(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = match owner(&console, &viewer, &account).await {
        Ok(owner) => renew::submit(&console, &mut viewer, &owner, &id, (Purpose::Renew, &form)).await,
        Err(rejection) => Err(rejection),
    };
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn ask_extend(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let owner = owner(&console, &viewer, &account).await?;
    extend::ask(&console, &viewer, &owner, &id, query.as_deref()).await
}

pub(crate) async fn extend(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = match owner(&console, &viewer, &account).await {
        Ok(owner) => extend::submit(&console, &mut viewer, &owner, &id, &form).await,
        Err(rejection) => Err(rejection),
    };
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn ask_edit(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let owner = owner(&console, &viewer, &account).await?;
    edit::ask(&console, &viewer, &owner, &id, query.as_deref()).await
}

pub(crate) async fn edit_token(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let owner = owner(&console, &viewer, &account).await?;
    edit::submit(&console, &viewer, &owner, &id, &form).await
}
