//! A form that a signed-in visitor sent: read within bounds, and only where our own page made it.

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use counterfoil::{Conflict, ManageError, Timestamp};
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use crate::body::{self, Unread};
use crate::console::csrf::{self, Foreign};
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::paths;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why};
use crate::console::visitor::{Nobody, Visitor, page};
use crate::console::words::Reason;
use crate::host::Asked;

/// The most bytes of a form.
const LIMIT: usize = 64 * 1024;

/// What the log says, for somebody who runs the service.
const OTHER_ORIGIN: &str = "a form was refused: its origin is not the host that was asked for; a reverse proxy must pass the browser's Host header on";

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
    pub(crate) fn slow_down(console: &Console, text: String, until: Timestamp) -> Self {
        let seconds = until.since(console.counterfoil.now()).seconds_up().max(1);
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self { status, reason: Reason { field: None, text }, retry_after: Some(seconds) }
    }

    /// The same at a field.
    pub(crate) fn at(mut self, field: &'static str) -> Self {
        self.reason.field = Some(field);
        self
    }

    /// Places its text: above the page, and at its field where the form has that.
    pub(crate) fn place(&self, shell: Shell, filled: Filled, fields: &[&'static str]) -> (Shell, Filled) {
        let text = self.reason.text.clone();
        match self.reason.field.filter(|field| fields.contains(field)) {
            Some(field) => {
                let filled = filled.wrong(field, text);
                (shell.faulty(&filled), filled)
            }
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
        let (parts, body) = request.into_parts();
        let mut visitor = match Visitor::of(console, &parts).await? {
            Ok(visitor) => visitor,
            Err(nobody) => return Err(signed_out(console, &nobody, &parts, body).await),
        };
        let form = read(console, &parts, body).await.map_err(|why| Stop::page(console, &visitor, why))?;
        if !visitor.sent(form.one(csrf::FIELD)) {
            let page = paths::keeping(&visitor.here, form.typed());
            return Err(Stop::forged(console, &visitor, page));
        }
        Ok(Self { visitor, form })
    }
}

/// A form that came without a session: nothing is done. Signing in leads back to its page, with what was typed where our own page sent it.
async fn signed_out(console: &Console, nobody: &Nobody, parts: &Parts, body: axum::body::Body) -> Stop {
    let page = page(parts);
    let kept = match read(console, parts, body).await {
        Ok(form) => paths::keeping(&page, form.typed()),
        // What another site sends is nothing that somebody has typed here.
        Err(why) => return Stop::bare(console, nobody.language, why),
    };
    let told = if kept == page { "ended" } else { "kept" };
    Stop::Redirect(console.path(&paths::sign_in(&kept, Some(told))))
}

/// A form of our own site, by what the browser says; its token is for the caller to test.
pub(crate) async fn read(console: &Console, parts: &Parts, body: axum::body::Body) -> Result<Form, Why> {
    refuse_foreign(console, parts)?;
    let body = match body::read(body, LIMIT).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(Why::TooLarge),
        Err(Unread::TooSlow | Unread::Broken) => return Err(Why::Forged),
    };
    Form::urlencoded(body).ok_or(Why::TooLarge)
}

/// Stops what the browser says another site has sent.
pub(crate) fn refuse_foreign(console: &Console, parts: &Parts) -> Result<(), Why> {
    let asked = Asked::from(parts);
    match csrf::foreign(asked) {
        None => Ok(()),
        Some(Foreign::Site) => Err(Why::Forged),
        Some(Foreign::Origin) => {
            if let Some(unsaid) = console.origins.note(console.counterfoil.now()) {
                csrf::warn(asked, unsaid, OTHER_ORIGIN);
            }
            Err(Why::Origin)
        }
    }
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
