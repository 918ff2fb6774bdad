//! Sign-ins through clients. A sign-in is a family of refresh and access tokens.

pub(crate) mod end;
pub(crate) mod get;
pub(crate) mod introspect;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod refresh;
pub(crate) mod revoke;
