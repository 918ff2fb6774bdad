//! What a digest says: subject line, text and HTML.

mod built_in;
mod clean;
mod english;
mod russian;
mod when;

use std::error::Error;
use std::fmt;

pub use built_in::BuiltIn;
pub(crate) use clean::header_line;
use clean::one_line;

use crate::digest::Digest;

/// A digest as text. Its subject is one line without control and format characters, whatever the template returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    subject: String,
    text: String,
    html: String,
}

impl Rendered {
    /// Takes what a template made. The subject is cut to one line of at most 200 characters; control and format
    /// characters (line ends, direction marks) are taken out of it, and `=?` is taken apart, so that nobody reads it as
    /// an encoded word.
    #[must_use]
    pub fn new(subject: &str, text: String, html: String) -> Self {
        Self { subject: header_line(subject, 200), text, html }
    }

    /// One line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// For readers of plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A whole HTML document.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }
}

/// A template failed: the digest is not sent, for it would fail again.
#[derive(Debug, thiserror::Error)]
#[error("the digest could not be put into words")]
pub struct RenderError(#[source] pub Box<dyn Error + Send + Sync>);

/// Writes the texts of digests. A host's own templates replace [`BuiltIn`].
///
/// Labels are free of control and format characters; an account's name is the host's, and as clean as the host keeps
/// it.
pub trait Templates: fmt::Debug + Send + Sync + 'static {
    /// In the language and the time zone of `digest.account()`.
    ///
    /// # Errors
    ///
    /// [`RenderError`] where a template fails.
    fn render(&self, digest: &Digest<'_>) -> Result<Rendered, RenderError>;
}
