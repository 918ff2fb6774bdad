//! Imported tokens of other systems. For each system, a scheme computes the digest of a presented token, and reads the
//! digest that the system stored. The record of an imported token is found by a look-up key that is computed from this
//! digest.

mod digest;
mod knox;
mod sanctum;
mod scheme;

pub use digest::{ForeignDigest, InvalidForeignDigest};
pub use knox::Knox;
pub use sanctum::Sanctum;
pub use scheme::ForeignScheme;
pub(crate) use scheme::{TEXT_MAX, is_valid_name};
