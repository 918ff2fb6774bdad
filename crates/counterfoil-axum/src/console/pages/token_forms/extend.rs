//! The form that sets a new expiry of a personal access token. The token keeps its secret. The policy must allow
//! extensions.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::types::RecordId;
use counterfoil::{Conflict, CredentialView, Invalid, ManageError};
use http::StatusCode;

use super::renewal_page::{DAYS, PERMANENT, RenewalPage, days_hint, lifetime, limits, suggested_days};
use super::{TokenOwner, TokenPath};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::back_field;
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

const FIELDS: [&str; 2] = [DAYS, PERMANENT];

/// Shows the form. It suggests the present lifetime of the token.
pub(crate) async fn ask_extend(
    State(console): State<Shared>,
    viewer: Viewer,
    path: TokenPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(&console, &viewer).await?;
    let token = owner.known(&console, &viewer, &id).await?;
    let suggested = suggested_days(&token, limits(&console, &viewer).await?);
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, owner.section()).with_prefilled(&values);
    let values = values.with_defaults(vec![(DAYS, suggested)]);
    let back = back_from_query(query.as_deref(), &owner.list());
    Ok(response::page(StatusCode::OK, &page(&console, &viewer, &owner, &token, &back, (layout, values)).await?))
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    token: &CredentialView,
    back: &str,
    (layout, values): (Layout, FormValues),
) -> Result<RenewalPage, Rejection> {
    let (texts, limits) = (viewer.language.texts(), limits(console, viewer).await?);
    Ok(RenewalPage {
        layout,
        title: texts.token_forms.extend_token,
        question: texts.token_forms.extend_token_question,
        name: owner.name(token),
        action: console.path(&format!("{}/extend", owner.path(&token.id))),
        cancel: console.path(back),
        yes: texts.token_forms.extend,
        needs_password: viewer.needs_password(),
        days_hint: days_hint(viewer, limits),
        days_needed: !limits.permanent,
        permanent: limits.permanent,
        overlaps: Vec::new(),
        hidden: vec![back_field(back)],
        values,
    })
}

/// Extends the token, and redirects to the list of tokens. After an error, shows the form again.
pub(crate) async fn extend(
    State(console): State<Shared>,
    path: TokenPath,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = extend_or_show_form(&console, &mut viewer, &path, &form).await;
    viewer.with_new_cookies(done.into_response())
}

async fn extend_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    path: &TokenPath,
    form: &Form,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(console, viewer).await?;
    let form_error = match try_extend(console, viewer, &owner, &id, form).await? {
        Ok(()) => return Ok(redirect(&list_with_notice(console, form, &owner.list(), "extended"))),
        Err(form_error) => form_error,
    };
    let Some(token) = owner.find(console, viewer, &id).await? else {
        return Err(Rejection::form_error(console, viewer, &form_error));
    };
    let values = FormValues::new(form.values_of(&FIELDS));
    let back = back(Some(form.one("back")), &owner.list());
    let layout = Layout::of(console, viewer, owner.section());
    let mut page = page(console, viewer, &owner, &token, &back, (layout, values)).await?;
    (page.layout, page.values) = form_error.place(page.layout, page.values, &[DAYS, "password"]);
    Ok(form_error.with_retry_after(response::page(form_error.status, &page)))
}

async fn try_extend(
    console: &Console,
    viewer: &mut Viewer,
    owner: &TokenOwner,
    id: &RecordId,
    form: &Form,
) -> Result<Result<(), FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    let Some(lifetime) = lifetime(form) else {
        return form_error_of(console, viewer, Invalid::Permanent.into()).map(Err);
    };
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    match owner.extend(viewer, id, lifetime).await {
        Ok(_) => Ok(Ok(())),
        Err(ManageError::Conflict(Conflict::Expired)) => {
            Ok(Err(FormError::new(StatusCode::CONFLICT, None, viewer.language.texts().token_forms.renew_first)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
