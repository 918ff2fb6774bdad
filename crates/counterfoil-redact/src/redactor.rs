//! Replaces the secrets of tokens in texts.

use std::borrow::Cow;
use std::sync::Arc;

use counterfoil::token::Prefixes;

use crate::search::Search;

/// The text that replaces a secret and its checksum.
const REDACTED: &str = "[redacted]";

/// Finds the texts of tokens and replaces their secrets by `[redacted]`. The prefix and the public id stay, so that a
/// token can still be found in a list or revoked.
///
/// A token is found if it consists of one of the prefixes, `_`, and 71 letters or digits whose checksum is correct. The
/// text before and after it does not matter. The time is linear in the length of the text. A clone shares the prefixes.
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

/// The result of redacting a part of a longer text.
pub(crate) struct Part<'a> {
    /// The redacted bytes that can be passed on now.
    pub(crate) out: Cow<'a, [u8]>,
    /// The index of the first byte that must be kept until more of the text is known. The bytes from here on can be the
    /// beginning of a token.
    pub(crate) keep: usize,
    /// How many of the kept bytes are already in `out`, in redacted form. These bytes must not be passed on again.
    /// Usually there are none. There are some if the last bytes of a complete token can also be the beginning of the
    /// next token: these bytes are in `out` and are also kept.
    pub(crate) shown: usize,
}

impl Redactor {
    /// Makes a redactor for tokens with these prefixes, both the current and the old ones. Use the same prefixes as for
    /// the builder of the service's `Counterfoil`. If the service also handles tokens of other services, add the
    /// prefixes of these tokens as old ones.
    #[must_use]
    pub fn new(prefixes: &Prefixes) -> Self {
        Self { search: Arc::new(Search::new(prefixes)), strict: true }
    }

    /// Sets whether only texts with a correct checksum are redacted. Default: `true`. With `false`, a text with a wrong
    /// checksum is also redacted. Such a text can be a mistyped token, or a random text that only looks like a token.
    #[must_use]
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Returns the text with all secrets replaced. The result is borrowed if the text contains no secret.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = String::new();
        let mut at = 0;
        // A range contains only ASCII letters and digits, so its ends are boundaries of characters.
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

    /// Does the same as [`redact`](Self::redact) for bytes, which need not be UTF-8.
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

    /// Redacts `part`, which is a part of a longer text. The first `shown` bytes of `part` were already passed on, in
    /// redacted form.
    pub(crate) fn redact_part<'a>(&self, part: &'a [u8], shown: usize) -> Part<'a> {
        let keep = self.search.incomplete(part);
        let (out, end) = self.redact_between(part, shown, |last| last.max(keep));
        Part { out, keep, shown: end - keep }
    }

    /// Redacts the bytes of `text` from the index `start` to a second index, which the function `end` chooses. Returns
    /// the redacted bytes and the second index.
    ///
    /// The argument of `end` is the index after the last secret in `text`, or `start` if `text` contains no secret. The
    /// function must not return a lower index.
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
    /// Makes a redactor for tokens with the default prefixes.
    fn default() -> Self {
        Self::new(&Prefixes::default())
    }
}
