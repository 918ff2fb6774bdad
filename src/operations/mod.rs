//! Layer 13: the operations of [`Counterfoil`](crate::Counterfoil), one folder or file a subject: the documentation of each beside its logic.

pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod from_source;
pub(crate) mod maintenance;
pub(crate) mod notices;
pub(crate) mod once;
pub(crate) mod personal_access_tokens;
pub(crate) mod security_codes;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sign_ins;
pub(crate) mod users;
pub(crate) mod verify;
