//! The second half of the pure decision: a phase, the people and clients as they are now, and the gates. No I/O and no clock.

use crate::counterfoil::family::{Access, FamilyBody};
use crate::counterfoil::phase::Phase;
use crate::counterfoil::record::TokenRecord;
use crate::instruments::refusal::{Gate, Refusal};
use crate::words::account::Account;
use crate::words::client::{Grant, Registration};
use crate::words::ids::SubjectId;
use crate::words::kind::TokenKind;
use crate::words::role::Role;

/// The account and the client as they are now, and what the policy asks of them.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    /// The account that [`account_of`] names, or its absence.
    pub(crate) account: Option<&'a Account>,
    /// The client of a sign-in's family, or its absence.
    pub(crate) client: Option<&'a Registration>,
    /// The gate that is closed for personal access tokens, if one is.
    pub(crate) closed_gate: Option<Gate>,
    /// Whether the policy refuses credentials of this kind without scope.
    pub(crate) scope_demanded: bool,
}

/// Whose rights a credential carries: a personal access token's owner's, a super-administrator code's creator's, a same-as-user code's
/// named account's alone. `None` where the record cannot be anybody's.
pub(crate) fn account_of(record: &TokenRecord) -> Option<&SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, access: Access::SuperAdministrator } => Some(created_by),
        FamilyBody::Code { access: Access::SameAsUser(subject), .. } => Some(subject),
        _ => record.record().owner.person(),
    }
}

/// Whether the credential authenticates, and with which role.
pub(crate) fn decide(record: &TokenRecord, phase: Phase, standing: Standing<'_>) -> Result<Role, Refusal> {
    match phase {
        Phase::Live | Phase::Overlap { .. } => {}
        Phase::Rotated { .. } => return Err(Refusal::Replaced),
        Phase::Expired { at, .. } => return Err(Refusal::Expired { at }),
        Phase::Revoked(revoked) => return Err(Refusal::Revoked { at: revoked.at, why: revoked.why }),
        Phase::Purgeable => return Err(Refusal::Unknown),
    }
    let account = standing.account.ok_or(Refusal::AccountMissing)?;
    if account.is_disabled() {
        return Err(Refusal::AccountDisabled);
    }
    if standing.scope_demanded && record.record().scope.is_none() {
        return Err(Refusal::ScopeDemanded);
    }
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
        // At most an ordinary member's rights, also where the account is promoted later.
        Access::SameAsUser(_) => Ok(account.role().min(Role::Member)),
    }
}
