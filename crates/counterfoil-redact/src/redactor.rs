//! Replaces the secrets of tokens in texts.

use std::borrow::Cow;
use std::sync::Arc;

use counterfoil::token::Prefixes;

use crate::search::Search;

/// What stands in place of a secret and its checksum.
const REDACTED: &str = "[redacted]";

/// Finds the texts of tokens and replaces their secrets by `[redacted]`. The prefix and the public id stay, so that a
/// token can still be found in a list or revoked.
///
/// A token is found by one of the prefixes, `_`, 71 letters, and the right checksum. What stands around it does not
/// matter. The time is linear in the length of the text. A clone shares the prefixes.
///
/// ```
/// use counterfoil::testing;
/// use counterfoil_redact::Redactor;
///
/// # futures_executor::block_on(async {
/// let issued = testing::service().personal_access_token("ivan", "projects:read").await;
/// let line = format!("GET /projects?token={} 200", issued.token.expose_secret());
///
/// let shown = Redactor::default().redact(&line);
/// assert_eq!(shown, format!("GET /projects?token={}[redacted] 200", &issued.token.expose_secret()[..26]));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Redactor {
    search: Arc<Search>,
    strict: bool,
}

/// A part of a longer text, redacted.
pub(crate) struct Part<'a> {
    /// What can be passed on.
    pub(crate) out: Cow<'a, [u8]>,
    /// Where the bytes begin that must be kept until more of the text is known: they can be the beginning of a token.
    pub(crate) keep: usize,
    /// How many of the kept bytes have been passed on. They are not zero only if the checksum of one token can be the
    /// prefix of the next.
    pub(crate) shown: usize,
}

impl Redactor {
    /// Searches for tokens with these prefixes, current and old. They are the prefixes of the service's builder. A
    /// service that talks to others can include their prefixes as old ones.
    #[must_use]
    pub fn new(prefixes: &Prefixes) -> Self {
        Self { search: Arc::new(Search::new(prefixes)), strict: true }
    }

    /// Whether a text is a token only with the right checksum. Default: `true`. With `false`, texts that were mistyped
    /// are redacted too, and random texts that only look like tokens.
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// The text with the secrets replaced. It is borrowed if there are none.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = String::new();
        let mut at = 0;
        // The places begin and end beside ASCII letters, so they are at the boundaries of characters.
        for secret in self.search.secrets(text.as_bytes(), self.strict) {
            out.push_str(&text[at..secret.start]);
            out.push_str(REDACTED);
            at = secret.end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[at..]);
        Cow::Owned(out)
    }

    /// [`redact`](Self::redact) for bytes. They need not be UTF-8.
    ///
    /// ```
    /// use counterfoil_redact::Redactor;
    ///
    /// assert_eq!(*Redactor::default().redact_bytes(b"no token, \xFF no UTF-8"), *b"no token, \xFF no UTF-8");
    /// ```
    #[must_use]
    pub fn redact_bytes<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.redact_between(text, 0, |_| text.len()).0
    }

    /// Redacts a part of a longer text. The first `shown` bytes of `part` have been passed on already.
    pub(crate) fn redact_part<'a>(&self, part: &'a [u8], shown: usize) -> Part<'a> {
        let keep = self.search.incomplete(part);
        let (out, end) = self.redact_between(part, shown, |last| last.max(keep));
        Part { out, keep, shown: end - keep }
    }

    /// The bytes from `start` to an end, with the secrets replaced. `end` gets the end of the last secret, or `start`
    /// if there is none, and returns the end. It is returned too.
    fn redact_between<'a>(
        &self,
        text: &'a [u8],
        start: usize,
        end: impl FnOnce(usize) -> usize,
    ) -> (Cow<'a, [u8]>, usize) {
        let mut out = Vec::new();
        let mut at = start;
        for secret in self.search.secrets(text, self.strict) {
            out.extend_from_slice(&text[at..secret.start]);
            out.extend_from_slice(REDACTED.as_bytes());
            at = secret.end;
        }
        let end = end(at);
        if at == start {
            return (Cow::Borrowed(&text[start..end]), end);
        }
        out.extend_from_slice(&text[at..end]);
        (Cow::Owned(out), end)
    }
}

impl Default for Redactor {
    /// Searches for tokens with the default prefixes.
    fn default() -> Self {
        Self::new(&Prefixes::default())
    }
}
