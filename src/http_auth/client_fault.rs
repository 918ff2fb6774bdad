//! Why a client did not prove itself: for the host. What the caller learns is coarser, and never tells an unknown client from a wrong one.

/// The true reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ClientFault {
    /// The request names no client.
    #[error("no client is named")]
    Missing,
    /// `Authorization: Basic` breaks the grammar of RFC 7617.
    #[error("the Basic credentials are malformed")]
    Malformed,
    /// It is not registered.
    #[error("client is unknown")]
    Unknown,
    /// It is disabled.
    #[error("client is disabled")]
    Disabled,
    /// A public client sent a secret.
    #[error("a public client sent a secret")]
    PublicSecret,
    /// A confidential client sent none, a wrong one, or one that has ended.
    #[error("client's secret does not match")]
    Secret,
    /// A public client asks what only a confidential one may ask.
    #[error("a public client cannot ask this")]
    Public,
    /// `Authorization: Basic` stands twice.
    #[error("Authorization: Basic stands twice")]
    HeaderTwice,
    /// `Authorization: Basic` beside `client_secret`.
    #[error("Authorization: Basic stands beside client_secret")]
    HeaderAndForm,
    /// `client_id` names another client than `Authorization: Basic`.
    #[error("client_id names another client than Authorization: Basic")]
    OtherId,
}
