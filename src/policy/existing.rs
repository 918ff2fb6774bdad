//! What a ceiling of the policy does to credentials that already exist.

use serde::{Deserialize, Serialize};

/// What happens to an existing credential that lives longer than the policy now allows. Its life is counted from the
/// instant at which its expiry was last set. A life that is exactly as long as the ceiling is allowed.
///
/// The rule is applied whenever a credential is judged, and is never written into a record. So its effect ends as soon
/// as the policy or the setting allows the life again.
/// [`Counterfoil::policy_report`](crate::Counterfoil::policy_report) reports which credentials a new policy would
/// affect.
///
/// ```
/// use counterfoil::policy::{Existing, Policy};
///
/// let mut policy = Policy::default();
/// assert_eq!(policy.personal_access_tokens.existing, Existing::Grandfather);
/// policy.personal_access_tokens.existing = Existing::Clamp;
/// assert!(policy.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Existing {
    /// The credential keeps its expiry. The ceiling applies only to new credentials.
    #[default]
    Grandfather,
    /// The credential is refused at each use, and lists show it as suspended. The credential is kept, and works again
    /// if the ceiling allows its life again.
    RefuseAtUse,
    /// The credential expires where the ceiling ends: at the instant at which its expiry was last set, plus the
    /// ceiling.
    Clamp,
}
