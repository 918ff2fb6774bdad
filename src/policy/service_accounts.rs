//! The section of a policy for service accounts.

use serde::{Deserialize, Serialize};

use crate::policy::sections::{LiveCap, at_least_one};

/// The rules for service accounts. Their personal access tokens follow the rules of
/// [`PersonalAccessTokens`](crate::policy::PersonalAccessTokens).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ServiceAccounts {
    /// The largest number of service accounts of a realm, at most 1,000. With 0, none can be created. The accounts are
    /// part of the stored settings. Each process keeps a copy of the settings, and reads them again when the copy is
    /// older than [`Policy::settings_staleness`](crate::policy::Policy::settings_staleness). One account adds about 300
    /// bytes to each read.
    pub max: u16,
    /// The limit on live access tokens of one service account through one client, from the grant `client_credentials`.
    /// `None` means no limit.
    pub live_access_tokens: Option<LiveCap>,
    /// Whether the credentials of an account are refused if its maker's
    /// [`Account::valid_since`](crate::Account::valid_since) is later than the instant at which the maker made the
    /// account or took it over. The maker or another administrator can then take the account over, and its credentials
    /// work again. With `false`, an account still acts after a change of its maker's password. It then also acts if the
    /// host gives the maker's subject id to another person.
    pub follow_valid_since: bool,
}

impl Default for ServiceAccounts {
    fn default() -> Self {
        Self {
            max: 200,
            live_access_tokens: Some(LiveCap { limit: at_least_one(1_000), evict: true }),
            follow_valid_since: true,
        }
    }
}
