//! The inventory: the credentials of all owners, for administrators.

pub(crate) mod cursor;
pub(crate) mod filter;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod metadata;
mod walk;
