//! The policy of the demo. A file can override parts of it.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use counterfoil::policy::{Allowance, Policy};
use counterfoil::types::KnownScopes;
use toml::{Table, Value};

use crate::error::StartError;

/// The scope tokens of the demo. They can be granted in addition to those of the library.
const SCOPES: [&str; 2] = ["demo:read", "demo:write"];
/// The maximum number of tokens that one owner can create in an hour. All security codes together have the same
/// maximum.
const CREATIONS: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// The number of wrong secrets for one client that a source can send before it must wait.
const SECRETS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// The number of failed attempts of any kind, and of reports of leaked secrets, after which a source must wait.
const FAILURES: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
/// The number of wrong passwords for one account that a source can send before it must wait.
const PASSWORDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Returns the default policy with higher limits. A personal access token can be used only if the setting and its
/// owner's switch are on. It lasts at most 180 days, and its label has at most 20 characters.
#[must_use]
pub fn demo() -> Policy {
    let mut policy = Policy::default();
    policy.throttle.account = Allowance::new(PASSWORDS, Duration::from_secs(60));
    policy.throttle.client = Allowance::new(SECRETS, Duration::from_secs(60));
    policy.throttle.source = Allowance::new(FAILURES, Duration::from_secs(60));
    policy.throttle.leaks = Allowance::new(FAILURES, Duration::from_secs(60));
    policy.personal_access_tokens.creations_per_hour = CREATIONS;
    policy.security_codes.creations_per_hour = CREATIONS;
    // This never fails, because both texts are valid scope tokens.
    policy.scopes = KnownScopes::new(SCOPES).ok();
    policy
}

/// Returns the policy of the demo. The file `path` overrides parts of it. If `path` is `None`, nothing is overridden.
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

/// Merges the table `over` into the table `all`. If both contain a table under the same key, these are merged too. Any
/// other value of `over` replaces the value in `all`. Unknown keys are kept, so that a later check can report them.
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
