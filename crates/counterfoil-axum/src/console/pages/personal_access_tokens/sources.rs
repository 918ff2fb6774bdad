//! Changes the addresses from which one of the viewer's tokens can be used.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::TokenUpdate;
use counterfoil::types::RecordId;
use http::StatusCode;

use super::{SECTION, record};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::allowed_sources::{FIELDS, SourcesPage, changed};
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

async fn find(console: &Console, viewer: &Viewer, id: &RecordId) -> Result<CredentialView, Rejection> {
    let found = viewer.counterfoil.personal_access_token(&viewer.presenter(), id).await;
    found.map_err(|error| Rejection::of(console, viewer, error))
}

/// The token, its name on the page, and the path of the form.
fn about<'a>(console: &Console, token: &'a CredentialView) -> (&'a CredentialView, String, String) {
    (token, token.label.clone(), console.path(&format!("{SECTION}/{}/networks", token.id)))
}

/// Shows the form with the current list.
pub(crate) async fn ask_sources(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let token = find(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(SourcesPage::new(layout, &viewer, about(&console, &token), values, back).response(StatusCode::OK))
}

/// Saves the list.
pub(crate) async fn sources(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = save_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn save_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let token = find(console, viewer, &id).await?;
    match try_save(console, viewer, &token, form).await? {
        Ok(notice) => Ok(redirect(&list_with_notice(console, form, SECTION, notice))),
        Err(form_error) => {
            let layout = Layout::of(console, viewer, SECTION);
            Ok(SourcesPage::refused(layout, viewer, about(console, &token), (form, SECTION, &form_error)))
        }
    }
}

/// Saves the list. Returns the name of the notice that the next page shows.
async fn try_save(
    console: &Console,
    viewer: &mut Viewer,
    token: &CredentialView,
    form: &Form,
) -> Result<Result<&'static str, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let allowed = match changed(console, viewer, form, token.allowed_sources.as_ref()).await? {
        Ok(Some(allowed)) => allowed,
        Ok(None) => return Ok(Ok("unchanged")),
        Err(form_error) => return Ok(Err(form_error)),
    };
    let by = viewer.presenter();
    let change = TokenUpdate::default().with_allowed_sources(allowed);
    match viewer.counterfoil.update_personal_access_token(&by, &token.id, &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
