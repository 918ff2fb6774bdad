//! The sign-ins and sessions of a user. Administrators may use these pages.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use counterfoil::{ManageError, SubjectId};
use counterfoil_http::request::List;
use http::StatusCode;

use super::PAGE_SIZE;
use super::confirmation::Confirmation;
use super::empty_list::EmptyList;
use super::list::ListQuery;
use super::sign_in_row::SignInRow;
use super::sign_ins::{SignIns, sign_in_id};
use super::users::{SECTION, name_of, path, subject};
use crate::console::layout::Layout;
use crate::console::rejection::Rejection;
use crate::console::response::{self, redirect};
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// Reads a page of a user's sign-ins, from the position in the query. Returns its rows and the cursor of the next page.
pub(super) async fn rows(
    console: &Console,
    viewer: &Viewer,
    subject: &SubjectId,
    list_query: &ListQuery,
) -> Result<(Vec<SignInRow>, Option<String>), ManageError> {
    let (clock, below) = (viewer.clock(), format!("{}/sign-ins", path(console, subject)));
    let list = List { name: "sign-ins of", realm: viewer.counterfoil.realm().as_str(), owner: subject.as_str() };
    let after = list_query.after(list, |key| key.parse().ok());
    let page = viewer.counterfoil.list_sign_ins_of(&viewer.presenter(), subject, after.as_ref(), PAGE_SIZE).await?;
    let rows = page.items.iter().map(|seen| SignInRow::new(seen, &clock, &below)).collect();
    Ok((rows, page.next.map(|next| list.cursor(&next.to_string()))))
}

/// Lists all sign-ins of a user. The page of the user shows only the first of them.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (subject, texts) = (subject(&console, &viewer, &text)?, viewer.language.texts());
    let list_query = ListQuery::read(query.as_deref());
    let found = rows(&console, &viewer, &subject, &list_query).await;
    let (rows, next) = found.map_err(|error| Rejection::of(&console, &viewer, error))?;
    let user = path(&console, &subject);
    let controls = list_query.controls(texts, format!("{user}/sign-ins"), next, false);
    let empty = EmptyList::of(texts, rows.len(), &controls, texts.sign_ins.no_sign_ins);
    let title = name_of(&console, &viewer, &subject).await?;
    let layout = Layout::of(&console, &viewer, SECTION);
    Ok(response::page(StatusCode::OK, &SignIns { layout, title, user: Some(user), rows, empty, controls }))
}

/// Shows the page that asks for confirmation before a user's sign-in is ended.
pub(crate) async fn ask_end(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((text, id)): Path<(String, String)>,
) -> Result<Response, Rejection> {
    let (subject, id) = (subject(&console, &viewer, &text)?, sign_in_id(&console, &viewer, &id)?);
    let (texts, user) = (viewer.language.texts(), path(&console, &subject));
    let name = format!("{} · {id}", name_of(&console, &viewer, &subject).await?);
    let (layout, action) = (Layout::of(&console, &viewer, SECTION), format!("{user}/sign-ins/{id}/end"));
    let shown = (texts.sign_ins.end_sign_in, texts.sign_ins.end_sign_in_question, texts.sign_ins.end);
    Ok(Confirmation::of_end(layout, shown, Some(&name), (action, user)).response(StatusCode::OK))
}

/// Ends a user's sign-in. If the sign-in has ended already, for example because the form was sent twice, the result is
/// the same.
pub(crate) async fn end(
    State(console): State<Shared>,
    Path((text, id)): Path<(String, String)>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let (subject, id) = (subject(&console, &viewer, &text)?, sign_in_id(&console, &viewer, &id)?);
    match viewer.counterfoil.end_sign_in_of(&viewer.presenter(), &subject, &id).await {
        Ok(()) | Err(ManageError::NotFound) => {}
        Err(error) => return Err(Rejection::of(&console, &viewer, error)),
    }
    Ok(redirect(&format!("{}?notice=ended", path(&console, &subject))))
}
