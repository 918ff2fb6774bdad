//! A form that a signed-in visitor sent: read within bounds, and only where our own page made it.

use axum::extract::{FromRequest, FromRequestParts, Request};
use counterfoil::ManageError;
use http::StatusCode;
use http::request::Parts;

use crate::body::{self, Unread};
use crate::console::csrf;
use crate::console::form::Form;
use crate::console::language::Language;
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
}

impl FromRequest<Shared> for Posted {
    type Rejection = Stop;

    async fn from_request(request: Request, console: &Shared) -> Result<Self, Stop> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, console).await?;
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
            Ok(Wrong { status: StatusCode::UNPROCESSABLE_ENTITY, reason: words.invalid_field(&invalid) })
        }
        ManageError::Conflict(conflict) => {
            Ok(Wrong { status: StatusCode::CONFLICT, reason: words.in_the_way(conflict) })
        }
        other => Err(Stop::of(console, visitor.language, other)),
    }
}
