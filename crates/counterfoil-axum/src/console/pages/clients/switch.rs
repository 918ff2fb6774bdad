//! Enables and disables a client.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::client::{ClientId, ClientUpdate};

use super::{SECTION, client};
use crate::console::form::Form;
use crate::console::pages::confirmation::back_field;
use crate::console::pages::list::{back, list_with_notice};
use crate::console::pages::password_page::{ButtonAction, reauthenticate};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

pub(crate) async fn enable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = enable_with_password(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn enable_with_password(
    console: &Console,
    viewer: &mut Viewer,
    text: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = client(console, viewer, text)?;
    let (texts, back) = (viewer.language.texts(), back(Some(form.one("back")), SECTION));
    let asked = ButtonAction {
        title: texts.common.enable,
        question: texts.reauthentication.prove_question,
        name: id.as_str(),
        action: console.path(&format!("{SECTION}/{id}/enable")),
        cancel: console.path(&back),
        hidden: vec![back_field(&back)],
    };
    match reauthenticate(console, viewer, form, asked).await? {
        Some(confirmation) => Ok(confirmation),
        None => switch(console, viewer, form, &id, false).await,
    }
}

/// Disables a client. Its tokens stop working. No password is needed, because this only removes rights.
pub(crate) async fn disable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    switch(&console, &viewer, &form, &id, true).await
}

async fn switch(
    console: &Console,
    viewer: &Viewer,
    form: &Form,
    id: &ClientId,
    disabled: bool,
) -> Result<Response, Rejection> {
    let change = ClientUpdate::default().with_disabled(disabled);
    let changed = viewer.counterfoil.update_client(&viewer.presenter(), id, change).await;
    changed.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(redirect(&list_with_notice(console, form, SECTION, if disabled { "disabled" } else { "enabled" })))
}
