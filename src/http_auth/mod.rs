//! Layer 4: the grammar of `Authorization` (RFC 6750, RFC 7617), and what a refusal tells the host and the caller.

pub(crate) mod basic;
pub(crate) mod bearer;
pub(crate) mod client_fault;
pub(crate) mod refusal;
