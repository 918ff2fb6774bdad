//! Edits the label and the description of a token.

use askama::Template;
use axum::response::Response;
use counterfoil::operations::TokenUpdate;
use counterfoil::{CredentialView, Secret};
use http::StatusCode;

use super::{TokenOwner, limits};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::security_codes::edit::with_lf;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::Console;
use crate::console::submitted_form::form_error_of;
use crate::console::viewer::Viewer;

const FIELDS: [&str; 2] = ["label", "description"];

#[derive(Template)]
#[template(path = "console/token_edit.html")]
struct Edit {
    layout: Layout,
    name: String,
    action: String,
    label_hint: String,
    values: FormValues,
    /// The label and the description when the page is shown. Hidden fields of the form contain them, so that a change
    /// by the user can be detected.
    was: [String; 2],
    back: String,
}

fn current_values(token: &CredentialView) -> [String; 2] {
    [token.label.clone(), token.description.clone().unwrap_or_default()]
}

/// Shows the form with the current values.
pub(in crate::console::pages) async fn ask(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    id: &str,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let token = owner.known(console, viewer, &id).await?;
    let values = FormValues::from_query(query, &FIELDS);
    let layout = Layout::of(console, viewer, owner.section()).with_prefilled(&values);
    let [label, description] = current_values(&token);
    let values = values.with_defaults(vec![(FIELDS[0], label), (FIELDS[1], description)]);
    let back = back_from_query(query, &owner.list());
    let edit = page(console, viewer, owner, &token, (layout, values), back).await?;
    Ok(response::page(StatusCode::OK, &edit))
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    token: &CredentialView,
    (layout, values): (Layout, FormValues),
    back: String,
) -> Result<Edit, Rejection> {
    let label_max = limits(console, viewer).await?.label_max;
    Ok(Edit {
        layout,
        name: owner.name(token),
        action: console.path(&format!("{}/edit", owner.path(&token.id))),
        label_hint: (viewer.language.texts().formats.at_most_characters)(label_max),
        values,
        was: current_values(token),
        back,
    })
}

/// Saves the changed fields, and leads back to the list.
pub(in crate::console::pages) async fn submit(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = record(console, viewer, id)?;
    let token = owner.known(console, viewer, &id).await?;
    let form_error = match try_edit(console, viewer, owner, &token, form).await? {
        Ok(notice) => return Ok(redirect(&list_with_notice(console, form, &owner.list(), notice))),
        Err(form_error) => form_error,
    };
    let [label, description] = current_values(&token);
    let values = FormValues::new(form.values_over(&FIELDS, &[(FIELDS[0], label), (FIELDS[1], description)]));
    let layout = Layout::of(console, viewer, owner.section());
    let shown = form_error.place(layout, values, &FIELDS);
    let back = back(Some(form.one("back")), &owner.list());
    let edit = page(console, viewer, owner, &token, shown, back).await?;
    Ok(form_error.with_retry_after(response::page(form_error.status, &edit)))
}

/// Saves the changed fields. Returns the name of the notice that the next page shows.
async fn try_edit(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    token: &CredentialView,
    form: &Form,
) -> Result<Result<&'static str, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let [label, description] = current_values(token);
    let changed = |name: &str, stands: &str| {
        let typed = form.secret(name).map(Secret::expose_secret).map(with_lf);
        typed.filter(|typed| with_lf(&form.was(name).unwrap_or_else(|| stands.to_owned())) != *typed)
    };
    let (label, description) = (changed(FIELDS[0], &label), changed(FIELDS[1], &description));
    if label.is_none() && description.is_none() {
        return Ok(Ok("unchanged"));
    }
    let change = TokenUpdate::default().with_label(label.as_deref()).with_description(description.as_deref());
    match owner.update(viewer, &token.id, &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
