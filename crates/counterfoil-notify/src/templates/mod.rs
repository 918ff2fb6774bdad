//! The texts of a message with notices: its subject line, plain text and HTML.

mod built_in;
mod clean;
mod english;
mod renewal;
mod russian;
mod when;

use std::error::Error;
use std::fmt;

pub use built_in::BuiltIn;
pub(crate) use clean::header_line;
use clean::one_line;

use crate::digest::Digest;

/// The texts of one message with notices. The subject is always one line and contains no control or format characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    subject: String,
    text: String,
    html: String,
}

impl Rendered {
    /// Takes the three texts that a template has made. The subject is reduced to one line of at most 200 characters.
    /// Its line ends become spaces, and its control and format characters (such as direction marks) are removed. Each
    /// `=?` in the subject is split, so that no mail program reads it as an encoded word.
    #[must_use]
    pub fn new(subject: &str, text: String, html: String) -> Self {
        Self { subject: header_line(subject, 200), text, html }
    }

    /// The subject line, cleaned as [`Rendered::new`] says.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The plain text, for mail programs that do not show HTML.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTML document.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }
}

/// The error of a template that failed. The message was not sent. The worker does not try to send it again, because the
/// template would fail again.
#[derive(Debug, thiserror::Error)]
#[error("the digest could not be put into words")]
pub struct RenderError(#[source] pub Box<dyn Error + Send + Sync>);

/// Makes the texts of messages with notices. A host can use an implementation of its own instead of [`BuiltIn`].
///
/// Labels contain no control or format characters. But an account's name is taken unchanged from the host's directory,
/// and can contain any characters.
pub trait Templates: fmt::Debug + Send + Sync + 'static {
    /// Makes the texts of one message, in the language and the time zone of `digest.account()`.
    ///
    /// # Errors
    ///
    /// [`RenderError`] if a template fails.
    fn render(&self, digest: &Digest<'_>) -> Result<Rendered, RenderError>;
}
