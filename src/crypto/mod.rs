//! Digests, key rings and key files, and random numbers.

pub(crate) mod digest;
pub(crate) mod entropy;
pub(crate) mod foreign;
pub(crate) mod key_file;
pub(crate) mod key_path;
pub(crate) mod key_ring;
pub(crate) mod primed;
pub(crate) mod rotation_key;
pub(crate) mod sha256;

pub use entropy::{Entropy, NoEntropy, RngEntropy, SystemEntropy};
pub use key_path::{KeyFile, KeyFileError};
pub use key_ring::KeyRingError;
