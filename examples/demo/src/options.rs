//! The settings, from the environment or from flags of the same names.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A server to try counterfoil with.
#[derive(Clone, Debug, Parser)]
#[command(name = "counterfoil-demo", version)]
pub struct Options {
    /// Address and port; port 0 selects a free one
    #[arg(long, alias = "counterfoil-listen", env = "COUNTERFOIL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// memory:, sqlite://PATH, postgres://…, redis://…, redis-cluster://host:port,host:port
    #[arg(
        long,
        alias = "counterfoil-store",
        global = true,
        env = "COUNTERFOIL_STORE",
        default_value = "sqlite://counterfoil-demo.db",
        hide_env_values = true
    )]
    pub store: String,
    /// The issuer in the metadata and the base of its endpoints, https or loopback. Default: the listen URL
    #[arg(long, alias = "counterfoil-issuer", env = "COUNTERFOIL_ISSUER")]
    pub issuer: Option<String>,
    /// Comma-separated addresses and CIDR networks of reverse proxies whose Forwarded or X-Forwarded-For is trusted
    #[arg(long, alias = "counterfoil-trusted-proxies", env = "COUNTERFOIL_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: String,
    /// The mail server for notices, smtp://host:port. Default: notices go to the log
    #[arg(long, alias = "counterfoil-smtp", env = "COUNTERFOIL_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// The file of the key ring. Default: a file beside the database
    #[arg(long, alias = "counterfoil-keys", env = "COUNTERFOIL_KEYS")]
    pub keys: Option<PathBuf>,
    /// Accepts a key ring that is not the store's, if the store's is lost. All tokens and client secrets in the store
    /// become invalid
    #[arg(long, alias = "counterfoil-force-keys", env = "COUNTERFOIL_FORCE_KEYS")]
    pub force_keys: bool,
    /// A TOML file that overrides parts of the demo's policy; times in seconds
    #[arg(long, alias = "counterfoil-policy", env = "COUNTERFOIL_POLICY")]
    pub policy: Option<PathBuf>,
}

impl Options {
    /// Treats empty variables as unset.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        self.issuer = self.issuer.filter(|text| !text.is_empty());
        self.smtp = self.smtp.filter(|text| !text.is_empty());
        self.keys = self.keys.filter(|path| !path.as_os_str().is_empty());
        self.policy = self.policy.filter(|path| !path.as_os_str().is_empty());
        self
    }
}
