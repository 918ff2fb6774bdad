//! A form that a signed-in visitor sent: read within bounds, and only where our own page made it.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use counterfoil::{Conflict, ManageError, Ts};
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use crate::body::{self, Unread};
use crate::console::csrf;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::language::Language;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why};
use crate::console::visitor::Visitor;
use crate::console::words::Reason;
use crate::host::Asked;

/// The most bytes of a form.
const LIMIT: usize = 64 * 1024;

/// A form and who sent it.
pub(crate) struct Posted {
    pub(crate) visitor: Visitor,
    pub(crate) form: Form,
}

/// What is wrong with a form that is shown again.
pub(crate) struct Wrong {
    pub(crate) status: StatusCode,
    pub(crate) reason: Reason,
    /// In how many seconds it may be tried again, where that is known.
    retry_after: Option<u64>,
}

impl Wrong {
    pub(crate) fn new(status: StatusCode, field: Option<&'static str>, text: &str) -> Self {
        Self { status, reason: Reason { field, text: text.to_owned() }, retry_after: None }
    }

    /// A field that is not accepted as it is.
    pub(crate) fn refused(visitor: &Visitor, field: Option<&'static str>) -> Self {
        let words = visitor.language.words();
        let text = if field.is_some() { words.invalid } else { words.unknown_field };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, text)
    }

    /// What has to wait.
    pub(crate) fn slow_down(console: &Console, text: String, until: Ts) -> Self {
        let seconds = until.since(console.foil.now()).seconds_up().max(1);
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self { status, reason: Reason { field: None, text }, retry_after: Some(seconds) }
    }

    /// The same at a field.
    pub(crate) fn at(mut self, field: &'static str) -> Self {
        self.reason.field = Some(field);
        self
    }

    /// Places its text: at its field where the form has that, else above the page.
    pub(crate) fn place(&self, shell: Shell, filled: Filled, fields: &[&'static str]) -> (Shell, Filled) {
        let text = self.reason.text.clone();
        match self.reason.field.filter(|field| fields.contains(field)) {
            Some(field) => (shell, filled.wrong(field, text)),
            None => (shell.wrong(Some(text)), filled),
        }
    }

    /// Lets the page that tells it say when to come again.
    pub(crate) fn seal(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl FromRequest<Shared> for Posted {
    type Rejection = Stop;

    async fn from_request(request: Request, console: &Shared) -> Result<Self, Stop> {
        let (mut parts, body) = request.into_parts();
        let mut visitor = Visitor::from_request_parts(&mut parts, console).await?;
        let form = read(console, visitor.language, &parts, body).await?;
        if !visitor.sent(form.one(csrf::FIELD)) {
            return Err(Stop::page(console, visitor.language, Why::Forged));
        }
        Ok(Self { visitor, form })
    }
}

/// A form of our own site, by what the browser says; its token is for the caller to test.
pub(crate) async fn read(
    console: &Console,
    language: Language,
    parts: &Parts,
    body: axum::body::Body,
) -> Result<Form, Stop> {
    if csrf::is_foreign(Asked::from(parts)) {
        return Err(Stop::page(console, language, Why::Forged));
    }
    let body = match body::read(body, LIMIT).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(Stop::page(console, language, Why::TooLarge)),
        Err(Unread::TooSlow | Unread::Broken) => return Err(Stop::page(console, language, Why::Forged)),
    };
    Form::urlencoded(body).ok_or_else(|| Stop::page(console, language, Why::TooLarge))
}

/// What a verb did not do, for the form that asked for it; what no form can tell is a page of its own.
pub(crate) fn wrong(console: &Console, visitor: &Visitor, error: ManageError) -> Result<Wrong, Stop> {
    let words = visitor.language.words();
    match error {
        ManageError::Invalid(invalid) => {
            let Reason { field, text } = words.invalid_field(&invalid);
            Ok(Wrong::new(StatusCode::UNPROCESSABLE_ENTITY, field, &text))
        }
        ManageError::Conflict(conflict) if conflict != Conflict::DoneAlready => {
            let Reason { field, text } = words.in_the_way(conflict);
            Ok(Wrong::new(StatusCode::CONFLICT, field, &text))
        }
        ManageError::SlowDown { until } => {
            Ok(Wrong::slow_down(console, (words.too_many_made)(&visitor.clock(console).moment(until)), until))
        }
        other => Err(Stop::of(console, visitor, other)),
    }
}
