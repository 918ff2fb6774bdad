//! Why the demo does not start. Nothing here repeats a URL: it may hold a password.

use std::path::PathBuf;

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store's URL is of no known kind.
    #[error("COUNTERFOIL_STORE must be memory:, sqlite://PATH, postgres://…, redis://… or redis-cluster://…")]
    StoreUrl,
    /// The store cannot be opened.
    #[error("COUNTERFOIL_STORE: the store cannot be opened")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store's schema is of an older version, or not there, and the role may not bring it up to date.
    #[error("COUNTERFOIL_STORE: run `counterfoil-demo migrate` first, as a role that may create")]
    Older(#[source] counterfoil_sql::SetupError),
    /// The issuer.
    #[error("COUNTERFOIL_ISSUER cannot be used")]
    Issuer(#[source] counterfoil_axum::InvalidIssuer),
    /// No issuer, and the address that is listened on makes none.
    #[error("COUNTERFOIL_ISSUER must be given where COUNTERFOIL_LISTEN is no loopback address")]
    IssuerMissing(#[source] counterfoil_axum::InvalidIssuer),
    /// The trusted proxies.
    #[error("COUNTERFOIL_TRUSTED_PROXIES cannot be used")]
    TrustedProxies(#[source] counterfoil_axum::InvalidProxies),
    /// The mail server's URL.
    #[error("COUNTERFOIL_SMTP must be smtp://HOST:PORT")]
    Smtp(#[from] counterfoil_notify::SmtpSetupError),
    /// The file of the key ring.
    #[error("COUNTERFOIL_KEYS")]
    Keys(#[from] counterfoil::crypto::KeyFileError),
    /// The store does not answer, or is not this key ring's.
    #[error("the store and the key ring of COUNTERFOIL_KEYS do not go together, or the store does not answer")]
    Start(#[source] counterfoil::Unavailable),
    /// The policy.
    #[error("COUNTERFOIL_POLICY: {}: {what}", path.display())]
    Policy {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The file of the profiles, which no setting names.
    #[error("the file of the profiles: {}: {what}", path.display())]
    Profiles {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The handle.
    #[error(transparent)]
    Build(#[from] counterfoil::BuildError),
    /// The system's generator.
    #[error("no random bytes")]
    NoEntropy(#[from] counterfoil::crypto::NoEntropy),
    /// The demo's people or clients.
    #[error("the demo's accounts and clients cannot be set up")]
    Seed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address.
    #[error("COUNTERFOIL_LISTEN: {address} cannot be listened on")]
    Listen {
        /// Which.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}
