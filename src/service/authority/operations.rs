//! Every operation that a presenter can ask for, and what it demands.

use super::Permission;
use super::rule::{Credentials, Host, OwnGate, Proof, Right, Rule};
use crate::types::role::Role;
use crate::types::scope::Scope;

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident { $credentials:ident, $scope:ident, $right:expr, $host:ident, $gate:ident, $proof:ident })*) => {
        $(
            $(#[$meta])*
            pub(crate) struct $name;

            impl Permission for $name {
                const RULE: Rule = Rule {
                    credentials: Credentials::$credentials,
                    scope: Scope::$scope,
                    right: $right,
                    host: Host::$host,
                    gate: OwnGate::$gate,
                    proof: Proof::$proof,
                };
            }
        )*

        /// All of them, for the table.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Rule)] = &[$((stringify!($name), $name::RULE)),*];
    };
}

const EVERYBODY: Right = Right::Everybody;
const ADMINISTRATOR: Right = Right::Role(Role::Administrator);
const SUPER_ADMINISTRATOR: Right = Right::Role(Role::SuperAdministrator);
const PROFILES: Right = Right::ProfileManagement;

operations! {
    /// Lists one's own personal access tokens.
    ListOwnTokens { All, CREDENTIALS_READ, EVERYBODY, SignsIn, Gates, NotNeeded }
    /// Makes a personal access token.
    CreateToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Gives one's own token another label.
    RelabelToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, Gates, NotNeeded }
    /// Replaces one's own token by a new one.
    RotateToken { SessionsAndItself, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Deletes one's own token.
    DeleteToken { All, CREDENTIALS_WRITE, EVERYBODY, SignsIn, Gates, NotNeeded }

    /// Finds people, and sees one.
    SeeUsers { All, USERS_MANAGE, PROFILES, May, NotAsked, NotNeeded }
    /// Opens the switch "token login allowed" of an account.
    AllowTokenLogin { Sessions, USERS_MANAGE, PROFILES, May, NotAsked, Fresh }
    /// Closes it.
    ForbidTokenLogin { Sessions, USERS_MANAGE, PROFILES, May, NotAsked, NotNeeded }
    /// Lists somebody's personal access tokens.
    ListTokensOf { All, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Deletes one of somebody's.
    DeleteTokenOf { All, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Ends everything of a person.
    RevokeEverythingOf { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Lists security codes.
    ListCodes { All, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Makes a security code.
    CreateCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, SignsIn, NotAsked, Fresh }
    /// Gives a code another description.
    DescribeCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Gives a code another end, or none, or brings it back.
    RenewCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, Fresh }
    /// Deletes a code.
    DeleteCode { All, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Lists clients.
    ListClients { All, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Registers a client, with a secret that is drawn or brought along.
    RegisterClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Changes what a client may do, or enables it.
    ChangeClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Disables a client, and changes nothing else.
    DisableClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Gives a client a new secret.
    ReplaceClientSecret { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Revokes all tokens of a client.
    RevokeClientTokens { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Removes a client.
    DeleteClient { All, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Reads the settings.
    ReadSettings { All, SETTINGS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Changes settings.
    ChangeSettings { Sessions, SETTINGS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
}
