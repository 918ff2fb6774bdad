//! The demo's policy, and a file that overrides parts of it.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use counterfoil::policy::{Allowance, Policy};
use counterfoil::types::KnownScopes;
use toml::{Table, Value};

use crate::error::StartError;

/// The demo's own scope tokens. Besides these, only the library's scope tokens are known.
const SCOPES: [&str; 2] = ["demo:read", "demo:write"];
/// The maximum number of creations per hour: of tokens by one owner, or of security codes.
const CREATIONS: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// How many wrong secrets of a client one source may send before it must wait.
const SECRETS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// How many failures a source may cause before it must wait.
const FAILURES: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
/// How many wrong passwords for an account one source may send before it must wait.
const PASSWORDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// The default policy with higher limits. Both gates are required, tokens last at most 180 days, and labels have at
/// most 20 characters.
#[must_use]
pub fn demo() -> Policy {
    let mut policy = Policy::default();
    policy.throttle.account = Allowance::new(PASSWORDS, Duration::from_secs(60));
    policy.throttle.client = Allowance::new(SECRETS, Duration::from_secs(60));
    policy.throttle.source = Allowance::new(FAILURES, Duration::from_secs(60));
    policy.personal_access_tokens.creations_per_hour = CREATIONS;
    policy.security_codes.creations_per_hour = CREATIONS;
    // Both are valid scope tokens.
    policy.scopes = KnownScopes::new(SCOPES).ok();
    policy
}

/// The demo's policy, overridden by a file.
///
/// # Errors
///
/// [`StartError::Policy`] if the file cannot be read, is not TOML, has an unknown key, or breaks a limit.
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

/// Merges tables key by key and replaces other values. Unknown keys are kept, so that the error names them.
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
