//! Why a page is not shown, and what is shown instead.

use std::error::Error;

use askama::Template;
use axum::response::{IntoResponse, Response};
use counterfoil::{Conflict, Forbidden, ManageError};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use crate::console::answer;
use crate::console::language::Language;
use crate::console::posted::Wrong;
use crate::console::shell::Shell;
use crate::console::state::Console;
use crate::console::visitor::Visitor;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Forbidden,
    NotFound,
    /// The form's token is not the session's, or another site sent it.
    Forged,
    /// The browser's `Origin` is not the `Host`.
    Origin,
    Unavailable,
    TooLarge,
    /// The request names no host, more than one, or an invalid one.
    Host,
    /// Plain HTTP, and not from this machine.
    Insecure,
}

/// Instead of a page.
pub(crate) enum Stop {
    /// Elsewhere.
    Redirect(String),
    /// A page that says what is wrong. Boxed: it is rare.
    Page(Box<Response>),
}

#[derive(Template)]
#[template(path = "console/message.html")]
struct Message<'a> {
    shell: Shell,
    title: &'a str,
    text: &'a str,
    /// Where to go from here, below the base, and what that is called.
    back: String,
    back_name: &'a str,
}

impl Stop {
    /// A page that says what is wrong, without a word of what was asked, within what surrounds the visitor's pages.
    pub(crate) fn page(console: &Console, visitor: &Visitor, why: Why) -> Self {
        Self::because(console, visitor, why, None)
    }

    /// The same with a reason of its own.
    fn because(console: &Console, visitor: &Visitor, why: Why, reason: Option<&str>) -> Self {
        Self::message(Shell::of(console, visitor, visitor.section), why, reason)
    }

    /// A store or the directory failed before it was known who is signed in. The reason is for the log.
    pub(crate) fn bare(console: &Console, language: Language, why: Why) -> Self {
        Self::message(Shell::bare(console, language, "/"), why, None)
    }

    fn message(shell: Shell, why: Why, reason: Option<&str>) -> Self {
        let words = shell.words;
        let (status, title, text) = match why {
            Why::Forbidden => (StatusCode::FORBIDDEN, words.forbidden, words.forbidden_text),
            Why::NotFound => (StatusCode::NOT_FOUND, words.not_found, words.not_found_text),
            Why::Forged => (StatusCode::FORBIDDEN, words.forged, words.forged_text),
            Why::Origin => (StatusCode::FORBIDDEN, words.foreign_origin, words.foreign_origin_text),
            Why::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, words.unavailable, words.unavailable_text),
            Why::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, words.too_large, words.too_large_text),
            Why::Host => (StatusCode::BAD_REQUEST, words.bad_host, words.bad_host_text),
            Why::Insecure => (StatusCode::FORBIDDEN, words.insecure, words.insecure_text),
        };
        let (text, back_name) = (reason.unwrap_or(text), words.back_to_start);
        let message = Message { shell, title, text, back: "/".to_owned(), back_name };
        Self::Page(Box::new(answer::page(status, &message)))
    }

    /// The service's own means failed; the reason is for the host.
    pub(crate) fn unavailable(console: &Console, visitor: &Visitor, reason: &(dyn Error + 'static)) -> Self {
        tracing::warn!(target: "counterfoil", reason, "unavailable");
        Self::page(console, visitor, Why::Unavailable)
    }

    /// A store or the directory failed before it was known who is signed in. The reason is for the log.
    pub(crate) fn outage(console: &Console, language: Language, reason: &(dyn Error + 'static)) -> Self {
        tracing::warn!(target: "counterfoil", reason, "unavailable");
        Self::bare(console, language, Why::Unavailable)
    }

    /// A form whose token is not the session's: its page is shown anew with what was typed, to be looked at and sent again.
    pub(crate) fn forged(console: &Console, visitor: &Visitor, page: String) -> Self {
        let words = visitor.language.words();
        let (shell, back_name) = (Shell::of(console, visitor, visitor.section), words.back_to_form);
        let message = Message { shell, title: words.forged, text: words.forged_text, back: page, back_name };
        Self::Page(Box::new(answer::page(StatusCode::FORBIDDEN, &message)))
    }

    /// What an operation did not do, where no form of the page can tell it.
    pub(crate) fn of(console: &Console, visitor: &Visitor, error: ManageError) -> Self {
        let words = visitor.language.words();
        match error {
            // Going back, the page asks for the password.
            ManageError::Forbidden(Forbidden::StaleSession) => {
                Self::told(console, visitor, StatusCode::FORBIDDEN, (words.stale, words.stale_text), words.back_to_form)
            }
            ManageError::Forbidden(forbidden) => {
                Self::because(console, visitor, Why::Forbidden, Some(words.forbidden_because(forbidden)))
            }
            ManageError::NotFound | ManageError::Invalid(_) => Self::page(console, visitor, Why::NotFound),
            // What was asked for stands: only its secret is not shown again.
            ManageError::Conflict(Conflict::DoneAlready) => Self::told(
                console,
                visitor,
                StatusCode::OK,
                (words.done_already, words.done_already_text),
                words.to_list,
            ),
            ManageError::Conflict(conflict) => {
                let text = words.in_the_way(conflict).text;
                Self::told(console, visitor, StatusCode::CONFLICT, (words.conflict, &text), words.to_list)
            }
            ManageError::SlowDown { until } => {
                let text = (words.too_many_made)(&visitor.clock(console).moment(until));
                Self::wrong(console, visitor, &Wrong::slow_down(console, text, until))
            }
            ManageError::Unavailable(reason) => Self::unavailable(console, visitor, &reason),
        }
    }

    /// What is wrong with a form that cannot be shown again.
    pub(crate) fn wrong(console: &Console, visitor: &Visitor, wrong: &Wrong) -> Self {
        let words = visitor.language.words();
        match Self::told(console, visitor, wrong.status, (words.conflict, &wrong.reason.text), words.to_list) {
            Self::Page(response) => Self::Page(Box::new(wrong.seal(*response))),
            elsewhere => elsewhere,
        }
    }

    /// A page of the visitor's section that leads back to it.
    fn told(
        console: &Console,
        visitor: &Visitor,
        status: StatusCode,
        (title, text): (&str, &str),
        back_name: &str,
    ) -> Self {
        let shell = Shell::of(console, visitor, visitor.section);
        let message = Message { shell, title, text, back: visitor.section.to_owned(), back_name };
        Self::Page(Box::new(answer::page(status, &message)))
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Redirect(path) => redirect(&path),
            Self::Page(response) => *response,
        }
    }
}

/// Elsewhere, by GET (RFC 9110 §15.4.4). A path that is no header value leads nowhere.
pub(crate) fn redirect(path: &str) -> Response {
    let mut response = answer::empty(StatusCode::SEE_OTHER);
    if let Ok(path) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
