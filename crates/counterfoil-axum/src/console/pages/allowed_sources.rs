//! The form field for the addresses from which a credential can be used, and the page that changes these addresses for
//! a token that exists.

use askama::Template;
use axum::response::Response;
use counterfoil::types::{InvalidNetworks, Networks};
use counterfoil::{CredentialView, Invalid};
use http::StatusCode;

use super::list::back;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

pub(super) const FIELD: &str = "allowed_sources";
pub(super) const FIELDS: [&str; 1] = [FIELD];

/// Reads the addresses from the form. An empty field means every address, and gives `None`.
pub(super) fn read(viewer: &Viewer, form: &Form) -> Result<Option<Networks>, FormError> {
    parsed(form.one(FIELD)).map_err(|invalid| {
        let message = viewer.language.texts().invalid_message(&Invalid::from(invalid));
        FormError::new(StatusCode::UNPROCESSABLE_ENTITY, message.field, &message.text)
    })
}

/// Parses addresses and CIDR blocks that are separated by line breaks, blanks or commas. Returns `None` if there are
/// none.
fn parsed(text: &str) -> Result<Option<Networks>, InvalidNetworks> {
    let separates = |letter: char| letter.is_whitespace() || letter == ',';
    let mut blocks = text.split(separates).filter(|block| !block.is_empty()).peekable();
    if blocks.peek().is_none() { Ok(None) } else { Networks::new(blocks).map(Some) }
}

/// Returns the CIDR blocks of the allowed sources, or no blocks if there is no restriction.
pub(super) fn blocks(allowed: Option<&Networks>) -> Vec<String> {
    allowed.map(|allowed| allowed.blocks().map(|block| block.to_string()).collect()).unwrap_or_default()
}

/// Returns the allowed sources as the form field contains them: one CIDR block on each line.
pub(super) fn text(allowed: Option<&Networks>) -> String {
    blocks(allowed).join("\n")
}

/// Reads the new allowed sources from a form. Returns `None` if the user has not changed them. If the change lets the
/// credential be used from further addresses, checks the password that the form must then contain.
pub(super) async fn changed(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
    current: Option<&Networks>,
) -> Result<Result<Option<Option<Networks>>, FormError>, Rejection> {
    if form.secret(FIELD).is_none() || form.is_untouched(FIELD) {
        return Ok(Ok(None));
    }
    let allowed = match read(viewer, form) {
        Ok(allowed) => allowed,
        Err(form_error) => return Ok(Err(form_error)),
    };
    if Networks::widens(current, allowed.as_ref())
        && let Err(form_error) = require_password(console, viewer, form).await?
    {
        return Ok(Err(form_error));
    }
    Ok(Ok(Some(allowed)))
}

/// The page that changes the addresses from which a token can be used.
#[derive(Template)]
#[template(path = "console/allowed_sources.html")]
pub(super) struct SourcesPage {
    pub(super) layout: Layout,
    name: String,
    action: String,
    values: FormValues,
    was: String,
    needs_password: bool,
    back: String,
}

impl SourcesPage {
    /// Makes the page. If `values` has a value for the field, for example from a link, the field shows this value.
    /// Otherwise the field shows the current allowed sources.
    pub(super) fn new(
        layout: Layout,
        viewer: &Viewer,
        (token, name, action): (&CredentialView, String, String),
        values: FormValues,
        back: String,
    ) -> Self {
        let was = text(token.allowed_sources.as_ref());
        let values = values.with_defaults(vec![(FIELD, was.clone())]);
        Self { layout, name, action, values, was, needs_password: viewer.needs_password(), back }
    }

    /// Makes the page that shows a submitted form again, together with its error.
    pub(super) fn refused(
        layout: Layout,
        viewer: &Viewer,
        (token, name, action): (&CredentialView, String, String),
        (form, section, form_error): (&Form, &str, &FormError),
    ) -> Response {
        let current = [(FIELD, text(token.allowed_sources.as_ref()))];
        let values = FormValues::new(form.values_over(&FIELDS, &current));
        let (layout, values) = form_error.place(layout, values, &[FIELD, "password"]);
        let page = Self::new(layout, viewer, (token, name, action), values, back(Some(form.one("back")), section));
        form_error.with_retry_after(page.response(form_error.status))
    }

    pub(super) fn response(self, status: StatusCode) -> Response {
        response::page(status, &self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sight_6_the_field_takes_blocks_in_lines_or_with_commas() {
        for typed in ["192.0.2.0/24\r\n2001:db8::/32\r\n", " 2001:db8::/32, 192.0.2.0/24", "192.0.2.0/24 2001:db8::/32"]
        {
            let allowed = parsed(typed).expect("valid");
            assert_eq!(text(allowed.as_ref()), "192.0.2.0/24\n2001:db8::/32", "{typed:?}");
        }
        for empty in ["", " \r\n ", ",\n,"] {
            assert_eq!(parsed(empty), Ok(None), "{empty:?}");
        }
        assert_eq!(parsed("192.0.2.0/24\nx"), Err(InvalidNetworks::Malformed { index: 1 }));
    }
}
