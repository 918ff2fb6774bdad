//! Decides whether a credential authenticates. The decision combines the phase of the record (live, expired, revoked
//! …), which was determined before, with the current account, client and gates. It does no I/O and reads no clock.

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::family::{Access, FamilyBody};
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::client::{Grant, Registration};
use crate::types::ids::SubjectId;
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
    /// The account whose rights the credential has ([`account_of`]). `None` if the account does not exist.
    pub(crate) account: Option<&'a Account>,
    /// The client through which the sign-in was opened. `None` if it does not exist.
    pub(crate) client: Option<&'a Registration>,
    /// The first closed gate of personal access tokens, if any.
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
    /// The effective scope, if it is narrower than the record's scope. It contains the tokens of the record's scope
    /// that are in the client's allowed scope and in the known tokens.
    pub(crate) narrowed: Option<Box<Scope>>,
}

impl Rights {
    /// The effective scope of a record with these rights.
    pub(crate) fn scope<'a>(&'a self, record: &'a TokenRecord) -> Option<&'a Scope> {
        self.narrowed.as_deref().or(record.record().scope.as_ref())
    }
}

/// The account whose rights a credential has. It is the owner of a personal access token, sign-in or session. For a
/// security code it is the creator or the named account, as [`Access`] says. `None` if the record cannot belong to an
/// account.
pub(crate) fn account_of(record: &TokenRecord) -> Option<&SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, access: Access::SuperAdministrator, .. } => Some(created_by),
        FamilyBody::Code { access: Access::SameAsUser(subject), .. } => Some(subject),
        _ => record.record().owner.person(),
    }
}

/// Decides whether the credential authenticates. Returns its rights, or the reason of the refusal.
pub(crate) fn decide(record: &TokenRecord, phase: Phase, standing: Standing<'_>) -> Result<Rights, Refusal> {
    match phase {
        Phase::Live | Phase::Overlap { .. } => {}
        Phase::Rotated { .. } => return Err(Refusal::Replaced),
        Phase::Expired { at, .. } => return Err(Refusal::Expired { at }),
        Phase::Revoked(revoked) => return Err(Refusal::Revoked { at: revoked.at, reason: revoked.reason }),
        Phase::Purgeable => return Err(Refusal::Unknown),
    }
    let account = standing.account.ok_or(Refusal::AccountMissing)?;
    if account.is_disabled() {
        return Err(Refusal::AccountDisabled);
    }
    if let Some(valid_since) = predates(record, account) {
        return Err(Refusal::BeforeValidSince { valid_since });
    }
    let role = role(record, account, &standing)?;
    let narrowed = narrowed(record, &standing)?;
    if standing.scope_demanded && narrowed.is_none() && record.record().scope.is_none() {
        return Err(Refusal::ScopeDemanded);
    }
    Ok(Rights { role, narrowed })
}

/// Returns the account's `valid_since` if the credential began before that instant, and `None` otherwise.
pub(crate) fn predates(record: &TokenRecord, account: &Account) -> Option<Timestamp> {
    account.valid_since().filter(|&since| began_at(record) < since)
}

/// The instant at which a credential began. A sign-in began when it was opened. Any other credential began when its
/// current secret was created.
fn began_at(record: &TokenRecord) -> Timestamp {
    match record.body() {
        FamilyBody::SignIn { opened_at, .. } => *opened_at,
        _ => record.record().created_at,
    }
}

/// The effective scope. `None` if it equals the record's scope. An error if it is empty, because the credential is then
/// refused.
///
/// The effective scope is the intersection of the record's scope, the client's current allowed scope, and the scope
/// tokens that the policy knows. A record without a scope counts as if it had the whole of the client's allowed scope.
fn narrowed(record: &TokenRecord, standing: &Standing<'_>) -> Result<Option<Box<Scope>>, Refusal> {
    let held = record.record().scope.as_ref();
    let allowed = standing.client.and_then(|client| client.allowed_scope.as_ref());
    match meet(held, allowed, standing.known_scopes) {
        Err(NothingLeft) => Err(Refusal::ScopeEmpty),
        Ok(None) => Ok(None),
        Ok(Some(left)) if held == Some(&*left) => Ok(None),
        Ok(Some(left)) => Ok(Some(Box::new(left.into_owned()))),
    }
}

fn role(record: &TokenRecord, account: &Account, standing: &Standing<'_>) -> Result<Role, Refusal> {
    match record.body() {
        FamilyBody::Alone => alone(record, account, standing.closed_gate),
        FamilyBody::SignIn { client, epoch, grant, .. } => {
            let registered = standing.client.filter(|registered| registered.key == *client);
            sign_in(record, account, registered, *epoch, *grant)
        }
        FamilyBody::Code { access, .. } => code(access, account),
        FamilyBody::Session { .. } => Ok(account.role()),
    }
}

fn alone(record: &TokenRecord, account: &Account, closed_gate: Option<Gate>) -> Result<Role, Refusal> {
    if record.record().kind == TokenKind::PersonalAccessToken {
        if let Some(gate) = closed_gate {
            return Err(Refusal::GateClosed { gate });
        }
        if account.role() == Role::Collaborator {
            return Err(Refusal::OwnerIsCollaborator);
        }
    }
    Ok(account.role())
}

fn sign_in(
    record: &TokenRecord,
    account: &Account,
    client: Option<&Registration>,
    epoch: u64,
    grant: Option<Grant>,
) -> Result<Role, Refusal> {
    let client = client.ok_or(Refusal::ClientMissing)?;
    if client.disabled {
        return Err(Refusal::ClientDisabled);
    }
    if client.epoch != epoch {
        return Err(Refusal::ClientEpoch);
    }
    let refreshes = record.record().kind == TokenKind::RefreshToken;
    if grant.is_some_and(|grant| !client.allows(grant)) || (refreshes && !client.allows(Grant::RefreshToken)) {
        return Err(Refusal::GrantRemoved);
    }
    Ok(account.role())
}

fn code(access: &Access, account: &Account) -> Result<Role, Refusal> {
    match access {
        Access::SuperAdministrator if account.role() == Role::SuperAdministrator => Ok(Role::SuperAdministrator),
        Access::SuperAdministrator => Err(Refusal::CreatorLostRole),
        // The code has at most the rights of an ordinary member, even if the account is promoted later.
        Access::SameAsUser(_) => Ok(account.role().min(Role::Member)),
    }
}
