//! The OAuth endpoints without HTTP. They get a form and return a response.

pub(crate) mod answer;
pub(crate) mod description;
mod endpoints;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod introspection;
pub(crate) mod json;
pub(crate) mod request;
pub(crate) mod revocation;
pub(crate) mod token;

pub use crate::http_auth::client_fault::ClientFault;
pub use crate::operations::sign_ins::introspect::Introspected;
pub use crate::service::client_auth::ClientRefusal;
pub use crate::service::error_answer::UNAVAILABLE_RETRY;
pub use answer::Answer;
pub use error::{OAuthError, OAuthErrorCode, Reason};
pub use form::{FormFault, MAX_FORM_BYTES};
pub use request::OAuthRequest;
