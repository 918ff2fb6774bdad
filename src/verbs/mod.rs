//! Layer 7: the verbs, one file each. None imports another; what two of them need lies at the desk.

pub(crate) mod clients;
pub(crate) mod introspect;
pub(crate) mod issue;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod notices;
pub(crate) mod open;
pub(crate) mod purge;
pub(crate) mod refresh;
pub(crate) mod relabel;
pub(crate) mod renew;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod see;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod users;
pub(crate) mod verify;
