//! The page that asks before something is done that cannot be undone.

use askama::Template;
use axum::response::Response;
use counterfoil::types::Span;
use http::StatusCode;

use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::shell::Shell;
use crate::console::words::Words;

/// What is asked.
#[derive(Template)]
#[template(path = "console/confirm.html")]
pub(super) struct Confirm<'a> {
    pub(super) shell: Shell,
    pub(super) title: &'a str,
    pub(super) question: &'a str,
    /// What it is done to.
    pub(super) name: Option<&'a str>,
    /// Where the answer goes, and where a change of mind does.
    pub(super) action: String,
    pub(super) cancel: String,
    pub(super) yes: &'a str,
    pub(super) danger: bool,
    pub(super) proof: bool,
    pub(super) overlaps: Vec<(&'static str, &'static str)>,
    /// Fields that nobody sees.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) filled: Filled,
}

impl Confirm<'_> {
    pub(super) fn answer(self, status: StatusCode) -> Response {
        answer::page(status, &self)
    }
}

/// The hidden field that leads back to the page that somebody came from.
pub(super) fn back_to(page: &str) -> (&'static str, String) {
    ("back", page.to_owned())
}

/// The overlaps that are offered for a token, by the value that the form sends.
pub(super) fn token_overlaps(words: &Words) -> Vec<(&'static str, &'static str)> {
    let mut overlaps = client_overlaps(words);
    overlaps.insert(1, ("first-use", words.overlap_first_use));
    overlaps
}

/// The same for a client's secret.
pub(super) fn client_overlaps(words: &Words) -> Vec<(&'static str, &'static str)> {
    vec![
        ("0", words.overlap_none),
        ("3600", words.overlap_hour),
        ("86400", words.overlap_day),
        ("604800", words.overlap_week),
    ]
}

/// The span of such a value; `None` for anything that is no number of seconds.
pub(super) fn span(value: &str) -> Option<Span> {
    if value.is_empty() { Some(Span::ZERO) } else { value.parse().ok().and_then(Span::from_seconds) }
}
