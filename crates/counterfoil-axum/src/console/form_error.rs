//! The error with which a form is shown again.

use axum::response::Response;
use counterfoil::Timestamp;
use counterfoil::types::seconds_up;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::state::Console;
use crate::console::text::FieldMessage;
use crate::console::viewer::Viewer;

/// The error with which a form is shown again.
pub(crate) struct FormError {
    pub(crate) status: StatusCode,
    pub(crate) message: FieldMessage,
    /// The number of seconds until the form may be sent again. `None` if this number is not known.
    retry_after: Option<u64>,
}

impl FormError {
    pub(crate) fn new(status: StatusCode, field: Option<&'static str>, text: &str) -> Self {
        Self { status, message: FieldMessage { field, text: text.to_owned() }, retry_after: None }
    }

    /// Makes the error for a field with an invalid value. If `field` is `None`, the page does not know one of the
    /// fields.
    pub(crate) fn invalid_field(viewer: &Viewer, field: Option<&'static str>) -> Self {
        let texts = viewer.language.texts();
        let text = if field.is_some() { texts.invalid } else { texts.unknown_field };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, text)
    }

    /// Makes the error for an action that is not allowed before `until`.
    pub(crate) fn slow_down(console: &Console, text: String, until: Timestamp) -> Self {
        let seconds = seconds_up(until.since(console.counterfoil.now())).max(1);
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self { status, message: FieldMessage { field: None, text }, retry_after: Some(seconds) }
    }

    /// Returns this error with a field, so that the message is shown at the field.
    pub(crate) fn at_field(mut self, field: &'static str) -> Self {
        self.message.field = Some(field);
        self
    }

    /// Adds the message to the page. If the field is in `fields`, the message is shown at the field. Otherwise it is
    /// shown above the page.
    pub(crate) fn place(&self, layout: Layout, values: FormValues, fields: &[&'static str]) -> (Layout, FormValues) {
        let text = self.message.text.clone();
        match self.message.field.filter(|field| fields.contains(field)) {
            Some(field) => {
                let values = values.with_error(field, text);
                (layout.with_field_errors(&values), values)
            }
            None => (layout.with_error(Some(text)), values),
        }
    }

    /// Adds `Retry-After` to the response if the number of seconds is known.
    pub(crate) fn with_retry_after(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
