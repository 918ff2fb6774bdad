//! Tokens of other systems: how a text and a stored row give the same digest.

mod digest;
mod knox;
mod sanctum;
mod scheme;

pub use digest::{ForeignDigest, InvalidForeignDigest};
pub use knox::Knox;
pub use sanctum::Sanctum;
pub use scheme::ForeignScheme;
pub(crate) use scheme::{TEXT_MAX, is_valid_name};
