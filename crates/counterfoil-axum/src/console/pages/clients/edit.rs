//! Edits a registered client. A form shows the current values. Only the fields that the user has changed are written.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Scope;
use counterfoil::client::{ClientUpdate, ClientView, Grant, RefreshMode};
use http::StatusCode;

use super::{SECTION, client, service_account};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::pages::scopes::{ALLOWED, Choice, DEFAULT, ScopeField};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

/// The form fields that may occur once.
const ONCE: [&str; 5] = ["display_name", "refresh_mode", service_account::FIELD, ALLOWED.mode, DEFAULT.mode];
/// The form fields that may be repeated.
const MANY: [&str; 3] = ["grants", ALLOWED.field, DEFAULT.field];
const FIELDS: [&str; 8] = [
    "display_name",
    "refresh_mode",
    service_account::FIELD,
    ALLOWED.mode,
    DEFAULT.mode,
    "grants",
    ALLOWED.field,
    DEFAULT.field,
];

#[derive(Template)]
#[template(path = "console/client_edit.html")]
struct Edit {
    layout: Layout,
    id: String,
    public: bool,
    /// The service accounts that the form offers, each with its id and its label.
    accounts: Vec<(String, String)>,
    action: String,
    values: FormValues,
    /// The name of each field, and the value that the field has when the page is shown. Hidden fields of the form
    /// contain these values, so that a change by the user can be detected.
    was: Vec<(&'static str, String)>,
    allowed: ScopeField,
    default: ScopeField,
    needs_password: bool,
    back: String,
}

/// Shows the form with the current values.
pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let client = find(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let values = values.with_defaults(current_values(&client));
    let accounts = offered(&console, &viewer, &client).await?;
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(page(layout, &console, &viewer, (&client, accounts), values, back, StatusCode::OK))
}

/// Returns the service accounts that the form offers. The client's own service account is always among them, even if
/// this account was deleted or the viewer may not see it. Otherwise saving the form would remove it from the client.
/// For a public client there are none, because a public client cannot have a service account.
async fn offered(console: &Console, viewer: &Viewer, client: &ClientView) -> Result<Vec<(String, String)>, Rejection> {
    if client.public {
        return Ok(Vec::new());
    }
    let mut accounts = service_account::options(console, viewer).await?;
    if let Some(own) = client.service_account.map(|id| id.to_string())
        && !accounts.iter().any(|(id, _)| *id == own)
    {
        accounts.push((own.clone(), own));
    }
    Ok(accounts)
}

async fn find(console: &Console, viewer: &Viewer, text: &str) -> Result<ClientView, Rejection> {
    let found = viewer.counterfoil.client(&viewer.presenter(), &client(console, viewer, text)?).await;
    found.map_err(|error| Rejection::of(console, viewer, error))
}

/// Returns the current values of a client as the fields of the form show them.
fn current_values(client: &ClientView) -> Vec<(&'static str, String)> {
    let mode = match client.refresh_mode {
        RefreshMode::Rotate => "rotate",
        RefreshMode::Reuse => "reuse",
    };
    let mut values = vec![("display_name", client.display_name.clone()), ("refresh_mode", mode.to_owned())];
    values.push((service_account::FIELD, client.service_account.map(|id| id.to_string()).unwrap_or_default()));
    values.extend(client.grants.iter().map(|grant| ("grants", grant.as_str().to_owned())));
    values.extend(ALLOWED.current_values(client.allowed_scope.as_ref()));
    values.extend(DEFAULT.current_values(client.default_scope.as_ref()));
    values
}

fn page(
    layout: Layout,
    console: &Console,
    viewer: &Viewer,
    (client, accounts): (&ClientView, Vec<(String, String)>),
    values: FormValues,
    back: String,
    status: StatusCode,
) -> Response {
    let texts = viewer.language.texts();
    let allowed = (texts.clients.client_allowed, texts.clients.client_any, texts.clients.client_limited);
    let default = (texts.clients.client_default, texts.clients.default_any, texts.clients.default_limited);
    let stands = current_values(client);
    let together = |field: &'static str| {
        let values: Vec<&str> =
            stands.iter().filter(|(own, _)| *own == field).map(|(_, value)| value.as_str()).collect();
        (field, values.join(" "))
    };
    let edit = Edit {
        id: client.id.to_string(),
        public: client.public,
        accounts,
        action: console.path(&format!("{SECTION}/{}/edit", client.id)),
        was: FIELDS.into_iter().map(together).collect(),
        allowed: ALLOWED.shown(&viewer.counterfoil, texts, &values, allowed),
        default: DEFAULT.shown(&viewer.counterfoil, texts, &values, default),
        needs_password: viewer.needs_password(),
        layout,
        values,
        back,
    };
    response::page(status, &edit)
}

