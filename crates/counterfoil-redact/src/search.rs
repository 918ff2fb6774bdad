//! Finds the texts of tokens in bytes.

use std::ops::Range;

use counterfoil::token::{MalformedToken, Prefixes};

/// The number of letters after the prefix and its `_`: id, secret and checksum.
const LETTERS: usize = 71;
/// The number of letters of the id, which is public. They come first.
const ID: usize = 22;

/// The prefixes to search for.
#[derive(Debug)]
pub(crate) struct Search {
    prefixes: Prefixes,
    /// For each byte, whether a prefix ends in it. Most texts with a `_` are ruled out by this.
    last: [bool; 256],
    /// The length of the longest prefix.
    longest: usize,
}

impl Search {
    pub(crate) fn new(prefixes: &Prefixes) -> Self {
        let mut last = [false; 256];
        let mut longest = 0;
        for (prefix, _) in prefixes.all() {
            let prefix = prefix.as_str();
            longest = longest.max(prefix.len());
            if let Some(&byte) = prefix.as_bytes().last() {
                last[usize::from(byte)] = true;
            }
        }
        Self { prefixes: prefixes.clone(), last, longest }
    }

    /// The places of all secrets with their checksums, from left to right. They do not overlap. `strict`: only with the
    /// right checksum.
    ///
    /// The time is linear in the length of the text: the letters after a `_` are read up to the next `_` at most.
    pub(crate) fn secrets<'a>(&'a self, text: &'a [u8], strict: bool) -> impl Iterator<Item = Range<usize>> + 'a {
        memchr::memchr_iter(b'_', text).filter_map(move |at| self.secret_after(text, at, strict))
    }

    /// The place of the secret and the checksum of the token whose `_` is at `at`.
    fn secret_after(&self, text: &[u8], at: usize, strict: bool) -> Option<Range<usize>> {
        let (before, end) = (&text[..at], at + 1 + LETTERS);
        if !self.last[usize::from(*before.last()?)] || !is_letters(text.get(at + 1..end)?) {
            return None;
        }
        let mut prefixes = self.prefixes.all().map(|(prefix, _)| prefix.as_str());
        let prefix = prefixes.find(|prefix| before.ends_with(prefix.as_bytes()))?;
        let token = std::str::from_utf8(&text[at - prefix.len()..end]).ok()?;
        let is_wrong = matches!(self.prefixes.parse(token), Err(MalformedToken::Checksum));
        (!is_wrong || !strict).then_some(at + 1 + ID..end)
    }

    /// Where the end of the text begins that can be the beginning of a token. The length of the text if there is none.
    /// This end is shorter than a token.
    pub(crate) fn incomplete(&self, text: &[u8]) -> usize {
        let earliest = text.len().saturating_sub(self.longest + LETTERS);
        let word =
            text[earliest..].iter().rev().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
        (text.len() - word..text.len()).find(|&start| self.can_begin(&text[start..])).unwrap_or(text.len())
    }

    /// Whether the text is the beginning of a token, and not a whole one.
    fn can_begin(&self, text: &[u8]) -> bool {
        self.prefixes.all().any(|(prefix, _)| {
            let prefix = prefix.as_str().as_bytes();
            match text.strip_prefix(prefix) {
                Some([b'_', letters @ ..]) => letters.len() < LETTERS && is_letters(letters),
                Some([]) => true,
                Some(_) => false,
                None => prefix.starts_with(text),
            }
        })
    }
}

fn is_letters(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_alphanumeric)
}
