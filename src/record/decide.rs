//! Decides whether a credential authenticates. The decision combines the phase of the record (live, expired, revoked
//! …), which was determined before, with the current account, client and gates. It does no I/O and reads no clock.

use std::borrow::{Borrow, Cow};

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::facts::{Facts, FactsBody, Restriction};
use crate::record::phase::Phase;
use crate::types::account::Account;
use crate::types::client::{Grant, Registration};
use crate::types::kind::TokenKind;
use crate::types::known_scopes::KnownScopes;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::scope_meet::{NothingLeft, meet};
use crate::types::time::Timestamp;

/// The current facts outside the record that the decision needs: account, client, gates, and requirements of the
/// policy.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    /// The account whose rights the credential has ([`account_of`](crate::record::facts::account_of)). `None` if the
    /// account does not exist.
    pub(crate) account: Option<&'a Account>,
    /// The client through which the sign-in was opened. `None` if the client does not exist.
    pub(crate) client: Option<&'a Registration>,
    /// The closed gate that blocks personal access tokens. There are two gates ([`Gate`]): a setting for all accounts,
    /// and each account's own switch. If both are closed, this field contains the setting. `None` if both are open or
    /// were not checked.
    pub(crate) closed_gate: Option<Gate>,
    /// Whether the policy refuses credentials of this kind that have no scope.
    pub(crate) scope_demanded: bool,
    /// The scope tokens known to the service. `None` means that every scope token is accepted.
    pub(crate) known_scopes: Option<&'a KnownScopes>,
}

/// The rights that a credential has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) role: Role,
    /// Whether the credential can manage profiles.
    pub(crate) manages_profiles: bool,
    /// The scope that the credential has now, if it is narrower than the scope in its record. The function [`narrowed`]
    /// computes it.
    pub(crate) narrowed: Option<Box<Scope>>,
}

impl Rights {
    /// The scope that the credential has now. `held` is the scope in the credential's record, and is the result if
    /// `narrowed` is `None`.
    pub(crate) fn scope<'a>(&'a self, held: Option<&'a Scope>) -> Option<&'a Scope> {
        self.narrowed.as_deref().or(held)
    }
}

/// Decides whether the credential authenticates. Returns its rights, or the reason of the refusal.
///
/// The source of the request is checked first. So a request from an address that is not allowed has the same result in
/// each state of the credential, and no rule that depends on the state applies to it.
pub(crate) fn decide(facts: &Facts, phase: Phase, standing: Standing<'_>) -> Result<Rights, Refusal> {
    if facts.restriction == Restriction::Unmet {
        return Err(Refusal::SourceNotAllowed);
    }
    match phase {
        Phase::Live | Phase::Overlap { .. } => {}
        Phase::Rotated { .. } => return Err(Refusal::Replaced),
        Phase::Expired { at, .. } => return Err(Refusal::Expired { at }),
        Phase::Revoked(revoked) => return Err(Refusal::Revoked { at: revoked.at, reason: revoked.reason }),
        Phase::Purgeable => return Err(Refusal::Unknown),
    }
    if facts.over_ceiling {
        return Err(Refusal::OverCeiling);
    }
    let account = entitled(standing.account, Some(facts.began_at))?;
    check_family(facts, account, &standing)?;
    let narrowed = narrowed(facts, account, &standing)?;
    if standing.scope_demanded && narrowed.is_none() && facts.scope.is_none() {
        return Err(Refusal::ScopeDemanded);
    }
    let (role, manages_profiles) = account_rights(facts, account);
    Ok(Rights { role, manages_profiles, narrowed })
}

/// Checks that an account may use its rights: it exists and is not disabled. `began_at` is the instant at which a
/// credential of the account began. This instant must not be earlier than the account's `valid_since`. An earlier
/// credential is void, because the account might now belong to another person. `began_at` is `None` if no credential is
/// checked, for example at a login.
pub(crate) fn entitled<A: Borrow<Account>>(account: Option<A>, began_at: Option<Timestamp>) -> Result<A, Refusal> {
    let found = account.ok_or(Refusal::AccountMissing)?;
    let account = found.borrow();
    if account.is_disabled() {
        return Err(Refusal::AccountDisabled);
    }
    match account.valid_since().filter(|&since| began_at.is_some_and(|began_at| began_at < since)) {
        Some(valid_since) => Err(Refusal::BeforeValidSince { valid_since }),
        None => Ok(found),
    }
}

