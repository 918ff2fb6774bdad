//! The random number of a form. If the same form is submitted several times, only one credential is created.

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

/// The form field that contains the number.
pub(crate) const FIELD: &str = "once";

/// Draws a number for a form that is going to be shown.
pub(crate) fn draw(console: &Console, viewer: &Viewer) -> Result<String, Rejection> {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes).map_err(|cause| Rejection::unavailable(console, viewer, &cause))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Makes a [`OnceKey`] from the random number in the form. If the same form is submitted twice, both submissions have
/// the same key, so the second one is recognised. If the form contains no valid number, returns an error. The page then
/// shows the form again, with a number.
pub(crate) fn key(viewer: &Viewer, form: &Form) -> Result<OnceKey, FormError> {
    let number = URL_SAFE_NO_PAD.decode(form.one(FIELD)).ok().filter(|number| number.len() == 16);
    match number {
        Some(number) => Ok(OnceKey::new(&viewer.form_session, &number)),
        None => Err(FormError::new(StatusCode::CONFLICT, None, viewer.language.texts().errors.form_used)),
    }
}
