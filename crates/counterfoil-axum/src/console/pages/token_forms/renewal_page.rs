//! The page with the form for a new lifetime of a token.

use std::time::Duration;

use askama::Template;
use counterfoil::operations::TokenLimits;
use counterfoil::{CredentialView, Lifetime, ManageError};

use crate::console::form::Form;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

pub(super) const DAYS: &str = "days";
pub(super) const PERMANENT: &str = "permanent";
pub(super) const OVERLAP: &str = "overlap_seconds";

#[derive(Template)]
#[template(path = "console/token_renewal.html")]
pub(super) struct RenewalPage {
    pub(super) layout: Layout,
    pub(super) title: &'static str,
    pub(super) question: &'static str,
    pub(super) name: String,
    /// The address to which the form is sent.
    pub(super) action: String,
    /// The address of the cancel link.
    pub(super) cancel: String,
    pub(super) yes: &'static str,
    pub(super) needs_password: bool,
    pub(super) days_hint: String,
    /// Whether the field for the days must be filled in.
    pub(super) days_needed: bool,
    /// Whether the form offers a token that never expires.
    pub(super) permanent: bool,
    /// The choices for how long the old token stays valid. Empty if the old token has expired. Also empty for an
    /// extension, because the token then keeps its secret.
    pub(super) overlaps: Vec<(&'static str, &'static str)>,
    /// The hidden fields of the form.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) values: FormValues,
}

/// Returns the limits of the lifetime of a token.
pub(in crate::console::pages) async fn limits(console: &Console, viewer: &Viewer) -> Result<TokenLimits, Rejection> {
    let limits = viewer.counterfoil.personal_access_token_limits().await;
    limits.map_err(|error| Rejection::of(console, viewer, ManageError::Unavailable(error)))
}

/// Returns the hint at the field for the number of days.
pub(super) fn days_hint(viewer: &Viewer, limits: TokenLimits) -> String {
    let texts = viewer.language.texts();
    (texts.tokens.days_hint)(limits.max_days, &(texts.formats.duration)(limits.notice_lead))
}

/// Returns the number of days that the form suggests: the present lifetime of the token, within the limits. Returns an
/// empty text for a permanent token.
pub(super) fn suggested_days(token: &CredentialView, limits: TokenLimits) -> String {
    const DAY: Duration = Duration::from_secs(86_400);
    let Some(expires_at) = token.expires_at else { return String::new() };
    let lifetime = expires_at.since(token.expiry_set_at);
    let days = (lifetime + DAY / 2).as_secs() / DAY.as_secs();
    days.clamp(1, u64::from(limits.max_days)).to_string()
}

/// Reads the lifetime in a form. Returns `None` if the form states no lifetime, so that the expiry stays as it is.
pub(super) fn lifetime(form: &Form) -> Option<Lifetime> {
    match (form.ticked(PERMANENT), form.one(DAYS).trim()) {
        (Some(true), "") => Some(Lifetime::Permanent),
        (Some(false), "") => None,
        // Any text that is not a number becomes 0. This causes the error message that states the allowed range.
        (Some(false), days) => Some(Lifetime::Days(days.parse().unwrap_or(0))),
        // The form contains both a ticked checkbox and a number of days, or an invalid value of the checkbox. 0 days
        // are outside of the allowed range, so they cause an error message.
        (Some(true) | None, _) => Some(Lifetime::Days(0)),
    }
}
