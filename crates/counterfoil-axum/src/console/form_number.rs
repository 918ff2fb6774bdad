//! The random number of a form. It makes repeated submissions of one form create one credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::token::OnceKey;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// The form's field that holds the number.
pub(crate) const FIELD: &str = "once";

/// Draws a number for a form that is about to be shown.
pub(crate) fn draw(console: &Console, viewer: &Viewer) -> Result<String, Rejection> {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes).map_err(|cause| Rejection::unavailable(console, viewer, &cause))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The key that identifies the form's operation. Without a number a repeated submission could not be recognized, so
/// the form is shown again with one.
pub(crate) fn key(viewer: &Viewer, form: &Form) -> Result<OnceKey, FormError> {
    let number = URL_SAFE_NO_PAD.decode(form.one(FIELD)).ok().filter(|number| number.len() == 16);
    match number {
        Some(number) => Ok(OnceKey::new(&viewer.form_session, &number)),
        None => Err(FormError::new(StatusCode::CONFLICT, None, viewer.language.texts().form_used)),
    }
}
