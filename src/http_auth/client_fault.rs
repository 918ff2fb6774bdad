//! The reason why a client authentication failed. The host learns the actual reason. The response tells the caller
//! less: it is the same for an unknown client and for a wrong secret.

/// The actual reason why a client authentication failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ClientFault {
    /// The request names no client.
    #[error("no client is named")]
    Missing,
    /// The value of `Authorization: Basic` has invalid syntax (RFC 7617).
    #[error("the Basic credentials are malformed")]
    Malformed,
    /// The client is not registered.
    #[error("client is unknown")]
    Unknown,
    /// The client is disabled.
    #[error("client is disabled")]
    Disabled,
    /// A public client sent a secret.
    #[error("a public client sent a secret")]
    PublicSecret,
    /// A confidential client sent no secret, a wrong secret, or an expired secret.
    #[error("client's secret does not match")]
    Secret,
    /// A public client called an endpoint that only confidential clients are allowed to use.
    #[error("a public client cannot ask this")]
    Public,
    /// The request has two `Authorization: Basic` headers.
    #[error("Authorization: Basic stands twice")]
    HeaderTwice,
    /// The request has both `Authorization: Basic` and `client_secret`.
    #[error("Authorization: Basic stands beside client_secret")]
    HeaderAndForm,
    /// `client_id` and `Authorization: Basic` name different clients.
    #[error("client_id names another client than Authorization: Basic")]
    OtherId,
}
