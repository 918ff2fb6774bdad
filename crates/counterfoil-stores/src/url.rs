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
    /// `sqlite://PATH`, with the path of the database file.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, in the format of libpq.
    Postgres(Box<PgConnectOptions>),
    /// `redis://…`. The parameter `?prefix=PREFIX` changes the prefix of the keys from `counterfoil` to another one.
    Redis {
        /// The URL of the server, without the parameter `prefix`.
        url: String,
        /// The prefix of the keys. `None` means `counterfoil`.
        prefix: Option<String>,
    },
    /// `redis-cluster://HOST:PORT,HOST:PORT`. The parameter `?prefix=PREFIX` changes the prefix of the keys from
    /// `counterfoil` to another one.
    RedisCluster {
        /// The URLs of the nodes that are named in the store URL, one for each node.
        nodes: Vec<String>,
        /// The prefix of the keys. `None` means `counterfoil`.
        prefix: Option<String>,
    },
    /// `redb://PATH`. The store is a redb file. The crate `counterfoil-kv` reads and writes it.
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
            "redis" => {
                let (url, prefix) = without_prefix(url)?;
                Ok(Self::Redis { url, prefix })
            }
            "redis-cluster" => {
                let (nodes, prefix) = without_prefix(behind_slashes()?)?;
                Ok(Self::RedisCluster {
                    nodes: nodes.split(',').map(|node| format!("redis://{node}")).collect(),
                    prefix,
                })
            }
            _ => Err(InvalidStoreUrl),
        }
    }
}

/// Returns the URL without its parameter `prefix`, and the value of this parameter. `None` if the URL has no such
/// parameter. The value is not decoded, so a percent-encoded value is an error.
fn without_prefix(url: &str) -> Result<(String, Option<String>), InvalidStoreUrl> {
    let Some((place, parameters)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let (prefixes, others): (Vec<_>, Vec<_>) =
        parameters.split('&').partition(|parameter| parameter.starts_with("prefix="));
    let prefix = match prefixes.as_slice() {
        [] => return Ok((url.to_owned(), None)),
        [one] => one.strip_prefix("prefix=").unwrap_or_default(),
        _ => return Err(InvalidStoreUrl),
    };
    if prefix.is_empty() || prefix.contains('%') {
        return Err(InvalidStoreUrl);
    }
    let rest = if others.is_empty() { place.to_owned() } else { format!("{place}?{}", others.join("&")) };
    Ok((rest, Some(prefix.to_owned())))
}

impl StoreUrl {
    /// Returns the kind of store, for example `redis-cluster`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
            Self::Redis { .. } => "redis",
            Self::RedisCluster { .. } => "redis-cluster",
            Self::Redb(_) => "redb",
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreUrl").field(&self.kind()).finish()
    }
}

/// Whether a URL contains a password, or something that could be one. This is the case in each of these forms:
///
/// - A colon stands before an `@`, as in `user:password@host`.
/// - The name of a parameter contains `pass`, in upper or lower case.
/// - The name of a parameter contains percent-encoded letters, because they could spell such a name.
///
/// Do not pass such a URL as an argument of a program, because every user of the machine can see the arguments.
///
/// ```
/// use counterfoil_stores::holds_password;
///
/// assert!(holds_password("postgres://service:secret@db/service"));
/// assert!(holds_password("redis://:secret@10.0.0.1"));
/// assert!(holds_password("postgres://db/service?password=secret"));
/// assert!(holds_password("postgres://db/service?sslPassword=secret"));
/// assert!(!holds_password("postgres://service@db:5432/service"));
/// ```
#[must_use]
pub fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    // A password may contain slashes. So the last `@` before the parameters ends the password.
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let names_one = place.rsplit_once('@').is_some_and(|(user, _)| user.split(',').any(|user| user.contains(':')));
    let is_secret = |parameter: &str| {
        let name = parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
        name.contains("pass") || name.contains('%')
    };
    names_one || parameters.split('&').any(is_secret)
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
    fn every_parameter_that_may_be_a_password_counts_as_one() {
        for secret in ["sslpassword=x", "a=b&PASSWORD=x", "passfile=x", "p%61ssword=x", "passphrase=x"] {
            assert!(holds_password(&format!("postgres://db/service?{secret}")), "{secret}");
        }
        assert!(!holds_password("postgres://db/service?sslmode=require&application_name=password"));
    }

    #[test]
    fn a_prefix_is_taken_out_of_a_redis_url() {
        let parts = |url: &str| match url.parse() {
            Ok(StoreUrl::Redis { url, prefix }) => (vec![url], prefix),
            Ok(StoreUrl::RedisCluster { nodes, prefix }) => (nodes, prefix),
            other => (vec![format!("{other:?}")], None),
        };
        let some = |prefix: &str| Some(prefix.to_owned());
        assert_eq!(parts("redis://h:1/2?prefix=billing"), (vec!["redis://h:1/2".into()], some("billing")));
        assert_eq!(parts("redis://h?a=b&prefix=x&c=d"), (vec!["redis://h?a=b&c=d".into()], some("x")));
        assert_eq!(parts("redis://h?a=b"), (vec!["redis://h?a=b".into()], None));
        let nodes = vec!["redis://a:1".into(), "redis://b:2".into()];
        assert_eq!(parts("redis-cluster://a:1,b:2?prefix=x"), (nodes, some("x")));
        for wrong in ["redis://h?prefix=", "redis://h?prefix=%41", "redis://h?prefix=a&prefix=b"] {
            assert!(wrong.parse::<StoreUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_debug_text_shows_a_url() {
        let url: StoreUrl = "redis://:secret@10.0.0.1".parse().unwrap_or(StoreUrl::Memory);
        assert_eq!(format!("{url:?}"), r#"StoreUrl("redis")"#);
    }
}
