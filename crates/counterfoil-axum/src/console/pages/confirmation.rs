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
    /// The name of the credential, client or account that the action changes. `None` if the page shows no name.
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

impl<'a> Confirmation<'a> {
    /// Makes the page that asks for confirmation before an action that ends or deletes something. The first tuple has
    /// the texts of the title, the question and the button. The form leads to `action`, and the cancel link to
    /// `cancel`.
    pub(super) fn of_end(
        layout: Layout,
        (title, question, yes): (&'a str, &'a str, &'a str),
        name: Option<&'a str>,
        (action, cancel): (String, String),
    ) -> Self {
        Self {
            layout,
            title,
            question,
            name,
            action,
            cancel,
            yes,
            danger: true,
            needs_password: false,
            overlaps: Vec::new(),
            hidden: Vec::new(),
            values: FormValues::default(),
        }
    }

    /// Makes the page that asks for confirmation before the token with this name is revoked.
    pub(super) fn of_revocation(layout: Layout, name: &'a str, paths: (String, String)) -> Self {
        let texts = &layout.texts.tokens;
        let shown = (texts.revoke_token, texts.revoke_token_question, texts.revoke);
        Self::of_end(layout, shown, Some(name), paths)
    }

    /// Adds the hidden field that contains the page to return to.
    pub(super) fn with_back(mut self, back: &str) -> Self {
        self.hidden.push(back_field(back));
        self
    }

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
