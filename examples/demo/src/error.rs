//! The errors with which a start fails. Their messages contain no URL, because a URL may contain a password.

use std::path::PathBuf;

/// The reason why the demo does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store's URL has an unknown scheme.
    #[error("COUNTERFOIL_STORE must be memory:, sqlite://PATH, postgres://…, redis://… or redis-cluster://…")]
    StoreUrl,
    /// The store cannot be opened.
    #[error("COUNTERFOIL_STORE: the store cannot be opened")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The schema of the store is missing or old, and the database role is not allowed to update it.
    #[error("COUNTERFOIL_STORE: run `counterfoil-demo migrate` first, as a role that may create")]
    Older(#[source] counterfoil_sql::SetupError),
    /// The issuer in the settings is invalid.
    #[error("COUNTERFOIL_ISSUER cannot be used")]
    Issuer(#[source] counterfoil_axum::InvalidIssuer),
    /// No issuer is set. The demo uses its own address as the issuer only if this is a loopback address.
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
    /// The store does not answer, or its credentials belong to another key ring.
    #[error("the store belongs to another key ring than COUNTERFOIL_KEYS, or the store does not answer")]
    Start(#[source] counterfoil::Unavailable),
    /// The policy file cannot be used.
    #[error("COUNTERFOIL_POLICY: {}: {what}", path.display())]
    Policy {
        /// The path of the policy file.
        path: PathBuf,
        /// What is wrong with the file.
        what: String,
    },
    /// The file with the profiles cannot be used. No setting names this file, so the error contains its path.
    #[error("the file of the profiles: {}: {what}", path.display())]
    Profiles {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        what: String,
    },
    /// The [`Counterfoil`](counterfoil::Counterfoil) cannot be built.
    #[error(transparent)]
    Build(#[from] counterfoil::BuildError),
    /// The operating system gave no random bytes.
    #[error("no random bytes")]
    NoEntropy(#[from] counterfoil::crypto::NoEntropy),
    /// The demo's clients and settings cannot be written to the store.
    #[error("the demo's accounts and clients cannot be set up")]
    Seed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server cannot listen on the address.
    #[error("COUNTERFOIL_LISTEN: {address} cannot be listened on")]
    Listen {
        /// The address from the settings.
        address: std::net::SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
}
