//! The response to a request that does not get the page it asks for: an error page or a redirect.

use std::error::Error;

use askama::Template;
use axum::response::{IntoResponse, Response};
use counterfoil::{Conflict, Forbidden, ManageError, Unavailable};
use http::StatusCode;

use crate::console::form_error::FormError;
use crate::console::language::Language;
use crate::console::layout::Layout;
use crate::console::response::{self, redirect};
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// The reason that an error page states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RejectionReason {
    Forbidden,
    NotFound,
    /// The form was incomplete, its CSRF token does not belong to the session, or another site sent the form.
    Forged,
    /// The browser's `Origin` differs from the `Host`.
    Origin,
    Unavailable,
    /// The host's directory has no search.
    NoSearch,
    /// The host's directory has no logins, so no password can be checked.
    NoLogins,
    TooLarge,
    /// The request has no host, has several hosts, or has an invalid host.
    Host,
    /// The request uses plain HTTP, but its host is not loopback.
    Insecure,
}

/// The response to a request that does not get the page it asks for.
pub(crate) enum Rejection {
    /// The browser is redirected to this path.
    Redirect(String),
    /// The browser gets an error page. It is boxed, because a response is large and rejections are rare.
    Page(Box<Response>),
}

#[derive(Template)]
#[template(path = "console/message.html")]
struct Message<'a> {
    layout: Layout,
    title: &'a str,
    text: &'a str,
    /// The target of the page's link, as a path relative to the base path of the console.
    back: String,
    back_name: &'a str,
}

impl Rejection {
    /// Makes an error page for a signed-in viewer. The page contains no text from the request.
    pub(crate) fn page(console: &Console, viewer: &Viewer, reason: RejectionReason) -> Self {
        Self::with_text(console, viewer, reason, None)
    }

    /// Makes an error page like [`Self::page`], but with `text` instead of the text of the reason.
    fn with_text(console: &Console, viewer: &Viewer, reason: RejectionReason, text: Option<&str>) -> Self {
        Self::message(Layout::of(console, viewer, viewer.section), reason, text)
    }

    /// Makes an error page for a request whose viewer is not known.
    pub(crate) fn signed_out(console: &Console, language: Language, reason: RejectionReason) -> Self {
        Self::message(Layout::signed_out(console, language, "/"), reason, None)
    }

