//! The operations on personal access tokens.

pub(crate) mod create;
pub(crate) mod create_for;
pub(crate) mod delete;
pub(crate) mod extend;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod rotate;
pub(crate) mod rotation;
mod succession;
pub(crate) mod target;
pub(crate) mod update;
