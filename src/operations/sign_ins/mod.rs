//! Sign-ins through clients: families of refresh and access tokens.

pub(crate) mod introspect;
pub(crate) mod open;
pub(crate) mod refresh;
pub(crate) mod revoke;
