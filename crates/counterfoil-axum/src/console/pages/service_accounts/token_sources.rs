//! Changes the addresses from which a personal access token of a service account can be used.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::TokenUpdate;
use counterfoil::service_account::ServiceAccountView;
use http::StatusCode;

use super::{SECTION, find, page_of};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::allowed_sources::{FIELDS, SourcesPage, changed};
use crate::console::pages::list::{back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

/// The account and its token with the ids in a path.
async fn found(
    console: &Console,
    viewer: &Viewer,
    (account, id): (&str, &str),
) -> Result<(ServiceAccountView, CredentialView), Rejection> {
    let (account, id) = (find(console, viewer, account).await?, record(console, viewer, id)?);
    let token = viewer.counterfoil.service_token(&viewer.presenter(), &account.id, &id).await;
    Ok((account, token.map_err(|error| Rejection::of(console, viewer, error))?))
}

/// The token, its name on the page, and the path of the form.
fn about<'a>(
    console: &Console,
    account: &ServiceAccountView,
    token: &'a CredentialView,
) -> (&'a CredentialView, String, String) {
    let action = console.path(&format!("{}/tokens/{}/networks", page_of(&account.id), token.id));
    (token, format!("{} · {}", account.label, token.label), action)
}

/// Shows the form with the current list.
pub(crate) async fn ask_sources(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (account, token) = found(&console, &viewer, (&account, &id)).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_prefilled(&values);
    let back = back_from_query(query.as_deref(), &page_of(&account.id));
    let about = about(&console, &account, &token);
    Ok(SourcesPage::new(layout, &viewer, about, values, back).response(StatusCode::OK))
}

/// Saves the list.
pub(crate) async fn sources(
    State(console): State<Shared>,
    Path((account, id)): Path<(String, String)>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = save_or_show_form(&console, &mut viewer, (&account, &id), &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn save_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    path: (&str, &str),
    form: &Form,
) -> Result<Response, Rejection> {
    let (account, token) = found(console, viewer, path).await?;
    let section = page_of(&account.id);
    match try_save(console, viewer, (&account, &token), form).await? {
        Ok(notice) => Ok(redirect(&list_with_notice(console, form, &section, notice))),
        Err(form_error) => {
            let (layout, about) = (Layout::of(console, viewer, SECTION), about(console, &account, &token));
            Ok(SourcesPage::refused(layout, viewer, about, (form, &section, &form_error)))
        }
    }
}

/// Saves the list. Returns the name of the notice that the next page shows.
async fn try_save(
    console: &Console,
    viewer: &mut Viewer,
    (account, token): (&ServiceAccountView, &CredentialView),
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
    match viewer.counterfoil.update_service_token(&by, &account.id, &token.id, &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
