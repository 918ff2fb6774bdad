//! Enables and disables a service account, and takes it over from its maker.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::service_account::{ServiceAccountUpdate, ServiceAccountView};

use super::{find, page_of};
use crate::console::form::Form;
use crate::console::pages::password_page::{ButtonAction, reauthenticate};
use crate::console::paths::{NOTICE, with_parameter};
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

/// A button that gives a service account or the viewer further rights. Therefore the button needs a recent proof of the
/// password.
#[derive(Clone, Copy)]
enum Button {
    Enable,
    Adopt,
}

pub(crate) async fn enable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = with_password(&console, &mut viewer, &id, &form, Button::Enable).await;
    viewer.with_new_cookies(response.into_response())
}

pub(crate) async fn adopt(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = with_password(&console, &mut viewer, &id, &form, Button::Adopt).await;
    viewer.with_new_cookies(response.into_response())
}

pub(crate) async fn disable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let account = find(&console, &viewer, &id).await?;
    let change = ServiceAccountUpdate::default().with_disabled(true);
    update(&console, &viewer, &account, &change, "disabled").await
}

async fn with_password(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
    button: Button,
) -> Result<Response, Rejection> {
    let account = find(console, viewer, id).await?;
    let (texts, page) = (viewer.language.texts(), console.path(&page_of(&account.id)));
    let (title, path, change, notice) = match button {
        Button::Enable => {
            (texts.common.enable, "enable", ServiceAccountUpdate::default().with_disabled(false), "enabled")
        }
        Button::Adopt => {
            (texts.service_accounts.take_over, "adopt", ServiceAccountUpdate::default().with_adopt(true), "adopted")
        }
    };
    let asked = ButtonAction {
        title,
        question: texts.reauthentication.prove_question,
        name: &account.label,
        action: format!("{page}/{path}"),
        cancel: page,
        hidden: Vec::new(),
    };
    match reauthenticate(console, viewer, form, asked).await? {
        Some(confirmation) => Ok(confirmation),
        None => update(console, viewer, &account, &change, notice).await,
    }
}

async fn update(
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountView,
    change: &ServiceAccountUpdate,
    notice: &str,
) -> Result<Response, Rejection> {
    let changed = viewer.counterfoil.update_service_account(&viewer.presenter(), &account.id, change).await;
    changed.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(redirect(&console.path(&with_parameter(&page_of(&account.id), NOTICE, notice))))
}
