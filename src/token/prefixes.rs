//! The prefixes of tokens: which strings are valid prefixes, and to which kind of token each prefix belongs.

use std::fmt;

use arrayvec::ArrayString;

use crate::types::kind::TokenKind;

/// The largest length that a prefix can have, in bytes.
const LONGEST: usize = 16;

/// The prefix of a token. It has 2 to 16 characters of `[a-z0-9_]` and does not end in `_`.
///
/// ```
/// use counterfoil::token::Prefix;
///
/// assert!(Prefix::new("acme_pat").is_ok());
/// assert!(Prefix::new("acme_").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prefix(ArrayString<LONGEST>);

/// Not a valid prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("prefix must be 2 to 16 characters of [a-z0-9_] and not end in _")]
pub struct InvalidPrefix;

impl Prefix {
    /// Checks the text.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefix`] if the text breaks a rule of [`Prefix`].
    pub fn new(text: &str) -> Result<Self, InvalidPrefix> {
        let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let prefix = ArrayString::from(text).map_err(|_| InvalidPrefix)?;
        if text.len() >= 2 && letters && !text.ends_with('_') { Ok(Self(prefix)) } else { Err(InvalidPrefix) }
    }

    /// Wraps a prefix that is written in the code of this library. A test checks that these prefixes are valid.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(ArrayString::from(text).unwrap_or_default())
    }

    /// The prefix without the `_` that follows it in a token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The prefixes of a realm's tokens. Each kind of token has a current prefix for new tokens. It can also have old
/// prefixes, whose tokens still verify.
///
/// No prefix belongs to two kinds, so the prefix of a token determines its kind. The text of a token consists of its
/// prefix, a `_`, and 71 characters without `_`.
///
/// ```
/// use counterfoil::token::{Prefix, Prefixes};
/// use counterfoil::types::TokenKind;
///
/// let kind = TokenKind::PersonalAccessToken;
/// let prefixes = Prefixes::builder()
///     .current(kind, Prefix::new("acme")?)
///     .old(kind, Prefix::new("cfp")?)
///     .build()
///     .expect("none stands for two kinds");
/// assert_eq!(prefixes.current(kind).as_str(), "acme");
/// # Ok::<(), counterfoil::token::InvalidPrefix>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prefixes {
    /// The current prefix of each kind, in the order of [`TokenKind::ALL`].
    current: [Prefix; 6],
    known: Box<[Known]>,
}

/// The error for two kinds with the same prefix. The kind of a token with this prefix would be ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("prefix {prefix} stands for {first} and for {second}")]
#[non_exhaustive]
pub struct InvalidPrefixes {
    /// The prefix that both kinds have.
    pub prefix: Prefix,
    /// One of the two kinds that have the prefix.
    pub first: TokenKind,
    /// The other kind that has the prefix.
    pub second: TokenKind,
}

/// Collects prefixes. Kinds that are not set keep their defaults.
#[derive(Clone, Debug)]
pub struct PrefixesBuilder {
    current: [Prefix; 6],
    old: Vec<(TokenKind, Prefix)>,
}

impl Prefixes {
    /// Starts with the default prefixes: `cfp`, `cfa`, `cfr`, `cfs`, `cfc`, `cfk`.
    #[must_use]
    pub fn builder() -> PrefixesBuilder {
        let defaults = ["cfp", "cfa", "cfr", "cfs", "cfc", "cfk"];
        PrefixesBuilder { current: defaults.map(Prefix::known), old: Vec::new() }
    }

    /// The current prefix of a kind.
    #[must_use]
    pub fn current(&self, kind: TokenKind) -> &Prefix {
        &self.current[slot(kind)]
    }

    /// All accepted prefixes with their kinds. Current prefixes are first. For leak scanners, [`Prefixes::pattern`]
    /// returns a regular expression that finds tokens with these prefixes.
    pub fn all(&self) -> impl Iterator<Item = (&Prefix, TokenKind)> {
        self.known.iter().map(|known| (&known.prefix, known.kind))
    }

    /// The kind of tokens with that prefix. `None` if no kind has this prefix.
    pub(crate) fn kind(&self, prefix: &[u8]) -> Option<TokenKind> {
        if prefix.len() > LONGEST {
            return None;
        }
        // The prefixes are compared as numbers, which is faster than comparing slices. The lengths are also compared,
        // because leading NUL bytes do not change the number.
        let number = number(prefix);
        let is_it = |known: &&Known| known.number == number && known.prefix.as_str().len() == prefix.len();
        self.known.iter().find(is_it).map(|known| known.kind)
    }

    /// Whether a text begins with a known prefix and `_`. For a text that is not a token, this tells which error the
    /// parser reports: [`MalformedToken::Length`](super::MalformedToken::Length) if true, and
    /// [`MalformedToken::Prefix`](super::MalformedToken::Prefix) if false.
    pub(crate) fn begin(&self, text: &[u8]) -> bool {
        let begins = |known: &Known| {
            text.strip_prefix(known.prefix.as_str().as_bytes()).is_some_and(|rest| rest.starts_with(b"_"))
        };
        self.known.iter().any(begins)
    }
}

impl Default for Prefixes {
    fn default() -> Self {
        Self::builder().all_known()
    }
}

