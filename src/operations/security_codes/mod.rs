//! Security codes. A security code is a bearer token that a super administrator creates. It has the rights of a super
//! administrator, or those of a named user.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;
