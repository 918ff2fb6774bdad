//! The viewer's own personal access tokens.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::{Operation, Overlap, TokenLimits};
use counterfoil::types::RecordId;
use counterfoil::{Forbidden, Invalid, IssuedCredential, Lifetime, ManageError, NewPersonalAccessToken};
use http::StatusCode;

use super::confirmation::{Confirmation, back_field, seconds, token_overlaps};
use super::empty_list::EmptyList;
use super::list::{CredentialList, ListControls, ListQuery, back, back_from_query, back_to_here, list_with_notice};
use super::scopes::{OF_TOKEN, ScopeField};
use super::secret_page;
use super::table_rows::TokenRow;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::reauthentication::require_password;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/tokens";

#[derive(Template)]
#[template(path = "console/personal_access_tokens.html")]
struct Tokens {
    layout: Layout,
    /// The reason that the list is not shown.
    closed: Option<&'static str>,
    /// The reason that the form is not shown.
    no_creation: Option<&'static str>,
    label_hint: String,
    days_hint: String,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    rights: ScopeField,
    rows: Vec<TokenRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
}

/// Redirects from the start page to the list.
pub(crate) async fn start(State(console): State<Shared>, _visitor: Viewer) -> Response {
    redirect(&console.path(SECTION))
}

/// Shows the list and the form for a new token.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("revoked")) => Some(texts.revoked),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    show(&console, &viewer, layout, values, StatusCode::OK, query.as_deref()).await
}

async fn show(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let (by, texts, clock) = (viewer.presenter(), viewer.language.texts(), viewer.clock(console));
    let list = List {
        name: "tokens",
        realm: console.counterfoil.realm().as_str(),
        owner: viewer.principal.subject().as_str(),
    };
    let (below, list_query) = (console.path(SECTION), ListQuery::read(query));
    let rejected = |error| Rejection::of(console, viewer, error);
    let mut page = Tokens {
        layout,
        closed: None,
        no_creation: None,
        label_hint: String::new(),
        days_hint: String::new(),
        rights: OF_TOKEN.shown(console, texts, &values, (texts.scope_legend, texts.scope_all, texts.scope_limited)),
        values,
        needs_password: viewer.needs_password(console),
        form_number: form_number::draw(console, viewer)?,
        rows: Vec::new(),
        empty: None,
        controls: list_query.controls(texts, below.clone(), None, true),
    };
    match CredentialList::Own.page(console, &by, &list_query, list).await {
        Ok((found, next)) => {
            let back = back_to_here(viewer);
            page.rows = found.iter().map(|credential| TokenRow::new(credential, &clock, &below, true, &back)).collect();
            page.controls = list_query.controls(texts, below, next, true);
            page.empty = EmptyList::of(texts, page.rows.len(), &page.controls, texts.no_tokens);
        }
        Err(ManageError::Forbidden(gate @ Forbidden::Gate { .. })) => {
            page.closed = Some(texts.forbidden_text_for(gate))
        }
        Err(error) => return Err(rejected(error)),
    }
    match console.counterfoil.authorize(&by, Operation::CreateToken).await {
        // With a stale session, the form asks for the password.
        Ok(()) | Err(ManageError::Forbidden(Forbidden::StaleSession)) => {
            let limits = console
                .counterfoil
                .personal_access_token_limits()
                .await
                .map_err(|error| rejected(ManageError::Unavailable(error)))?;
            (page.label_hint, page.days_hint) = hints(viewer, limits);
        }
        Err(ManageError::Forbidden(reason)) => page.no_creation = Some(texts.forbidden_text_for(reason)),
        Err(error) => return Err(rejected(error)),
    }
    Ok(response::page(status, &page))
}

fn hints(viewer: &Viewer, limits: TokenLimits) -> (String, String) {
    let texts = viewer.language.texts();
    let lead = (texts.duration)(limits.notice_lead);
    ((texts.at_most_characters)(limits.label_max), (texts.days_hint)(limits.max_days, &lead))
}

/// Creates a token and shows its text once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

