//! One form makes one credential: each form that makes one carries a number, drawn when it is shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::token::OnceKey;
use http::StatusCode;

use crate::console::form::Form;
use crate::console::posted::Wrong;
use crate::console::state::Console;
use crate::console::stop::Stop;
use crate::console::visitor::Visitor;

/// The field of a form.
pub(crate) const FIELD: &str = "once";

/// A new number, for a form that is about to be shown.
pub(crate) fn number(console: &Console, visitor: &Visitor) -> Result<String, Stop> {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes).map_err(|reason| Stop::unavailable(console, visitor, &reason))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What a form makes, it makes once. Without a number nobody could tell a second sending: the form is shown anew.
pub(crate) fn key(visitor: &Visitor, form: &Form) -> Result<OnceKey, Wrong> {
    let number = URL_SAFE_NO_PAD.decode(form.one(FIELD)).ok().filter(|number| number.len() == 16);
    match number {
        Some(number) => Ok(OnceKey::new(&visitor.form_session, &number)),
        None => Err(Wrong::new(StatusCode::CONFLICT, None, visitor.language.words().form_used)),
    }
}
