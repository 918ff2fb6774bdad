//! The viewer's own sign-ins and sessions: the list, and the pages that end one of them or all others.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use counterfoil::ManageError;
use counterfoil::types::FamilyId;
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::PAGE_SIZE;
use super::confirmation::Confirmation;
use super::empty_list::EmptyList;
use super::list::{ListControls, ListQuery};
use super::sign_in_row::SignInRow;
use crate::console::layout::Layout;
use crate::console::paths::{NOTICE, with_parameter};
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::{self, redirect};
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

const SECTION: &str = "/sign-ins";

#[derive(Template)]
#[template(path = "console/sign_ins.html")]
pub(super) struct SignIns {
    pub(super) layout: Layout,
    pub(super) title: String,
    /// The path of the page of the user whose sign-ins are listed. `None` for the viewer's own sign-ins.
    pub(super) user: Option<String>,
    pub(super) rows: Vec<SignInRow>,
    pub(super) empty: Option<EmptyList>,
    pub(super) controls: ListControls,
}

/// Lists the account's own sign-ins and sessions.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (texts, clock, list_query) = (viewer.language.texts(), viewer.clock(), ListQuery::read(query.as_deref()));
    let notice = match Query::parse(query.as_deref()).one(NOTICE) {
        Ok(Some("ended")) => Some(texts.sign_ins.sign_in_ended),
        Ok(Some("others-ended")) => Some(texts.sign_ins.others_ended),
        _ => None,
    };
    let owner = viewer.principal.subject().as_str();
    let list = List { name: "sign-ins", realm: viewer.counterfoil.realm().as_str(), owner };
    let after = list_query.after(list, |key| key.parse().ok());
    let page = viewer.counterfoil.list_sign_ins(&viewer.presenter(), after.as_ref(), PAGE_SIZE).await;
    let page = page.map_err(|error| Rejection::of(&console, &viewer, error))?;
    let path = console.path(SECTION);
    let rows: Vec<_> = page.items.iter().map(|seen| SignInRow::new(seen, &clock, &path)).collect();
    let next = page.next.map(|next| list.cursor(&next.to_string()));
    let controls = list_query.controls(texts, path, next, false);
    let empty = EmptyList::of(texts, rows.len(), &controls, texts.lists.no_more);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice);
    let title = texts.sign_ins.title.to_owned();
    Ok(response::page(StatusCode::OK, &SignIns { layout, title, user: None, rows, empty, controls }))
}

/// Parses the id of a sign-in in a path. If the text is not a valid id, the response is 404.
pub(super) fn sign_in_id(console: &Console, viewer: &Viewer, text: &str) -> Result<FamilyId, Rejection> {
    text.parse().map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Shows the page that asks for confirmation before a sign-in is ended.
pub(crate) async fn ask_end(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Rejection> {
    let (id, texts) = (sign_in_id(&console, &viewer, &id)?, viewer.language.texts());
    let (layout, path) = (Layout::of(&console, &viewer, SECTION), console.path(SECTION));
    let (name, action) = (id.to_string(), format!("{path}/{id}/end"));
    let shown = (texts.sign_ins.end_sign_in, texts.sign_ins.end_sign_in_question, texts.sign_ins.end);
    Ok(Confirmation::of_end(layout, shown, Some(&name), (action, path)).response(StatusCode::OK))
}

/// Ends a sign-in. If the sign-in has ended already, for example because the form was sent twice, the result is the
/// same.
pub(crate) async fn end(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = sign_in_id(&console, &viewer, &id)?;
    match viewer.counterfoil.end_sign_in(&viewer.presenter(), &id).await {
        Ok(()) | Err(ManageError::NotFound) => {}
        Err(error) => return Err(Rejection::of(&console, &viewer, error)),
    }
    if id == viewer.principal.credential_id().family() {
        return Ok(redirect(&console.path("/sign-in?notice=signed-out")));
    }
    Ok(redirect(&console.path(&with_parameter(SECTION, NOTICE, "ended"))))
}

/// Shows the page that asks for confirmation before all other sign-ins are ended.
pub(crate) async fn ask_end_others(State(console): State<Shared>, viewer: Viewer) -> Response {
    let (texts, path) = (viewer.language.texts(), console.path(SECTION));
    let (layout, action) = (Layout::of(&console, &viewer, SECTION), format!("{path}/end-others"));
    let shown = (texts.sign_ins.end_others, texts.sign_ins.end_others_question, texts.sign_ins.end_others);
    Confirmation::of_end(layout, shown, None, (action, path)).response(StatusCode::OK)
}

/// Ends all sign-ins and sessions of the account except the session in use.
pub(crate) async fn end_others(
    State(console): State<Shared>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let ended = viewer.counterfoil.end_other_sign_ins(&viewer.presenter()).await;
    ended.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&console.path(&with_parameter(SECTION, NOTICE, "others-ended"))))
}
