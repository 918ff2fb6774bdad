//! The page that asks for confirmation of an action.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::response;
use crate::console::text::Texts;

/// The values of a confirmation page.
#[derive(Template)]
#[template(path = "console/confirm.html")]
pub(super) struct Confirmation<'a> {
    pub(super) layout: Layout,
    pub(super) title: &'a str,
    pub(super) question: &'a str,
    /// The name of the credential, client or account that the action changes.
    pub(super) name: Option<&'a str>,
    /// The address to which the form is sent.
    pub(super) action: String,
    /// The address of the cancel link.
    pub(super) cancel: String,
    pub(super) yes: &'a str,
    pub(super) danger: bool,
    pub(super) needs_password: bool,
    pub(super) overlaps: Vec<(&'static str, &'static str)>,
    /// The hidden fields of the form.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) values: FormValues,
}

impl Confirmation<'_> {
    pub(super) fn response(self, status: StatusCode) -> Response {
        response::page(status, &self)
    }
}

/// Returns the hidden field that contains the page to return to.
pub(super) fn back_field(page: &str) -> (&'static str, String) {
    ("back", page.to_owned())
}

/// Returns the choices for how long an old token stays valid after it is replaced. Each has its form value and its
/// name.
pub(super) fn token_overlaps(texts: &Texts) -> Vec<(&'static str, &'static str)> {
    let mut overlaps = client_overlaps(texts);
    overlaps.insert(1, ("first-use", texts.token_forms.overlap_first_use));
    overlaps
}

/// Returns the choices for how long an old client secret stays valid after it is replaced. Each has its form value and
/// its name.
pub(super) fn client_overlaps(texts: &Texts) -> Vec<(&'static str, &'static str)> {
    vec![
        ("0", texts.token_forms.overlap_none),
        ("3600", texts.token_forms.overlap_hour),
        ("86400", texts.token_forms.overlap_day),
        ("604800", texts.token_forms.overlap_week),
    ]
}

/// Parses the form value of a choice from [`token_overlaps`] or [`client_overlaps`], which is a number of seconds. An
/// empty text means zero. Returns `None` for any other text.
pub(super) fn seconds(value: &str) -> Option<Duration> {
    if value.is_empty() { Some(Duration::ZERO) } else { value.parse().ok().map(Duration::from_secs) }
}
