//! The pages about security codes. Only super administrators may open these pages.

mod buttons;
mod delete;
pub(crate) mod edit;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::store::Access;
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use self::edit::with_lf;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::account_names::AccountNames;
use crate::console::pages::allowed_sources;
use crate::console::pages::empty_list::EmptyList;
use crate::console::pages::list::{CredentialList, ListControls, ListQuery, back_to_here};
use crate::console::pages::secret_page;
use crate::console::pages::table_rows::CodeRow;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

pub(crate) use buttons::{ask_make_permanent, ask_reactivate, ask_reset, make_permanent, reactivate, reset};
pub(crate) use delete::{ask_delete, delete};

const SECTION: &str = "/codes";

#[derive(Template)]
#[template(path = "console/security_codes.html")]
struct Codes {
    layout: Layout,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    rows: Vec<CodeRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    /// The address of this page, encoded for a query. Links to other pages contain it, so that those pages can lead
    /// back here.
    back: String,
}

/// Shows the list of codes, including expired ones, and the form for a new code.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("deleted")) => Some(texts.common.deleted),
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
        Ok(Some("permanent")) => Some(texts.codes.made_permanent),
        Ok(Some("reset")) => Some(texts.codes.expiry_reset),
        Ok(Some("reactivated")) => Some(texts.codes.reactivated),
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
    let (below, clock, list_query) = (console.path(SECTION), viewer.clock(), ListQuery::read(query));
    let list = List { name: "codes, expired ones too", realm: viewer.counterfoil.realm().as_str(), owner: "" };
    let found = CredentialList::Codes.page(viewer, &list_query, list).await;
    let (found, next) = found.map_err(|error| Rejection::of(console, viewer, error))?;
    let names = names(console, viewer, &found).await?;
    let rows: Vec<_> = found.iter().map(|code| CodeRow::new(code, &clock, &below, |of| names.name(of))).collect();
    let texts = viewer.language.texts();
    let controls = list_query.controls(texts, below, next, true);
    let empty = EmptyList::of(texts, rows.len(), &controls, texts.codes.no_codes);
    let (needs_password, form_number) = (viewer.needs_password(), form_number::draw(console, viewer)?);
    Ok(response::page(
        status,
        &Codes { layout, values, needs_password, form_number, rows, empty, controls, back: back_to_here(viewer) },
    ))
}

/// Looks up the names of the accounts that the codes mention. These are the accounts whose rights a code has, and the
/// accounts that created the codes.
async fn names(console: &Console, viewer: &Viewer, codes: &[CredentialView]) -> Result<AccountNames, Rejection> {
    let acts_as = codes.iter().filter_map(|code| match &code.access {
        Some(Access::SameAsUser(subject)) => Some(subject),
        _ => None,
    });
    let makers = codes.iter().filter_map(|code| code.created_by.as_ref());
    AccountNames::of(console, viewer, acts_as.chain(makers).collect()).await
}

/// Creates a code and shows its text once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

const FIELDS: [&str; 4] = ["access", "user", "description", allowed_sources::FIELD];

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    match try_create(console, viewer, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
            let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
            Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
        }
    }
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
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
    // A form also sends fields that are empty. They are treated as missing.
    let given = |name| Some(form.one(name).trim()).filter(|text| !text.is_empty());
    let access = match NewAccess::parse(form.one("access"), given("user")) {
        Ok(access) => access,
        Err(invalid) => return form_error_of(console, viewer, invalid.into()).map(Err),
    };
    let description = given("description").map(with_lf);
    let new = NewSecurityCode::new(access).with_description(description.as_deref());
    let new = new.with_allowed_sources(allowed_sources);
    match viewer.counterfoil.once(key).create_security_code(&viewer.presenter(), &new).await {
        Ok(issued) => {
            let layout = Layout::of(console, viewer, SECTION);
            let (caption, done) = (viewer.language.texts().secret_page.code_caption, console.path(SECTION));
            Ok(Ok(secret_page::token(layout, &issued.token, caption, issued.view.description.as_deref(), &done)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
