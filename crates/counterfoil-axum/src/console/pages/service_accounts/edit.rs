//! Edits a service account. A form shows the current values. Only the fields that the user has changed are written.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::service_account::{ServiceAccountUpdate, ServiceAccountView};
use http::StatusCode;

use super::list::address;
use super::{SECTION, find, page_of, role, roles};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::scopes::{OF_TOKEN, ScopeField};
use crate::console::paths::{NOTICE, with_parameter};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

const ONCE: [&str; 5] = ["label", "role", "description", "notify", OF_TOKEN.mode];
const MANY: [&str; 1] = [OF_TOKEN.field];
const FIELDS: [&str; 6] = ["label", "role", "description", "notify", OF_TOKEN.mode, OF_TOKEN.field];

#[derive(Template)]
#[template(path = "console/service_account_edit.html")]
struct Edit {
    layout: Layout,
    id: String,
    action: String,
    cancel: String,
    values: FormValues,
    /// The name of each field, and the value that the field has when the page is shown. Hidden fields of the form
    /// contain these values, so that a change by the user can be detected. If a field has several values, they are
    /// joined by spaces.
    was: Vec<(&'static str, String)>,
    roles: Vec<(&'static str, &'static str)>,
    rights: ScopeField,
    needs_password: bool,
}

pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let account = find(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let values = values.with_defaults(current_values(&account));
    Ok(page(layout, &console, &viewer, &account, values, StatusCode::OK))
}

fn current_values(account: &ServiceAccountView) -> Vec<(&'static str, String)> {
    let notify = account.notify.as_ref().map(|address| address.as_str().to_owned()).unwrap_or_default();
    let mut values = vec![
        ("label", account.label.clone()),
        ("role", account.role.as_str().to_owned()),
        ("description", account.description.clone()),
        ("notify", notify),
    ];
    values.extend(OF_TOKEN.current_values(account.scope.as_ref()));
    values
}

fn page(
    layout: Layout,
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountView,
    values: FormValues,
    status: StatusCode,
) -> Response {
    let (texts, stands) = (viewer.language.texts(), current_values(account));
    let together = |field: &'static str| {
        let own = stands.iter().filter(|(own, _)| *own == field).map(|(_, value)| value.as_str());
        (field, own.collect::<Vec<_>>().join(" "))
    };
    let legends = (texts.scopes.legend, texts.scopes.all, texts.scopes.limited);
    let edit = Edit {
        id: account.id.to_string(),
        action: console.path(&format!("{}/edit", page_of(&account.id))),
        cancel: console.path(&page_of(&account.id)),
        was: FIELDS.into_iter().map(together).collect(),
        roles: roles(viewer),
        rights: OF_TOKEN.shown(&viewer.counterfoil, texts, &values, legends),
        needs_password: viewer.needs_password(),
        layout,
        values,
    };
    response::page(status, &edit)
}

pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = edit_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn edit_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let account = find(console, viewer, id).await?;
    let form_error = match try_edit(console, viewer, &account, form).await? {
        Ok(notice) => return Ok(redirect(&console.path(&with_parameter(&page_of(&account.id), NOTICE, notice)))),
        Err(form_error) => form_error,
    };
    let values = FormValues::new(form.values_over(&FIELDS, &current_values(&account)));
    let layout = Layout::of(console, viewer, SECTION);
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    Ok(form_error.with_retry_after(page(layout, console, viewer, &account, values, form_error.status)))
}

/// Changes the account. Returns the name of the notice to show, or the error to show in the form.
async fn try_edit(
    console: &Console,
    viewer: &mut Viewer,
    account: &ServiceAccountView,
    form: &Form,
) -> Result<Result<&'static str, FormError>, Rejection> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let change = match change(viewer, form) {
        Ok(change) => change,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if change == ServiceAccountUpdate::default() {
        return Ok(Ok("unchanged"));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    match viewer.counterfoil.update_service_account(&viewer.presenter(), &account.id, &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

fn change(viewer: &Viewer, form: &Form) -> Result<ServiceAccountUpdate, FormError> {
    let changed = |field| !form.is_untouched(field);
    let mut change = ServiceAccountUpdate::default();
    if changed("label") {
        change.label = Some(form.one("label").to_owned());
    }
    if changed("role") {
        change.role = Some(role(viewer, form)?);
    }
    if changed("description") {
        change.description = Some(form.one("description").to_owned());
    }
    if changed("notify") {
        change.notify = Some(address(viewer, form)?);
    }
    // If the scope fields are missing, the scope is not changed, because missing fields must not mean "all scopes".
    let is_sent = !form.one(OF_TOKEN.mode).is_empty() || form.all(OF_TOKEN.field).any(|text| !text.trim().is_empty());
    if is_sent && (changed(OF_TOKEN.mode) || changed(OF_TOKEN.field)) {
        change.scope = Some(OF_TOKEN.read(viewer, form)?);
    }
    Ok(change)
}
