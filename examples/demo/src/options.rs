//! The settings of the demo. Each can be an environment variable or a flag.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A server to try counterfoil with.
#[derive(Clone, Debug, Parser)]
#[command(name = "counterfoil-demo", version)]
pub struct Options {
    /// The address and port to listen on. Port 0 selects a free port
    #[arg(long, alias = "counterfoil-listen", env = "COUNTERFOIL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The URL of the store: memory:, sqlite://PATH, postgres://…, redis://… or redis-cluster://host:port,host:port
    #[arg(
        long,
        alias = "counterfoil-store",
        global = true,
        env = "COUNTERFOIL_STORE",
        default_value = "sqlite://counterfoil-demo.db",
        hide_env_values = true
    )]
    pub store: String,
    /// The issuer, an https or loopback URL. It is the base of the endpoints' URLs. Default: the listen URL
    #[arg(long, alias = "counterfoil-issuer", env = "COUNTERFOIL_ISSUER")]
    pub issuer: Option<String>,
    /// Reverse proxies whose Forwarded or X-Forwarded-For is trusted: addresses and CIDR networks, separated by commas
    #[arg(long, alias = "counterfoil-trusted-proxies", env = "COUNTERFOIL_TRUSTED_PROXIES", default_value = "")]
    pub trusted_proxies: String,
    /// The mail server for notices, smtp://host:port. Without it, notices are written to the log
    #[arg(long, alias = "counterfoil-smtp", env = "COUNTERFOIL_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// The file of the key ring. Default: a file beside the database
    #[arg(long, alias = "counterfoil-keys", env = "COUNTERFOIL_KEYS")]
    pub keys: Option<PathBuf>,
    /// Accepts a key ring other than the store's. Use it if the store's key ring is lost. All tokens and client secrets
    /// in the store become invalid
    #[arg(long, alias = "counterfoil-force-keys", env = "COUNTERFOIL_FORCE_KEYS")]
    pub force_keys: bool,
    /// A TOML file that overrides parts of the demo's policy. Times are in seconds
    #[arg(long, alias = "counterfoil-policy", env = "COUNTERFOIL_POLICY")]
    pub policy: Option<PathBuf>,
}

impl Options {
    /// Removes settings that are empty, so that an empty environment variable has no effect.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        self.issuer = self.issuer.filter(|text| !text.is_empty());
        self.smtp = self.smtp.filter(|text| !text.is_empty());
        self.keys = self.keys.filter(|path| !path.as_os_str().is_empty());
        self.policy = self.policy.filter(|path| !path.as_os_str().is_empty());
        self
    }
}
