//! The text of a token: prefixes, format, and the types of issued and presented tokens.

pub(crate) mod derive;
pub(crate) mod draw;
pub(crate) mod foreign;
pub(crate) mod format;
pub(crate) mod issued;
pub(crate) mod once;
pub(crate) mod pattern;
pub(crate) mod prefixes;
pub(crate) mod presented;

pub use draw::shard;
pub use once::OnceKey;
pub use prefixes::{InvalidPrefix, InvalidPrefixes, Prefix, Prefixes, PrefixesBuilder};
pub use presented::{MalformedToken, PresentedToken};

#[cfg(test)]
mod corpus_tests;
