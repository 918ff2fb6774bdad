//! Makes a mail from the notices of one person.

use std::time::{Duration, SystemTime};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::message_id;
use crate::digest::Digest;
use crate::templates::{Rendered, header_line};
use crate::transport::SendError;

/// The maximum length of a recipient's name, in characters.
const NAME: usize = 100;

/// Makes a mail with text and HTML (RFC 2046 §5.1.4). The mail is marked as automatic (RFC 3834 §5), so that vacation
/// responders do not reply.
pub(super) fn compose(from: &Mailbox, digest: &Digest<'_>, rendered: Rendered) -> Result<Message, SendError> {
    let refused = |error: Box<dyn std::error::Error + Send + Sync>| SendError::Refused(Some(error));
    let address: Address =
        digest.to().as_str().parse().map_err(|error: lettre::address::AddressError| refused(error.into()))?;
    let name = Some(header_line(digest.account().name(), NAME)).filter(|name| !name.is_empty());
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, address))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(digest.now().micros()))
        .message_id(Some(message_id::of(from, digest)))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
        .subject(rendered.subject());
    let body = MultiPart::alternative_plain_html(rendered.text().to_owned(), rendered.html().to_owned());
    message.multipart(body).map_err(|error| refused(error.into()))
}
