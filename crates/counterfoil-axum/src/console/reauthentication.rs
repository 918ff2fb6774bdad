//! Asks for the password again before a critical action, such as the creation of a credential. If the password is
//! wrong, the form shows an error at its password field.

use counterfoil::Unavailable;
use counterfoil::operations::LoginError;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// Checks the password in the form if the account entered its password too long ago for a critical action. Returns the
/// inner error if the password is missing or wrong, or if the user must wait. Returns the outer error if the check is
/// unavailable, or if the host does not check passwords.
pub(crate) async fn require_password(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<(), FormError>, Rejection> {
    let texts = viewer.language.texts();
    let error = match viewer.reauthenticate(console, form.secret("password")).await {
        Ok(()) => return Ok(Ok(())),
        Err(LoginError::Refused) => FormError::new(StatusCode::FORBIDDEN, None, texts.reauthentication.password_wrong),
        Err(LoginError::SlowDown { until }) => {
            FormError::slow_down(console, texts.sessions.slow_down.to_owned(), until)
        }
        Err(LoginError::Busy { .. }) => FormError::slow_down(console, texts.sessions.busy.to_owned(), console.now()),
        Err(LoginError::TooManySessions) => {
            FormError::new(StatusCode::CONFLICT, None, texts.sessions.too_many_sessions)
        }
        Err(LoginError::Unavailable(Unavailable::NotGiven { .. })) => {
            return Err(Rejection::page(console, viewer, RejectionReason::NoLogins));
        }
        Err(other) => return Err(Rejection::unavailable(console, viewer, &other)),
    };
    Ok(Err(error.at_field("password")))
}
