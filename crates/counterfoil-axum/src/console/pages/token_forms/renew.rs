//! Replaces a token by a new token with the same label. The new token keeps the expiry or gets a new lifetime. An
//! expired token is renewed in the same way, with a new lifetime and without overlap.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::{Overlap, Rotation, Status};
use counterfoil::types::RecordId;
use counterfoil::{CredentialView, Invalid};
use http::StatusCode;

use super::renewal_page::{DAYS, OVERLAP, PERMANENT, RenewalPage, days_hint, lifetime, limits, suggested_days};
use super::{TokenOwner, TokenPath};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{back_field, seconds, token_overlaps};
use crate::console::pages::list::{back, back_from_query};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::viewer::Viewer;

const FIELDS: [&str; 3] = [DAYS, PERMANENT, OVERLAP];

/// The purpose of the page. The pages for both purposes have the same form.
#[derive(Clone, Copy)]
enum Purpose {
    /// To give the token a new secret. The form suggests no number of days, so that the expiry stays as it is.
    Replace,
    /// To give the token a new lifetime and a new secret. The form suggests the present lifetime of the token.
    Renew,
}

impl Purpose {
    const fn path(self) -> &'static str {
        match self {
            Self::Replace => "rotate",
            Self::Renew => "renew",
        }
    }
}

/// Shows the page that asks how long the old token stays valid after the new token is created.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    viewer: Viewer,
    path: TokenPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    ask(&console, &viewer, &path, Purpose::Replace, query.as_deref()).await
}

/// Shows the page that renews a token. The mails about its expiry lead to this page.
pub(crate) async fn ask_renew(
    State(console): State<Shared>,
    viewer: Viewer,
    path: TokenPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    ask(&console, &viewer, &path, Purpose::Renew, query.as_deref()).await
}

pub(crate) async fn rotate(
    State(console): State<Shared>,
    path: TokenPath,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = submit(&console, &mut viewer, &path, Purpose::Replace, &form).await;
    viewer.with_new_cookies(done.into_response())
}

pub(crate) async fn renew(
    State(console): State<Shared>,
    path: TokenPath,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let done = submit(&console, &mut viewer, &path, Purpose::Renew, &form).await;
    viewer.with_new_cookies(done.into_response())
}

/// Shows the form for this purpose, filled with the values in `query`. For a renewal without a number of days in
/// `query`, the form suggests one.
async fn ask(
    console: &Console,
    viewer: &Viewer,
    path: &TokenPath,
    purpose: Purpose,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(console, viewer).await?;
    let token = owner.known(console, viewer, &id).await?;
    let values = FormValues::from_query(query, &FIELDS);
    let layout = Layout::of(console, viewer, owner.section()).with_prefilled(&values);
    let values = match purpose {
        Purpose::Replace if token.status != Status::Expired => values,
        _ => values.with_defaults(vec![(DAYS, suggested_days(&token, limits(console, viewer).await?))]),
    };
    let back = back_from_query(query, &owner.list());
    Ok(response::page(StatusCode::OK, &page(console, viewer, &owner, &token, purpose, &back, (layout, values)).await?))
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    owner: &TokenOwner,
    token: &CredentialView,
    purpose: Purpose,
    back: &str,
    (layout, values): (Layout, FormValues),
) -> Result<RenewalPage, Rejection> {
    let (texts, limits) = (viewer.language.texts(), limits(console, viewer).await?);
    let is_expired = token.status == Status::Expired;
    let renews = is_expired || matches!(purpose, Purpose::Renew);
    let hint = days_hint(viewer, limits);
    Ok(RenewalPage {
        layout,
        title: if renews { texts.token_forms.renew_token } else { texts.token_forms.replace_token },
        question: if is_expired {
            texts.token_forms.renew_expired_question
        } else {
            texts.token_forms.replace_token_question
        },
        name: owner.name(token),
        action: console.path(&format!("{}/{}", owner.path(&token.id), purpose.path())),
        cancel: console.path(back),
        yes: if renews { texts.token_forms.renew } else { texts.token_forms.replace },
        needs_password: viewer.needs_password(),
        days_hint: if is_expired { hint } else { format!("{} {hint}", texts.token_forms.empty_keeps_expiry) },
        days_needed: is_expired && !limits.permanent,
        permanent: limits.permanent,
        overlaps: if is_expired { Vec::new() } else { token_overlaps(texts) },
        hidden: vec![(form_number::FIELD, form_number::draw(console, viewer)?), back_field(back)],
        values,
    })
}

/// Replaces the token and shows the text of the new token once.
async fn submit(
    console: &Console,
    viewer: &mut Viewer,
    path: &TokenPath,
    purpose: Purpose,
    form: &Form,
) -> Result<Response, Rejection> {
    let (owner, id) = path.owner(console, viewer).await?;
    let form_error = match try_rotate(console, viewer, &owner, &id, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    // A token that was already replaced may be missing from the list. Then its form cannot be shown again.
    let Some(token) = owner.find(console, viewer, &id).await? else {
        return Err(Rejection::form_error(console, viewer, &form_error));
    };
    let values = FormValues::new(form.values_of(&FIELDS));
    let back = back(Some(form.one("back")), &owner.list());
    let layout = Layout::of(console, viewer, owner.section());
    let mut page = page(console, viewer, &owner, &token, purpose, &back, (layout, values)).await?;
    let shown = if page.overlaps.is_empty() { &[DAYS, "password"][..] } else { &[DAYS, OVERLAP, "password"] };
    (page.layout, page.values) = form_error.place(page.layout, page.values, shown);
    Ok(form_error.with_retry_after(response::page(form_error.status, &page)))
}

async fn try_rotate(
    console: &Console,
    viewer: &mut Viewer,
    owner: &TokenOwner,
    id: &RecordId,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let asked = form.one(OVERLAP);
    let overlap = match (asked, seconds(asked)) {
        ("first-use", _) => Overlap::UntilFirstUse,
        (_, Some(Duration::ZERO)) => Overlap::Immediate,
        (_, Some(overlap)) => Overlap::For(overlap),
        (_, None) => return form_error_of(console, viewer, Invalid::Overlap { most: 0 }.into()).map(Err),
    };
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let rotation = Rotation::new(overlap).with_lifetime(lifetime(form));
    match owner.rotate(viewer, key, id, rotation).await {
        Ok(issued) => {
            let back = back(Some(form.one("back")), &owner.list());
            Ok(Ok(owner.secret_page(console, viewer, &issued, &back)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}
