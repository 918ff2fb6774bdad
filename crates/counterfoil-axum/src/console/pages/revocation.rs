//! Ends all credentials of a user. Administrators may use this page.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use counterfoil::operations::Operation;
use counterfoil::service_account::ServiceAccountView;
use counterfoil::{ManageError, SubjectId};
use http::StatusCode;

use super::service_accounts;
use super::users::{SECTION, name_of, path, subject};
use crate::console::layout::Layout;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::{self, redirect};
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

#[derive(Template)]
#[template(path = "console/revoke_all.html")]
struct RevokeAll {
    layout: Layout,
    name: String,
    path: String,
    accounts: Vec<MadeAccount>,
}

/// A service account that the user made.
pub(super) struct MadeAccount {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) path: String,
    pub(super) disabled: bool,
}

impl MadeAccount {
    fn new(console: &Console, made: &ServiceAccountView) -> Self {
        let path = console.path(&service_accounts::page_of(&made.id));
        Self { id: made.id.to_string(), label: made.label.clone(), path, disabled: made.disabled }
    }
}

/// Returns the service accounts that a user made. The list is empty if the viewer may not list service accounts.
pub(super) async fn made_accounts(
    console: &Console,
    viewer: &Viewer,
    subject: &SubjectId,
) -> Result<Vec<MadeAccount>, Rejection> {
    match viewer.counterfoil.service_accounts_made_by(&viewer.presenter(), subject).await {
        Ok(made) => Ok(made.iter().map(|made| MadeAccount::new(console, made)).collect()),
        Err(ManageError::Forbidden(_)) => Ok(Vec::new()),
        Err(error) => Err(Rejection::of(console, viewer, error)),
    }
}

/// Shows the page that asks for confirmation before all credentials of a user are ended. If the user made service
/// accounts, the page names them, and has a checkbox to disable them too.
pub(crate) async fn ask_revoke(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(text): Path<String>,
) -> Result<Response, Rejection> {
    let subject = subject(&console, &viewer, &text)?;
    let may = viewer.counterfoil.authorize(&viewer.presenter(), Operation::RevokeAllOf(Some(&subject))).await;
    may.map_err(|error| Rejection::of(&console, &viewer, error))?;
    let accounts = made_accounts(&console, &viewer, &subject).await?;
    let (layout, name) = (Layout::of(&console, &viewer, SECTION), name_of(&console, &viewer, &subject).await?);
    let path = path(&console, &subject);
    Ok(response::page(StatusCode::OK, &RevokeAll { layout, name, path, accounts }))
}

/// Ends all credentials of a user. If the checkbox is ticked, also disables the service accounts that the user made.
pub(crate) async fn revoke(
    State(console): State<Shared>,
    Path(text): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let (subject, by) = (subject(&console, &viewer, &text)?, viewer.presenter());
    let rejected = |error| Rejection::of(&console, &viewer, error);
    let disables = form.ticked("disable_service_accounts");
    let disables = disables.ok_or_else(|| Rejection::page(&console, &viewer, RejectionReason::NotFound))?;
    viewer.counterfoil.revoke_all_of(&by, &subject).await.map_err(rejected)?;
    if disables {
        viewer.counterfoil.disable_service_accounts_made_by(&by, &subject).await.map_err(rejected)?;
    }
    // If viewers end their own credentials, they also end the session in use.
    if subject == *viewer.principal.subject() {
        return Ok(redirect(&console.path("/sign-in?notice=signed-out")));
    }
    Ok(redirect(&format!("{}?notice=all-ended", path(&console, &subject))))
}
