//! The error of a submitted form. The page shows the form again, together with the error.

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

/// The error of a submitted form. The page shows the form again, together with the error.
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

    /// Makes the error for an invalid value. `field` is the field with this value. If `field` is `None`, the error says
    /// that the form contains a field that the page does not have.
    pub(crate) fn invalid_field(viewer: &Viewer, field: Option<&'static str>) -> Self {
        let texts = viewer.language.texts();
        let text = if field.is_some() { texts.errors.invalid } else { texts.errors.unknown_field };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, text)
    }

    /// Makes the error for an action that is not allowed before `until`.
    pub(crate) fn slow_down(console: &Console, text: String, until: Timestamp) -> Self {
        let seconds = seconds_up(until.since(console.now())).max(1);
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self { status, message: FieldMessage { field: None, text }, retry_after: Some(seconds) }
    }

    /// Sets the field at which the page shows the message.
    pub(crate) fn at_field(mut self, field: &'static str) -> Self {
        self.message.field = Some(field);
        self
    }

    /// Adds the message of this error to a page. The page shows it at the error's field if `fields` contains this
    /// field. Otherwise the page shows it at the top.
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
