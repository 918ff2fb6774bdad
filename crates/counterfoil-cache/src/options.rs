//! The options of a cache, and their limits.

use std::time::Duration;

use counterfoil::types::TokenKind;

/// The options of a cache. [`CachedReads::new`](crate::CachedReads::new) checks them.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::types::TokenKind;
/// use counterfoil_cache::CacheOptions;
///
/// let options = CacheOptions::default()
///     .with_max_staleness(Duration::from_millis(500))
///     .with_capacity(20_000)
///     .without(TokenKind::SecurityCode);
/// assert_eq!((options.max_staleness, options.max_age), (Duration::from_millis(500), Duration::from_secs(60)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheOptions {
    /// The bound: the longest time for which a revocation can be missed. 30 ms to 60 s. Default: 1 s. It must not be
    /// greater than [`Policy::verification_staleness`](counterfoil::policy::Policy::verification_staleness).
    pub max_staleness: Duration,
    /// The largest number of records, and also of accounts. 1 to 100,000,000. Default: 100,000.
    pub capacity: usize,
    /// For how long a record is used before it is read anew, 1 s to 1 hour. Default: 60 s. The bound does not depend on
    /// it. A record in memory does not show the last use that other nodes have written.
    pub max_age: Duration,
    /// For how long an account is used before the directory is asked again, at most 1 hour. `None` is the default: no
    /// account is kept, and each verification asks the directory.
    ///
    /// With at most [`max_staleness`](Self::max_staleness), a change in the directory has the same bound as a
    /// revocation, and the host has nothing to do. With more, the bound holds only for an account that the host
    /// invalidates after the change ([`CachedReads::invalidate`](crate::CachedReads::invalidate)).
    pub accounts: Option<Duration>,
    /// The kinds whose records are not kept. Each of their verifications reads the store.
    pub without: Vec<TokenKind>,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            max_staleness: Duration::from_secs(1),
            capacity: 100_000,
            max_age: Duration::from_secs(60),
            accounts: None,
            without: Vec::new(),
        }
    }
}

/// An option is outside its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cache: {field} must be {rule}")]
#[non_exhaustive]
pub struct InvalidOptions {
    /// The invalid field.
    pub field: &'static str,
    /// The rule that the value of this field breaks.
    pub rule: &'static str,
}

impl CacheOptions {
    /// Sets [`max_staleness`](Self::max_staleness).
    #[must_use]
    pub fn with_max_staleness(self, max_staleness: Duration) -> Self {
        Self { max_staleness, ..self }
    }

    /// Sets [`capacity`](Self::capacity).
    #[must_use]
    pub fn with_capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// Sets [`max_age`](Self::max_age).
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Sets [`accounts`](Self::accounts).
    #[must_use]
    pub fn with_accounts(self, max_age: Duration) -> Self {
        Self { accounts: Some(max_age), ..self }
    }

    /// Adds a kind whose verifications always read the store.
    #[must_use]
    pub fn without(mut self, kind: TokenKind) -> Self {
        self.without.push(kind);
        self
    }

    pub(crate) fn check(&self) -> Result<(), InvalidOptions> {
        let within = |duration: Duration, least: Duration, most: Duration| (least..=most).contains(&duration);
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3_600));
        let rules = [
            (
                within(self.max_staleness, Duration::from_millis(30), Duration::from_secs(60)),
                "max_staleness",
                "30 ms to 60 s",
            ),
            ((1..=100_000_000).contains(&self.capacity), "capacity", "1 to 100000000"),
            (within(self.max_age, second, hour), "max_age", "1 s to 1 hour"),
            (self.accounts.is_none_or(|accounts| accounts <= hour), "accounts", "at most 1 hour"),
        ];
        match rules.into_iter().find(|(holds, _, _)| !holds) {
            Some((_, field, rule)) => Err(InvalidOptions { field, rule }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_has_its_limits() {
        let (ms, s) = (Duration::from_millis, Duration::from_secs);
        let with = CacheOptions::default;
        for (fits, options, field) in [
            (true, with(), ""),
            (true, with().with_max_staleness(ms(30)).with_capacity(1).with_max_age(s(1)).with_accounts(s(0)), ""),
            (true, with().with_max_staleness(s(60)).with_max_age(s(3_600)).with_accounts(s(3_600)), ""),
            (false, with().with_max_staleness(ms(29)), "max_staleness"),
            (false, with().with_max_staleness(ms(60_001)), "max_staleness"),
            (false, with().with_capacity(0), "capacity"),
            (false, with().with_capacity(100_000_001), "capacity"),
            (false, with().with_max_age(ms(999)), "max_age"),
            (false, with().with_max_age(s(3_601)), "max_age"),
            (false, with().with_accounts(s(3_601)), "accounts"),
        ] {
            let checked = options.check();
            assert_eq!(checked.map_err(|error| error.field), if fits { Ok(()) } else { Err(field) });
        }
        let error = with().with_capacity(0).check().expect_err("zero");
        assert_eq!(error.to_string(), "cache: capacity must be 1 to 100000000");
    }
}
