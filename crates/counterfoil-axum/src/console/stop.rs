//! Why a page is not shown, and what is shown instead.

use std::error::Error;

use askama::Template;
use axum::response::{IntoResponse, Response};
use counterfoil::ManageError;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use crate::console::answer;
use crate::console::language::Language;
use crate::console::shell::Shell;
use crate::console::state::Console;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Forbidden,
    NotFound,
    /// The form's token is not the session's, or another site sent it.
    Forged,
    Unavailable,
    TooLarge,
    /// The request names no host, two, or what is none.
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
}

impl Stop {
    /// A page that says what is wrong, in that language, without a word of what was asked.
    pub(crate) fn page(console: &Console, language: Language, why: Why) -> Self {
        Self::because(console, language, why, None)
    }

    /// The same with a reason of its own.
    pub(crate) fn because(console: &Console, language: Language, why: Why, reason: Option<&str>) -> Self {
        let words = language.words();
        let (status, title, text) = match why {
            Why::Forbidden => (StatusCode::FORBIDDEN, words.forbidden, words.forbidden_text),
            Why::NotFound => (StatusCode::NOT_FOUND, words.not_found, words.not_found_text),
            Why::Forged => (StatusCode::FORBIDDEN, words.forged, words.forged_text),
            Why::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, words.unavailable, words.unavailable_text),
            Why::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, words.too_large, words.too_large_text),
            Why::Host => (StatusCode::BAD_REQUEST, words.bad_host, words.bad_host_text),
            Why::Insecure => (StatusCode::FORBIDDEN, words.insecure, words.insecure_text),
        };
        let message = Message { shell: Shell::bare(console, language), title, text: reason.unwrap_or(text) };
        Self::Page(Box::new(answer::page(status, &message)))
    }

    /// The service's own means failed; the reason is for the host.
    pub(crate) fn unavailable(console: &Console, language: Language, reason: &(dyn Error + 'static)) -> Self {
        tracing::warn!(target: "counterfoil", reason, "unavailable");
        Self::page(console, language, Why::Unavailable)
    }

    /// What a verb did not do, where no form of the page can tell it.
    pub(crate) fn of(console: &Console, language: Language, error: ManageError) -> Self {
        let words = language.words();
        match error {
            ManageError::Forbidden(forbidden) => {
                Self::because(console, language, Why::Forbidden, Some(words.forbidden_because(forbidden)))
            }
            ManageError::NotFound | ManageError::Invalid(_) => Self::page(console, language, Why::NotFound),
            ManageError::Conflict(conflict) => {
                let text = words.in_the_way(conflict).text;
                let message = Message { shell: Shell::bare(console, language), title: words.conflict, text: &text };
                Self::Page(Box::new(answer::page(StatusCode::CONFLICT, &message)))
            }
            ManageError::SlowDown { .. } => {
                let shell = Shell::bare(console, language);
                let message = Message { shell, title: words.conflict, text: words.slow_down };
                Self::Page(Box::new(answer::page(StatusCode::TOO_MANY_REQUESTS, &message)))
            }
            ManageError::Unavailable(reason) => Self::unavailable(console, language, &reason),
        }
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
