//! Finds the texts of tokens in bytes.

use std::ops::Range;

use counterfoil::token::{MalformedToken, Prefixes};

/// The number of letters and digits in a token after the prefix and its `_`: the id, the secret and the checksum.
const LETTERS: usize = 71;
/// The length of the id, which comes first and is public.
const ID: usize = 22;

/// Searches texts for tokens with certain prefixes.
#[derive(Debug)]
pub(crate) struct Search {
    prefixes: Prefixes,
    /// For each byte, whether it is the last byte of a prefix. A look-up of the byte before a `_` rules out most texts.
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

    /// Returns the range of each secret with its checksum, from left to right. The ranges do not overlap. If `strict`
    /// is true, tokens with a wrong checksum are left out.
    ///
    /// The time is linear in the length of the text: the letters after a `_` are read only up to the next `_`, so each
    /// letter is read for one `_` only.
    pub(crate) fn secrets<'a>(&'a self, text: &'a [u8], strict: bool) -> impl Iterator<Item = Range<usize>> + 'a {
        memchr::memchr_iter(b'_', text).filter_map(move |at| self.secret_after(text, at, strict))
    }

    /// Returns the range of the secret and the checksum of the token whose `_` is at the index `at`. `None` if this `_`
    /// does not belong to a token.
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

    /// Returns the index from which the rest of the text can be the beginning of a token. If there is no such rest, the
    /// result is the length of the text. The rest is always shorter than a token.
    pub(crate) fn incomplete(&self, text: &[u8]) -> usize {
        let earliest = text.len().saturating_sub(self.longest + LETTERS);
        let word =
            text[earliest..].iter().rev().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
        (text.len() - word..text.len()).find(|&start| self.can_begin(&text[start..])).unwrap_or(text.len())
    }

    /// Whether the text can be the beginning of a token. Always false for a complete token.
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
