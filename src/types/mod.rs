//! Layer 1: values without behaviour of their own, parsed once.

pub(crate) mod account;
pub(crate) mod arming;
pub(crate) mod base62;
pub(crate) mod client;
pub(crate) mod description;
pub(crate) mod email;
pub(crate) mod hash;
pub(crate) mod ids;
pub(crate) mod key_check;
pub(crate) mod kind;
pub(crate) mod known_scopes;
pub(crate) mod label;
pub(crate) mod principal;
pub(crate) mod realm;
pub(crate) mod role;
pub(crate) mod scope;
pub(crate) mod scope_meet;
pub(crate) mod secret;
pub(crate) mod settings;
pub(crate) mod short;
pub(crate) mod source;
pub(crate) mod time;
pub(crate) mod unknown;
pub(crate) mod visible;
pub(crate) mod why;
