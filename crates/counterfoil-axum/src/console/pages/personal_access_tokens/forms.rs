//! The pages that replace, renew, extend and edit one of the viewer's own personal access tokens.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use crate::console::pages::token_forms::renew::Purpose;
use crate::console::pages::token_forms::{TokenOwner, edit, extend, renew};
use crate::console::rejection::Rejection;
use crate::console::state::Shared;
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Shows the page that asks how long the old token stays valid after the new token is created.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    renew::ask(&console, &viewer, &TokenOwner::Viewer, &id, (Purpose::Replace, query.as_deref())).await
}

pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = renew::submit(&console, &mut viewer, &TokenOwner::Viewer, &id, (Purpose::Replace, &form)).await;
    viewer.with_new_cookies(done.into_response())
}

/// Shows the page that renews a token. The mails about its expiry lead to this page.
pub(crate) async fn ask_renew(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    renew::ask(&console, &viewer, &TokenOwner::Viewer, &id, (Purpose::Renew, query.as_deref())).await
}

pub(crate) async fn renew(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = renew::submit(&console, &mut viewer, &TokenOwner::Viewer, &id, (Purpose::Renew, &form)).await;
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn ask_extend(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    extend::ask(&console, &viewer, &TokenOwner::Viewer, &id, query.as_deref()).await
}

pub(crate) async fn extend(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = extend::submit(&console, &mut viewer, &TokenOwner::Viewer, &id, &form).await;
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn ask_edit(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    edit::ask(&console, &viewer, &TokenOwner::Viewer, &id, query.as_deref()).await
}

pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    edit::submit(&console, &viewer, &TokenOwner::Viewer, &id, &form).await
}
