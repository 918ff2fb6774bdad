//! Changes the addresses from which a token can be used.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::TokenUpdate;
use http::StatusCode;

use super::{TokenOwner, TokenPath};
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

/// Returns the token, its name on the page, and the path to which the form is sent.
fn about<'a>(console: &Console, owner: &TokenOwner, token: &'a CredentialView) -> (&'a CredentialView, String, String) {
    (token, owner.name(token), console.path(&format!("{}/networks", owner.path(&token.id))))
}

/// Shows the form with the current allowed sources.
pub(crate) async fn ask_sources(
    State(console): State<Shared>,
    viewer: Viewer,
    path: TokenPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(&console, &viewer).await?;
    let token = owner.known(&console, &viewer, &id).await?;
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, owner.section()).with_prefilled(&values);
    let back = back_from_query(query.as_deref(), &owner.list());
    Ok(SourcesPage::new(layout, &viewer, about(&console, &owner, &token), values, back).response(StatusCode::OK))
}

/// Saves the allowed sources of the token.
pub(crate) async fn sources(
    State(console): State<Shared>,
    path: TokenPath,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = save_or_show_form(&console, &mut viewer, &path, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn save_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    path: &TokenPath,
    form: &Form,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(console, viewer).await?;
    let token = owner.known(console, viewer, &id).await?;
    let list = owner.list();
    match try_save(console, viewer, (&owner, &token), form).await? {
        Ok(notice) => Ok(redirect(&list_with_notice(console, form, &list, notice))),
        Err(form_error) => {
            let layout = Layout::of(console, viewer, owner.section());
            Ok(SourcesPage::refused(layout, viewer, about(console, &owner, &token), (form, &list, &form_error)))
        }
    }
}

/// Saves the allowed sources. Returns the name of the notice that the next page shows.
async fn try_save(
    console: &Console,
    viewer: &mut Viewer,
    (owner, token): (&TokenOwner, &CredentialView),
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
    match owner.update(viewer, &token.id, &TokenUpdate::default().with_allowed_sources(allowed)).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
