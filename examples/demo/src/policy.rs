//! The demo's policy, and a file over it.

use std::num::NonZeroU32;
use std::path::Path;

use counterfoil::policy::{Allowance, Policy};
use counterfoil::types::{KnownScopes, Span};
use toml::{Table, Value};

use crate::error::StartError;

/// The demo's own scope tokens, beside the library's. Any other is refused.
const SCOPES: [&str; 2] = ["demo:read", "demo:write"];
/// Creations of one owner, or of the realm's codes, in an hour.
const CREATIONS: Option<NonZeroU32> = NonZeroU32::new(1_000);
/// Wrong secrets of a client at a source before it waits there.
const SECRETS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// Failures of a source before everybody there waits.
const FAILURES: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
/// Wrong passwords for an account at a source.
const PASSWORDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// The hardened default: both gates, 180 days, labels of 20. Only a source's failures and an account's hold anybody up.
#[must_use]
pub fn demo() -> Policy {
    let mut policy = Policy::default();
    policy.throttle.account = Allowance::new(PASSWORDS, Span::minutes(1));
    policy.throttle.client = Allowance::new(SECRETS, Span::minutes(1));
    policy.throttle.source = Allowance::new(FAILURES, Span::minutes(1));
    policy.personal_access_tokens.creations_per_hour = CREATIONS;
    policy.security_codes.creations_per_hour = CREATIONS;
    // Both are scope tokens by their spelling.
    policy.scopes = KnownScopes::new(SCOPES).ok();
    policy
}

/// The demo's policy, or that file over it.
///
/// # Errors
///
/// [`StartError::Policy`]: a file that cannot be read, is no TOML, holds a key that is not known (named), or breaks a limit (named).
pub fn policy(path: Option<&Path>) -> Result<Policy, StartError> {
    let Some(path) = path else { return Ok(demo()) };
    let wrong = |what: &dyn std::fmt::Display| StartError::Policy { path: path.to_owned(), what: what.to_string() };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let over: Table = text.parse().map_err(|error: toml::de::Error| wrong(&error.message()))?;
    let mut all = Table::try_from(demo()).map_err(|error| wrong(&error))?;
    merge(&mut all, over);
    let policy: Policy = all.try_into().map_err(|error: toml::de::Error| wrong(&error.message()))?;
    policy.check().map_err(|error| wrong(&error))?;
    Ok(policy)
}

/// Tables are merged key by key, everything else is replaced; a key that is new stays, so that it is refused with its name.
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
