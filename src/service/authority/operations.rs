//! Every operation that a presenter can request, with its requirements.

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

        /// All operations with their rules, for the test that compares them with `testdata/authority/operations.txt`.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Rule)] = &[$((stringify!($name), $name::RULE)),*];
    };
}

const EVERYBODY: Right = Right::Everybody;
const ADMINISTRATOR: Right = Right::Role(Role::Administrator);
const SUPER_ADMINISTRATOR: Right = Right::Role(Role::SuperAdministrator);
const PROFILES: Right = Right::ProfileManagement;

// The columns of the table are: the credentials that may request the operation, the scope token that they need, the
// right that the account needs, whether the host itself may request the operation, which gates of personal access
// tokens must be open, and whether the password must have been entered recently. `rule.rs` defines the values. `mod.rs`
// adds one more rule: a collaborator may not create a token.
operations! {
    /// Lists the presenter's own personal access tokens.
    ListTokens { All, CREDENTIALS_READ, EVERYBODY, SignsIn, Gates, NotNeeded }
    /// Creates a personal access token.
    CreateToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Changes the label, the description, or the allowed sources of the presenter's own token.
    UpdateToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, Gates, NotNeeded }
    /// Lets the presenter's own token be used from more addresses.
    WidenToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, Gates, Fresh }
    /// Replaces the presenter's own token by a new token with the same expiry.
    RotateToken { SessionsAndItself, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Replaces the presenter's own token by a new token with a new lifetime.
    RenewToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Sets a new expiry of the presenter's own token. The token keeps its secret.
    ExtendToken { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, GatesAndAccount, Fresh }
    /// Deletes the presenter's own token.
    DeleteToken { All, CREDENTIALS_WRITE, EVERYBODY, SignsIn, Gates, NotNeeded }

    /// Lists the presenter's own sign-ins and sessions.
    ListSignIns { Sessions, CREDENTIALS_READ, EVERYBODY, SignsIn, NotAsked, NotNeeded }
    /// Ends one of the presenter's own sign-ins and sessions, or all except the one in use.
    EndSignIn { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, NotAsked, NotNeeded }
    /// Ends all credentials of the presenter, or those of some kinds.
    RevokeAllOwn { Sessions, CREDENTIALS_WRITE, EVERYBODY, SignsIn, NotAsked, NotNeeded }

    /// Finds users, or shows a single user.
    SeeUsers { All, USERS_MANAGE, PROFILES, May, NotAsked, NotNeeded }
    /// Turns on the switch "token login allowed" of an account.
    AllowTokenLogin { Sessions, USERS_MANAGE, PROFILES, May, NotAsked, Fresh }
    /// Turns off the switch "token login allowed" of an account.
    ForbidTokenLogin { Sessions, USERS_MANAGE, PROFILES, May, NotAsked, NotNeeded }
    /// Lists a user's personal access tokens.
    ListTokensOf { All, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Deletes a user's personal access token.
    DeleteTokenOf { All, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Lists the credentials of all owners.
    ListCredentials { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Shows one credential of any owner.
    SeeCredential { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Changes the metadata of a credential of any owner. The host may use the metadata to decide what a caller may do,
    /// so a change can give rights.
    SetMetadata { Sessions, USERS_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, Fresh }
    /// Reports which credentials a new policy affects.
    ReportPolicy { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Lists a user's sign-ins and sessions.
    ListSignInsOf { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Ends one of a user's sign-ins and sessions.
    EndSignInOf { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Ends all credentials of a user, or those of some kinds.
    RevokeAllOf { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Imports tokens of another system.
    ImportCredentials { Sessions, USERS_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, Fresh }
    /// Creates a personal access token for another person.
    CreateTokenFor { Sessions, USERS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }

    /// Lists service accounts, or shows a single one.
    ListServiceAccounts { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Creates a service account.
    CreateServiceAccount { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Changes a service account, or enables it.
    UpdateServiceAccount { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Disables a service account without any other change.
    DisableServiceAccount { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Ends all credentials of a service account, and removes the account.
    DeleteServiceAccount { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Lists the personal access tokens of a service account, or shows a single one.
    ListServiceTokens { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Creates a personal access token for a service account.
    CreateServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Changes the label, the description, or the allowed addresses of a personal access token of a service account.
    UpdateServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Lets a personal access token of a service account be used from more addresses.
    WidenServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Replaces a personal access token of a service account by a new token, with the same expiry or a new lifetime.
    RotateServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Sets a new expiry of a personal access token of a service account. The token keeps its secret.
    ExtendServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Deletes a personal access token of a service account.
    DeleteServiceToken { Sessions, SERVICE_ACCOUNTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Lists security codes.
    ListCodes { All, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Creates a security code.
    CreateCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, SignsIn, NotAsked, Fresh }
    /// Changes the description of a code, or removes some of its allowed sources.
    DescribeCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Changes the expiry of a code, makes the code permanent, reactivates it, or adds addresses from which the code
    /// can be used.
    RenewCode { Sessions, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, Fresh }
    /// Deletes a code.
    DeleteCode { All, CODES_MANAGE, SUPER_ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Lists clients.
    ListClients { All, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Registers a client with a generated or an imported secret.
    CreateClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Changes the rights of a client, or enables it.
    UpdateClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Disables a client without any other change.
    DisableClient { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Replaces a client's secret by a new secret.
    RotateClientSecret { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
    /// Revokes all tokens of a client.
    RevokeClientTokens { Sessions, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Removes a client.
    DeleteClient { All, CLIENTS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }

    /// Reads the settings.
    ReadSettings { All, SETTINGS_MANAGE, ADMINISTRATOR, May, NotAsked, NotNeeded }
    /// Changes settings.
    UpdateSettings { Sessions, SETTINGS_MANAGE, ADMINISTRATOR, May, NotAsked, Fresh }
}
