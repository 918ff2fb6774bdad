//! Edits the expiry, the description and the allowed networks of a security code.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::{CodeUpdate, Status};
use counterfoil::types::RecordId;
use counterfoil::{Conflict, CredentialView, Secret};
use http::StatusCode;

use super::SECTION;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::allowed_sources;
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::table_rows::code_name;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

#[derive(Template)]
#[template(path = "console/security_code_edit.html")]
struct Edit {
    layout: Layout,
    name: String,
    action: String,
    expires_hint: String,
    values: FormValues,
    /// The expiry, the description and the networks when the page is shown. Hidden fields of the form contain them, so
    /// that a change by the user can be detected.
    was: [String; 3],
    /// Whether the code has expired. Then its expiry cannot be edited.
    is_expired: bool,
    /// Whether the password is needed to change the expiry or to allow further networks.
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
    let id = record(&console, &viewer, &id)?;
    let code = find(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let [expires_at, description, sources] = current_values(&viewer, &code);
    let values = values.with_defaults(vec![(FIELDS[0], expires_at), (FIELDS[1], description), (FIELDS[2], sources)]);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(page(layout, &console, &viewer, &code, values, back, StatusCode::OK))
}

/// Returns the code with this id. If there is no such code, the response is 404.
pub(super) async fn find(console: &Console, viewer: &Viewer, id: &RecordId) -> Result<CredentialView, Rejection> {
    let found = viewer.counterfoil.security_code(&viewer.presenter(), id).await;
    found.map_err(|error| Rejection::of(console, viewer, error))
}

/// Converts CR LF to LF. Forms send line breaks as CR LF (HTML, "normalize newlines").
pub(in crate::console::pages) fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns the current expiry, description and networks as the fields of the form show them.
fn current_values(viewer: &Viewer, code: &CredentialView) -> [String; 3] {
    let clock = viewer.clock();
    let expires_at = code.expires_at.map(|at| clock.typed(at)).unwrap_or_default();
    let sources = allowed_sources::text(code.allowed_sources.as_ref());
    [expires_at, code.description.clone().unwrap_or_default(), sources]
}

fn page(
    layout: Layout,
    console: &Console,
    viewer: &Viewer,
    code: &CredentialView,
    values: FormValues,
    back: String,
    status: StatusCode,
) -> Response {
    let edit = Edit {
        layout,
        name: code_name(code),
        action: console.path(&format!("{SECTION}/{}/edit", code.id)),
        expires_hint: (viewer.language.texts().codes.in_zone)(&viewer.zone_in_use()),
        values,
        was: current_values(viewer, code),
        is_expired: code.status == Status::Expired,
        needs_password: viewer.needs_password(),
        back,
    };
    response::page(status, &edit)
}

/// Handles the submitted form. Saves only the changed fields. The form shows the expiry without its seconds, so an
/// unchanged expiry must not be written.
pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = edit_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

const FIELDS: [&str; 3] = ["expires_at", "description", allowed_sources::FIELD];

async fn edit_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let code = find(console, viewer, &id).await?;
    let form_error = match try_edit(console, viewer, &code, form).await? {
        Ok(notice) => return Ok(redirect(&list_with_notice(console, form, SECTION, notice))),
        Err(form_error) => form_error,
    };
    let [expires_at, description, sources] = current_values(viewer, &code);
    let current = [(FIELDS[0], expires_at), (FIELDS[1], description), (FIELDS[2], sources)];
    let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_over(&FIELDS, &current)));
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    let back = back(Some(form.one("back")), SECTION);
    Ok(form_error.with_retry_after(page(layout, console, viewer, &code, values, back, form_error.status)))
}

/// Saves the changed fields. Returns the name of the notice that the next page shows.
async fn try_edit(
    console: &Console,
    viewer: &mut Viewer,
    code: &CredentialView,
    form: &Form,
) -> Result<Result<&'static str, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let [expires, description, _] = current_values(viewer, code);
    let changed = |name: &str, stands: &str| {
        let typed = form.secret(name).map(Secret::expose_secret).map(with_lf);
        typed.filter(|typed| with_lf(&form.was(name).unwrap_or_else(|| stands.to_owned())) != *typed)
    };
    let (expires_at, description) = (changed("expires_at", &expires), changed("description", &description));
    let (clock, texts) = (viewer.clock(), viewer.language.texts());
    let refused = |text: &str| FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some("expires_at"), text);
    let expires_at = match expires_at.as_deref().map(|typed| (typed, clock.read(typed))) {
        None => None,
        Some(_) if code.status == Status::Expired => {
            return form_error_of(console, viewer, Conflict::Expired.into())
                .map(|form_error| Err(form_error.at_field("expires_at")));
        }
        Some(("", _)) => return Ok(Err(refused(texts.codes.expiry_stays))),
        Some((_, None)) => return Ok(Err(refused(texts.errors.expires_wrong))),
        Some((_, at)) => at,
    };
    let sources = match allowed_sources::changed(console, viewer, form, code.allowed_sources.as_ref()).await? {
        Ok(sources) => sources,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if expires_at.is_none() && description.is_none() && sources.is_none() {
        return Ok(Ok("unchanged"));
    }
    if expires_at.is_some()
        && let Err(form_error) = require_password(console, viewer, form).await?
    {
        return Ok(Err(form_error));
    }
    let (by, counterfoil) = (viewer.presenter(), &viewer.counterfoil);
    let mut change = CodeUpdate::default().with_expires_at(expires_at).with_description(description.as_deref());
    change.allowed_sources = sources;
    match counterfoil.update_security_code(&by, &code.id, &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
