//! The errors of a start. Messages contain no URL, because it may hold a password.

use std::path::PathBuf;

/// The error of a start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store's URL has an unknown scheme.
    #[error("COUNTERFOIL_STORE must be memory:, sqlite://PATH, postgres://…, redis://… or redis-cluster://…")]
    StoreUrl,
    /// The store cannot be opened.
    #[error("COUNTERFOIL_STORE: the store cannot be opened")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store's schema is missing or old, and the role may not update it.
    #[error("COUNTERFOIL_STORE: run `counterfoil-demo migrate` first, as a role that may create")]
    Older(#[source] counterfoil_sql::SetupError),
    /// The issuer is invalid.
    #[error("COUNTERFOIL_ISSUER cannot be used")]
    Issuer(#[source] counterfoil_axum::InvalidIssuer),
    /// The issuer is missing, and the listening address is not loopback.
    #[error("COUNTERFOIL_ISSUER must be set if COUNTERFOIL_LISTEN is not a loopback address")]
    IssuerMissing(#[source] counterfoil_axum::InvalidIssuer),
    /// The list of trusted proxies is invalid.
    #[error("COUNTERFOIL_TRUSTED_PROXIES cannot be used")]
    TrustedProxies(#[source] counterfoil_axum::InvalidProxies),
    /// The mail server's URL is invalid.
    #[error("COUNTERFOIL_SMTP must be smtp://HOST:PORT")]
    Smtp(#[from] counterfoil_notify::SmtpSetupError),
    /// The file of the key ring cannot be used.
    #[error("COUNTERFOIL_KEYS")]
    Keys(#[from] counterfoil::crypto::KeyFileError),
    /// The store does not answer, or belongs to another key ring.
    #[error("the store belongs to another key ring than COUNTERFOIL_KEYS, or the store does not answer")]
    Start(#[source] counterfoil::Unavailable),
    /// The policy file is invalid.
    #[error("COUNTERFOIL_POLICY: {}: {what}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// The error.
        what: String,
    },
    /// The file of the profiles cannot be used. No setting names it.
    #[error("the file of the profiles: {}: {what}", path.display())]
    Profiles {
        /// The file.
        path: PathBuf,
        /// The error.
        what: String,
    },
    /// The handle cannot be built.
    #[error(transparent)]
    Build(#[from] counterfoil::BuildError),
    /// The system has no random bytes.
    #[error("no random bytes")]
    NoEntropy(#[from] counterfoil::crypto::NoEntropy),
    /// The demo's accounts or clients cannot be created.
    #[error("the demo's accounts and clients cannot be set up")]
    Seed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address cannot be listened on.
    #[error("COUNTERFOIL_LISTEN: {address} cannot be listened on")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
}
