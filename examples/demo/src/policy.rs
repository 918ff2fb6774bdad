//! The policy of the demo. A file can override parts of it.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use counterfoil::policy::{Allowance, Policy};
use counterfoil::types::KnownScopes;
use toml::{Table, Value};

use crate::error::StartError;

/// The scope tokens of the demo. The only other known scope tokens are those of the library.
const SCOPES: [&str; 2] = ["demo:read", "demo:write"];
/// The maximum number of tokens that one owner may create in an hour. It is also the maximum number of security codes
/// that may be created in an hour.
const CREATIONS: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// The number of wrong secrets that one source may send for a client before the source must wait.
const SECRETS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// The number of failures that one source may cause before the source must wait.
const FAILURES: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
/// The number of wrong passwords that one source may send for an account before the source must wait.
const PASSWORDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Returns the default policy with higher limits. Both gates must be open before a token can be used. A token lasts at
/// most 180 days. A label has at most 20 characters.
#[must_use]
pub fn demo() -> Policy {
    let mut policy = Policy::default();
    policy.throttle.account = Allowance::new(PASSWORDS, Duration::from_secs(60));
    policy.throttle.client = Allowance::new(SECRETS, Duration::from_secs(60));
    policy.throttle.source = Allowance::new(FAILURES, Duration::from_secs(60));
    policy.personal_access_tokens.creations_per_hour = CREATIONS;
    policy.security_codes.creations_per_hour = CREATIONS;
    // This never fails, because both texts are valid scope tokens.
    policy.scopes = KnownScopes::new(SCOPES).ok();
    policy
}

/// Returns the policy of the demo. If `path` names a file, the file overrides parts of the policy.
///
/// # Errors
///
/// [`StartError::Policy`] if the file cannot be read, is not TOML, contains an unknown key, or contains a value that is
/// out of range.
pub fn policy(path: Option<&Path>) -> Result<Policy, StartError> {
    let Some(path) = path else { return Ok(demo()) };
    let invalid = |what: &dyn std::fmt::Display| StartError::Policy { path: path.to_owned(), what: what.to_string() };
    let text = std::fs::read_to_string(path).map_err(|error| invalid(&error))?;
    let over: Table = text.parse().map_err(|error: toml::de::Error| invalid(&error.message()))?;
    let mut all = Table::try_from(demo()).map_err(|error| invalid(&error))?;
    merge(&mut all, over);
    let policy: Policy = all.try_into().map_err(|error: toml::de::Error| invalid(&error.message()))?;
    policy.check().map_err(|error| invalid(&error))?;
    Ok(policy)
}

/// Merges two tables. Tables within them are merged too. Any other value of `over` replaces the value in `all`. Unknown
/// keys are kept, so that a later check can name them.
fn merge(all: &mut Table, over: Table) {
    for (key, value) in over {
        match (all.get_mut(&key), value) {
            (Some(Value::Table(own)), Value::Table(over)) => merge(own, over),
            (_, value) => {
                all.insert(key, value);
            }
        }
    }
}