const FIELDS: [&str; 4] = ["label", "days", "rights", "scope"];

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    let form_error = match try_create(console, viewer, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
    let (layout, values) = form_error.place(layout, values, &["label", "days", "rights", "scope", "password"]);
    Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS[..3], &FIELDS[3..]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let scope = match OF_TOKEN.read(viewer, form) {
        Ok(scope) => scope,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let lifetime = match form.one("days").trim() {
        "" => Lifetime::Permanent,
        // Not a number: 0 gets the message about the allowed range.
        days => Lifetime::Days(days.parse().unwrap_or(0)),
    };
    let new = NewPersonalAccessToken::new(form.one("label"), lifetime).with_scope(scope);
    match console.counterfoil.once(key).create_personal_access_token(&viewer.presenter(), &new).await {
        Ok(issued) => Ok(Ok(secret_page_for(console, viewer, &issued, SECTION))),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

/// The page that shows a new token's text once, with a link to `back`.
fn secret_page_for(console: &Console, viewer: &Viewer, issued: &IssuedCredential, back: &str) -> Response {
    let layout = Layout::of(console, viewer, SECTION);
    let (caption, done) = (viewer.language.texts().token_caption, console.path(back));
    secret_page::token(layout, &issued.token, caption, Some(&issued.view.label), &done)
}

/// Parses the id in a path. An invalid id gets 404.
pub(super) fn record(console: &Console, viewer: &Viewer, text: &str) -> Result<RecordId, Rejection> {
    text.parse().map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// The label of one of the viewer's tokens; `None` if the token does not exist.
async fn label(console: &Console, viewer: &Viewer, id: &RecordId) -> Result<Option<String>, Rejection> {
    match console.counterfoil.personal_access_token(&viewer.presenter(), id).await {
        Ok(found) => Ok(Some(found.label)),
        Err(ManageError::NotFound) => Ok(None),
        Err(error) => Err(Rejection::of(console, viewer, error)),
    }
}

/// The same, with 404 if the token does not exist.
async fn known_label(console: &Console, viewer: &Viewer, id: &RecordId) -> Result<String, Rejection> {
    let label = label(console, viewer, id).await?;
    label.ok_or_else(|| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Asks for confirmation before revoking a token.
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
        title: texts.revoke_token,
        question: texts.revoke_token_question,
        name: Some(&label),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.revoke,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: vec![back_field(&back)],
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

/// Revokes a token.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let deleted = console.counterfoil.delete_personal_access_token(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "revoked")))
}

/// Asks how long the old token stays valid beside the new one.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let label = known_label(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &OVERLAP);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(rotation_page(&console, &viewer, (&id, &label), &back, values)?.response(StatusCode::OK))
}

const OVERLAP: [&str; 1] = ["overlap_seconds"];

fn rotation_page<'a>(
    console: &Console,
    viewer: &Viewer,
    (id, label): (&RecordId, &'a str),
    back: &str,
    values: FormValues,
) -> Result<Confirmation<'a>, Rejection> {
    let texts = viewer.language.texts();
    Ok(Confirmation {
        layout: Layout::of(console, viewer, SECTION),
        title: texts.replace_token,
        question: texts.replace_token_question,
        name: Some(label),
        action: console.path(&format!("{SECTION}/{id}/rotate")),
        cancel: console.path(back),
        yes: texts.replace,
        danger: false,
        needs_password: viewer.needs_password(console),
        overlaps: token_overlaps(texts),
        hidden: vec![(form_number::FIELD, form_number::draw(console, viewer)?), back_field(back)],
        values,
    })
}

/// Replaces a token and shows the new text once.
pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = rotate_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn rotate_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let form_error = match try_rotate(console, viewer, &id, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    // A replaced token may no longer be listed. Its form cannot be shown again then.
    let Some(label) = label(console, viewer, &id).await? else {
        return Err(Rejection::form_error(console, viewer, &form_error));
    };
    let values = FormValues::new(form.values_of(&OVERLAP));
    let back = back(Some(form.one("back")), SECTION);
    let mut rotation = rotation_page(console, viewer, (&id, &label), &back, values)?;
    let fields = ["overlap_seconds", "password"];
    (rotation.layout, rotation.values) = form_error.place(rotation.layout, rotation.values, &fields);
    Ok(form_error.with_retry_after(rotation.response(form_error.status)))
}

async fn try_rotate(
    console: &Console,
    viewer: &mut Viewer,
    id: &RecordId,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&OVERLAP, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let asked = form.one("overlap_seconds");
    let overlap = match (asked, seconds(asked)) {
        ("first-use", _) => Overlap::UntilFirstUse,
        (_, Some(Duration::ZERO)) => Overlap::Immediate,
        (_, Some(overlap)) => Overlap::For(overlap),
        (_, None) => return form_error_of(console, viewer, Invalid::Overlap { most: 0 }.into()).map(Err),
    };
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    match console.counterfoil.once(key).rotate_personal_access_token(&viewer.presenter(), id, overlap).await {
        Ok(issued) => Ok(Ok(secret_page_for(console, viewer, &issued, &back(Some(form.one("back")), SECTION)))),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
