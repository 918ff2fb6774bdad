//! Lists service accounts, and creates a new one.

use std::num::NonZeroU32;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountView};
use counterfoil::{EmailAddress, Invalid};
use counterfoil_http::request::Query;
use http::StatusCode;

use super::{SECTION, page_of, role, roles};
use crate::console::clock::Clock;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::account_names::AccountNames;
use crate::console::pages::scopes::{OF_TOKEN, ScopeField};
use crate::console::pages::table_rows::tokens;
use crate::console::paths::{NOTICE, with_parameter};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::time::Moment;
use crate::console::viewer::Viewer;

/// The page size with which the service accounts are listed. No policy allows so many service accounts, so one page of
/// results has all of them.
const ALL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

const ONCE: [&str; 5] = ["label", "role", "description", "notify", OF_TOKEN.mode];
const MANY: [&str; 1] = [OF_TOKEN.field];
const FIELDS: [&str; 6] = ["label", "role", "description", "notify", OF_TOKEN.mode, OF_TOKEN.field];

#[derive(Template)]
#[template(path = "console/service_accounts.html")]
struct Accounts {
    layout: Layout,
    rows: Vec<AccountRow>,
    values: FormValues,
    needs_password: bool,
    roles: Vec<(&'static str, &'static str)>,
    rights: ScopeField,
}

/// A row of the table of service accounts.
struct AccountRow {
    id: String,
    label: String,
    description: String,
    role: &'static str,
    rights: Vec<String>,
    made_by: Option<String>,
    disabled: bool,
    created_at: Moment,
    path: String,
}

impl AccountRow {
    fn new(console: &Console, account: &ServiceAccountView, clock: &Clock, names: &AccountNames) -> Self {
        Self {
            id: account.id.to_string(),
            label: account.label.clone(),
            description: account.description.clone(),
            role: clock.texts.users.role_name(account.role),
            rights: tokens(account.scope.as_ref()),
            made_by: account.made_by.as_ref().map(|maker| names.name(maker.as_str())),
            disabled: account.disabled,
            created_at: clock.moment(account.created_at),
            path: console.path(&page_of(&account.id)),
        }
    }
}

pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one(NOTICE) {
        Ok(Some("deleted")) => Some(texts.common.deleted),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    page(&console, &viewer, layout, values, StatusCode::OK).await
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
) -> Result<Response, Rejection> {
    let (texts, clock) = (viewer.language.texts(), viewer.clock());
    let found = viewer.counterfoil.list_service_accounts(&viewer.presenter(), None, ALL).await;
    let found = found.map_err(|error| Rejection::of(console, viewer, error))?.items;
    let makers = found.iter().filter_map(|account| account.made_by.as_ref()).collect();
    let names = AccountNames::of(console, viewer, makers).await?;
    let legends = (texts.scopes.legend, texts.scopes.all, texts.scopes.limited);
    let page = Accounts {
        rows: found.iter().map(|account| AccountRow::new(console, account, &clock, &names)).collect(),
        needs_password: viewer.needs_password(),
        roles: roles(viewer),
        rights: OF_TOKEN.shown(&viewer.counterfoil, texts, &values, legends),
        layout,
        values,
    };
    Ok(response::page(status, &page))
}

pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    let form_error = match try_create(console, viewer, form).await? {
        Ok(account) => {
            let made = with_parameter(&page_of(&account.id), NOTICE, "saved");
            return Ok(redirect(&console.path(&made)));
        }
        Err(form_error) => form_error,
    };
    let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    Ok(form_error.with_retry_after(page(console, viewer, layout, values, form_error.status).await?))
}

/// Creates the account. A form that is sent twice creates one account, because its label is taken the second time.
async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<ServiceAccountView, FormError>, Rejection> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let new = match request(viewer, form) {
        Ok(new) => new,
        Err(form_error) => return Ok(Err(form_error)),
    };
    match viewer.counterfoil.create_service_account(&viewer.presenter(), &new).await {
        Ok(made) => Ok(Ok(made)),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

fn request<'a>(viewer: &Viewer, form: &'a Form) -> Result<NewServiceAccount<'a>, FormError> {
    let new = NewServiceAccount::new(form.one("label"), role(viewer, form)?);
    let new = new.with_description(form.one("description")).with_notify(address(viewer, form)?);
    Ok(new.with_scope(OF_TOKEN.read(viewer, form)?))
}

/// Reads the field for the e-mail address to which notices are sent. An empty field means that they are sent to the
/// maker of the account.
pub(super) fn address(viewer: &Viewer, form: &Form) -> Result<Option<EmailAddress>, FormError> {
    let text = form.one("notify").trim();
    let parsed = (!text.is_empty()).then(|| EmailAddress::new(text)).transpose();
    parsed.map_err(|invalid| {
        let reason = viewer.language.texts().invalid_message(&Invalid::from(invalid));
        FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some("notify"), &reason.text)
    })
}