/// Handles the submitted form. Saves the changed fields.
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
    let client = find(console, viewer, id).await?;
    let form_error = match try_edit(console, viewer, &client, form).await? {
        Ok(notice) => return Ok(redirect(&list_with_notice(console, form, SECTION, notice))),
        Err(form_error) => form_error,
    };
    let (layout, values) =
        (Layout::of(console, viewer, SECTION), FormValues::new(form.values_over(&FIELDS, &current_values(&client))));
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    let back = back(Some(form.one("back")), SECTION);
    let accounts = offered(console, viewer, &client).await?;
    Ok(form_error.with_retry_after(page(layout, console, viewer, (&client, accounts), values, back, form_error.status)))
}

/// Saves the changed fields. Returns the name of the notice that the next page shows.
async fn try_edit(
    console: &Console,
    viewer: &mut Viewer,
    client: &ClientView,
    form: &Form,
) -> Result<Result<&'static str, FormError>, Rejection> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let change = match change(viewer, client, form) {
        Ok(change) => change,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if change == ClientUpdate::default() {
        return Ok(Ok("unchanged"));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    match viewer.counterfoil.update_client(&viewer.presenter(), &client.id, change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

/// Returns the changes that the form makes to the client. A field is changed if its value differs from the value in its
/// `_was` field. Without such a `_was` field, the value is compared with the client's current value.
fn change(viewer: &Viewer, client: &ClientView, form: &Form) -> Result<ClientUpdate, FormError> {
    let refused = |field| FormError::invalid_field(viewer, Some(field));
    let stands = current_values(client);
    let was = |field: &str| {
        let mut state = stands.iter().filter(|(own, _)| *own == field).map(|(_, value)| value.as_str());
        form.was(field).unwrap_or_else(|| state.by_ref().collect::<Vec<_>>().join(" "))
    };
    let (name, mode) = (form.one("display_name"), form.one("refresh_mode"));
    let grants: Vec<&str> = form.all("grants").collect();
    let changed = |field: &str, value: &str| was(field) != value;
    let mut change = ClientUpdate::default();
    if changed("display_name", name) {
        change.display_name = Some(name.to_owned());
    }
    if changed("refresh_mode", mode) {
        let mode = match mode {
            "rotate" => RefreshMode::Rotate,
            "reuse" => RefreshMode::Reuse,
            _ => return Err(refused("refresh_mode")),
        };
        change.refresh_mode = Some(mode);
    }
    if changed("grants", &grants.join(" ")) {
        let grants = grants.into_iter().map(|name| Grant::from_name(name).ok_or_else(|| refused("grants")));
        change.grants = Some(grants.collect::<Result<_, _>>()?);
    }
    // The page leaves this field out if there are no accounts. So a form without the field changes nothing.
    if form.secret(service_account::FIELD).is_some()
        && changed(service_account::FIELD, form.one(service_account::FIELD))
    {
        change.service_account = Some(service_account::read(viewer, form)?);
    }
    let scope = |choice: Choice| -> Result<Option<Option<Scope>>, FormError> {
        // If the scope fields are missing, the scope is not changed, because missing fields must not mean "all scopes".
        // The page always sends the text field, even if the text is empty.
        if form.one(choice.mode).is_empty() && form.all(choice.field).all(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let chosen = choice.read(viewer, form)?;
        let before = match was(choice.mode).as_str() {
            "limited" => was(choice.field).parse().ok(),
            _ => None,
        };
        Ok((before != chosen).then_some(chosen))
    };
    change.allowed_scope = scope(ALLOWED)?;
    change.default_scope = scope(DEFAULT)?;
    Ok(change)
}
