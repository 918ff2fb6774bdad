//! Layer 2: the instruments: clock, entropy, digests, policy, the header's grammar, what a handler receives, what is told.

pub(crate) mod basic;
pub(crate) mod bearer;
pub(crate) mod client_fault;
pub(crate) mod clock;
pub(crate) mod digest;
pub(crate) mod entropy;
pub(crate) mod event;
pub(crate) mod key_file;
pub(crate) mod key_path;
pub(crate) mod key_ring;
pub(crate) mod policy;
pub(crate) mod primed;
pub(crate) mod principal;
pub(crate) mod refusal;
pub(crate) mod rotation_key;
pub(crate) mod sha256;