/// Returns the effective scope. `None` if it equals the record's scope. If the effective scope is empty, returns an
/// error, because the credential is then refused.
///
/// The effective scope is the intersection of the record's scope, the client's current allowed scope, the present scope
/// of a service account, and the scope tokens known to the service. A record without a scope counts as if it had the
/// whole of the other scopes.
fn narrowed(facts: &Facts, account: &Account, standing: &Standing<'_>) -> Result<Option<Box<Scope>>, Refusal> {
    let (held, known) = (facts.scope.as_ref(), standing.known_scopes);
    let allowed = standing.client.and_then(|client| client.allowed_scope.as_ref());
    let empty = |NothingLeft| Refusal::ScopeEmpty;
    let mut left = meet(held, allowed, known).map_err(empty)?;
    if let Some(widest) = account.widest_scope() {
        let within = meet(left.as_deref(), Some(widest), known).map_err(empty)?;
        left = within.map(|within| Cow::Owned(within.into_owned()));
    }
    match left {
        Some(left) if held != Some(&*left) => Ok(Some(Box::new(left.into_owned()))),
        _ => Ok(None),
    }
}

/// The role that the credential has, and whether the credential can manage profiles. A security code with the rights of
/// a named account has at most the role of a member. Any other credential has the role and the right of the account.
fn account_rights(facts: &Facts, account: &Account) -> (Role, bool) {
    match facts.body {
        // The code has at most the rights of an ordinary member, who cannot manage profiles. This remains so if the
        // account is promoted later.
        FactsBody::Code { same_as_user: true, .. } => (account.role().min(Role::Member), false),
        _ => (account.role(), account.manages_profiles()),
    }
}

/// Checks the requirements that depend on the kind of the family, such as the gates for personal access tokens.
fn check_family(facts: &Facts, account: &Account, standing: &Standing<'_>) -> Result<(), Refusal> {
    if account.is_service_account() && !fits_service_account(&facts.body) {
        return Err(Refusal::AccountMissing);
    }
    match &facts.body {
        FactsBody::Alone => alone(facts, account, standing.closed_gate),
        FactsBody::SignIn { client, epoch, grant, .. } => {
            let registered = standing.client.filter(|registered| registered.key == *client);
            sign_in(facts, registered, *epoch, *grant)
        }
        FactsBody::Code { same_as_user, .. } => code(*same_as_user, account),
        FactsBody::Session => Ok(()),
    }
}

/// Whether a service account can own a family of this kind. A service account has personal access tokens, and the
/// access tokens of the grant `client_credentials`. A service account never signs in, and no security code has its
/// rights.
fn fits_service_account(body: &FactsBody) -> bool {
    matches!(body, FactsBody::Alone | FactsBody::SignIn { grant: Some(Grant::ClientCredentials), .. })
}

fn alone(facts: &Facts, account: &Account, closed_gate: Option<Gate>) -> Result<(), Refusal> {
    if facts.kind == TokenKind::PersonalAccessToken {
        if let Some(gate) = closed_gate {
            return Err(Refusal::GateClosed { gate });
        }
        if account.role() == Role::Collaborator {
            return Err(Refusal::OwnerIsCollaborator);
        }
    }
    Ok(())
}

fn sign_in(facts: &Facts, client: Option<&Registration>, epoch: u64, grant: Option<Grant>) -> Result<(), Refusal> {
    let client = client.ok_or(Refusal::ClientMissing)?;
    if client.disabled {
        return Err(Refusal::ClientDisabled);
    }
    if client.epoch != epoch {
        return Err(Refusal::ClientEpoch);
    }
    let refreshes = facts.kind == TokenKind::RefreshToken;
    if grant.is_some_and(|grant| !client.allows(grant)) || (refreshes && !client.allows(Grant::RefreshToken)) {
        return Err(Refusal::GrantRemoved);
    }
    Ok(())
}

fn code(same_as_user: bool, account: &Account) -> Result<(), Refusal> {
    if same_as_user || account.role() == Role::SuperAdministrator { Ok(()) } else { Err(Refusal::CreatorLostRole) }
}
