//! Compares a presenter with the requirements of an operation, and refuses the operation if they are not met. The
//! requirements of each operation are in `operations.rs`. `service/presenter.rs` determines which credentials count as
//! tokens, and how recently the password must have been entered. Operations on the caller's own session or password
//! check their principal in `operations/sessions` and `operations/logins.rs`.
//!
//! Each operation has a type that declares its requirements ([`Permission::RULE`]). The function that executes an
//! operation takes a [`Permit`] of this type, and accesses the stores only through the permit. Only [`Service::permit`]
//! and [`Service::permit_on`] create a permit.

pub(crate) mod operations;
mod rule;
pub(crate) mod sources;

use std::marker::PhantomData;

pub(crate) use rule::{Credentials, Host, OwnGate, Proof, Right, Rule};

use crate::event::{By, EventKind};
use crate::record::decide::entitled;
use crate::service::Service;
use crate::service::error::{Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::types::ids::{FamilyId, RecordId, SubjectId};
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// An operation that a presenter can request.
pub(crate) trait Permission {
    /// The requirements of the operation.
    const RULE: Rule;
}

/// The proof that a presenter is allowed to do the operation `O`. Only [`Service::permit`] and [`Service::permit_on`]
/// create a value of this type.
pub(crate) struct Permit<'a, O> {
    service: &'a Service,
    by: &'a Presenter,
    now: Timestamp,
    operation: PhantomData<fn() -> O>,
}

impl Service {
    /// Checks whether a presenter is allowed to do the operation `O`. If the presented credential itself may be used
    /// for the operation ([`Credentials::SessionsAndItself`]), call [`Service::permit_on`] instead.
    pub(crate) async fn permit<'a, O: Permission>(
        &'a self,
        by: &'a Presenter,
        now: Timestamp,
    ) -> Result<Permit<'a, O>, ManageError> {
        self.permit_on(by, None, now).await
    }

    /// Checks whether a presenter is allowed to do the operation `O` on the credential with the id `credential`. The id
    /// matters only for [`Credentials::SessionsAndItself`]. For any other operation, it can be `None`.
    pub(crate) async fn permit_on<'a, O: Permission>(
        &'a self,
        by: &'a Presenter,
        credential: Option<&RecordId>,
        now: Timestamp,
    ) -> Result<Permit<'a, O>, ManageError> {
        self.authorize(O::RULE, by, credential, now).await?;
        Ok(Permit { service: self, by, now, operation: PhantomData })
    }

    /// Checks whether the presenter meets the requirements of a rule. Returns an error for the first requirement that
    /// is not met. The requirements are checked in this order: the realm, the kind of the credential, the scope, the
    /// right of the account, whether the presenter is a person, the gates, and whether the password was entered
    /// recently.
    pub(crate) async fn authorize(
        &self,
        rule: Rule,
        by: &Presenter,
        credential: Option<&RecordId>,
        now: Timestamp,
    ) -> Result<(), ManageError> {
        if !by.is_of(&self.realm) {
            return Err(Forbidden::Realm.into());
        }
        may_present(rule.credentials, by, credential)?;
        if !by.scope().is_none_or(|scope| scope.contains(rule.scope)) {
            return Err(Forbidden::Scope { scope: rule.scope }.into());
        }
        has_right(rule.right, by)?;
        let person = match (rule.host, by.subject()) {
            (Host::SignsIn, None) => return Err(Forbidden::NoPerson.into()),
            (_, person) => person,
        };
        if let Some(person) = person {
            self.own_gate(rule.gate, person, now).await?;
        }
        match rule.proof {
            Proof::NotNeeded => Ok(()),
            Proof::Fresh if by.is_fresh(self.policy.console_sessions.fresh, now) => Ok(()),
            Proof::Fresh => Err(Forbidden::StaleSession.into()),
        }
    }

    async fn own_gate(&self, gate: OwnGate, owner: &SubjectId, now: Timestamp) -> Result<(), ManageError> {
        if gate == OwnGate::NotAsked {
            return Ok(());
        }
        if let Some(gate) = self.closed_gate(owner, now).await? {
            return Err(Forbidden::Gate { gate }.into());
        }
        if gate == OwnGate::GatesAndAccount {
            let account = entitled(self.directory.account(owner).await?, None).map_err(|_| ManageError::NotFound)?;
            if account.role() == Role::Collaborator {
                return Err(Forbidden::Collaborator.into());
            }
        }
        Ok(())
    }
}