    fn message(layout: Layout, reason: RejectionReason, text: Option<&str>) -> Self {
        let texts = layout.texts;
        let (status, title, default) = match reason {
            RejectionReason::Forbidden => {
                (StatusCode::FORBIDDEN, texts.rejections.forbidden, texts.rejections.forbidden_text)
            }
            RejectionReason::NotFound => {
                (StatusCode::NOT_FOUND, texts.rejections.not_found, texts.rejections.not_found_text)
            }
            RejectionReason::Forged => (StatusCode::FORBIDDEN, texts.rejections.forged, texts.rejections.forged_text),
            RejectionReason::Origin => {
                (StatusCode::FORBIDDEN, texts.rejections.foreign_origin, texts.rejections.foreign_origin_text)
            }
            RejectionReason::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, texts.rejections.unavailable, texts.rejections.unavailable_text)
            }
            RejectionReason::NoSearch => {
                (StatusCode::NOT_IMPLEMENTED, texts.rejections.no_search, texts.rejections.no_search_text)
            }
            RejectionReason::NoLogins => {
                (StatusCode::NOT_IMPLEMENTED, texts.rejections.no_logins, texts.rejections.no_logins_text)
            }
            RejectionReason::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, texts.rejections.too_large, texts.rejections.too_large_text)
            }
            RejectionReason::Host => {
                (StatusCode::BAD_REQUEST, texts.rejections.bad_host, texts.rejections.bad_host_text)
            }
            RejectionReason::Insecure => {
                (StatusCode::FORBIDDEN, texts.rejections.insecure, texts.rejections.insecure_text)
            }
        };
        let (text, back_name) = (text.unwrap_or(default), texts.rejections.back_to_start);
        let message = Message { layout, title, text, back: "/".to_owned(), back_name };
        Self::Page(Box::new(response::page(status, &message)))
    }

    /// Makes the error page for a failure of a store, the directory or the source of random numbers. The cause is
    /// written to the log only.
    pub(crate) fn unavailable(console: &Console, viewer: &Viewer, cause: &(dyn Error + 'static)) -> Self {
        tracing::warn!(target: "counterfoil", reason = cause, "unavailable");
        Self::page(console, viewer, RejectionReason::Unavailable)
    }

    /// Makes the error page of [`Self::unavailable`] for a request whose viewer is not known yet.
    pub(crate) fn outage(console: &Console, language: Language, cause: &(dyn Error + 'static)) -> Self {
        tracing::warn!(target: "counterfoil", reason = cause, "unavailable");
        Self::signed_out(console, language, RejectionReason::Unavailable)
    }

    /// Makes the error page for a form whose CSRF token does not belong to the session. The page links to the form at
    /// `page`, which is filled with the typed values.
    pub(crate) fn forged(console: &Console, viewer: &Viewer, page: String) -> Self {
        let texts = viewer.language.texts();
        let (layout, back_name) = (Layout::of(console, viewer, viewer.section), texts.rejections.back_to_form);
        let message = Message {
            layout,
            title: texts.rejections.forged,
            text: texts.rejections.forged_text,
            back: page,
            back_name,
        };
        Self::Page(Box::new(response::page(StatusCode::FORBIDDEN, &message)))
    }

    /// Makes the error page for a failed operation, for a page without a form that can show the error.
    pub(crate) fn of(console: &Console, viewer: &Viewer, error: ManageError) -> Self {
        let texts = viewer.language.texts();
        match error {
            // The page to which the link leads asks for the password.
            ManageError::Forbidden(Forbidden::StaleSession) => Self::in_section(
                console,
                viewer,
                StatusCode::FORBIDDEN,
                (texts.rejections.stale, texts.rejections.stale_text),
                texts.rejections.back_to_form,
            ),
            ManageError::Forbidden(forbidden) => {
                Self::with_text(console, viewer, RejectionReason::Forbidden, Some(texts.forbidden_text_for(forbidden)))
            }
            ManageError::NotFound | ManageError::Invalid(_) => Self::page(console, viewer, RejectionReason::NotFound),
            // The form was submitted before, and that submission succeeded. The secret that it created cannot be shown
            // again.
            ManageError::Conflict(Conflict::DoneAlready) => Self::in_section(
                console,
                viewer,
                StatusCode::OK,
                (texts.rejections.done_already, texts.rejections.done_already_text),
                texts.rejections.to_list,
            ),
            ManageError::Conflict(conflict) => {
                let text = texts.conflict_message(conflict).text;
                Self::in_section(
                    console,
                    viewer,
                    StatusCode::CONFLICT,
                    (texts.errors.conflict, &text),
                    texts.rejections.to_list,
                )
            }
            ManageError::SlowDown { until } => {
                let text = (texts.errors.too_many_made)(&viewer.clock().moment(until));
                Self::form_error(console, viewer, &FormError::slow_down(console, text, until))
            }
            ManageError::Unavailable(Unavailable::NotGiven { part: "search" }) => {
                Self::page(console, viewer, RejectionReason::NoSearch)
            }
            ManageError::Unavailable(cause @ Unavailable::PartlyDone(_)) => {
                tracing::warn!(target: "counterfoil", reason = &cause as &dyn Error, "unavailable");
                Self::with_text(console, viewer, RejectionReason::Unavailable, Some(texts.rejections.partly_done))
            }
            ManageError::Unavailable(cause) => Self::unavailable(console, viewer, &cause),
            other => Self::unavailable(console, viewer, &other),
        }
    }

    /// Makes the error page for the error of a form, for the case that the form cannot be shown again.
    pub(crate) fn form_error(console: &Console, viewer: &Viewer, error: &FormError) -> Self {
        let texts = viewer.language.texts();
        let message = (texts.errors.conflict, error.message.text.as_str());
        match Self::in_section(console, viewer, error.status, message, texts.rejections.to_list) {
            Self::Page(response) => Self::Page(Box::new(error.with_retry_after(*response))),
            redirect => redirect,
        }
    }

    /// Makes an error page with a link to the section to which the viewer's page belongs.
    fn in_section(
        console: &Console,
        viewer: &Viewer,
        status: StatusCode,
        (title, text): (&str, &str),
        back_name: &str,
    ) -> Self {
        let layout = Layout::of(console, viewer, viewer.section);
        let message = Message { layout, title, text, back: viewer.section.to_owned(), back_name };
        Self::Page(Box::new(response::page(status, &message)))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::Redirect(path) => redirect(&path),
            Self::Page(response) => *response,
        }
    }
}
