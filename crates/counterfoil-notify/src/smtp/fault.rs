//! The meaning of a mail server's refusal for the person and for the run.

use lettre::transport::smtp::Error;

use crate::transport::SendError;

/// RFC 5321 §4.2: 5yz is for good, 4yz for now. But some of the first are no fault of the person's: a login that
/// failed, a command that is not there, a server that takes no mail; and 554 says anything from "no service here" to
/// "looks like spam", so it is tried again.
pub(super) fn of(error: Error, to: &str) -> SendError {
    let code = error.status().map(u16::from);
    let foreign_letters = !to.is_ascii() && error.is_client();
    let timeout = error.is_timeout();
    let source = Some(error.into());
    match code {
        // 421: the server closes; 454: TLS or the login is not available for now.
        Some(421 | 454) => SendError::Down(source),
        Some(400..=499 | 554) => SendError::Delayed(source),
        Some(550..=553 | 555 | 556) => SendError::Refused(source),
        Some(_) => SendError::Down(source),
        // The server does not support SMTPUTF8 (RFC 6531); it may later.
        None if timeout || foreign_letters => SendError::Delayed(source),
        None => SendError::Down(source),
    }
}
