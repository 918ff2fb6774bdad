//! Layer 8: the OAuth endpoints (RFC 6749, 7009, 7662) without HTTP: a form in, an answer out. Composes verbs.

pub(crate) mod answer;
pub(crate) mod description;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod introspection;
pub(crate) mod json;
pub(crate) mod request;
pub(crate) mod revocation;
pub(crate) mod token;
