//! The pages about the viewer's own personal access tokens.

mod delete;
mod forms;
mod sources;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::{Operation, TokenLimits};
use counterfoil::types::RecordId;
use counterfoil::{Forbidden, IssuedCredential, Lifetime, ManageError, NewPersonalAccessToken};
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::allowed_sources;
use super::empty_list::EmptyList;
use super::list::{CredentialList, ListControls, ListQuery, back_to_here};
use super::scopes::{OF_TOKEN, ScopeField};
use super::secret_page;
use super::table_rows::{RowActions, TokenRow};
use super::token_forms::limits;
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

pub(crate) use delete::{ask_delete, delete};
pub(crate) use forms::{ask_edit, ask_extend, ask_renew, ask_rotate, edit, extend, renew, rotate};
pub(crate) use sources::{ask_sources, sources};

pub(super) const SECTION: &str = "/tokens";

#[derive(Template)]
#[template(path = "console/personal_access_tokens.html")]
struct Tokens {
    layout: Layout,
    /// The reason why the list is not shown. `None` if it is shown.
    closed: Option<&'static str>,
    /// The reason why the form is not shown. `None` if it is shown.
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

/// Redirects from the start page to the list of tokens.
pub(crate) async fn start(State(console): State<Shared>, _visitor: Viewer) -> Response {
    redirect(&console.path(SECTION))
}

/// Shows the list of tokens, and the form for a new token.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("revoked")) => Some(texts.tokens.revoked),
        Ok(Some("extended")) => Some(texts.token_forms.extended),
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
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
    let (by, texts, clock) = (viewer.presenter(), viewer.language.texts(), viewer.clock());
    let list =
        List { name: "tokens", realm: viewer.counterfoil.realm().as_str(), owner: viewer.principal.subject().as_str() };
    let (below, list_query) = (console.path(SECTION), ListQuery::read(query));
    let rejected = |error| Rejection::of(console, viewer, error);
    let mut page = Tokens {
        layout,
        closed: None,
        no_creation: None,
        label_hint: String::new(),
        days_hint: String::new(),
        rights: OF_TOKEN.shown(
            &viewer.counterfoil,
            texts,
            &values,
            (texts.scopes.legend, texts.scopes.all, texts.scopes.limited),
        ),
        values,
        needs_password: viewer.needs_password(),
        form_number: form_number::draw(console, viewer)?,
        rows: Vec::new(),
        empty: None,
        controls: list_query.controls(texts, below.clone(), None, true),
    };
    match CredentialList::Own.page(viewer, &list_query, list).await {
        Ok((found, next)) => {
            let (back, limits) = (back_to_here(viewer), limits(console, viewer).await?);
            let actions = RowActions::All { extendable: limits.extendable };
            page.rows =
                found.iter().map(|credential| TokenRow::new(credential, &clock, &below, actions, &back)).collect();
            page.controls = list_query.controls(texts, below, next, true);
            page.empty = EmptyList::of(texts, page.rows.len(), &page.controls, texts.tokens.no_tokens);
        }
        Err(ManageError::Forbidden(gate @ Forbidden::Gate { .. })) => {
            page.closed = Some(texts.forbidden_text_for(gate))
        }
        Err(error) => return Err(rejected(error)),
    }
    match viewer.counterfoil.authorize(&by, Operation::CreateToken).await {
        // If the last password check is too old, the form is shown with a password field.
        Ok(()) | Err(ManageError::Forbidden(Forbidden::StaleSession)) => {
            (page.label_hint, page.days_hint) = hints(viewer, limits(console, viewer).await?);
        }
        Err(ManageError::Forbidden(reason)) => page.no_creation = Some(texts.forbidden_text_for(reason)),
        Err(error) => return Err(rejected(error)),
    }
    Ok(response::page(status, &page))
}

fn hints(viewer: &Viewer, limits: TokenLimits) -> (String, String) {
    let texts = viewer.language.texts();
    let lead = (texts.formats.duration)(limits.notice_lead);
    ((texts.formats.at_most_characters)(limits.label_max), (texts.tokens.days_hint)(limits.max_days, &lead))
}

/// Creates a token and shows its text once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

const FIELDS: [&str; 5] = ["label", "days", allowed_sources::FIELD, "rights", "scope"];

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    let form_error = match try_create(console, viewer, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS[..4], &FIELDS[4..]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let scope = match OF_TOKEN.read(viewer, form) {
        Ok(scope) => scope,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let allowed_sources = match allowed_sources::read(viewer, form) {
        Ok(allowed_sources) => allowed_sources,
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
        // Any text that is not a number becomes 0. This causes the error message that states the allowed range.
        days => Lifetime::Days(days.parse().unwrap_or(0)),
    };
    let new = NewPersonalAccessToken::new(form.one("label"), lifetime).with_scope(scope);
    let new = new.with_allowed_sources(allowed_sources);
    match viewer.counterfoil.once(key).create_personal_access_token(&viewer.presenter(), &new).await {
        Ok(issued) => Ok(Ok(secret_page_for(console, viewer, &issued, SECTION))),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

/// Makes the page that shows the text of a new token once. It contains a link to `back`.
fn secret_page_for(console: &Console, viewer: &Viewer, issued: &IssuedCredential, back: &str) -> Response {
    let layout = Layout::of(console, viewer, SECTION);
    let (caption, done) = (viewer.language.texts().secret_page.token_caption, console.path(back));
    secret_page::token(layout, &issued.token, caption, Some(&issued.view.label), &done)
}

/// Parses the token id in a path. If it is invalid, the response is 404.
pub(super) fn record(console: &Console, viewer: &Viewer, text: &str) -> Result<RecordId, Rejection> {
    text.parse().map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Returns the label of one of the viewer's tokens. If the token does not exist, the response is 404.
async fn known_label(console: &Console, viewer: &Viewer, id: &RecordId) -> Result<String, Rejection> {
    let found = viewer.counterfoil.personal_access_token(&viewer.presenter(), id).await;
    found.map(|found| found.label).map_err(|error| Rejection::of(console, viewer, error))
}
