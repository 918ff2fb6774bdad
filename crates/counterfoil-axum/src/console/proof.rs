//! Asks for the password again before a grave action. A wrong one is reported at the form's password field.

use counterfoil::operations::LoginError;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::posted::Wrong;
use crate::console::state::Console;
use crate::console::stop::Stop;
use crate::console::visitor::Visitor;

/// Proves the form's password where that is due; what is wrong with it otherwise.
pub(crate) async fn demand(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<(), Wrong>, Stop> {
    let words = visitor.language.words();
    let wrong = match visitor.prove(console, form.secret("password")).await {
        Ok(()) => return Ok(Ok(())),
        Err(LoginError::Refused) => Wrong::new(StatusCode::FORBIDDEN, None, words.password_wrong),
        Err(LoginError::SlowDown { until }) => Wrong::slow_down(console, words.slow_down.to_owned(), until),
        Err(LoginError::Busy { .. }) => Wrong::slow_down(console, words.busy.to_owned(), console.counterfoil.now()),
        Err(LoginError::TooManySessions) => Wrong::new(StatusCode::CONFLICT, None, words.too_many_sessions),
        Err(other) => return Err(Stop::unavailable(console, visitor, &other)),
    };
    Ok(Err(wrong.at("password")))
}
