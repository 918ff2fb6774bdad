//! What a mail server's refusal means for the person and for the run.

use lettre::transport::smtp::Error;

use crate::transport::SendError;

/// Converts an SMTP error. 5yz is permanent and 4yz temporary (RFC 5321 §4.2), but some 5yz codes are not the person's
/// fault: a failed login, an unknown command, a server that accepts no mail. 554 can mean anything from "no service
/// here" to "looks like spam", so it is tried again.
pub(super) fn of(error: Error, to: &str) -> SendError {
    let code = error.status().map(u16::from);
    let foreign_letters = !to.is_ascii() && error.is_client();
    let timeout = error.is_timeout();
    let source = Some(error.into());
    match code {
        // 421: the server is closing. 454: TLS or the login is temporarily unavailable.
        Some(421 | 454) => SendError::Down(source),
        Some(400..=499 | 554) => SendError::Delayed(source),
        Some(550..=553 | 555 | 556) => SendError::Refused(source),
        Some(_) => SendError::Down(source),
        // The server does not support SMTPUTF8 (RFC 6531). It may later.
        None if timeout || foreign_letters => SendError::Delayed(source),
        None => SendError::Down(source),
    }
}
