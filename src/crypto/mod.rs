//! Layer 2: digests, key rings and key files, random numbers.

pub(crate) mod digest;
pub(crate) mod entropy;
pub(crate) mod key_file;
pub(crate) mod key_path;
pub(crate) mod key_ring;
pub(crate) mod primed;
pub(crate) mod rotation_key;
pub(crate) mod sha256;