impl PrefixesBuilder {
    /// Sets the prefix of new tokens of a kind. Tokens with the previous prefix still verify only if the previous
    /// prefix is added with [`PrefixesBuilder::old`].
    #[must_use]
    pub fn current(mut self, kind: TokenKind, prefix: Prefix) -> Self {
        self.current[slot(kind)] = prefix;
        self
    }

    /// Adds an old prefix of a kind. Tokens with this prefix still verify.
    #[must_use]
    pub fn old(mut self, kind: TokenKind, prefix: Prefix) -> Self {
        self.old.push((kind, prefix));
        self
    }

    /// Checks that no prefix belongs to two kinds.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefixes`] with the prefix and the two kinds.
    pub fn build(self) -> Result<Prefixes, InvalidPrefixes> {
        let prefixes = self.all_known();
        for (at, one) in prefixes.known.iter().enumerate() {
            if let Some(other) = prefixes.known[at + 1..].iter().find(|other| other.prefix == one.prefix) {
                return Err(InvalidPrefixes { prefix: one.prefix, first: one.kind, second: other.kind });
            }
        }
        Ok(prefixes)
    }

    /// Collects current and old prefixes, and removes duplicates of the same kind.
    fn all_known(self) -> Prefixes {
        let currents = TokenKind::ALL.into_iter().map(|kind| (kind, self.current[slot(kind)]));
        let mut known: Vec<Known> = Vec::with_capacity(6 + self.old.len());
        for (kind, prefix) in currents.chain(self.old) {
            if !known.iter().any(|known| known.kind == kind && known.prefix == prefix) {
                known.push(Known { number: number(prefix.as_str().as_bytes()), prefix, kind });
            }
        }
        Prefixes { current: self.current, known: known.into() }
    }
}

/// An accepted prefix and its kind. The prefix is also stored as a number, because every parse compares prefixes, and
/// comparing numbers is faster than comparing strings.
#[derive(Clone, Copy, Debug)]
struct Known {
    number: u128,
    prefix: Prefix,
    kind: TokenKind,
}

/// A check at compile time that the longest prefix fits into the integer that [`number`] returns.
const _: () = assert!(LONGEST <= size_of::<u128>());

/// The prefix, at most [`LONGEST`] bytes, as a big-endian number.
fn number(prefix: &[u8]) -> u128 {
    prefix.iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
}

/// The index of a kind in an array of all kinds of tokens. The bytes of these kinds are 1 to 6.
fn slot(kind: TokenKind) -> usize {
    usize::from(kind.byte() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::new(text).expect("a prefix")
    }

    #[test]
    fn all_kinds_1_a_prefix_is_2_to_16_of_its_letters() {
        for good in ["ab", "a0", "_a", "00", "a_b", "cf__p", "abcdefghijklmnop"] {
            assert_eq!(Prefix::new(good).map(|prefix| prefix.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "a", "_", "a_", "__", "abcdefghijklmnopq", "Ab", "a-b", "a b", "ab\n", "aб", "ab.", "a\0"] {
            assert_eq!(Prefix::new(bad), Err(InvalidPrefix), "{bad:?}");
        }
    }

    #[test]
    fn all_kinds_1_the_defaults_are_prefixes_and_name_each_kind() {
        let prefixes = Prefixes::default();
        let texts: Vec<_> = TokenKind::ALL.iter().map(|&kind| prefixes.current(kind).as_str()).collect();
        assert_eq!(texts, ["cfp", "cfa", "cfr", "cfs", "cfc", "cfk"]);
        for (own, kind) in prefixes.all() {
            assert_eq!(Prefix::new(own.as_str()), Ok(*own));
            assert_eq!(prefixes.kind(own.as_str().as_bytes()), Some(kind));
        }
        assert!(Prefixes::builder().build().is_ok());
    }

    #[test]
    fn all_kinds_1_one_prefix_for_two_kinds_is_an_error_however_it_comes() {
        let (pat, code) = (TokenKind::PersonalAccessToken, TokenKind::SecurityCode);
        let clash = |builder: PrefixesBuilder| builder.build().map(|_| ()).map_err(|error| (error.first, error.second));
        assert_eq!(clash(Prefixes::builder().current(pat, prefix("cfs"))), Err((pat, code)));
        assert_eq!(clash(Prefixes::builder().old(pat, prefix("cfs"))), Err((code, pat)));
        assert_eq!(clash(Prefixes::builder().old(code, prefix("xx")).old(pat, prefix("xx"))), Err((code, pat)));
        let swapped = Prefixes::builder().current(pat, prefix("cfs")).current(code, prefix("cfp"));
        assert_eq!(clash(swapped), Ok(()), "the order of the calls does not matter");
        assert_eq!(clash(Prefixes::builder().old(pat, prefix("cfp")).old(pat, prefix("cfp"))), Ok(()));
    }

    #[test]
    fn a_prefix_is_known_by_all_its_bytes() {
        let prefixes = Prefixes::default();
        for other in [b"\0cfp".as_slice(), b"cfp\0", b"cf", b"cfpp", b"CFP", b"", b"cfp_", &[0; 16], &[b'c'; 17]] {
            assert_eq!(prefixes.kind(other), None, "{other:?}");
        }
    }
}
