//! The password again, before what is grave: said at its own field of the form that needs it.

use counterfoil::LoginError;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::posted::Wrong;
use crate::console::state::Console;
use crate::console::stop::Stop;
use crate::console::visitor::Visitor;
use crate::console::words::Reason;

/// Proves the form's password where that is due; what is wrong with it otherwise.
pub(crate) async fn demand(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<(), Wrong>, Stop> {
    let words = visitor.language.words();
    let (status, text) = match visitor.prove(console, form.secret("password")).await {
        Ok(()) => return Ok(Ok(())),
        Err(LoginError::Refused) => (StatusCode::FORBIDDEN, words.password_wrong),
        Err(LoginError::SlowDown { .. }) => (StatusCode::TOO_MANY_REQUESTS, words.slow_down),
        Err(LoginError::Busy { .. }) => (StatusCode::TOO_MANY_REQUESTS, words.busy),
        Err(other) => return Err(Stop::unavailable(console, visitor.language, &other)),
    };
    Ok(Err(Wrong { status, reason: Reason { field: Some("password"), text: text.to_owned() } }))
}
