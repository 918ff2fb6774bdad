//! Layer 7: the text of a token.

pub(crate) mod derive;
pub(crate) mod draw;
pub(crate) mod format;
pub(crate) mod issued;
pub(crate) mod once;
pub(crate) mod prefix;
pub(crate) mod prefixes;
pub(crate) mod presented;

#[cfg(test)]
mod corpus_tests;
