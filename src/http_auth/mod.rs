//! The grammar of `Authorization` (RFC 6750, RFC 7617), the parameters of challenges, and the reasons of refusals.

pub(crate) mod basic;
pub(crate) mod bearer;
pub(crate) mod client_fault;
pub(crate) mod quoted;
pub(crate) mod refusal;

pub use bearer::{Credentials, MalformedHeader, credentials};
pub use refusal::{Gate, PublicRefusal, Refusal};
