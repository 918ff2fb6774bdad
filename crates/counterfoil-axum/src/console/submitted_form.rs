//! A form that a signed-in viewer submitted. Its size is limited. It is accepted only if a page of this console sent
//! it.

use axum::extract::{FromRequest, Request};
use counterfoil::{Conflict, ManageError};
use counterfoil_http::host_of;
use counterfoil_http::request::{Unread, read_body};
use http::StatusCode;
use http::request::Parts;

use crate::console::csrf::{self, Foreign};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::paths;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::session::{SignedOut, page};
use crate::console::state::{Console, Shared};
use crate::console::text::FieldMessage;
use crate::console::viewer::Viewer;

/// The maximum size of a form in bytes.
const MAX_BYTES: usize = 64 * 1024;

const OTHER_ORIGIN: &str = "a form was refused because its Origin is not the request's Host; \
                            a reverse proxy must pass on the browser's Host header";

/// A form and the viewer who submitted it.
pub(crate) struct SubmittedForm {
    pub(crate) viewer: Viewer,
    pub(crate) form: Form,
}

impl FromRequest<Shared> for SubmittedForm {
    type Rejection = Rejection;

    async fn from_request(request: Request, console: &Shared) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let viewer = match Viewer::of(console, &parts).await? {
            Ok(viewer) => viewer,
            Err(signed_out) => return Err(ask_to_sign_in(console, &signed_out, &parts, body).await),
        };
        let form = read(console, &parts, body).await.map_err(|reason| Rejection::page(console, &viewer, reason))?;
        // The form can arrive seconds after the headers. In between, the session can end, and the person can be
        // disabled or lose a role. A form must not act by what was true before.
        let Ok(mut viewer) = Viewer::of(console, &parts).await? else {
            return Err(sign_in_again(console, &page(&parts), &form));
        };
        if !viewer.accepts_token(form.one(csrf::FIELD)) {
            let page = paths::with_fields(&viewer.here, form.changed_fields());
            return Err(Rejection::forged(console, &viewer, page));
        }
        Ok(Self { viewer, form })
    }
}

/// Makes the response to a form that was sent without a live session. The form changes nothing. The response redirects
/// to the sign-in page, which afterwards leads to the page of the form. That page then shows the typed values. If
/// another site sent the form, or if the form cannot be read, the response is an error page.
async fn ask_to_sign_in(console: &Console, signed_out: &SignedOut, parts: &Parts, body: axum::body::Body) -> Rejection {
    match read(console, parts, body).await {
        Ok(form) => sign_in_again(console, &page(parts), &form),
        // Another site may have chosen the values of this form, so no page may show them.
        Err(reason) => Rejection::signed_out(console, signed_out.language, reason),
    }
}

/// Makes the redirect to the sign-in page that afterwards leads to `page`, the page of a form without a live session.
fn sign_in_again(console: &Console, page: &str, form: &Form) -> Rejection {
    let filled = paths::with_fields(page, form.changed_fields());
    let notice = if filled == page { "ended" } else { "kept" };
    Rejection::Redirect(console.path(&paths::sign_in(&filled, Some(notice))))
}

/// Reads the fields of a form. Returns an error if the form is too large or incomplete, or if the browser says that
/// another site sent it. The caller must check the CSRF token.
pub(crate) async fn read(console: &Console, parts: &Parts, body: axum::body::Body) -> Result<Form, RejectionReason> {
    refuse_foreign(console, parts)?;
    let body = match read_body(body, MAX_BYTES).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(RejectionReason::TooLarge),
        Err(_) => return Err(RejectionReason::Forged),
    };
    Form::urlencoded(body).ok_or(RejectionReason::TooLarge)
}

/// Returns an error if the browser says that another site sent the request.
pub(crate) fn refuse_foreign(console: &Console, parts: &Parts) -> Result<(), RejectionReason> {
    let host = host_of(parts);
    match csrf::foreign(&parts.headers, host) {
        None => Ok(()),
        Some(Foreign::Site) => Err(RejectionReason::Forged),
        Some(Foreign::Origin) => {
            if let Some(suppressed) = console.origin_log.admit(console.now()) {
                csrf::warn(&parts.headers, host, suppressed, OTHER_ORIGIN);
            }
            Err(RejectionReason::Origin)
        }
    }
}

/// Converts the error of a failed operation to an error that the form can show. If no form can show the error, returns
/// an error page as `Err`.
pub(crate) fn form_error_of(console: &Console, viewer: &Viewer, error: ManageError) -> Result<FormError, Rejection> {
    let texts = viewer.language.texts();
    match error {
        ManageError::Invalid(invalid) => {
            let FieldMessage { field, text } = texts.invalid_message(&invalid);
            Ok(FormError::new(StatusCode::UNPROCESSABLE_ENTITY, field, &text))
        }
        ManageError::Conflict(conflict) if conflict != Conflict::DoneAlready => {
            let FieldMessage { field, text } = texts.conflict_message(conflict);
            Ok(FormError::new(StatusCode::CONFLICT, field, &text))
        }
        ManageError::SlowDown { until } => {
            let text = (texts.errors.too_many_made)(&viewer.clock().moment(until));
            Ok(FormError::slow_down(console, text, until))
        }
        other => Err(Rejection::of(console, viewer, other)),
    }
}
