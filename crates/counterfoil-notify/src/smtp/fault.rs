//! Classifies the errors of a mail server.

use lettre::transport::smtp::Error;

use crate::transport::SendError;

/// Converts an SMTP error. A 4yz code is temporary ([`SendError::Delayed`]), and a 55z code is permanent
/// ([`SendError::Refused`]), by RFC 5321 §4.2. There are two exceptions:
///
/// - Some codes do not depend on the recipient, for example those for a failed login, an unknown command, or a server
///   that accepts no mail. They become [`SendError::Down`].
/// - The code 554 has many meanings, from "no service here" to "looks like spam". It is treated as temporary.
pub(super) fn of(error: Error, to: &str) -> SendError {
    let code = error.status().map(u16::from);
    let foreign_letters = !to.is_ascii() && error.is_client();
    let timeout = error.is_timeout();
    let source = Some(error.into());
    match code {
        // 421 means that the server closes the connection. 454 means that TLS or the login is temporarily unavailable.
        Some(421 | 454) => SendError::Down(source),
        Some(400..=499 | 554) => SendError::Delayed(source),
        Some(550..=553 | 555 | 556) => SendError::Refused(source),
        Some(_) => SendError::Down(source),
        // A timeout is temporary. So is an address with letters outside of ASCII if the server does not support
        // SMTPUTF8 (RFC 6531), because the server may support it later.
        None if timeout || foreign_letters => SendError::Delayed(source),
        None => SendError::Down(source),
    }
}
