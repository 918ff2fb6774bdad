//! Parses store URLs. A new kind of store needs a new variant here.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use counterfoil_sql::sqlx::postgres::PgConnectOptions;

/// A parsed store URL. `Debug` shows only the kind of store, because a URL may contain a password.
///
/// ```
/// use counterfoil_stores::StoreUrl;
///
/// let url: StoreUrl = "sqlite:///var/lib/service/counterfoil.db".parse()?;
/// assert_eq!(url.kind(), "sqlite");
/// assert!("mysql://db".parse::<StoreUrl>().is_err());
/// # Ok::<_, counterfoil_stores::InvalidStoreUrl>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum StoreUrl {
    /// `memory:`. The data is lost when the process ends.
    Memory,
    /// `sqlite://PATH`.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, in the format of libpq.
    Postgres(Box<PgConnectOptions>),
    /// `redis://…`.
    Redis(String),
    /// `redis-cluster://HOST:PORT,HOST:PORT`. It names some nodes of the cluster. The variant contains one URL for each
    /// node.
    RedisCluster(Vec<String>),
    /// `redb://PATH`: a redb file of `counterfoil-kv`.
    Redb(PathBuf),
}

/// The error for a text that is not a store URL. The message does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a store is memory:, sqlite://PATH, postgres://…, redis://…, redis-cluster://HOST:PORT,HOST:PORT or redb://PATH"
)]
pub struct InvalidStoreUrl;

impl FromStr for StoreUrl {
    type Err = InvalidStoreUrl;

    fn from_str(url: &str) -> Result<Self, InvalidStoreUrl> {
        let (scheme, rest) = url.split_once(':').ok_or(InvalidStoreUrl)?;
        let behind_slashes = || rest.strip_prefix("//").filter(|rest| !rest.is_empty()).ok_or(InvalidStoreUrl);
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "sqlite" => Ok(Self::Sqlite(behind_slashes()?.into())),
            "redb" => Ok(Self::Redb(behind_slashes()?.into())),
            "postgres" | "postgresql" => PgConnectOptions::from_str(url)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| InvalidStoreUrl),
            "redis" => Ok(Self::Redis(url.to_owned())),
            "redis-cluster" => {
                Ok(Self::RedisCluster(behind_slashes()?.split(',').map(|node| format!("redis://{node}")).collect()))
            }
            _ => Err(InvalidStoreUrl),
        }
    }
}

impl StoreUrl {
    /// Returns the kind of store, for example `redis-cluster`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::RedisCluster(_) => "redis-cluster",
            Self::Redb(_) => "redb",
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreUrl").field(&self.kind()).finish()
    }
}

/// Whether a URL contains a password: before an `@`, or as the parameter `password`. Do not pass such a URL as an
/// argument of a program, because every user of the machine can see the arguments.
///
/// ```
/// use counterfoil_stores::holds_password;
///
/// assert!(holds_password("postgres://service:secret@db/service"));
/// assert!(holds_password("redis://:secret@10.0.0.1"));
/// assert!(holds_password("postgres://db/service?password=secret"));
/// assert!(!holds_password("postgres://service@db:5432/service"));
/// ```
#[must_use]
pub fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    // A password may contain slashes. So the last `@` before the parameters ends the password.
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let names_one = place.rsplit_once('@').is_some_and(|(user, _)| user.split(',').any(|user| user.contains(':')));
    names_one || parameters.split('&').any(|parameter| parameter.starts_with("password="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_names_no_store_is_refused() {
        for wrong in ["", "memory", "memory:x", "sqlite:", "sqlite://", "redb://", "mysql://db", "redis-cluster://"] {
            assert_eq!(wrong.parse::<StoreUrl>().map(|url| url.kind()), Err(InvalidStoreUrl), "{wrong}");
        }
        for (url, kind) in [("memory:", "memory"), ("postgresql://db/x", "postgres"), ("redb://x", "redb")] {
            assert_eq!(url.parse::<StoreUrl>().map(|url| url.kind()), Ok(kind));
        }
    }

    #[test]
    fn no_debug_text_shows_a_url() {
        let url: StoreUrl = "redis://:secret@10.0.0.1".parse().unwrap_or(StoreUrl::Memory);
        assert_eq!(format!("{url:?}"), r#"StoreUrl("redis")"#);
    }
}