fn may_present(credentials: Credentials, by: &Presenter, credential: Option<&RecordId>) -> Result<(), Forbidden> {
    if by.is_service_account() && credentials != Credentials::All {
        return Err(Forbidden::CredentialKind);
    }
    let Some(token) = by.token() else { return Ok(()) };
    match credentials {
        Credentials::All => Ok(()),
        Credentials::SessionsAndItself if credential == Some(&token) => Ok(()),
        Credentials::Sessions | Credentials::SessionsAndItself => Err(Forbidden::CredentialKind),
    }
}

fn has_right(right: Right, by: &Presenter) -> Result<(), Forbidden> {
    match right {
        Right::Everybody => Ok(()),
        Right::Role(needed) if by.role() >= needed => Ok(()),
        Right::Role(needed) => Err(Forbidden::Role { needed }),
        Right::ProfileManagement if by.manages_profiles() || by.role() >= Role::Administrator => Ok(()),
        Right::ProfileManagement => Err(Forbidden::ProfileManagement),
    }
}

impl<'a, O: Permission> Permit<'a, O> {
    pub(crate) fn service(&self) -> &'a Service {
        self.service
    }

    /// The instant at which the permit was given. The whole operation uses this instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Checks whether the presenter is also allowed to do the operation `P`. The result of some operations depends on a
    /// second permission.
    pub(crate) async fn also<P: Permission>(&self) -> Result<(), ManageError> {
        self.service.authorize(P::RULE, self.by, None, self.now).await
    }

    /// The subject of the presenter. Returns [`Forbidden::NoPerson`] if the presenter is the host's own code.
    pub(crate) fn person(&self) -> Result<&'a SubjectId, Forbidden> {
        self.by.subject().ok_or(Forbidden::NoPerson)
    }

    /// Whether the presenter is the host's own code.
    pub(crate) fn is_host(&self) -> bool {
        self.by.is_host()
    }

    /// The family of the sign-in or session with which the presenter authenticated. `None` for any other presenter.
    pub(crate) fn sign_in(&self) -> Option<FamilyId> {
        self.by.sign_in()
    }

    /// The presenter and the source of the request, as an event names them.
    pub(crate) fn by(&self) -> By {
        self.by.by()
    }

    /// Emits an event with the presenter as its actor.
    pub(crate) fn tell(&self, what: EventKind) {
        self.service.tell(self.now, self.by(), what);
    }

    /// Returns the scope of a new credential. If the request contains a scope, returns the requested scope, which must
    /// be known to the policy and lie within the presenter's own scope. Otherwise returns the presenter's own scope.
    /// `field` is the name of the request's field, for the error.
    pub(crate) fn narrowed(&self, asked: Option<Scope>, field: &'static str) -> Result<Option<Scope>, Invalid> {
        if let (Some(known), Some(asked)) = (&self.service.policy.scopes, &asked)
            && !known.knows(asked)
        {
            return Err(Invalid::ScopeUnknown { field });
        }
        match (self.by.scope(), asked) {
            (None, asked) => Ok(asked),
            (Some(own), None) => Ok(Some(own.clone())),
            (Some(own), Some(asked)) if own.covers(&asked) => Ok(Some(asked)),
            (Some(_), Some(_)) => Err(Invalid::ScopeBeyond { field }),
        }
    }

    /// Checks that the role of the presenter is at least `role`. `role` is the role of an account that the presenter
    /// acts on, or the role that such an account is to get.
    pub(crate) fn needs_rank(&self, role: Role) -> Result<(), Forbidden> {
        if self.by.role() >= role { Ok(()) } else { Err(Forbidden::Outranked) }
    }

    /// The scope of the presenter. `None` means all that the role allows.
    pub(crate) fn scope(&self) -> Option<&'a Scope> {
        self.by.scope()
    }

    /// Checks that the scope of a credential or of an account lies within the presenter's own scope. For a credential,
    /// [`Permit::needs_reach`] also checks the allowed sources. A credential without a scope has all rights of its
    /// account, so only a presenter without a scope passes the check for it.
    pub(crate) fn needs_scope(&self, scope: Option<&Scope>) -> Result<(), Forbidden> {
        let reaches = match (self.by.scope(), scope) {
            (None, _) => true,
            (Some(own), Some(scope)) => own.covers(scope),
            (Some(_), None) => false,
        };
        if reaches { Ok(()) } else { Err(Forbidden::Outranked) }
    }
}

#[cfg(test)]
mod tests;
