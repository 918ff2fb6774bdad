//! Classifies the errors of a mail server.

use lettre::transport::smtp::Error;

use crate::transport::SendError;

/// Converts an SMTP error. Codes of the form 5yz are permanent, and codes of the form 4yz temporary (RFC 5321 §4.2).
/// But some permanent errors do not depend on the recipient: a failed login, an unknown command, a server that accepts
/// no mail. These mean that the server is down. The code 554 has many meanings, from "no service here" to "looks like
/// spam", so it is treated as temporary.
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
        // The server does not support SMTPUTF8 (RFC 6531). A later server may support it, so this is temporary.
        None if timeout || foreign_letters => SendError::Delayed(source),
        None => SendError::Down(source),
    }
}
